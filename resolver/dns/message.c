#include "dns/message.h"

#define OPCODE_SHIFT 11
#define OPCODE_MASK  0xf
#define RCODE_MASK   0xf

/* RDATA that consists of `head` bytes, then names, then `tail` bytes: what old
 * clients trust blindly, and what pintle itself looks into. Only the types of
 * RFC 1035 may hold compressed names (RFC 3597 §4). */
static const struct rdata_shape {
	uint16_t type;
	uint8_t head, names, tail;
} rdata_shapes[] = {
	{ .type = TYPE_A, .head = 4 },
	{ .type = TYPE_NS, .names = 1 },
	{ .type = TYPE_CNAME, .names = 1 },
	{ .type = TYPE_SOA, .names = 2, .tail = 20 },
	{ .type = TYPE_PTR, .names = 1 },
	{ .type = TYPE_MX, .head = 2, .names = 1 },
	{ .type = TYPE_AAAA, .head = 16 },
};

static bool rdata_fits(
	struct bytes message, struct bytes rdata, const struct rdata_shape *shape)
{
	struct reader r = { .rest = rdata };
	struct name name;

	rd_take(&r, shape->head);
	for (unsigned i = 0; i < shape->names; i++) {
		if (name_read(message, &r, &name) != STATUS_OK)
			return false;
	}
	rd_take(&r, shape->tail);
	return !r.bad && r.rest.n == 0;
}

/* Other classes are let through: in an UPDATE they come without RDATA
 * (RFC 2136 §2.4). */
static bool rdata_is_valid(struct bytes message, const struct record *record)
{
	if (record->class != CLASS_IN)
		return true;
	for (size_t i = 0; i < sizeof rdata_shapes / sizeof *rdata_shapes; i++) {
		if (rdata_shapes[i].type == record->type)
			return rdata_fits(message, record->rdata, &rdata_shapes[i]);
	}
	return true;
}

/* RFC 6891 §6.1.1: the root's, in the additional section, at most once. */
static enum status take_opt(struct message *m, const struct record *record)
{
	if (m->edns.present || record->owner.n != 1)
		return STATUS_MALFORMED;
	if (record->section != SECTION_ADDITIONAL)
		return STATUS_MALFORMED;
	m->opt_start = record->start;
	m->opt_end = record->end;
	return edns_decode(record->class, record->ttl_s, record->rdata, &m->edns);
}

/* RFC 1035 §4.1.1, §4.1.2. */
static enum status parse_head(struct bytes wire, struct message *out)
{
	struct reader r = { .rest = wire };
	uint16_t questions;

	out->wire = wire;
	out->id = (uint16_t)rd_uint(&r, 2);
	out->flags = (uint16_t)rd_uint(&r, 2);
	questions = (uint16_t)rd_uint(&r, 2);
	for (int i = 0; i < 3; i++)
		out->counts[i] = (uint16_t)rd_uint(&r, 2);
	out->has_question = false;
	if (r.bad || questions > 1)
		return STATUS_MALFORMED;
	if (questions == 1) {
		if (name_read(wire, &r, &out->question.name) != STATUS_OK)
			return STATUS_MALFORMED;
		out->question.type = (uint16_t)rd_uint(&r, 2);
		out->question.class = (uint16_t)rd_uint(&r, 2);
	}
	out->question_end = wire.n - r.rest.n;
	out->has_question = questions == 1 && !r.bad;
	return r.bad ? STATUS_MALFORMED : STATUS_OK;
}

enum status message_header(struct bytes wire, uint16_t *id, uint16_t *flags)
{
	struct reader r = { .rest = wire };

	if (wire.n < DNS_HEADER_BYTES)
		return STATUS_MALFORMED;
	*id = (uint16_t)rd_uint(&r, 2);
	*flags = (uint16_t)rd_uint(&r, 2);
	return STATUS_OK;
}

static enum status parse_records(struct message *out)
{
	struct record_walk walk = record_walk(out);
	UNCLEARED struct record record;

	while (record_next(&walk, &record)) {
		if (record.type == TYPE_OPT && take_opt(out, &record) != STATUS_OK)
			return STATUS_MALFORMED;
		if (!rdata_is_valid(out->wire, &record))
			return STATUS_MALFORMED;
	}
	return walk.reader.bad || walk.reader.rest.n > 0 ? STATUS_MALFORMED : STATUS_OK;
}

enum status message_parse(struct bytes wire, struct message *out)
{
	out->edns = (struct edns){ .present = false };
	out->opt_start = out->opt_end = 0;
	if (wire.n > DNS_MESSAGE_MAX || parse_head(wire, out) != STATUS_OK)
		return STATUS_MALFORMED;
	return parse_records(out);
}

unsigned message_opcode(const struct message *m)
{
	return m->flags >> OPCODE_SHIFT & OPCODE_MASK;
}

unsigned message_rcode(const struct message *m)
{
	unsigned high = m->edns.present ? m->edns.rcode_high : 0;

	return high << 4 | (m->flags & RCODE_MASK);
}

bool question_equal(const struct question *a, const struct question *b)
{
	return a->type == b->type && a->class == b->class &&
	       name_equal(&a->name, &b->name);
}

bool message_answers(const struct message *m, const struct question *question)
{
	if (!(m->flags & DNS_FLAG_QR) || message_opcode(m) != OPCODE_QUERY)
		return false;
	if (m->has_question)
		return question_equal(&m->question, question);
	return message_rcode(m) != RCODE_NOERROR && message_rcode(m) != RCODE_NXDOMAIN;
}

void message_age(const struct message *m, uint8_t *wire, uint32_t age_s)
{
	struct record_walk walk = record_walk(m);
	struct record record;

	while (record_next(&walk, &record)) {
		uint32_t left_s = record.ttl_s > age_s ? record.ttl_s - age_s : 0;
		struct writer w = { .p = wire + record.ttl_at, .cap = 4 };

		if (record.type != TYPE_OPT)
			wr_uint(&w, left_s, 4);
	}
}

struct record_walk record_walk(const struct message *m)
{
	size_t at = m->question_end;

	return (struct record_walk){
		.message = m,
		.reader = { .rest = bytes_of(m->wire.p + at, m->wire.n - at) },
		.section = SECTION_ANSWER,
		.left = m->counts[SECTION_ANSWER],
	};
}

/* RFC 1035 §4.1.3. message_parse() walks too, so bytes may still be bad. */
bool record_next(struct record_walk *walk, struct record *out)
{
	const struct message *m = walk->message;
	struct reader *r = &walk->reader;

	while (walk->left == 0) {
		if (walk->section == SECTION_ADDITIONAL)
			return false;
		walk->left = m->counts[++walk->section];
	}
	walk->left--;
	out->section = (enum dns_section)walk->section;
	out->start = m->wire.n - r->rest.n;
	if (name_read(m->wire, r, &out->owner) != STATUS_OK)
		return false;
	out->type = (uint16_t)rd_uint(r, 2);
	out->class = (uint16_t)rd_uint(r, 2);
	out->ttl_at = m->wire.n - r->rest.n;
	out->ttl_s = (uint32_t)rd_uint(r, 4);
	out->rdata = rd_take(r, (size_t)rd_uint(r, 2));
	out->end = m->wire.n - r->rest.n;
	return !r->bad;
}
