#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/commands.h"
#include "control/status_ct.h"
#include "tls/report.h"

static json_t *endpoint_json(const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(e, text);
	return json_string(text);
}

/* Those in use: of the configuration, or looked up. */
static json_t *addresses_json(const struct addresses *addresses)
{
	json_t *out = json_array();

	for (size_t i = 0; i < addresses->n; i++)
		json_array_append_new(out, endpoint_json(&addresses->items[i].endpoint));
	return out;
}

static json_t *listen_json(const struct listeners *listeners)
{
	json_t *out = json_array();

	for (size_t i = 0; i < listeners->n; i++)
		json_array_append_new(out, endpoint_json(&listeners->items[i].endpoint));
	return out;
}

static json_t *connection_json(const struct conn *conn)
{
	if (conn == NULL)
		return json_pack("{s:s, s:n, s:n}", "state", conn_state_text(CONN_CLOSED),
			"address", "tls");
	return json_pack("{s:s, s:o, s:o}", "state", conn_state_text(conn_state(conn)),
		"address", endpoint_json(conn_address(conn)), "tls",
		conn_state(conn) == CONN_OPEN ? json_string(conn_tls_version(conn))
					      : json_null());
}

static json_t *failure_json(const struct failure *failure)
{
	if (failure->kind == FAILURE_NONE)
		return json_null();
	return json_pack(
		"{s:s, s:s}", "kind", failure_word(failure->kind), "text", failure->text);
}

/* The rules that this upstream is excused from. */
static json_t *exceptions_json(const struct upstream *u)
{
	const struct tls_policy *policy = &upstream_config(u)->policy;
	const struct verdict *verdict = upstream_verdict(u);
	json_t *out = json_array();

	/* There are no rules for one without TLS, and its protocol says so. */
	if (upstream_is_plain(u))
		return out;
	if (policy->pkix == PKIX_PINS_ONLY)
		json_array_append_new(out, json_string("pins_only"));
	if (policy->pin_mode == PIN_REPORT)
		json_array_append_new(out, json_string("pin_report"));
	if (policy->ct == CT_MODE_REPORT)
		json_array_append_new(out, json_string("ct_report"));
	/* Without a chain there is no issuer, so no SCT to check: "pins_only" says it. */
	if (policy->ct == CT_MODE_OFF && policy->pkix != PKIX_PINS_ONLY)
		json_array_append_new(out, json_string("ct_off"));
	if (verdict != NULL && verdict->clock_suspect)
		json_array_append_new(out, json_string("clock_suspect"));
	if (verdict != NULL && verdict->ct.waived)
		json_array_append_new(out, json_string("ct_log_list_stale"));
	if (upstream_serves_ntp(u))
		json_array_append_new(out, json_string("ntp_names"));
	return out;
}

static const char *protocol_word(enum upstream_protocol protocol)
{
	static const char *const words[] = {
		[UPSTREAM_DOT] = "dot", [UPSTREAM_DOH] = "doh", [UPSTREAM_PLAIN] = "plain"
	};

	return words[protocol];
}

static bool is_named(const struct config_forward *forward, const char *upstream)
{
	for (size_t i = 0; i < forward->upstream_n; i++)
		if (strcmp(forward->upstreams[i], upstream) == 0)
			return true;
	return false;
}

/* Of the routes that name it, which it is asked about alone; null: all other names. */
static json_t *zones_json(const struct config *config, const char *upstream)
{
	json_t *out = NULL;

	for (size_t i = 0; i < config->forward_n; i++) {
		char name[NAME_TEXT_MAX];

		if (!is_named(&config->forwards[i], upstream))
			continue;
		if (out == NULL)
			out = json_array();
		name_to_text(&config->forwards[i].zone, name);
		json_array_append_new(out, json_string(name));
	}
	return out != NULL ? out : json_null();
}

static json_t *upstream_json(const struct config *all, const struct upstream *u)
{
	const struct config_upstream *config = upstream_config(u);
	const struct health *health = upstream_health(u);
	const struct verdict *verdict = upstream_verdict(u);
	struct upstream_stats stats = upstream_stats(u);
	uint64_t now_ms = clock_now_ms();
	uint64_t retry_ms =
		health->retry_at_ms > now_ms ? health->retry_at_ms - now_ms : 0;

	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, "
			 "s:o, s:I, s:I, "
			 "s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"name", config->name, "protocol", protocol_word(config->protocol),
		"zones", zones_json(all, config->name), "state",
		health_state_text(health->state), "addresses",
		addresses_json(upstream_addresses(u)), "connection",
		connection_json(upstream_conn(u)), "retry_in_ms", (json_int_t)retry_ms,
		"last_failure", failure_json(&health->last), "verdict",
		verdict != NULL ? verdict_json(verdict) : json_null(), "exceptions",
		exceptions_json(u), "learned", status_learned_json(u), "issuer_changed",
		status_issuer_changed_json(upstream_contact(u)), "latency_ms",
		stats.latency_ms > 0 ? json_integer(stats.latency_ms) : json_null(),
		"queries", (json_int_t)stats.queries, "answers",
		(json_int_t)stats.answers, "handshakes", (json_int_t)stats.handshakes,
		"mismatched_answers", (json_int_t)stats.mismatched, "issuer_changes",
		(json_int_t)upstream_contact(u)->changes, "connections",
		(json_int_t)upstream_lane_count(u), "usual_ms",
		(json_int_t)stats.usual_ms, "resumed", (json_int_t)stats.resumed, "lost",
		(json_int_t)stats.lost, "replaced", (json_int_t)stats.replaced);
}

