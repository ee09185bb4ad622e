/* ask -> exchange -> answer -> cache -> a reply to each who waits.
 *
 * Upstreams that cannot tell what is so now leave the stale answer standing (RFC
 * 8767): who waits gets that one, and so does who comes within the next half minute.
 * If it takes long they get it before it is known whether upstreams can. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "dns/reply.h"
#include "query/resolver.h"
#include "query/validate.h"
#include "upstream/bypass.h"
#include "upstream/explain.h"

/* A failure is remembered this long (RFC 9520 §3.2), or until an upstream
 * turns good. */
#define FAILURE_TTL_S 5
/* So long is what was found bogus; RFC 9520 §3.2 allows 1 s to 5 min. A damaged zone is
 * not asked for with each query, and one that is mended works again soon. */
#define BOGUS_TTL_S 30
/* At a time. */
#define PREFETCHES_MAX 64

/* What all who wait are told. */
struct outcome {
	const struct answer *answer; /* NULL: SERVFAIL */
	bool stale;
	const struct ede *ede; /* why it is stale, or SERVFAIL */
};

static enum status write_outcome(const struct resolver *r, const struct query *q,
	const struct outcome *outcome, struct writer *w)
{
	if (outcome->answer == NULL)
		return STATUS_NOTFOUND;
	if (outcome->stale)
		return reply_stale(
			&q->message, outcome->answer, outcome->ede, &q->terms, w);
	return reply_answer(
		&q->message, outcome->answer, 0, r->options.min_ttl_s, &q->terms, w);
}

/* For the query log. */
static void tell(struct resolver *r, const struct outcome *outcome, const char *upstream)
{
	const struct answer *answer = outcome->answer;

	r->told.by = upstream[0] != '\0' ? TOLD_UPSTREAM : TOLD_NOBODY;
	if (outcome->stale)
		r->told.by = TOLD_STALE;
	if (answer == NULL)
		log_tell(r, RCODE_SERVFAIL, false, outcome->ede);
	else
		log_tell(r, answer->rcode, answer->authenticated,
			outcome->stale ? outcome->ede : &answer->ede);
}

static void reply_to(struct resolver *r, struct query *q, const struct outcome *outcome)
{
	struct writer w = { .p = r->reply, .cap = sizeof r->reply };
	enum status status = write_outcome(r, q, outcome, &w);
	const char *upstream = q->inflight->upstream;

	if (status == STATUS_OK) {
		r->stats.stale += outcome->stale;
		tell(r, outcome, upstream);
	} else {
		r->stats.failed++;
		w = (struct writer){ .p = r->reply, .cap = sizeof r->reply };
		status = reply_error(
			&q->message, RCODE_SERVFAIL, outcome->ede, &q->terms, &w);
		tell(r, &(struct outcome){ .ede = outcome->ede }, upstream);
	}
	log_told(r, &q->message.question, &q->client, upstream, q->since_ms);
	r->stats.answered++;
	r->stats.in_flight--;
	list_remove(&q->link);
	q->inflight = NULL;
	q->done(q, status == STATUS_OK ? wr_done(&w) : bytes_of(NULL, 0));
}

static void reply_to_all(struct inflight *f, const struct outcome *outcome)
{
	while (!list_empty(&f->waiting))
		reply_to(f->resolver, list_entry(f->waiting.next, struct query, link),
			outcome);
}

/* --- stale answers ----------------------------------------------------------- */

void stale_explain(struct cache_hit *hit, const struct ede *why)
{
	struct ede ede = { .present = true, .code = EDE_STALE };

	if (hit->answer.rcode == RCODE_NXDOMAIN)
		ede.code = EDE_STALE_NXDOMAIN;
	if (why->present)
		memcpy(ede.text, why->text, sizeof ede.text);
	hit->ede = ede;
}

/* Copied into our own room: who is told may change the cache. */
static bool take_stale(struct resolver *r, const struct cache_key *key,
	const struct ede *why, struct cache_hit *hit)
{
	struct answer *answer = &hit->answer;

	if (!cache_lookup_stale(r->cache, key, clock_now_ms(), hit))
		return false;
	memcpy(r->answer, answer->wire.p, answer->wire.n);
	answer->wire.p = r->answer;
	if (answer->ttl_n > 0)
		memcpy(r->ttl_at, answer->ttl_at, answer->ttl_n * sizeof *r->ttl_at);
	answer->ttl_at = r->ttl_at;
	stale_explain(hit, why);
	return true;
}

