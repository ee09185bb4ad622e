#include <string.h>

#include "base/clock.h"
#include "query/validate.h"

/* With its TTLs as of now, so that keys are remembered no longer than they may be. */
static bool supply_cached(struct validating *v, const struct cache_key *key)
{
	struct resolver *r = v->inflight->resolver;
	struct cache_hit hit;
	struct message m;

	if (v->again || !cache_lookup(r->cache, key, clock_now_ms(), &hit) || hit.stale)
		return false;
	if (hit.ede.present) {
		validation_supply(v->validation, NULL);
		return true;
	}
	memcpy(r->reply, hit.answer.wire.p, hit.answer.wire.n);
	if (message_parse(bytes_of(r->reply, hit.answer.wire.n), &m) != STATUS_OK)
		return false;
	message_age(&m, r->reply, hit.age_s);
	validation_supply(v->validation, &m);
	return true;
}

/* In the time that is left. NULL: it cannot be asked. */
static struct inflight *ask(struct validating *v, const struct cache_key *key)
{
	struct resolver *r = v->inflight->resolver;
	struct list *bucket = inflight_bucket(&r->inflight, key);
	struct inflight *f = inflight_find(bucket, key);
	uint64_t gone_ms = clock_now_ms() - v->inflight->since_ms;
	struct ede why;

	if (f != NULL)
		return f;
	if (gone_ms >= r->options.timeout_ms)
		return NULL;
	f = inflight_add(&r->inflight, bucket, key);
	if (f == NULL)
		return NULL;
	if (resolver_ask_again(r, f, v->again ? v->avoid : NULL,
		    r->options.timeout_ms - (uint32_t)gone_ms, &why) == STATUS_OK)
		return f;
	resolver_forget(f);
	return NULL;
}

bool chain_ask(struct validating *v)
{
	const struct cache_key key = { .question = validation_need(v->validation),
		.dnssec_ok = true,
		.checking_disabled = true };

	if (supply_cached(v, &key))
		return true;
	v->need = ask(v, &key);
	if (v->need == NULL) {
		validation_supply(v->validation, NULL);
		return true;
	}
	list_append(&v->need->followers, &v->need_link);
	return false;
}

void chain_supply(struct inflight *f, const struct message *answer)
{
	while (!list_empty(&f->followers)) {
		struct validating *v =
			list_entry(f->followers.next, struct validating, need_link);

		list_remove(&v->need_link);
		v->need = NULL;
		validation_supply(v->validation, answer);
		validate_step(v);
	}
}

void chain_detach(struct inflight *f)
{
	while (!list_empty(&f->followers)) {
		struct validating *v =
			list_entry(f->followers.next, struct validating, need_link);

		list_remove(&v->need_link);
		v->need = NULL;
	}
}

void chain_leave(struct validating *v)
{
	struct inflight *need = v->need;

	if (need == NULL)
		return;
	list_remove(&v->need_link);
	v->need = NULL;
	resolver_release(need);
}
