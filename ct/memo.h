/* Signatures already verified are not verified again: upstreams show the same
 * certificate at every connection. Bounded, and holding digests only. */
#ifndef CT_MEMO_H
#define CT_MEMO_H

#include "base/bytes.h"

/* Upstreams are few and a certificate has three SCTs. 32 bytes each. */
#define CT_MEMO_MAX 64

struct ct_memo {
	uint8_t digests[CT_MEMO_MAX][32];
	bool valid[CT_MEMO_MAX];
	size_t n, next; /* the oldest goes for a new one */
};

/* Whether an outcome is known for that digest: `*valid`. */
bool ct_memo_find(const struct ct_memo *memo, const uint8_t digest[32], bool *valid);
void ct_memo_add(struct ct_memo *memo, const uint8_t digest[32], bool valid);

#endif
