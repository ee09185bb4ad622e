#include "tests/bench/timing.h"

#include <time.h>

uint64_t timing_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* The number's highest bits with their place: short durations have a class each. */
static size_t class_of(uint64_t ns)
{
	unsigned shift = 0;

	while (ns >> shift >= 2u << TIMING_CLASS_BITS)
		shift++;
	return ((size_t)shift << TIMING_CLASS_BITS) + (size_t)(ns >> shift);
}

/* The longest of a class. */
static uint64_t end_of(size_t class)
{
	size_t shift = class >> TIMING_CLASS_BITS;

	if (shift > 0)
		shift--;
	return ((uint64_t)(class - (shift << TIMING_CLASS_BITS) + 1) << shift) - 1;
}

void timing_add(struct timing *timing, uint64_t duration_ns)
{
	timing->count++;
	timing->classes[class_of(duration_ns)]++;
	if (duration_ns > timing->max_ns)
		timing->max_ns = duration_ns;
}

double timing_at_us(const struct timing *timing, unsigned permille)
{
	uint64_t wanted = (timing->count * permille + 999) / 1000, so_far = 0;

	for (size_t class = 0; class < TIMING_CLASSES && wanted > 0; class ++) {
		so_far += timing->classes[class];
		if (so_far >= wanted)
			return (double)(end_of(class) < timing->max_ns ? end_of(class)
								       : timing->max_ns) /
			       1e3;
	}
	return 0;
}