void resolver_early(struct inflight *f, const struct ede *so_far)
{
	struct resolver *r = f->resolver;
	struct cache_key key = inflight_key(f);
	struct cache_hit hit;

	if (f->late || !take_stale(r, &key, so_far, &hit))
		return;
	/* First of all: it is not to end with the last one who waits. */
	f->late = true;
	r->late++;
	cache_insert_failure(r->cache, &key, so_far, FAILURE_TTL_S, clock_now_ms());
	reply_to_all(f, &(struct outcome){ &hit.answer, true, &hit.ede });
}

/* --- what upstreams say ---------------------------------------------------- */

/* It answered, but with nothing that helps; `said`, or NULL, is its own word on it. */
static void blame_answer(
	const char *upstream, const char *what, const struct ede *said, struct ede *ede)
{
	struct text text = text_in(ede->text, sizeof ede->text);

	ede->present = true;
	ede->code = EDE_OTHER;
	text_add(&text, "%s: %s", upstream, what);
	if (said == NULL || !said->present)
		return;
	ede->code = said->code;
	if (said->text[0] != '\0')
		text_add(&text, ": %s", said->text);
}

static const char *explain_unusable(enum status status, unsigned rcode)
{
	if (rcode != RCODE_NOERROR)
		return explain_rcode(rcode);
	return status == STATUS_MALFORMED || status == STATUS_LIMIT
		       ? EXPLAIN_UNSOUND
		       : "an answer that cannot be relayed";
}

/* What is proven, and what nobody could prove anything about. */
static bool may_relay(const struct validation_result *verdict)
{
	return verdict->state == VALIDATION_SECURE ||
	       verdict->state == VALIDATION_INSECURE;
}

/* True if there is an answer that may be relayed, in the resolver's room; `ede` blames
 * whoever told nothing. */
static bool take_answer(const struct inflight *f, const struct exchange_result *result,
	const struct validation_result *verdict, struct answer *answer, struct ede *ede)
{
	struct resolver *r = f->resolver;
	struct writer w = { .p = r->answer, .cap = sizeof r->answer };
	const struct answer_options options = { .dnssec_ok = f->dnssec_ok,
		.trust_ad = r->options.trust_ad,
		.nothing_beside = verdict->state == VALIDATION_SECURE,
		.zone = exchanger_plain_zone(r->exchanger, &f->question) };
	enum status status;

	*ede = may_relay(verdict) ? result->ede : verdict->ede;
	if (result->answer == NULL || !may_relay(verdict))
		return false;
	status = answer_make(result->answer, &options, &w, r->ttl_at, TTLS_MAX, answer);
	if (status != STATUS_OK) {
		r->stats.unusable++;
		blame_answer(result->upstream,
			explain_unusable(status, message_rcode(result->answer)), NULL,
			ede);
		return false;
	}
	answer->authenticated |=
		verdict->state == VALIDATION_SECURE && !verdict->ns_unproven;
	if (verdict->ede.present)
		answer->ede = verdict->ede;
	answer_cap(answer, r->answer, verdict->ttl_max_s);
	if (!answer_tells(answer))
		blame_answer(result->upstream, explain_rcode(answer->rcode), &answer->ede,
			ede);
	return answer->rcode != RCODE_SERVFAIL;
}

/* What is kept of it, and what is told. */
static void conclude(struct inflight *f, struct answer *answer, const struct ede *ede,
	bool bogus, struct cache_hit *hit, struct outcome *out)
{
	struct resolver *r = f->resolver;
	struct cache_key key = inflight_key(f);
	uint64_t now_ms = clock_now_ms();

	if (answer != NULL)
		resolver_keep_outside(f, answer);
	if (answer != NULL)
		answer_cap(answer, r->answer, r->options.max_ttl_s);
	*out = (struct outcome){ .answer = answer, .ede = ede };
	if (answer != NULL && answer_tells(answer)) {
		/* Where it was validated meanwhile, its zone may have others by now. */
		if (exchanger_would_ask(r->exchanger, &f->question, f->upstream))
			cache_insert(r->cache, &key, answer, now_ms);
	} else if (bogus) {
		/* That is known; what was so before is no answer to it. */
		cache_forget_stale(r->cache, &key, now_ms);
		cache_insert_failure(r->cache, &key, ede, BOGUS_TTL_S, now_ms);
	} else if (take_stale(r, &key, ede, hit)) {
		cache_insert_failure(r->cache, &key, ede, FAILURE_TTL_S, now_ms);
		*out = (struct outcome){ &hit->answer, true, &hit->ede };
	} else if (answer == NULL) {
		cache_insert_failure(r->cache, &key, ede, FAILURE_TTL_S, now_ms);
	}
}

