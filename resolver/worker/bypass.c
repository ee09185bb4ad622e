#include "worker/bypass.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker/workers.h"

#define NAMES_TEXT_MAX 600

/* What one worker after the other does of it. */
struct part {
	const struct bypass *bypass;
	struct text *error;
	enum status status;
	bool ended;
};

/* Both before and after: no answer of one side is given on the other. */
static void forget(struct worker *w, const struct name *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cache_flush_name(w->cache, &names[i]);
}

static void log_end(const struct workers *all, const char *why)
{
	log_warning("bypass %u is over: %s; its names are asked of the upstreams again",
		all->bypass.number, why);
}

/* In the worker's own thread. What it reads of all workers is written only while they
 * stand still. The first one tells. */
static void on_end(void *data)
{
	struct worker *w = data;
	const struct workers *all = w->workers;

	forget(w, all->bypass.names, all->bypass.name_n);
	if (w->place.number == 0)
		log_end(all, "its time has passed");
}

/* A question for it would come back, until its time is over. */
static bool is_listened_on(const struct workers *all, const struct endpoint *server)
{
	const struct worker *w = &all->items[0];

	for (size_t i = 0; i < w->listeners.n; i++) {
		const struct endpoint *own = &w->listeners.items[i].endpoint;

		if (endpoint_equal(own, server) ||
			(endpoint_is_wildcard(own) && endpoint_is_loopback(server) &&
				endpoint_port(own) == endpoint_port(server)))
			return true;
	}
	return false;
}

/* Numbered, or the log would count the next ones as repetitions. */
static void announce(const struct workers *all, const struct bypass *bypass)
{
	char words[NAMES_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct text names = text_in(words, sizeof words);

	for (size_t i = 0; i < bypass->name_n; i++) {
		char name[NAME_TEXT_MAX];

		name_to_text(&bypass->names[i], name);
		text_add(&names, "%s%s", i > 0 ? ", " : "", name);
	}
	endpoint_format(&bypass->server, server);
	log_warning("bypass %u: %s for %" PRIu64 " s in plain DNS, unprotected, for %s%s",
		all->bypass.number, server,
		(bypass->until_ms - clock_now_ms() + 999) / 1000, words,
		names.cut ? "..." : "");
}

static void begin_part(struct worker *w, void *data)
{
	struct part *part = data;

	if (part->status == STATUS_OK)
		part->status = exchanger_bypass(
			w->exchanger, part->bypass, on_end, w, part->error);
}

static void forget_part(struct worker *w, void *data)
{
	const struct part *part = data;

	forget(w, part->bypass->names, part->bypass->name_n);
}

static void end_part(struct worker *w, void *data)
{
	struct part *part = data;
	uint64_t queries;

	if (exchanger_bypass_state(w->exchanger, &queries) == NULL)
		return;
	exchanger_bypass_end(w->exchanger);
	part->ended = true;
}

/* All or none. */
static enum status begin(
	struct workers *all, const struct bypass *bypass, struct text *error)
{
	struct part part = { .bypass = bypass, .error = error };
	uint64_t queries;

	if (workers_bypass_state(all, &queries) != NULL) {
		text_add(error, "there is a bypass already; end it first");
		return STATUS_LIMIT;
	}
	workers_each(all, begin_part, &part);
	if (part.status != STATUS_OK) {
		workers_each(all, end_part, &part);
		return part.status;
	}
	for (size_t i = 0; i < bypass->name_n; i++)
		all->bypass.names[i] = bypass->names[i];
	all->bypass.name_n = bypass->name_n;
	all->bypass.number++;
	workers_each(all, forget_part, &part);
	announce(all, bypass);
	return STATUS_OK;
}

enum status workers_bypass(
	struct workers *all, const struct bypass *bypass, struct text *error)
{
	enum status status;

	if (is_listened_on(all, &bypass->server)) {
		text_add(error, "that server is pintle itself, which listens there");
		return STATUS_RANGE;
	}
	workers_gather(all);
	status = begin(all, bypass, error);
	workers_release(all);
	return status;
}

bool workers_bypass_end(struct workers *all, const char *why)
{
	const struct bypass names = { .names = all->bypass.names,
		.name_n = all->bypass.name_n };
	struct part part = { .bypass = &names };

	workers_gather(all);
	workers_each(all, end_part, &part);
	if (part.ended)
		workers_each(all, forget_part, &part);
	workers_release(all);
	if (part.ended)
		log_end(all, why);
	return part.ended;
}

const struct bypass *workers_bypass_state(const struct workers *all, uint64_t *queries)
{
	const struct bypass *bypass = NULL;

	*queries = 0;
	for (unsigned i = 0; i < all->n; i++) {
		uint64_t sent;
		const struct bypass *one =
			exchanger_bypass_state(all->items[i].exchanger, &sent);

		if (one == NULL)
			continue;
		bypass = one;
		*queries += sent;
	}
	return bypass;
}
