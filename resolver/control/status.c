#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/commands.h"
#include "control/status_ct.h"
#include "control/sums.h"
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
static json_t *exceptions_json(const struct upstream_sum *sum)
{
	const struct tls_policy *policy = &upstream_config(sum->told)->policy;
	json_t *out = json_array();

	/* There are no rules for one without TLS, and its protocol says so. */
	if (upstream_is_plain(sum->told))
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
	if (sum->clock_suspect)
		json_array_append_new(out, json_string("clock_suspect"));
	if (sum->ct_waived)
		json_array_append_new(out, json_string("ct_log_list_stale"));
	if (sum->serves_ntp)
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

static json_t *upstream_json(const struct config *all, const struct upstream_sum *sum)
{
	const struct upstream *u = sum->told;
	const struct config_upstream *config = upstream_config(u);
	const struct health *health = upstream_health(u);
	const struct verdict *verdict = upstream_verdict(u);
	const struct upstream_stats stats = sum->stats;
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
		exceptions_json(sum), "learned", status_learned_json(u), "issuer_changed",
		status_issuer_changed_json(upstream_contact(u)), "latency_ms",
		stats.latency_ms > 0 ? json_integer(stats.latency_ms) : json_null(),
		"queries", (json_int_t)stats.queries, "answers",
		(json_int_t)stats.answers, "handshakes", (json_int_t)stats.handshakes,
		"mismatched_answers", (json_int_t)stats.mismatched, "issuer_changes",
		(json_int_t)upstream_contact(u)->changes, "connections",
		(json_int_t)sum->lanes, "usual_ms", (json_int_t)stats.usual_ms, "resumed",
		(json_int_t)stats.resumed, "lost", (json_int_t)stats.lost, "replaced",
		(json_int_t)stats.replaced);
}

static json_t *upstreams_json(const struct workers *all)
{
	json_t *out = json_array();

	for (size_t i = 0; i < all->config->upstream_n; i++) {
		const struct upstream_sum sum = sums_of_upstream(all, i);

		json_array_append_new(out, upstream_json(all->config, &sum));
	}
	return out;
}

static json_t *cache_json(const struct workers *all, const struct sums *sums)
{
	const struct cache_stats s = sums->cache;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "entries",
		(json_int_t)s.entries, "bytes", (json_int_t)s.bytes, "size_bytes",
		(json_int_t)all->config->cache_size_bytes, "hits", (json_int_t)s.hits,
		"misses", (json_int_t)s.misses, "inserts", (json_int_t)s.inserts,
		"evictions", (json_int_t)s.evictions);
}

static json_t *queries_json(const struct sums *sums)
{
	const struct resolver_stats s = sums->queries;
	const struct exchanger_stats asked = sums->asked;
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
		{ "tcp_clients", sums->tcp_clients },
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
static json_t *dnssec_json(const struct workers *all, const struct sums *sums)
{
	const struct validator_stats s = sums->dnssec;

	if (all->items[0].validator == NULL)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "secure",
		(json_int_t)s.secure, "insecure", (json_int_t)s.insecure, "bogus",
		(json_int_t)s.bogus, "indeterminate", (json_int_t)s.indeterminate,
		"retries", (json_int_t)s.retries, "under_way", (json_int_t)s.under_way,
		"zones", (json_int_t)s.zones);
}

static json_t *gathered_status_json(const struct workers *all)
{
	const struct worker *first = &all->items[0];
	const struct sums sums = sums_of(all, 0, all->n);

	return json_pack(
		"{s:b, s:s, s:i, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o}",
		"ok", 1, "version", PINTLE_VERSION, "pid", (int)getpid(), "uptime_s",
		(json_int_t)((clock_now_ms() - all->started_ms) / 1000), "reloads",
		(json_int_t)all->reloads, "workers", (json_int_t)all->n, "config",
		json_untrusted(all->config->path), "listen",
		listen_json(&first->listeners), "upstreams", upstreams_json(all), "cache",
		cache_json(all, &sums), "queries", queries_json(&sums), "dnssec",
		dnssec_json(all, &sums), "log_list", status_log_list_json(first),
		"bypass", status_bypass_json(all));
}

static json_t *upstream_stats_json(const struct upstream_sum *sum)
{
	const struct upstream_stats stats = sum->stats;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "queries",
		(json_int_t)stats.queries, "answers", (json_int_t)stats.answers,
		"handshakes", (json_int_t)stats.handshakes, "mismatched_answers",
		(json_int_t)stats.mismatched, "latency_ms", (json_int_t)stats.latency_ms,
		"issuer_changes", (json_int_t)upstream_contact(sum->told)->changes,
		"resumed", (json_int_t)stats.resumed, "lost", (json_int_t)stats.lost,
		"replaced", (json_int_t)stats.replaced);
}

/* Who has had how much of it, from "1". */
static json_t *workers_json(const struct workers *all)
{
	json_t *out = json_object();

	for (unsigned i = 0; i < all->n; i++) {
		const struct sums sums = sums_of(all, i, 1);
		char number[16];

		snprintf(number, sizeof number, "%u", i + 1);
		json_object_set_new(out, number,
			json_pack("{s:o, s:I}", "queries", queries_json(&sums),
				"cache_entries", (json_int_t)sums.cache.entries));
	}
	return out;
}

static json_t *gathered_stats_json(const struct workers *all)
{
	const struct sums sums = sums_of(all, 0, all->n);
	json_t *upstreams = json_object();

	for (size_t i = 0; i < all->config->upstream_n; i++) {
		const struct upstream_sum sum = sums_of_upstream(all, i);

		json_object_set_new(
			upstreams, upstream_name(sum.told), upstream_stats_json(&sum));
	}
	return json_pack("{s:b, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", 1,
		"uptime_s", (json_int_t)((clock_now_ms() - all->started_ms) / 1000),
		"reloads", (json_int_t)all->reloads, "queries", queries_json(&sums),
		"cache", cache_json(all, &sums), "dnssec", dnssec_json(all, &sums),
		"upstreams", upstreams, "workers", workers_json(all), "log_list",
		stats_log_list_json(all->items[0].upstreams.logs));
}

/* --- all stand still --------------------------------------------------------- */

static void catch_up(struct worker *w, void *data)
{
	(void)data;
	upstream_set_catch_up(&w->upstreams);
}

static json_t *tell(struct workers *all, json_t *(*json)(const struct workers *workers))
{
	json_t *out;

	workers_gather(all);
	workers_each(all, catch_up, NULL);
	out = json(all);
	workers_release(all);
	return out;
}

json_t *status_json(struct workers *all)
{
	return tell(all, gathered_status_json);
}

json_t *stats_json(struct workers *all)
{
	return tell(all, gathered_stats_json);
}
