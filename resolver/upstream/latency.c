#include "upstream/latency.h"

/* Beyond it nobody waits for an answer. */
#define SAMPLE_MAX_MS 60000
/* Less than that is the noise of two schedulers. */
#define MARGIN_MIN_MS 20
#define HURRY_MIN_MS  5

/* The clock counts whole milliseconds: a sample of 0 took less than 1. */
void latency_sample(struct latency *l, uint64_t took_ms)
{
	uint32_t sample = took_ms < SAMPLE_MAX_MS ? (uint32_t)took_ms : SAMPLE_MAX_MS;
	uint32_t smoothed = l->smoothed_8 / 8, off;

	if (sample == 0)
		sample = 1;
	if (l->smoothed_8 == 0) {
		l->smoothed_8 = sample * 8;
		l->variance_4 = sample * 2;
		return;
	}
	off = sample > smoothed ? sample - smoothed : smoothed - sample;
	l->variance_4 = l->variance_4 - l->variance_4 / 4 + off;
	l->smoothed_8 = l->smoothed_8 - l->smoothed_8 / 8 + sample;
}

uint32_t latency_smoothed_ms(const struct latency *l)
{
	return (l->smoothed_8 + 4) / 8;
}

static uint32_t with_margin(const struct latency *l, uint32_t least_ms)
{
	uint32_t margin = l->variance_4 > least_ms ? l->variance_4 : least_ms;
	uint32_t usual = latency_smoothed_ms(l) + margin;

	if (l->smoothed_8 == 0 || usual > LATENCY_USUAL_MAX_MS)
		return LATENCY_USUAL_MAX_MS;
	return usual;
}

uint32_t latency_usual_ms(const struct latency *l)
{
	return with_margin(l, MARGIN_MIN_MS);
}

uint32_t latency_hurry_ms(const struct latency *l)
{
	uint32_t margin = latency_smoothed_ms(l) / 2;

	if (margin < HURRY_MIN_MS)
		margin = HURRY_MIN_MS;
	return with_margin(l, margin < MARGIN_MIN_MS ? margin : MARGIN_MIN_MS);
}
