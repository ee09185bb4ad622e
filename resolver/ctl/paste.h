/* The pins that a probe has seen, as lines for pintle.yaml. */
#ifndef CTL_PASTE_H
#define CTL_PASTE_H

#include <jansson.h>

#include "base/text.h"
#include "tls/verdict.h"

/* Of all addresses of an upstream; more are left out. */
#define PASTE_KEYS_MAX    32
#define PASTE_REFUSED_MAX 16
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

	/* pin_mode: learn, where pins may not stand beside it. */
	bool learns;
	struct pin refused[PASTE_REFUSED_MAX]; /* issuers, other than learned */
	size_t refused_n;
};

/* Takes the leaf's key and its issuer's, if the verdict is accepted or only the pins
 * speak against it: of no other chain it was shown that it belongs to the upstream. If
 * it is what was learned that speaks against it, nothing is to be pasted: an operator
 * may accept its issuer. */
void paste_take(const struct verdict *verdict, struct paste *paste);

/* What an operator types to accept each issuer that is not the one learned. */
void paste_write_accept(
	const struct paste *paste, const char *upstream, struct text *out);
/* The same, an array of commands; owned. NULL: no memory. */
json_t *paste_accept_json(const struct paste *paste, const char *upstream);

/* An upstream's `pins:`, issuers first, each with a comment that says how long it
 * lasts; nothing if there are none. */
void paste_write(const struct paste *paste, struct text *out);

/* An object a key; owned. NULL: no memory. */
json_t *paste_json(const struct paste *paste);

#endif
