/* Times of a measurement. */
#ifndef TESTS_BENCH_TIMING_H
#define TESTS_BENCH_TIMING_H

#include <stdint.h>
#include <stdio.h>

#define NS_PER_S  1000000000ull
#define NS_PER_MS 1000000ull

/* On CLOCK_MONOTONIC. */
uint64_t timing_now_ns(void);

/* Durations, counted in classes that are at most 1/1024 wide of what is in them. */
#define TIMING_CLASS_BITS 10
#define TIMING_CLASSES    ((64 - TIMING_CLASS_BITS + 1) << TIMING_CLASS_BITS)
struct timing {
	uint64_t count, max_ns;
	uint64_t classes[TIMING_CLASSES];
};

void timing_add(struct timing *timing, uint64_t duration_ns);
/* The duration that `permille` of them do not exceed; 0 of none. */
double timing_at_us(const struct timing *timing, unsigned permille);

#endif
