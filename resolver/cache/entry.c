#include "cache/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define FLAG_DO 0x01
#define FLAG_CD 0x02

static const uint8_t *entry_wire(const struct entry *e)
{
	return (const uint8_t *)(e->ttl_at + e->ttl_n);
}

void entry_key_make(const struct cache_key *key, struct entry_key *out)
{
	const struct name *name = &key->question->name;
	struct writer w = { .p = out->bytes, .n = name->n, .cap = sizeof out->bytes };

	name_lower_to(name, out->bytes);
	out->flags = (uint8_t)((key->dnssec_ok ? FLAG_DO : 0) |
			       (key->checking_disabled ? FLAG_CD : 0));
	wr_uint(&w, key->question->type, 2);
	wr_uint(&w, key->question->class, 2);
	out->question_n = w.n;
	wr_uint(&w, out->flags, 1);
	out->hash = hash_bytes(wr_done(&w));
}

bool entry_matches(const struct entry *e, const struct entry_key *key)
{
	return e->hash == (uint32_t)key->hash && e->flags == key->flags &&
	       e->question_end == DNS_HEADER_BYTES + key->question_n &&
	       memcmp(entry_wire(e) + DNS_HEADER_BYTES, key->bytes, key->question_n) == 0;
}

bool entry_has_name(const struct entry *e, const struct name *lowered)
{
	return e->question_end == DNS_HEADER_BYTES + lowered->n + 4 &&
	       memcmp(entry_wire(e) + DNS_HEADER_BYTES, lowered->wire, lowered->n) == 0;
}

bool entry_within(const struct entry *e, const struct name *zone)
{
	struct name name = { .n = (uint8_t)(e->question_end - DNS_HEADER_BYTES - 4) };

	memcpy(name.wire, entry_wire(e) + DNS_HEADER_BYTES, name.n);
	return name_within(&name, zone);
}

/* malloc() adds a size_t and hands out multiples of 16. */
size_t entry_charge(size_t n)
{
	return (n + sizeof(size_t) + 15) / 16 * 16;
}

static size_t ede_text_size(const struct ede *ede)
{
	/* A terminator must fit when it is read back. */
	return ede->present ? strnlen(ede->text, sizeof ede->text - 1) : 0;
}

/* What stands behind begins where the members end, not at the next multiple of 8. */
static size_t size_of(size_t ttl_n, size_t wire_n, size_t text_n)
{
	return offsetof(struct entry, ttl_at) + ttl_n * sizeof(uint16_t) + wire_n +
	       text_n;
}

size_t entry_size(const struct answer *answer, const struct ede *ede)
{
	ede = ede != NULL ? ede : &answer->ede;
	return size_of(answer->ttl_n, answer->wire.n, ede_text_size(ede));
}

size_t entry_taken(const struct entry *e)
{
	return size_of(e->ttl_n, e->wire_n, e->ede_text_n);
}

bool answer_is_to_key(const struct answer *answer, const struct entry_key *key)
{
	struct name name;
	struct reader r;

	if (answer->question_end != DNS_HEADER_BYTES + key->question_n ||
		answer->wire.n < answer->question_end || answer->wire.n > DNS_MESSAGE_MAX)
		return false;
	r = (struct reader){ .rest = bytes_of(answer->wire.p + DNS_HEADER_BYTES,
				     key->question_n) };
	if (name_read(answer->wire, &r, &name) != STATUS_OK)
		return false;
	name_lower(&name);
	return name.n + r.rest.n == key->question_n &&
	       memcmp(name.wire, key->bytes, name.n) == 0 &&
	       memcmp(r.rest.p, key->bytes + name.n, r.rest.n) == 0;
}

struct entry *entry_new(
	const struct entry_key *key, const struct answer *answer, const struct ede *ede)
{
	struct entry *e;
	uint8_t *wire;

	ede = ede != NULL ? ede : &answer->ede;
	e = malloc(entry_size(answer, ede));
	if (e == NULL)
		return NULL;
	*e = (struct entry){
		.hash = (uint32_t)key->hash,
		.wire_n = (uint16_t)answer->wire.n,
		.ttl_n = answer->ttl_n,
		.question_end = answer->question_end,
		.flags = key->flags,
		.rcode = answer->rcode,
		.has_ede = ede->present,
		.authenticated = answer->authenticated,
		.ede_code = ede->code,
		.ede_text_n = (uint8_t)ede_text_size(ede),
	};
	if (e->ttl_n > 0)
		memcpy(e->ttl_at, answer->ttl_at, e->ttl_n * sizeof *e->ttl_at);
	wire = (uint8_t *)(e->ttl_at + e->ttl_n);
	memcpy(wire, answer->wire.p, e->wire_n);
	/* In lower case, so that a lookup compares bytes; a reply puts the
	 * client's own question over it. */
	memcpy(wire + DNS_HEADER_BYTES, key->bytes, key->question_n);
	if (e->ede_text_n > 0)
		memcpy(wire + e->wire_n, ede->text, e->ede_text_n);
	return e;
}

void entry_view(const struct entry *e, struct answer *answer, struct ede *ede)
{
	/* One by one: the texts of an Extended DNS Error are mostly not there. */
	answer->wire = bytes_of(entry_wire(e), e->wire_n);
	answer->ttl_at = e->ttl_at;
	answer->ttl_n = e->ttl_n;
	answer->question_end = e->question_end;
	answer->rcode = e->rcode;
	answer->ttl_s = e->life_s;
	answer->authenticated = e->authenticated;
	answer->ede.present = ede->present = false;
	if (!e->has_ede)
		return;
	ede = entry_is_failure(e) ? ede : &answer->ede;
	ede->present = true;
	ede->code = e->ede_code;
	memcpy(ede->text, entry_wire(e) + e->wire_n, e->ede_text_n);
	ede->text[e->ede_text_n] = '\0';
}
