/* receive: allowed? -> parse -> can we answer that? -> local names -> cache.
 * wait:    someone asks it already? -> ask.c.
 *
 * Each failure is a reply too: REFUSED, FORMERR, NOTIMP, BADVERS, and SERVFAIL
 * with an Extended DNS Error that says which upstream failed of what. */
#include "query/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/any.h"
#include "dns/reply.h"
#include "local/local.h"
#include "query/resolver.h"
#include "query/terms.h"
#include "query/validate.h"

enum status resolver_new(struct cache *cache, struct exchanger *exchanger,
	const struct resolver_options *options, struct resolver **out)
{
	struct resolver *r = calloc(1, sizeof *r);

	*out = r;
	if (r == NULL)
		return STATUS_NOMEM;
	r->cache = cache;
	r->exchanger = exchanger;
	r->options = *options;
	inflight_table_init(&r->inflight);
	return STATUS_OK;
}

static void give_up(struct inflight *f)
{
	if (f->exchange != NULL)
		exchange_cancel(f->exchange);
	f->exchange = NULL;
	inflight_hide(f);
	if (f->validating != NULL)
		validate_cancel(f->validating);
	chain_detach(f);
	resolver_forget(f);
}

void resolver_release(struct inflight *f)
{
	bool wanted = !list_empty(&f->waiting) || !list_empty(&f->followers) ||
		      f->prefetch || f->late;

	/* Without either it is being concluded. */
	if (!wanted && (f->exchange != NULL || f->validating != NULL))
		give_up(f);
}

void resolver_free(struct resolver *r)
{
	struct inflight *f;

	if (r == NULL)
		return;
	while ((f = inflight_any(&r->inflight)) != NULL)
		give_up(f);
	inflight_table_deinit(&r->inflight);
	free(r);
}

void resolver_rebase(
	struct resolver *r, struct cache *cache, const struct resolver_options *options)
{
	struct validator *before = r->options.validator;

	r->cache = cache;
	r->options = *options;
	if (before != NULL && before != options->validator)
		validate_move_all(r, before);
}

void resolver_set_local(struct resolver *r, const struct local *local)
{
	r->options.local = local;
}

struct resolver_stats resolver_stats(const struct resolver *r)
{
	return r->stats;
}

/* --- what can be said without asking --------------------------------------- */

static bool is_allowed(const struct resolver *r, const struct endpoint *client)
{
	for (size_t i = 0; i < r->options.allow_n; i++)
		if (prefix_contains(&r->options.allow[i], client))
			return true;
	return false;
}

static enum query_outcome answer_error(struct resolver *r, const struct message *m,
	unsigned rcode, const struct ede *ede, const struct reply_terms *terms,
	struct writer *reply)
{
	if (reply_error(m, rcode, ede, terms, reply) != STATUS_OK) {
		r->stats.dropped++;
		return QUERY_DROP;
	}
	log_tell(r, rcode, false, ede);
	if (rcode == RCODE_SERVFAIL)
		r->stats.failed++;
	r->stats.answered++;
	return QUERY_ANSWERED;
}

/* Nothing is looked at but the header: other opcodes have other rules for what
 * follows (RFC 2136 §2.4, for one), and strangers are not read at all. */
static enum query_outcome answer_unparsed(
	struct resolver *r, struct bytes wire, bool allowed, struct writer *reply)
{
	struct message m = { .wire = wire };
	unsigned rcode = RCODE_REFUSED;

	if (message_header(wire, &m.id, &m.flags) != STATUS_OK)
		m.flags = 0;
	if (allowed)
		rcode = message_opcode(&m) == OPCODE_QUERY ? RCODE_FORMERR : RCODE_NOTIMP;
	if (reply_unparsed(wire, rcode, reply) != STATUS_OK) {
		r->stats.dropped++;
		return QUERY_DROP;
	}
	log_tell(r, rcode, false, NULL);
	r->stats.refused += !allowed;
	r->stats.answered++;
	return QUERY_ANSWERED;
}

static enum query_outcome refuse(struct resolver *r, const struct message *m,
	const struct reply_terms *terms, struct writer *reply)
{
	static const struct ede ede = {
		.present = true, .code = EDE_PROHIBITED, .text = "not an allowed client"
	};

	r->stats.refused++;
	return answer_error(r, m, RCODE_REFUSED, &ede, terms, reply);
}