static void log_prefetched(struct inflight *f, const struct outcome *outcome)
{
	if (!f->prefetch)
		return;
	tell(f->resolver, outcome, f->upstream);
	log_told(f->resolver, &f->question, NULL, f->upstream, f->since_ms);
}

void resolver_conclude(struct inflight *f, const struct exchange_result *result,
	const struct validation_result *verdict)
{
	bool bogus = verdict->state == VALIDATION_BOGUS;
	struct outcome outcome;
	UNCLEARED struct cache_hit hit;
	UNCLEARED struct answer answer;
	UNCLEARED struct ede ede;
	bool usable = take_answer(f, result, verdict, &answer, &ede);

	if (f->exchange != NULL)
		exchange_cancel(f->exchange);
	f->exchange = NULL;
	inflight_hide(f);
	if (result->answer != NULL)
		text_copy(f->upstream, sizeof f->upstream, result->upstream);
	conclude(f, usable ? &answer : NULL, &ede, bogus, &hit, &outcome);
	log_prefetched(f, &outcome);
	reply_to_all(f, &outcome);
	resolver_forget(f);
}

/* Nobody proves what comes that way, and who opened it means it so. */
static bool is_bypassed(const struct inflight *f)
{
	uint64_t queries;
	const struct bypass *bypass =
		exchanger_bypass_state(f->resolver->exchanger, &queries);

	for (size_t i = 0; bypass != NULL && i < bypass->name_n; i++)
		if (name_equal(&bypass->names[i], &f->question.name))
			return true;
	return false;
}

static void on_exchange_done(void *data, const struct exchange_result *result)
{
	static const struct validation_result unvalidated = {
		.state = VALIDATION_INSECURE, .ttl_max_s = UINT32_MAX
	};
	struct inflight *f = data;

	f->exchange = NULL;
	chain_supply(f, result->answer);
	if ((f->validating == NULL && is_bypassed(f)) || !validate_start(f, result))
		resolver_conclude(f, result, &unvalidated);
}

/* --- asking ------------------------------------------------------------------ */

static void on_exchange_early(void *data, const struct ede *so_far)
{
	resolver_early(data, so_far);
}

/* What is validated here is asked for with all that takes, and without the upstream's
 * own validation in between (RFC 6840 §5.9). */
static struct exchange_request request_of(
	const struct resolver *r, const struct inflight *f)
{
	bool validates = r->options.validator != NULL && !f->checking_disabled;

	return (struct exchange_request){ .question = &f->question,
		.dnssec_ok = f->dnssec_ok || validates,
		.checking_disabled = f->checking_disabled || validates,
		.want_ad = r->options.trust_ad,
		.subnet_opt_out = r->options.subnet_opt_out,
		.pad_to = r->options.pad_to,
		.timeout_ms = r->options.timeout_ms };
}

enum status resolver_ask(struct resolver *r, struct inflight *f, struct ede *why)
{
	struct exchange_request request = request_of(r, f);

	request.early_ms = RESOLVER_EARLY_MS;
	request.on_early = on_exchange_early;
	f->resolver = r;
	f->since_ms = clock_now_ms();
	return exchange_start(
		r->exchanger, &request, on_exchange_done, f, &f->exchange, why);
}

enum status resolver_ask_again(struct resolver *r, struct inflight *f, const char *avoid,
	uint32_t timeout_ms, struct ede *why)
{
	struct exchange_request request = request_of(r, f);
	enum status status;

	request.timeout_ms = timeout_ms;
	request.avoid = avoid;
	f->resolver = r;
	status = exchange_start(
		r->exchanger, &request, on_exchange_done, f, &f->exchange, why);
	if (status != STATUS_CLOSED || avoid == NULL)
		return status;
	request.avoid = NULL;
	return exchange_start(
		r->exchanger, &request, on_exchange_done, f, &f->exchange, why);
}

void resolver_prefetch(struct resolver *r, const struct cache_key *key)
{
	struct list *bucket = inflight_bucket(&r->inflight, key);
	struct inflight *f;
	struct ede why;

	if (r->prefetching >= PREFETCHES_MAX || inflight_find(bucket, key) != NULL)
		return;
	/* Whatever becomes of it. */
	cache_note_refresh(r->cache, key, clock_now_ms());
	f = inflight_add(&r->inflight, bucket, key);
	if (f == NULL)
		return;
	f->prefetch = true;
	f->resolver = r;
	r->prefetching++;
	if (resolver_ask(r, f, &why) != STATUS_OK) {
		resolver_forget(f);
		return;
	}
	r->stats.prefetches++;
}

void resolver_forget(struct inflight *f)
{
	f->resolver->prefetching -= f->prefetch;
	f->resolver->late -= f->late;
	inflight_remove(f);
}
