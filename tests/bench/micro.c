#include "tests/bench/micro.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/timing.h"

#define SAMPLES         101
#define SAMPLE_LEAST_NS 2000000 /* the clock's own cost is nothing beside it */

void micro_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "micro: %s\n", what);
	exit(1);
}

static size_t turn;

static uint64_t time_ns(const struct micro_step *step, size_t times)
{
	uint64_t begin_ns = timing_now_ns();

	for (size_t i = 0; i < times; i++)
		step->run(turn++);
	return timing_now_ns() - begin_ns;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median of many samples, and the quartiles beside it. */
static void measure(const struct micro_step *step)
{
	double each_ns[SAMPLES];
	size_t times = 1;

	while (time_ns(step, times) < SAMPLE_LEAST_NS)
		times *= 2;
	for (size_t i = 0; i < SAMPLES; i++)
		each_ns[i] = (double)time_ns(step, times) / (double)times;
	qsort(each_ns, SAMPLES, sizeof *each_ns, compare);
	printf("%-40s %10.1f ns  [%.1f..%.1f]\n", step->name, each_ns[SAMPLES / 2],
		each_ns[SAMPLES / 4], each_ns[SAMPLES * 3 / 4]);
	fflush(stdout);
}

static void measure_all(const struct micro_step *steps, const char *word)
{
	for (; steps->name != NULL; steps++)
		if (word == NULL || strstr(steps->name, word) != NULL)
			measure(steps);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	micro_cache_init();
	micro_dns_init();
	micro_tls_init();
	measure_all(micro_dns_steps, word);
	measure_all(micro_cache_steps, word);
	measure_all(micro_tls_steps, word);
	micro_tls_deinit();
	micro_dns_deinit();
	micro_cache_deinit();
	return 0;
}
