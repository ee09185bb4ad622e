/* What answers are validated with: anchors, exceptions, remembered keys, and threads for
 * the work with signatures. One for each configuration of DNSSEC; a reload that changes
 * nothing of it keeps it, and with it the keys. */
#ifndef QUERY_VALIDATOR_H
#define QUERY_VALIDATOR_H

#include <uv.h>

#include "base/text.h"
#include "dnssec/dnssec.h"

struct validator;

/* All copied. */
struct validator_options {
	struct bytes anchors;        /* in zone format; p is NULL: the built-in ones */
	const char *file;            /* where they are from, for errors */
	const struct name *negative; /* zones that are not validated */
	size_t negative_n;
	/* As `negative`, but for those that an anchor other than the root's is above:
	 * zones that no chain leads to from the root. */
	const struct name *unsignable;
	size_t unsignable_n;
};

struct validator_stats {
	uint64_t secure, insecure, bogus, indeterminate; /* answers */
	uint64_t retries;        /* bogus ones that were asked for again */
	size_t under_way, zones; /* zones: that are known, with keys or without */
};

/* `loop` NULL is good for a check of the options alone. CONFIG: the anchors are at fault,
 * `error` says where; NOMEM. */
MUST_CHECK enum status validator_new(uv_loop_t *loop,
	const struct validator_options *options, struct text *error,
	struct validator **out);
/* The same answers would be found secure by both. */
bool validator_equal(const struct validator *a, const struct validator *b);
/* Nobody validates with it any more: the resolver has another one, or is gone. Its
 * memory goes with the next turns of the loop, once its threads are done. NULL is
 * fine. */
void validator_free(struct validator *validator);
struct validator_stats validator_stats(const struct validator *validator);
/* What was proven of zones, from now on anew. NULL is fine. */
void validator_flush(struct validator *validator);

#endif
