/* A plain upstream of its own, beside the set: its transport knows the names. */
#include "upstream/bypass.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "upstream/exchange_state.h"

#define NAME_BYTES (ENDPOINT_TEXT_MAX + 8)

struct bypass_run {
	struct exchanger *exchanger; /* borrowed */
	struct bypass bypass;
	struct name names[BYPASS_NAMES_MAX];
	char name[NAME_BYTES];
	struct config_upstream config;
	struct upstream *upstream; /* owned */
	void (*on_end)(void *data);
	void *data;
	uv_timer_t timer;
};

static enum status check(
	const struct exchanger *e, const struct bypass *bypass, struct text *error)
{
	uint64_t now_ms = clock_now_ms();

	if (e->bypass != NULL) {
		text_add(error, "there is a bypass already; end it first");
		return STATUS_LIMIT;
	}
	if (bypass->name_n == 0 || bypass->name_n > BYPASS_NAMES_MAX)
		text_add(error, "from 1 to %d names", BYPASS_NAMES_MAX);
	for (size_t i = 0; i < bypass->name_n && error->n == 0; i++)
		if (bypass->names[i].n <= 1)
			text_add(error, "the root is never asked for without TLS");
	if (error->n == 0 && endpoint_is_wildcard(&bypass->server))
		text_add(error, "0.0.0.0 and :: are nobody's address");
	if (error->n == 0 && bypass->until_ms <= now_ms)
		text_add(error, "a time that is over");
	if (error->n == 0 && bypass->until_ms - now_ms > BYPASS_MS_MAX)
		text_add(error, "at most %d minutes", BYPASS_MS_MAX / 60000);
	return error->n == 0 ? STATUS_OK : STATUS_RANGE;
}

static enum status make_upstream(struct exchanger *e, struct bypass_run *run)
{
	const struct contact nobody = { 0 };
	const struct upstream_parts parts = {
		.loop = e->set->loop, .config = &run->config, .events = &e->set->events
	};

	run->config = (struct config_upstream){ .name = run->name,
		.protocol = UPSTREAM_PLAIN,
		.port = CONFIG_PORT_DNS,
		.policy = { .ct = CT_MODE_OFF },
		.addresses = &run->bypass.server,
		.address_n = 1,
		.zones = run->names,
		.zone_n = run->bypass.name_n,
		.exact = true };
	return upstream_new(&parts, &nobody, &run->upstream);
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void end(struct exchanger *e, const char *why)
{
	struct bypass_run *run = e->bypass;

	/* First of all: who was asking it finds the others. */
	e->bypass = NULL;
	upstream_fail_all(run->upstream, why);
	upstream_free(run->upstream);
	uv_close((uv_handle_t *)&run->timer, on_timer_closed);
}

/* Where the loop was late, choose() has looked at the time by itself. */
static void on_timer(uv_timer_t *timer)
{
	struct bypass_run *run = timer->data;
	void (*on_end)(void *) = run->on_end;
	void *data = run->data;

	end(run->exchanger, "the bypass is over");
	if (on_end != NULL)
		on_end(data);
}

enum status exchanger_bypass(struct exchanger *e, const struct bypass *bypass,
	void (*on_end)(void *data), void *data, struct text *error)
{
	enum status status = check(e, bypass, error);
	struct bypass_run *run = NULL;
	char server[ENDPOINT_TEXT_MAX];
	struct text name;

	if (status != STATUS_OK)
		return status;
	run = calloc(1, sizeof *run);
	if (run == NULL)
		return STATUS_NOMEM;
	run->exchanger = e;
	run->bypass = *bypass;
	memcpy(run->names, bypass->names, bypass->name_n * sizeof *run->names);
	run->bypass.names = run->names;
	endpoint_format(&bypass->server, server);
	name = text_in(run->name, sizeof run->name);
	text_add(&name, "bypass@%s", server);
	status = make_upstream(e, run);
	if (status != STATUS_OK) {
		free(run);
		return status;
	}
	run->on_end = on_end;
	run->data = data;
	uv_timer_init(e->set->loop, &run->timer);
	run->timer.data = run;
	uv_timer_start(&run->timer, on_timer, bypass->until_ms - clock_now_ms(), 0);
	e->bypass = run;
	exchanger_reroute(e);
	return STATUS_OK;
}

void exchanger_bypass_end(struct exchanger *e)
{
	if (e->bypass != NULL)
		end(e, "the bypass was ended");
}

const struct bypass *exchanger_bypass_state(const struct exchanger *e, uint64_t *queries)
{
	if (e->bypass == NULL)
		return NULL;
	*queries = upstream_stats(e->bypass->upstream).queries;
	return &e->bypass->bypass;
}

struct upstream *bypass_upstream(const struct exchanger *e)
{
	return e->bypass != NULL ? e->bypass->upstream : NULL;
}

bool bypass_has(const struct exchanger *e, const struct name *name)
{
	const struct bypass_run *run = e->bypass;

	if (run == NULL || clock_now_ms() >= run->bypass.until_ms)
		return false;
	for (size_t i = 0; i < run->bypass.name_n; i++)
		if (name_equal(&run->names[i], name))
			return true;
	return false;
}