static json_t *upstreams_json(const struct worker *w)
{
	const struct upstream_set *set = &w->upstreams;
	json_t *out = json_array();

	for (size_t i = 0; i < set->n; i++)
		json_array_append_new(out, upstream_json(w->config, set->items[i]));
	return out;
}

static json_t *cache_json(const struct worker *w)
{
	struct cache_stats s;

	cache_stats(w->cache, &s);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "entries",
		(json_int_t)s.entries, "bytes", (json_int_t)s.bytes, "size_bytes",
		(json_int_t)w->config->cache_size_bytes, "hits", (json_int_t)s.hits,
		"misses", (json_int_t)s.misses, "inserts", (json_int_t)s.inserts,
		"evictions", (json_int_t)s.evictions);
}

static json_t *queries_json(const struct worker *w)
{
	const struct resolver_stats s = resolver_stats(w->resolver);
	const struct exchanger_stats asked = exchanger_stats(w->exchanger);
	const struct {
		const char *key;
		uint64_t value;
	} counters[] = {
		{ "received", s.received },
		{ "answered", s.answered },
		{ "local", s.local },
		{ "dropped", s.dropped },
		{ "refused", s.refused },
		{ "failed", s.failed },
		{ "rebinds", s.rebinds },
		{ "stale", s.stale },
		{ "prefetches", s.prefetches },
		{ "unusable_answers", s.unusable },
		{ "in_flight", s.in_flight },
		{ "tcp_clients", w->listeners.clients.count },
		{ "asked", asked.questions },
		{ "hedges", asked.hedges },
		{ "failovers", asked.failovers },
		{ "retries", asked.retries },
	};
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		json_object_set_new(out, counters[i].key,
			json_integer((json_int_t)counters[i].value));
	return out;
}

/* null: answers are believed. */
static json_t *dnssec_json(const struct worker *w)
{
	struct validator_stats s;

	if (w->validator == NULL)
		return json_null();
	s = validator_stats(w->validator);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "secure",
		(json_int_t)s.secure, "insecure", (json_int_t)s.insecure, "bogus",
		(json_int_t)s.bogus, "indeterminate", (json_int_t)s.indeterminate,
		"retries", (json_int_t)s.retries, "under_way", (json_int_t)s.under_way,
		"zones", (json_int_t)s.zones);
}

json_t *status_json(const struct worker *w)
{
	return json_pack(
		"{s:b, s:s, s:i, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ok",
		1, "version", PINTLE_VERSION, "pid", (int)getpid(), "uptime_s",
		(json_int_t)((clock_now_ms() - w->started_ms) / 1000), "reloads",
		(json_int_t)w->reloads, "config", json_untrusted(w->config->path),
		"listen", listen_json(&w->listeners), "upstreams", upstreams_json(w),
		"cache", cache_json(w), "queries", queries_json(w), "dnssec",
		dnssec_json(w), "log_list", status_log_list_json(w), "bypass",
		status_bypass_json(w));
}

static json_t *upstream_stats_json(const struct upstream *u)
{
	struct upstream_stats stats = upstream_stats(u);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "queries",
		(json_int_t)stats.queries, "answers", (json_int_t)stats.answers,
		"handshakes", (json_int_t)stats.handshakes, "mismatched_answers",
		(json_int_t)stats.mismatched, "latency_ms", (json_int_t)stats.latency_ms,
		"issuer_changes", (json_int_t)upstream_contact(u)->changes, "resumed",
		(json_int_t)stats.resumed, "lost", (json_int_t)stats.lost, "replaced",
		(json_int_t)stats.replaced);
}

json_t *stats_json(const struct worker *w)
{
	json_t *upstreams = json_object();

	for (size_t i = 0; i < w->upstreams.n; i++)
		json_object_set_new(upstreams, upstream_name(w->upstreams.items[i]),
			upstream_stats_json(w->upstreams.items[i]));
	return json_pack("{s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "ok", 1, "uptime_s",
		(json_int_t)((clock_now_ms() - w->started_ms) / 1000), "reloads",
		(json_int_t)w->reloads, "queries", queries_json(w), "cache",
		cache_json(w), "dnssec", dnssec_json(w), "upstreams", upstreams,
		"log_list", stats_log_list_json(w->upstreams.logs));
}
