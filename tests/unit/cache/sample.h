/* Answers to put into a cache. */
#ifndef TESTS_UNIT_CACHE_SAMPLE_H
#define TESTS_UNIT_CACHE_SAMPLE_H

#include "cache/cache.h"

struct sample {
	struct question question;
	struct cache_key key; /* borrows the question: not to be copied */
	struct answer answer; /* borrows what follows */
	uint8_t wire[DNS_MESSAGE_MAX];
	uint16_t ttl_at[1];
};

/* One record of an unknown type, its RDATA `version` and as many zeros as make
 * `rdata_n` bytes (4 or more). */
void sample_make(struct sample *s, const char *name, uint32_t version, uint32_t ttl_s,
	size_t rdata_n);
/* The version in an answer. */
uint32_t sample_version(const struct answer *answer);

#endif
