/* A set of pins, matched against a chain: the one that path verification
 * built, never the one that was sent. */
#ifndef PINNING_PINSET_H
#define PINNING_PINSET_H

#include <stdbool.h>
#include <stddef.h>

#include "pinning/pin.h"

struct pinset {
	const struct pin *pins; /* borrowed */
	size_t n;
};

/* Whether one of `chain`'s `n` keys is in the set; `*at` is its place in the
 * chain, leaf 0. An empty set matches nothing. */
bool pinset_match(
	const struct pinset *set, const struct pin *chain, size_t n, size_t *at);

/* SPKIs that are never accepted in a chain, whoever trusts them: the CA that
 * issued twelve certificates for 1.1.1.1 without its owner's consent. */
const struct pinset *pinset_builtin_deny(void);

#endif
