#include "dns/name.h"

#include <string.h>

#include "dns/message.h"

/* In a row, of one name. Writers of messages need a few; thousands, each leading
 * to the next, would make a message of 64 KB cost seconds to read. */
#define POINTERS_MAX       64
#define LABEL_TYPE         0xc0
#define LABEL_TYPE_POINTER 0xc0

/* A byte in each of a word's eight. */
#define BYTES(x) (UINT64_C(0x0101010101010101) * (x))

/* name_lower_byte() of eight at once. Without its top bit no byte carries into the next;
 * that bit then says of each whether it is at least A, and whether it is beyond Z. */
static uint64_t lower_word(uint64_t word)
{
	uint64_t low = word & BYTES(0x7f);
	uint64_t from_a = low + BYTES(0x80 - 'A');
	uint64_t beyond_z = low + BYTES(0x7f - 'Z');
	uint64_t letters = from_a & ~beyond_z & ~word & BYTES(0x80);

	return word | letters >> 2; /* 0x80 to 0x20 */
}

/* The labels in front of the root label or of a pointer, which is left to the caller. */
static bool read_run(struct reader *r, struct name *out)
{
	size_t room = NAME_WIRE_MAX - (size_t)out->n, n = 0;
	struct bytes run;

	if (room > r->rest.n)
		room = r->rest.n;
	while (n < room && r->rest.p[n] != 0 && (r->rest.p[n] & LABEL_TYPE) == 0)
		n += 1u + r->rest.p[n];
	/* There is a byte more to come. */
	if (n >= room)
		return false;
	run = rd_take(r, n);
	/* A memcpy() known to be short becomes a string instruction, which takes longer
	 * to begin than most names to copy. */
	memmove(out->wire + out->n, run.p, run.n);
	out->n = (uint8_t)(out->n + run.n);
	return true;
}

/* RFC 1035 §4.1.4: a pointer stands for a *prior* name. So it must lead in front
 * of the run of labels that it ends, and what it leads to must end there too.
 * That start only ever sinks, so reading ends; and no name depends on bytes
 * behind it, which may be cut off. The header is no name either. */
static bool read_labels(struct bytes message, struct reader *r, struct name *out)
{
	struct reader at = *r;
	size_t run_start = (size_t)(r->rest.p - message.p);

	for (unsigned pointers = 0; pointers <= POINTERS_MAX; pointers++) {
		size_t first, target;

		if (!read_run(&at, out))
			return false;
		first = (size_t)rd_uint(&at, 1);
		target = (first & ~(size_t)LABEL_TYPE) << 8;
		if (first != 0)
			target |= (size_t)rd_uint(&at, 1);
		if (pointers == 0)
			*r = at;
		if (first == 0) {
			out->wire[out->n++] = 0;
			return true;
		}
		if (at.bad || (first & LABEL_TYPE) != LABEL_TYPE_POINTER)
			return false;
		if (target >= run_start || target < DNS_HEADER_BYTES)
			return false;
		at.rest = bytes_of(message.p + target, run_start - target);
		run_start = target;
	}
	return false;
}

enum status name_read(struct bytes message, struct reader *r, struct name *out)
{
	out->n = 0;
	if (!r->bad && read_labels(message, r, out))
		return STATUS_OK;
	r->bad = true;
	return STATUS_MALFORMED;
}

static bool wire_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		if (lower_word(load_word(a + i)) != lower_word(load_word(b + i)))
			return false;
	}
	for (; i < n; i++) {
		if (name_lower_byte(a[i]) != name_lower_byte(b[i]))
			return false;
	}
	return true;
}

bool name_equal(const struct name *a, const struct name *b)
{
	return a->n == b->n && wire_equal(a->wire, b->wire, a->n);
}

void name_lower_to(const struct name *name, uint8_t *out)
{
	size_t i = 0;

	for (; i + 8u <= name->n; i += 8) {
		uint64_t word = lower_word(load_word(name->wire + i));

		memcpy(out + i, &word, sizeof word);
	}
	for (; i < name->n; i++)
		out[i] = name_lower_byte(name->wire[i]);
}

void name_lower(struct name *name)
{
	name_lower_to(name, name->wire);
}

bool name_within(const struct name *name, const struct name *zone)
{
	size_t at = 0;

	/* Only where a label starts: "notexample." is not below "example.". */
	while ((size_t)name->n - at > zone->n)
		at += 1u + name->wire[at];
	return (size_t)name->n - at == zone->n &&
	       wire_equal(name->wire + at, zone->wire, zone->n);
}

struct bytes name_bytes(const struct name *name)
{
	return bytes_of(name->wire, name->n);
}
