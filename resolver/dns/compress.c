#include "dns/compress.h"

#include <string.h>

#include "dns/message.h"

/* As many as a name may follow in a row (name_read()), less the first one. Each leads to
 * a name that is a label shorter, so it suffices to leave longer names as they are. */
#define LABELS_MAX  60
#define POINTER     0xc000u
#define POINTER_MAX 0x3fffu

/* The labels of a name, but for the root's. */
struct labels {
	unsigned n;
	uint8_t at[LABELS_MAX];
	uint8_t slot[LABELS_MAX]; /* of what begins there */
};

/* From the end, so that each label's hash goes on where the next one's was. */
static void hash_labels(const struct name *name, struct labels *l)
{
	uint32_t hash = 2166136261u; /* FNV-1a; nothing is believed without a look */
	size_t end = name->n;

	for (unsigned i = l->n; i-- > 0;) {
		while (end > l->at[i]) {
			uint8_t c = name->wire[--end];

			/* Good enough for case: no other pair of letters meets. */
			hash = (hash ^ (c | 0x20u)) * 16777619u;
		}
		l->slot[i] = (uint8_t)(hash >> 24);
	}
}

static bool find_labels(const struct name *name, struct labels *l)
{
	l->n = 0;
	for (size_t at = 0; name->wire[at] != 0; at += 1u + name->wire[at]) {
		if (l->n == LABELS_MAX)
			return false;
		l->at[l->n++] = (uint8_t)at;
	}
	hash_labels(name, l);
	return true;
}

/* The name behind `at` in the message is what begins at `from` in `name`. */
static bool is_at(
	const struct writer *message, size_t at, const struct name *name, size_t from)
{
	struct reader r = { .rest = bytes_of(message->p + at, message->n - at) };
	struct name rest = { .n = (uint8_t)(name->n - from) }, there;

	memcpy(rest.wire, name->wire + from, rest.n);
	return name_read(wr_done(message), &r, &there) == STATUS_OK &&
	       name_equal(&there, &rest);
}

void compress_name(struct compressor *c, struct writer *message, const struct name *name)
{
	struct labels l;

	if (!find_labels(name, &l)) {
		wr_bytes(message, name_bytes(name));
		return;
	}
	for (unsigned i = 0; i < l.n; i++) {
		uint16_t *known = &c->at[l.slot[i]];

		if (*known != 0 && is_at(message, *known, name, l.at[i])) {
			wr_uint(message, POINTER | *known, 2);
			return;
		}
		if (message->n <= POINTER_MAX)
			*known = (uint16_t)message->n;
		wr_bytes(message,
			bytes_of(name->wire + l.at[i], 1u + name->wire[l.at[i]]));
	}
	wr_uint(message, 0, 1);
}
