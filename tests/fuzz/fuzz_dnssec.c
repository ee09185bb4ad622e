/* Validation of what a hostile upstream says: the anchors as text, the answer, and the
 * messages that it has for the chain, each behind two bytes of length. It ends, within
 * its limits, and says the same again of what it has remembered. */
#include <stdint.h>
#include <stdlib.h>

#include "dnssec/denial.h"
#include "dnssec/dnssec.h"
#include "dnssec/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 2026-07-01T00:00:00Z, when the signatures of the corpus hold. */
#define NOW          1782864000
#define MESSAGES_MAX 64

struct input {
	struct message answer;
	struct message messages[MESSAGES_MAX];
	size_t n;
};

static struct bytes next_piece(struct reader *r)
{
	return rd_take(r, (size_t)rd_uint(r, 2));
}

static bool read_messages(struct reader *r, struct input *in)
{
	if (message_parse(next_piece(r), &in->answer) != STATUS_OK)
		return false;
	in->n = 0;
	while (!r->bad && r->rest.n > 0 && in->n < MESSAGES_MAX) {
		if (message_parse(next_piece(r), &in->messages[in->n]) == STATUS_OK)
			in->n++;
	}
	return true;
}

static const struct message *answer_to(
	const struct input *in, const struct question *question)
{
	for (size_t i = 0; i < in->n; i++) {
		if (in->messages[i].has_question &&
			question_equal(&in->messages[i].question, question))
			return &in->messages[i];
	}
	return NULL;
}

static void check(const struct dnssec_limits *limits, const struct validation_result *r)
{
	if (r->needs > limits->needs || r->checks > limits->checks)
		abort();
	if (r->state == VALIDATION_SECURE && r->ede.present)
		abort();
	if ((r->state == VALIDATION_BOGUS || r->state == VALIDATION_INDETERMINATE) &&
		!r->ede.present)
		abort();
}

static enum validation_state validate(const struct dnssec_policy *policy,
	struct dnssec_keys *keys, const struct input *in)
{
	struct validation *v;
	enum validation_step step;
	enum validation_state state;
	unsigned steps = 0;

	if (validation_new(policy, keys, &in->answer, NOW, &v) != STATUS_OK)
		return VALIDATION_INDETERMINATE;
	while ((step = validation_next(v)) != VALIDATION_DONE) {
		if (++steps > 3 * policy->limits.needs + 3)
			abort();
		if (step == VALIDATION_WORK)
			validation_work(v);
		else
			validation_supply(v, answer_to(in, validation_need(v)));
	}
	check(&policy->limits, validation_result(v));
	state = validation_result(v)->state;
	validation_free(v);
	return state;
}

/* The proofs alone, as if all had been signed: signatures keep most inputs from them. */
static void prove(const struct message *answer)
{
	unsigned hashes = 64;
	const void *source;
	struct packet *packet;
	struct denial nsec = { .zone = &(struct name){ .n = 1 }, .hashes_left = &hashes };
	struct denial nsec3 = nsec;

	if (!answer->has_question || packet_new(answer, 1000, &packet) != STATUS_OK)
		return;
	for (size_t i = 0; i < packet->sets_n; i++) {
		const struct rrset *set = &packet->sets[i];
		const struct record *record = &set->records->record;

		if (set->type == TYPE_NSEC)
			denial_add_nsec(&nsec, packet->message.wire, record, set);
		if (set->type == TYPE_NSEC3)
			denial_add_nsec3(&nsec3, record, set);
	}
	for (int i = 0; i < 2; i++) {
		struct denial *d = i == 0 ? &nsec : &nsec3;

		(void)denial_of_name(d, &answer->question.name);
		(void)denial_of_type(d, &answer->question.name, answer->question.type);
		(void)denial_of_closer(d, &answer->question.name, 1, &source);
		(void)denial_of_ds(d, &answer->question.name);
	}
	packet_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input in;
	struct reader r = { .rest = bytes_of(data, size) };
	struct dnssec_policy policy = { .limits = dnssec_limits_default };
	struct dnssec_anchors *anchors = NULL;
	struct dnssec_keys *keys = NULL;
	char buffer[256];
	struct text error = text_in(buffer, sizeof buffer);

	if (dnssec_anchors_read(next_piece(&r), "anchors", &error, &anchors) ==
			STATUS_OK &&
		read_messages(&r, &in) && dnssec_keys_new(100000, &keys) == STATUS_OK) {
		policy.anchors = anchors;
		prove(&in.answer);
		if (validate(&policy, keys, &in) == VALIDATION_SECURE &&
			validate(&policy, keys, &in) != VALIDATION_SECURE)
			abort();
	}
	dnssec_keys_free(keys);
	dnssec_anchors_free(anchors);
	return 0;
}
