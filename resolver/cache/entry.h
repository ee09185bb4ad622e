/* One remembered answer, and the key it is found under. */
#ifndef CACHE_ENTRY_H
#define CACHE_ENTRY_H

#include "base/list.h"
#include "cache/cache.h"

/* A key in the form that is hashed and compared: the question as on the wire
 * with its name in lower case, then a byte of flags. */
struct entry_key {
	uint8_t bytes[NAME_WIRE_MAX + 5];
	size_t question_n; /* without the flags */
	uint8_t flags;
	uint64_t hash;
};

/* A single allocation. Behind it stand `ttl_n` offsets, the wire and the text
 * of an Extended DNS Error. */
struct entry {
	struct list link;   /* in the cache's queue */
	struct entry *next; /* in its bucket; owned by the table's user */
	uint32_t hash; /* the key's, its low half; beside `next`, for a chain's sake */
	uint32_t life_s;
	uint64_t stored_ms; /* on clock_now_ms() */
	uint32_t wait_ms;   /* an answer's: not to be refreshed at a lower age */
	/* Of failures: of this one; or, of an answer, of the last try to refresh it
	 * after its end, `reason` saying why. 0: it has not failed. */
	uint32_t generation;
	uint32_t reason;
	uint16_t wire_n, ttl_n, question_end;
	uint16_t ede_code;
	uint8_t ede_text_n;
	uint8_t flags;
	uint8_t rcode;
	bool has_ede;
	bool authenticated;
	uint8_t hits; /* up to a bound */
	bool visited; /* hit since the eviction hand last passed */
	uint16_t ttl_at[];
};

/* It is a remembered failure, not an answer. */
static inline bool entry_is_failure(const struct entry *e)
{
	return e->rcode == RCODE_SERVFAIL;
}

/* An event loop's idea of now may lag behind the clock. */
static inline uint64_t entry_age_ms(const struct entry *e, uint64_t now_ms)
{
	return now_ms > e->stored_ms ? now_ms - e->stored_ms : 0;
}

/* It is not to be refreshed for so long. */
static inline void entry_wait(struct entry *e, uint64_t now_ms, uint32_t wait_ms)
{
	uint64_t age_ms = entry_age_ms(e, now_ms);

	/* After 49 days it is not remembered, and the refresh comes early. */
	e->wait_ms = age_ms < UINT32_MAX - wait_ms ? (uint32_t)age_ms + wait_ms : 0;
}

static inline bool entry_waits(const struct entry *e, uint64_t now_ms)
{
	return entry_age_ms(e, now_ms) < e->wait_ms;
}

void entry_key_make(const struct cache_key *key, struct entry_key *out);
bool entry_matches(const struct entry *e, const struct entry_key *key);
bool entry_has_name(const struct entry *e, const struct name *lowered);
/* Its name is `zone` or lies below it. */
bool entry_within(const struct entry *e, const struct name *zone);

/* What an allocation of `n` bytes takes, the allocator's own share included:
 * as glibc rounds. */
size_t entry_charge(size_t n);
/* What entry_new() will take. `ede`, or else the answer's own, is kept with it; NULL: the
 * answer's own. */
size_t entry_size(const struct answer *answer, const struct ede *ede);

/* The same of what it has made. */
size_t entry_taken(const struct entry *e);

/* Whether the answer's question is the key's. */
bool answer_is_to_key(const struct answer *answer, const struct entry_key *key);

/* Copies `answer`, which is to `key`; the times and links are the caller's.
 * NULL: no memory. */
struct entry *entry_new(
	const struct entry_key *key, const struct answer *answer, const struct ede *ede);

/* `answer` borrows from the entry. `ede` is a failure's; an answer's own is in it. */
void entry_view(const struct entry *e, struct answer *answer, struct ede *ede);

#endif