static struct cache_key key_of(const struct message *m)
{
	return (struct cache_key){ .question = &m->question,
		.dnssec_ok = m->edns.dnssec_ok,
		.checking_disabled = (m->flags & DNS_FLAG_CD) != 0 };
}

/* `hit` has been explained. */
static enum query_outcome answer_stale(struct resolver *r, const struct message *m,
	const struct cache_hit *hit, const struct reply_terms *terms,
	struct writer *reply)
{
	if (reply_stale(m, &hit->answer, &hit->ede, terms, reply) != STATUS_OK)
		return answer_error(r, m, RCODE_SERVFAIL, NULL, terms, reply);
	r->told.by = TOLD_STALE;
	log_tell(r, hit->answer.rcode, hit->answer.authenticated, &hit->ede);
	r->stats.stale++;
	r->stats.answered++;
	return QUERY_ANSWERED;
}

/* A hit, as the client asked for it; DROP if it cannot be put that way. */
static enum query_outcome answer_hit(struct resolver *r, const struct message *m,
	struct cache_hit *hit, const struct reply_terms *terms, struct writer *reply)
{
	if (hit->stale) {
		stale_explain(hit, &hit->ede);
		return answer_stale(r, m, hit, terms, reply);
	}
	if (hit->ede.present)
		return answer_error(r, m, hit->answer.rcode, &hit->ede, terms, reply);
	if (reply_answer(m, &hit->answer, hit->age_s, hit->ttl_min_s, terms, reply) !=
		STATUS_OK)
		return answer_error(r, m, RCODE_SERVFAIL, NULL, terms, reply);
	log_tell(r, hit->answer.rcode, hit->answer.authenticated, &hit->answer.ede);
	r->stats.answered++;
	return QUERY_ANSWERED;
}

/* Local names, and ANY, which nobody else is asked (RFC 8482). */
static bool is_known_here(struct resolver *r, const struct message *m, struct answer *out)
{
	struct writer w = { .p = r->answer, .cap = sizeof r->answer };

	if (r->options.local != NULL &&
		local_lookup(r->options.local, &m->question, &w, r->ttl_at, TTLS_MAX,
			out) == LOCAL_ANSWER) {
		r->told.by = TOLD_LOCAL;
		r->stats.local++;
		return true;
	}
	return m->question.type == TYPE_ANY &&
	       any_answer(m, &w, r->ttl_at, out) == STATUS_OK;
}

static enum query_outcome answer_here(struct resolver *r, const struct message *m,
	const struct answer *answer, const struct reply_terms *terms,
	struct writer *reply)
{
	if (reply_answer(m, answer, 0, 0, terms, reply) != STATUS_OK)
		return answer_error(r, m, RCODE_SERVFAIL, NULL, terms, reply);
	log_tell(r, answer->rcode, answer->authenticated, &answer->ede);
	r->stats.answered++;
	return QUERY_ANSWERED;
}

static enum query_outcome receive(struct resolver *r, struct bytes wire,
	const struct endpoint *client, bool udp, struct message *parsed,
	struct writer *reply)
{
	enum status status = message_parse(wire, parsed);
	UNCLEARED struct cache_hit hit;
	UNCLEARED struct answer answer;
	struct reply_terms terms;
	const struct ede *why;
	struct cache_key key;
	enum query_outcome outcome;
	bool allowed = is_allowed(r, client);
	int rcode;

	r->stats.received++;
	if (status != STATUS_OK)
		return answer_unparsed(r, wire, allowed, reply);
	if (parsed->flags & DNS_FLAG_QR) {
		r->stats.dropped++;
		return QUERY_DROP;
	}
	status = terms_make(r, parsed, client, udp, &terms);
	if (!allowed)
		return refuse(r, parsed, &terms, reply);
	rcode = rcode_at_once(parsed, status, &why);
	if (rcode >= 0)
		return answer_error(r, parsed, (unsigned)rcode, why, &terms, reply);
	if (is_known_here(r, parsed, &answer))
		return answer_here(r, parsed, &answer, &terms, reply);
	key = key_of(parsed);
	if (cache_lookup(r->cache, &key, clock_now_ms(), &hit)) {
		r->told.by = TOLD_CACHE;
		outcome = answer_hit(r, parsed, &hit, &terms, reply);
		if (hit.refresh && r->options.prefetch)
			resolver_prefetch(r, &key);
		return outcome;
	}
	return QUERY_PENDING;
}

