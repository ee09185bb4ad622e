#include <stdlib.h>
#include <string.h>

#include "dnssec/anchors.h"
#include "dnssec/judge.h"
#include "dnssec/keys.h"
#include "dnssec/names.h"

/* docs/decisions/0015-dnssec.md says where each number is from. */
const struct dnssec_limits dnssec_limits_default = {
	.keys = 32,
	.ds = 16,
	.same_tag = 2,
	.signatures = 8,
	.checks = 100,
	.needs = 48,
	.links = 12,
	.records = 1000,
	.chain_records = 100,
	.sets = 64,
	.iterations = 150,
	.iterations_max = 2500,
	.hashes = 64,
};

const char *validation_state_text(enum validation_state state)
{
	static const char *const words[] = {
		[VALIDATION_INDETERMINATE] = "indeterminate",
		[VALIDATION_SECURE] = "secure",
		[VALIDATION_INSECURE] = "insecure",
		[VALIDATION_BOGUS] = "bogus",
	};

	return words[state];
}

bool dnssec_policy_exempts(const struct dnssec_policy *policy, const struct name *name)
{
	/* RFC 8880 §7.1: what a network answers there is nobody's to sign. */
	static const struct name ipv4only = { .n = 15, .wire = "\10ipv4only\4arpa" };

	struct name anchored;

	if (name_within(name, &ipv4only))
		return true;
	for (size_t i = 0; i < policy->negative_n; i++) {
		const struct name *it = &policy->negative[i];

		if (!name_within(name, it))
			continue;
		if (!anchors_zone(policy->anchors, name, &anchored) ||
			anchored.n <= it->n)
			return true;
	}
	return false;
}

static bool is_useful(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return (m->flags & DNS_FLAG_QR) && !(m->flags & DNS_FLAG_TC) && m->has_question &&
	       (rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN);
}

static void end(struct validation *v, enum validation_state state)
{
	v->step = VALIDATION_DONE;
	v->asked = true;
	v->result.state = state;
	if (state == VALIDATION_SECURE)
		v->result.ede.present = false;
	if (state == VALIDATION_INSECURE)
		v->result.ede = v->insecure;
	v->result.needs = v->needs;
	v->result.checks = v->checks;
}

enum status validation_new(const struct dnssec_policy *policy, struct dnssec_keys *keys,
	const struct message *answer, int64_t now_s, struct validation **out)
{
	struct validation *v;
	enum status status;

	if (!(answer->flags & DNS_FLAG_QR) || !answer->has_question)
		return STATUS_MALFORMED;
	if (!is_useful(answer) || answer->question.class != CLASS_IN)
		return STATUS_UNSUPPORTED;
	v = calloc(1, sizeof *v);
	if (v == NULL)
		return STATUS_NOMEM;
	v->policy = policy;
	v->keys = keys;
	v->now_s = now_s;
	v->hashes_left = policy->limits.hashes;
	v->result.ttl_max_s = UINT32_MAX;
	list_init(&v->zones);
	status = packet_new(answer, policy->limits.records, &v->answer);
	if (status == STATUS_NOMEM) {
		validation_free(v);
		return status;
	}
	if (status != STATUS_OK) {
		bogus(v, EDE_DNSSEC_BOGUS, "more than %u records",
			policy->limits.records);
		end(v, VALIDATION_BOGUS);
	}
	*out = v;
	return STATUS_OK;
}

/* Judges as far as it goes. */
static void advance(struct validation *v)
{
	v->asked = true;
	switch (judge(v)) {
	case TRUST_SECURE:
		end(v, VALIDATION_SECURE);
		break;
	case TRUST_INSECURE:
		end(v, VALIDATION_INSECURE);
		break;
	case TRUST_UNKNOWN:
		end(v, VALIDATION_INDETERMINATE);
		break;
	case TRUST_BOGUS:
		end(v, VALIDATION_BOGUS);
		break;
	case TRUST_NEEDS:
		v->step = VALIDATION_NEEDS;
		break;
	case TRUST_WORK:
		v->step = VALIDATION_WORK;
		break;
	}
}

static void remember(struct validation *v)
{
	list_for_each (it, &v->zones) {
		struct zone *zone = list_entry(it, struct zone, link);

		if (zone->remembered || zone->until_s <= v->now_s)
			continue;
		keys_remember(v->keys, zone);
		zone->remembered = true;
	}
}

enum validation_step validation_next(struct validation *v)
{
	if (!v->asked)
		advance(v);
	remember(v);
	return v->step;
}

/* What is missing after it may be in the memory: looked up by the next step. */
void validation_work(struct validation *v)
{
	v->may_work = true;
	advance(v);
	v->may_work = false;
	v->asked = v->step == VALIDATION_DONE;
}

const struct question *validation_need(const struct validation *v)
{
	return &v->need;
}

void validation_supply(struct validation *v, const struct message *response)
{
	struct fetched *fetched = calloc(1, sizeof *fetched);

	v->asked = false;
	v->needs++;
	if (fetched == NULL) {
		note(&v->result.ede, EDE_OTHER, "out of memory");
		end(v, VALIDATION_INDETERMINATE);
		return;
	}
	fetched->question = v->need;
	fetched->next = v->fetched;
	v->fetched = fetched;
	if (response != NULL && is_useful(response) &&
		question_equal(&response->question, &v->need) &&
		packet_new(response, v->policy->limits.chain_records, &fetched->packet) !=
			STATUS_OK)
		fetched->packet = NULL;
}

const struct validation_result *validation_result(const struct validation *v)
{
	return &v->result;
}

void validation_free(struct validation *v)
{
	if (v == NULL)
		return;
	list_for_each_safe (it, &v->zones)
		free(list_entry(it, struct zone, link));
	while (v->fetched != NULL) {
		struct fetched *next = v->fetched->next;

		packet_free(v->fetched->packet);
		free(v->fetched);
		v->fetched = next;
	}
	packet_free(v->answer);
	free(v);
}
