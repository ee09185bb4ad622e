/*	eviction ENTRIES FILE	what LRU, CLOCK and SIEVE with so many entries keep
 *	eviction --cost ENTRIES	what a hit costs each of them
 *
 * FILE is a trace: names' numbers as load.c takes them. Hits are of its second half, with
 * the first one before; both are printed as a line of JSON, in per cent or nanoseconds.
 * All three are made of the same parts, so that what differs is the policy.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/timing.h"

#define NAMES_MAX 20000000
#define HITS      4000000
#define TRIES     9

/* Slot 0 is the queue's head: next of it is the newest. */
struct slot {
	uint32_t prev, next, name;
	bool visited;
};

static struct {
	struct slot *slots;
	uint32_t *slot_of; /* by name; 0: not kept */
	uint32_t cap, n, hand;
} cache;

static void unlink_slot(uint32_t at)
{
	cache.slots[cache.slots[at].prev].next = cache.slots[at].next;
	cache.slots[cache.slots[at].next].prev = cache.slots[at].prev;
}

static void push_newest(uint32_t at)
{
	struct slot *slot = &cache.slots[at];

	slot->prev = 0;
	slot->next = cache.slots[0].next;
	cache.slots[slot->next].prev = at;
	cache.slots[0].next = at;
}

/* --- the policies: what a hit does, and whose slot is taken ------------------------ */

static void move_to_front(uint32_t at)
{
	unlink_slot(at);
	push_newest(at);
}

static uint32_t take_oldest(void)
{
	return cache.slots[0].prev;
}

static void mark(uint32_t at)
{
	cache.slots[at].visited = true;
}

/* The slots are a ring, whose order is not that of the queue: who is spared is younger
 * then than all others. */
static uint32_t take_by_clock(void)
{
	for (;; cache.slots[cache.hand].visited = false) {
		cache.hand = cache.hand % cache.cap + 1;
		if (!cache.slots[cache.hand].visited)
			return cache.hand;
	}
}

/* From the oldest to the newest; who is spared stays where it is (Zhang et al., NSDI
 * 2024). */
static uint32_t take_by_sieve(void)
{
	uint32_t at = cache.hand != 0 ? cache.hand : cache.slots[0].prev;

	while (cache.slots[at].visited) {
		cache.slots[at].visited = false;
		at = cache.slots[at].prev != 0 ? cache.slots[at].prev
					       : cache.slots[0].prev;
	}
	cache.hand = cache.slots[at].prev;
	return at;
}

static const struct policy {
	const char *name;
	void (*on_hit)(uint32_t at);
	uint32_t (*take)(void);
} policies[] = {
	{ "lru", move_to_front, take_oldest },
	{ "clock", mark, take_by_clock },
	{ "sieve", mark, take_by_sieve },
};
#define POLICIES (sizeof policies / sizeof *policies)

/* --- a cache ----------------------------------------------------------------------- */

static void start(uint32_t cap)
{
	cache.cap = cap;
	cache.n = cache.hand = 0;
	free(cache.slots);
	cache.slots = calloc((size_t)cap + 1, sizeof *cache.slots);
	if (cache.slot_of == NULL)
		cache.slot_of = malloc(NAMES_MAX * sizeof *cache.slot_of);
	if (cache.slots == NULL || cache.slot_of == NULL)
		abort();
	memset(cache.slot_of, 0, NAMES_MAX * sizeof *cache.slot_of);
}

static void insert(const struct policy *policy, uint32_t name)
{
	bool full = cache.n == cache.cap;
	uint32_t at = full ? policy->take() : ++cache.n;

	if (full) {
		unlink_slot(at);
		cache.slot_of[cache.slots[at].name] = 0;
	}
	cache.slots[at].name = name;
	cache.slots[at].visited = false;
	cache.slot_of[name] = at;
	push_newest(at);
}

/* True: it was there. */
static bool ask(const struct policy *policy, uint32_t name)
{
	uint32_t at = cache.slot_of[name];

	if (at == 0)
		insert(policy, name);
	else
		policy->on_hit(at);
	return at != 0;
}

/* --- what is printed --------------------------------------------------------------- */

static double hit_pct(const struct policy *policy, const uint32_t *trace, size_t n)
{
	size_t hits = 0;

	for (size_t i = 0; i < n; i++)
		hits += ask(policy, trace[i]) && i >= n / 2;
	return 100 * (double)hits / (double)(n - n / 2);
}

/* In an order that no cache line is ready for, as with clients' questions. The least of
 * some tries: what else the machine does only adds. */
static double hit_ns(const struct policy *policy, uint32_t cap)
{
	uint64_t state = 1, least_ns = UINT64_MAX;

	for (uint32_t name = 0; name < cap; name++)
		ask(policy, name);
	for (unsigned try = 0; try < TRIES; try++) {
		uint64_t begin_ns = timing_now_ns(), took_ns;

		for (size_t i = 0; i < HITS; i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			ask(policy, (uint32_t)((state >> 32) * cap >> 32));
		}
		took_ns = timing_now_ns() - begin_ns;
		least_ns = took_ns < least_ns ? took_ns : least_ns;
	}
	return (double)least_ns / HITS;
}

static uint32_t *read_trace(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint32_t *trace;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		return NULL;
	*n = (size_t)ftell(f) / sizeof *trace;
	trace = malloc(*n * sizeof *trace + 1);
	rewind(f);
	if (trace != NULL)
		*n = fread(trace, sizeof *trace, *n, f);
	fclose(f);
	for (size_t i = 0; trace != NULL && i < *n; i++)
		if (trace[i] >= NAMES_MAX)
			return NULL;
	return trace;
}

int main(int argc, char **argv)
{
	bool cost = argc == 3 && strcmp(argv[1], "--cost") == 0;
	long cap = argc == 3 ? atol(argv[cost ? 2 : 1]) : 0;
	uint32_t *trace = NULL;
	size_t n = 0;

	if (cap < 1 || cap > NAMES_MAX ||
		(!cost && (trace = read_trace(argv[2], &n)) == NULL)) {
		fprintf(stderr, "usage: eviction ENTRIES FILE | --cost ENTRIES\n");
		return 2;
	}
	for (size_t i = 0; i < POLICIES; i++) {
		start((uint32_t)cap);
		printf("%s\"%s\": %.3f", i == 0 ? "{" : ", ", policies[i].name,
			cost ? hit_ns(&policies[i], (uint32_t)cap)
			     : hit_pct(&policies[i], trace, n));
	}
	puts("}");
	free(trace);
	return 0;
}
