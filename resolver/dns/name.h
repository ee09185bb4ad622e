/* DNS names (RFC 1035 §3.1, §4.1.4). */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

#define NAME_WIRE_MAX  255
#define NAME_LABEL_MAX 63
/* Every byte as \DDD, the dots and the terminator. */
#define NAME_TEXT_MAX 1024

/* Uncompressed, with the root label, in the case that was seen. */
struct name {
	uint8_t n; /* 1 to 255 */
	uint8_t wire[NAME_WIRE_MAX];
};

/* Reads a name at r->rest, which lies inside `message`, a whole one from its
 * header on; compression pointers point backwards only, so a loop is impossible.
 * On success r->rest begins behind the name. MALFORMED, with r->bad set: runs
 * past the end, over 255 bytes, over 64 pointers in a row, an unknown label type,
 * a pointer to anything but bytes between the header and the labels it ends. */
MUST_CHECK enum status name_read(
	struct bytes message, struct reader *r, struct name *out);

/* "www.example", "www.example.", "." and \DDD or \X escapes (RFC 1035 §5.1).
 * MALFORMED: an empty label, a label over 63 bytes, a name over 255. */
MUST_CHECK enum status name_from_text(const char *text, struct name *out);
/* With the final dot; bytes outside printable ASCII as \DDD. */
void name_to_text(const struct name *name, char out[NAME_TEXT_MAX]);

/* An ASCII letter. Length bytes are at most 63 and never look like one, so that a whole
 * name can be treated byte by byte. */
static inline uint8_t name_lower_byte(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* ASCII case is ignored (RFC 4343). */
bool name_equal(const struct name *a, const struct name *b);
void name_lower(struct name *name);
/* To `out`, which has name->n bytes. */
void name_lower_to(const struct name *name, uint8_t *out);
/* `name` is `zone` or lies below it. */
bool name_within(const struct name *name, const struct name *zone);

struct bytes name_bytes(const struct name *name);

#endif
