/* The pins that a probe has seen, as lines for pintle.yaml. */
#ifndef CTL_PASTE_H
#define CTL_PASTE_H

#include <jansson.h>

#include "base/text.h"
#include "tls/verdict.h"

/* Of all addresses of an upstream; more are left out. */
#define PASTE_KEYS_MAX 32
/* Enough for that many. */
#define PASTE_TEXT_MAX (PASTE_KEYS_MAX * 320 + 512)

struct paste_key {
	struct pin pin;
	bool is_issuer; /* else a leaf's */
	char subject[PEER_SUBJECT_MAX];
	int64_t not_after_s; /* the latest seen with this key */
};

struct paste {
	struct paste_key keys[PASTE_KEYS_MAX];
	size_t n;
	bool differs; /* from the pins that are configured */
};

/* Takes the leaf's key and its issuer's, if the verdict is accepted or only the pins
 * speak against it: of no other chain it was shown that it belongs to the upstream. */
void paste_take(const struct verdict *verdict, struct paste *paste);

/* An upstream's `pins:`, issuers first, each with a comment that says how long it
 * lasts; nothing if there are none. */
void paste_write(const struct paste *paste, struct text *out);

/* An object a key; owned. NULL: no memory. */
json_t *paste_json(const struct paste *paste);

#endif
