#include "transport/plain_message.h"

#include <string.h>

#include "base/random.h"

#define LENGTH_BYTES  2
#define QUESTION_TAIL 4 /* type and class */
#define COUNTS_AT     4

bool plain_scope_has(const struct plain_scope *scope, const struct name *name)
{
	for (size_t i = 0; i < scope->zone_n; i++) {
		const struct name *zone = &scope->zones[i];

		if (zone->n > 1 &&
			(scope->exact ? name_equal(name, zone) : name_within(name, zone)))
			return true;
	}
	return false;
}

/* draft-vixie-dnsext-dns0x20: one bit more to guess for each letter. */
static void mix_case(uint8_t *name, size_t n)
{
	uint8_t coins[NAME_WIRE_MAX];

	random_bytes(coins, n);
	/* Lengths of labels are below any letter. */
	for (size_t i = 0; i < n; i++) {
		uint8_t lower = name[i] | 0x20;

		if (lower >= 'a' && lower <= 'z' && name[i] >= 'A' && (coins[i] & 1))
			name[i] ^= 0x20;
	}
}

/* One question, not compressed, and where it ends. */
static enum status read_name(struct bytes wire, struct name *name, size_t *question_end)
{
	struct reader r = { .rest = wire };

	rd_take(&r, COUNTS_AT);
	if (rd_uint(&r, 2) != 1)
		return STATUS_MALFORMED;
	rd_take(&r, DNS_HEADER_BYTES - COUNTS_AT - 2);
	if (r.bad || name_read(wire, &r, name) != STATUS_OK)
		return STATUS_MALFORMED;
	rd_take(&r, QUESTION_TAIL);
	*question_end = wire.n - r.rest.n;
	if (r.bad || *question_end != (size_t)DNS_HEADER_BYTES + name->n + QUESTION_TAIL)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status plain_write(const struct plain_scope *scope, const struct question *question,
	struct bytes wire, struct plain_sent *out)
{
	struct writer w = { .p = out->frame, .cap = sizeof out->frame };
	struct name name;
	enum status status = read_name(wire, &name, &out->question_end);
	uint16_t id;

	if (status == STATUS_OK && !name_equal(&name, &question->name))
		status = STATUS_MALFORMED;
	if (status != STATUS_OK)
		return status;
	if (!plain_scope_has(scope, &name))
		return STATUS_UNSUPPORTED;
	wr_uint(&w, wire.n, LENGTH_BYTES);
	wr_bytes(&w, wire);
	if (w.bad)
		return STATUS_NOSPACE;
	out->n = wire.n;
	random_bytes(&id, sizeof id);
	query_set_id(out->frame + LENGTH_BYTES, id);
	mix_case(out->frame + LENGTH_BYTES + DNS_HEADER_BYTES, name.n);
	return STATUS_OK;
}

struct bytes plain_datagram(const struct plain_sent *sent)
{
	return bytes_of(sent->frame + LENGTH_BYTES, sent->n);
}

struct bytes plain_frame(const struct plain_sent *sent)
{
	return bytes_of(sent->frame, LENGTH_BYTES + sent->n);
}

static bool same_id(const struct plain_sent *sent, struct bytes wire, uint16_t *flags)
{
	uint16_t id, sent_id, sent_flags;

	return message_header(wire, &id, flags) == STATUS_OK &&
	       message_header(plain_datagram(sent), &sent_id, &sent_flags) == STATUS_OK &&
	       id == sent_id && (*flags & DNS_FLAG_QR) != 0;
}

/* One question, letter for letter the one that was sent. */
static bool same_question(const struct plain_sent *sent, struct bytes wire)
{
	size_t n = sent->question_end - DNS_HEADER_BYTES;

	return wire.n >= sent->question_end && wire.p[COUNTS_AT] == 0 &&
	       wire.p[COUNTS_AT + 1] == 1 &&
	       memcmp(wire.p + DNS_HEADER_BYTES,
		       plain_datagram(sent).p + DNS_HEADER_BYTES, n) == 0;
}

static bool is_answer(
	struct bytes wire, const struct question *question, struct message *out)
{
	if (message_parse(wire, out) != STATUS_OK || !message_answers(out, question))
		return false;
	/* Anybody on the way may have set it (RFC 4035 §4.9.3). */
	out->flags &= (uint16_t)~DNS_FLAG_AD;
	return true;
}

enum plain_judgement plain_judge(const struct plain_sent *sent,
	const struct question *question, uint8_t *wire, size_t n, bool partial,
	struct message *out)
{
	struct bytes in = bytes_of(wire, n);
	uint16_t flags;

	if (!same_id(sent, in, &flags))
		return PLAIN_STRANGER;
	if (!same_question(sent, in))
		return !partial && is_answer(in, question, out) ? PLAIN_MISCASED
								: PLAIN_STRANGER;
	if (partial || (flags & DNS_FLAG_TC) != 0)
		return PLAIN_CUT;
	memcpy(wire + DNS_HEADER_BYTES, question->name.wire, question->name.n);
	return is_answer(in, question, out) ? PLAIN_ANSWER : PLAIN_STRANGER;
}

enum plain_judgement plain_judge_tcp(const struct plain_sent *sent,
	const struct question *question, struct bytes wire, struct message *out)
{
	uint16_t flags;

	return same_id(sent, wire, &flags) && is_answer(wire, question, out)
		       ? PLAIN_ANSWER
		       : PLAIN_STRANGER;
}

enum status plain_cut(const struct plain_sent *sent, const struct question *question,
	uint8_t *room, struct message *out)
{
	struct writer w = { .p = room, .cap = sent->question_end };

	wr_bytes(&w, bytes_of(plain_datagram(sent).p, 2));
	wr_uint(&w, DNS_FLAG_QR | DNS_FLAG_TC, 2);
	wr_uint(&w, 1, 2);
	wr_uint(&w, 0, 6);
	wr_bytes(&w, name_bytes(&question->name));
	wr_uint(&w, question->type, 2);
	wr_uint(&w, question->class, 2);
	return w.bad ? STATUS_NOSPACE : message_parse(wr_done(&w), out);
}
