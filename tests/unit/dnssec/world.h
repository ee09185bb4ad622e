/* A small signed internet: the messages of world.txt, and validations in it. */
#ifndef TESTS_UNIT_DNSSEC_WORLD_H
#define TESTS_UNIT_DNSSEC_WORLD_H

#include "dnssec/dnssec.h"

/* Signatures hold from 2026-01-01 to 2026-12-31; this is 2026-07-01. */
#define WORLD_NOW 1782864000

/* Reads world.txt of the source tree; ends the program if that fails. */
void world_load(void);
void world_free(void);
/* "www.rsa.test A#unsigned"; NULL: there is none. The message borrows. */
const struct message *world_message(const char *key);
/* Each question that unbound was asked as a validator of the same zones, and what it
 * says: "secure", "insecure", "bogus". Returns how many. */
struct world_question {
	const char *key, *verdict;
};
size_t world_questions(struct world_question *out, size_t cap);
/* The world's own root, or other records in zone format. Owned. */
struct dnssec_anchors *world_anchors(const char *text);
/* The records of the world's anchor as text. */
const char *world_anchor_text(void);

/* Messages that stand in the place of others: "rsa.test DS" -> "rsa.test DS#none". A
 * `by` of NULL: nobody answers. Ends with { NULL, NULL }. */
struct world_swap {
	const char *key, *by;
};

/* Asks and works until it is done. `swaps` may be NULL. The caller frees. */
struct validation *world_start(const struct dnssec_policy *policy,
	struct dnssec_keys *keys, const char *key, int64_t now_s);
void world_finish(struct validation *v, const struct world_swap *swaps);

#endif
