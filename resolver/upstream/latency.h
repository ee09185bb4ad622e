/* How long an upstream takes to answer, smoothed, and how much that varies, as TCP
 * measures its round trips (RFC 6298 §2). Pure.
 *
 * Each attempt has a message ID of its own on its connection, so it is always clear
 * which question an answer is for (Karn's rule, RFC 6298 §3, has nothing to do here). */
#ifndef UPSTREAM_LATENCY_H
#define UPSTREAM_LATENCY_H

#include <stdint.h>

/* latency_usual_ms() without a measurement, and at most. */
#define LATENCY_USUAL_MAX_MS 400

struct latency {
	uint32_t smoothed_8; /* ms, times 8; 0: none measured */
	uint32_t variance_4; /* ms, times 4 */
};

/* From sent to answer. */
void latency_sample(struct latency *latency, uint64_t took_ms);
/* At least 1; 0 without a measurement. */
uint32_t latency_smoothed_ms(const struct latency *latency);
/* An answer that takes longer is overdue: smoothed + 4 × variance, at least 20 ms more
 * than the smoothed. */
uint32_t latency_usual_ms(const struct latency *latency);
/* The same with a margin of half the smoothed, 5 to 20 ms: for what costs little
 * to do in vain. */
uint32_t latency_hurry_ms(const struct latency *latency);

#endif
