#include <unistd.h>

#include "base/clock.h"
#include "control/commands.h"
#include "ct/horizon.h"
#include "tls/report.h"

static json_t *endpoint_json(const struct endpoint *e)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(e, text);
	return json_string(text);
}

static json_t *endpoints_json(const struct endpoint *endpoints, size_t n)
{
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(out, endpoint_json(&endpoints[i]));
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

static json_t *time_json(int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(at_s, text);
	return json_string(text);
}

static json_t *pin_json(const struct pin *pin)
{
	char text[PIN_TEXT_MAX];

	pin_format(pin, text);
	return json_string(text);
}

static json_t *key_json(const struct pin *pin, const struct learned_span *seen)
{
	return json_pack("{s:o, s:o, s:o}", "pin", pin_json(pin), "first_seen",
		time_json(seen->first_s), "last_seen", time_json(seen->last_s));
}

static json_t *refused_json(const struct learned *l)
{
	if (!l->refused.known)
		return json_null();
	return json_pack("{s:o, s:o, s:s, s:o}", "issuer",
		pin_json(&l->refused.pins.issuer), "root",
		pin_json(&l->refused.pins.root), "leaf", l->refused_leaf, "at",
		time_json(l->refused.at_s));
}

/* What its contacts have shown, whether that binds it (`pin_mode: learn`) or not. */
static json_t *learned_json(
	const struct contact *contact, const struct tls_policy *policy)
{
	const struct learned *l = &contact->learned;

	if (!contact->known)
		return json_null();
	return json_pack("{s:b, s:o, s:o, s:o}", "enforced",
		(int)(policy->pin_mode == PIN_LEARN), "issuer",
		key_json(&l->pins.issuer, &l->issuer_seen), "root",
		key_json(&l->pins.root, &l->root_seen), "refused", refused_json(l));
}

static json_t *issuer_changed_json(const struct contact *contact)
{
	const struct learned *l = &contact->learned;

	if (!contact->known || !l->was.known)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "was", pin_json(&l->was.pins.issuer), "is",
		pin_json(&l->pins.issuer), "at", time_json(l->was.at_s));
}

/* The rules that this upstream is excused from. */
static json_t *exceptions_json(
	const struct tls_policy *policy, const struct verdict *verdict)
{
	json_t *out = json_array();

	if (policy->pkix == PKIX_PINS_ONLY)
		json_array_append_new(out, json_string("pins_only"));
	if (policy->pin_mode == PIN_REPORT)
		json_array_append_new(out, json_string("pin_report"));
	if (policy->ct == CT_MODE_REPORT)
		json_array_append_new(out, json_string("ct_report"));
	if (verdict != NULL && verdict->ct.waived)
		json_array_append_new(out, json_string("ct_log_list_stale"));
	return out;
}

static json_t *upstream_json(const struct upstream *u)
{
	const struct config_upstream *config = upstream_config(u);
	const struct health *health = upstream_health(u);
	const struct verdict *verdict = upstream_verdict(u);
	struct upstream_stats stats = upstream_stats(u);
	uint64_t now_ms = clock_now_ms();
	uint64_t retry_ms =
		health->retry_at_ms > now_ms ? health->retry_at_ms - now_ms : 0;

	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, "
		"s:I, s:I, s:I}",
		"name", config->name, "protocol", "dot", "state",
		health_state_text(health->state), "addresses",
		endpoints_json(config->addresses, config->address_n), "connection",
		connection_json(upstream_conn(u)), "retry_in_ms", (json_int_t)retry_ms,
		"last_failure", failure_json(&health->last), "verdict",
		verdict != NULL ? verdict_to_json(verdict) : json_null(), "exceptions",
		exceptions_json(&config->policy, verdict), "learned",
		learned_json(upstream_contact(u), &config->policy), "issuer_changed",
		issuer_changed_json(upstream_contact(u)), "latency_ms",
		stats.latency_ms > 0 ? json_integer(stats.latency_ms) : json_null(),
		"queries", (json_int_t)stats.queries, "answers",
		(json_int_t)stats.answers, "handshakes", (json_int_t)stats.handshakes,
		"mismatched_answers", (json_int_t)stats.mismatched, "issuer_changes",
		(json_int_t)upstream_contact(u)->changes);
}

