#include "worker/bypass.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker/worker.h"

#define NAMES_TEXT_MAX 600

/* Both before and after: no answer of one side is given on the other. */
static void forget(struct worker *w)
{
	for (size_t i = 0; i < w->bypass.name_n; i++)
		cache_flush_name(w->cache, &w->bypass.names[i]);
}

static void finish(struct worker *w, const char *why)
{
	forget(w);
	w->bypass.name_n = 0;
	log_warning("bypass %u is over: %s; its names are asked of the upstreams again",
		w->bypass.number, why);
}

static void on_end(void *data)
{
	finish(data, "its time has passed");
}

/* A question for it would come back, until its time is over. */
static bool is_listened_on(const struct worker *w, const struct endpoint *server)
{
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
static void announce(const struct worker *w, const struct bypass *bypass)
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
		w->bypass.number, server,
		(bypass->until_ms - clock_now_ms() + 999) / 1000, words,
		names.cut ? "..." : "");
}

enum status worker_bypass(
	struct worker *w, const struct bypass *bypass, struct text *error)
{
	enum status status;

	if (is_listened_on(w, &bypass->server)) {
		text_add(error, "that server is pintle itself, which listens there");
		return STATUS_RANGE;
	}
	status = exchanger_bypass(w->exchanger, bypass, on_end, w, error);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < bypass->name_n; i++)
		w->bypass.names[i] = bypass->names[i];
	w->bypass.name_n = bypass->name_n;
	w->bypass.number++;
	forget(w);
	announce(w, bypass);
	return STATUS_OK;
}

bool worker_bypass_end(struct worker *w, const char *why)
{
	uint64_t queries;

	if (exchanger_bypass_state(w->exchanger, &queries) == NULL)
		return false;
	exchanger_bypass_end(w->exchanger);
	finish(w, why);
	return true;
}