/* What could not be read has no name to log. */
enum query_outcome query_receive(struct resolver *r, struct bytes wire,
	const struct endpoint *client, bool udp, struct message *parsed,
	struct writer *reply)
{
	enum query_outcome outcome;

	r->told.by = TOLD_HERE;
	parsed->has_question = false;
	outcome = receive(r, wire, client, udp, parsed, reply);
	if (outcome == QUERY_ANSWERED && parsed->has_question)
		log_told(r, &parsed->question, client, NULL, 0);
	return outcome;
}

/* --- waiting --------------------------------------------------------------- */

/* What the reply repeats of the query; the rest of it is gone by then. */
static void keep_query(struct query *q, const struct message *parsed,
	const struct endpoint *client, const struct reply_terms *terms)
{
	q->client = *client;
	q->since_ms = clock_now_ms();
	q->message = *parsed;
	memcpy(q->wire, parsed->wire.p, parsed->question_end);
	q->message.wire = bytes_of(q->wire, parsed->question_end);
	q->message.edns.options = bytes_of(NULL, 0);
	q->terms = *terms;
}

static enum query_outcome answer_failure(struct resolver *r, const struct message *parsed,
	enum status status, struct ede *ede, const struct reply_terms *terms,
	struct writer *reply)
{
	struct cache_key key = key_of(parsed);
	struct cache_hit hit;

	if (!ede->present) {
		ede->present = true;
		ede->code = EDE_OTHER;
		text_copy(ede->text, sizeof ede->text, status_text(status));
	}
	if (cache_lookup_stale(r->cache, &key, clock_now_ms(), &hit)) {
		stale_explain(&hit, ede);
		return answer_stale(r, parsed, &hit, terms, reply);
	}
	return answer_error(r, parsed, RCODE_SERVFAIL, ede, terms, reply);
}

static enum query_outcome wait_for(struct resolver *r, struct query *q,
	const struct message *parsed, const struct endpoint *client, bool udp,
	struct writer *reply)
{
	struct cache_key key = key_of(parsed);
	struct ede why = { .present = false };
	struct reply_terms terms;
	struct inflight *f;
	struct list *bucket;
	enum status status = terms_make(r, parsed, client, udp, &terms);

	if (status != STATUS_OK)
		return answer_failure(r, parsed, status, &why, &terms, reply);
	if (r->stats.in_flight + r->late >= r->options.queries_in_flight)
		return answer_failure(r, parsed, STATUS_LIMIT, &why, &terms, reply);
	bucket = inflight_bucket(&r->inflight, &key);
	f = inflight_find(bucket, &key);
	if (f == NULL) {
		f = inflight_add(&r->inflight, bucket, &key);
		status = f != NULL ? resolver_ask(r, f, &why) : STATUS_NOMEM;
	}
	if (status != STATUS_OK) {
		if (f != NULL)
			resolver_forget(f);
		return answer_failure(r, parsed, status, &why, &terms, reply);
	}
	keep_query(q, parsed, client, &terms);
	q->inflight = f;
	list_append(&f->waiting, &q->link);
	r->stats.in_flight++;
	return QUERY_PENDING;
}

enum query_outcome query_wait(struct resolver *r, struct query *q,
	const struct message *parsed, const struct endpoint *client, bool udp,
	struct writer *reply)
{
	enum query_outcome outcome;

	r->told.by = TOLD_NOBODY;
	outcome = wait_for(r, q, parsed, client, udp, reply);
	if (outcome == QUERY_ANSWERED)
		log_told(r, &parsed->question, client, NULL, 0);
	return outcome;
}

void query_cancel(struct query *q)
{
	struct inflight *f = q->inflight;

	if (f == NULL)
		return;
	list_remove(&q->link);
	q->inflight = NULL;
	f->resolver->stats.in_flight--;
	resolver_release(f);
}