static json_t *upstreams_json(const struct upstream_set *set)
{
	json_t *out = json_array();

	for (size_t i = 0; i < set->n; i++)
		json_array_append_new(out, upstream_json(set->items[i]));
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
	struct resolver_stats s = resolver_stats(w->resolver);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "received",
		(json_int_t)s.received, "answered", (json_int_t)s.answered, "dropped",
		(json_int_t)s.dropped, "refused", (json_int_t)s.refused, "failed",
		(json_int_t)s.failed, "in_flight", (json_int_t)s.in_flight, "tcp_clients",
		(json_int_t)w->listeners.clients.count);
}

/* INT64_MIN and INT64_MAX are no dates: never, and always. */
static json_t *horizon_json(int64_t horizon_s)
{
	if (horizon_s == INT64_MIN || horizon_s == INT64_MAX)
		return json_null();
	return time_json(horizon_s);
}

/* null where nobody is held against one. */
static json_t *log_list_json(const struct worker *w)
{
	const struct logs *logs = w->upstreams.logs;
	int64_t now_s = clock_wall_s(), horizon_s, timestamp_s;
	bool dated;

	if (logs == NULL)
		return json_null();
	horizon_s = logs_horizon_s(logs, now_s);
	dated = logs->list->has_timestamp;
	timestamp_s = logs->list->timestamp_ms / 1000;
	return json_pack("{s:s, s:s?, s:s, s:o, s:o, s:o, s:b, s:s, s:I}", "source",
		logs_source_word(logs->source), "file",
		logs->source == LOGS_FILE ? w->config->log_list : NULL, "version",
		logs->list->version, "timestamp",
		dated ? time_json(timestamp_s) : json_null(), "age_days",
		dated ? json_integer((now_s - timestamp_s) / 86400) : json_null(),
		"good_until", horizon_json(horizon_s), "stale",
		(int)ct_horizon_is_past(horizon_s, now_s), "policy", logs->policy->name,
		"logs", (json_int_t)logs->list->n);
}

json_t *status_json(const struct worker *w)
{
	return json_pack("{s:b, s:s, s:i, s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "ok",
		1, "version", PINTLE_VERSION, "pid", (int)getpid(), "uptime_s",
		(json_int_t)((clock_now_ms() - w->started_ms) / 1000), "reloads",
		(json_int_t)w->reloads, "config", w->config->path, "listen",
		listen_json(&w->listeners), "upstreams", upstreams_json(&w->upstreams),
		"cache", cache_json(w), "queries", queries_json(w), "log_list",
		log_list_json(w));
}

static json_t *upstream_stats_json(const struct upstream *u)
{
	struct upstream_stats stats = upstream_stats(u);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "queries",
		(json_int_t)stats.queries, "answers", (json_int_t)stats.answers,
		"handshakes", (json_int_t)stats.handshakes, "mismatched_answers",
		(json_int_t)stats.mismatched, "latency_ms", (json_int_t)stats.latency_ms,
		"issuer_changes", (json_int_t)upstream_contact(u)->changes);
}

/* Seconds since 1970; null where there is no such time. */
static json_t *log_list_stats_json(const struct logs *logs)
{
	int64_t horizon_s;

	if (logs == NULL)
		return json_null();
	horizon_s = logs_horizon_s(logs, clock_wall_s());
	return json_pack("{s:I, s:o, s:o}", "logs", (json_int_t)logs->list->n,
		"timestamp_s",
		logs->list->has_timestamp ? json_integer(logs->list->timestamp_ms / 1000)
					  : json_null(),
		"horizon_s",
		horizon_s == INT64_MIN || horizon_s == INT64_MAX
			? json_null()
			: json_integer(horizon_s));
}

json_t *stats_json(const struct worker *w)
{
	json_t *upstreams = json_object();

	for (size_t i = 0; i < w->upstreams.n; i++)
		json_object_set_new(upstreams, upstream_name(w->upstreams.items[i]),
			upstream_stats_json(w->upstreams.items[i]));
	return json_pack("{s:b, s:I, s:I, s:o, s:o, s:o, s:o}", "ok", 1, "uptime_s",
		(json_int_t)((clock_now_ms() - w->started_ms) / 1000), "reloads",
		(json_int_t)w->reloads, "queries", queries_json(w), "cache",
		cache_json(w), "upstreams", upstreams, "log_list",
		log_list_stats_json(w->upstreams.logs));
}
