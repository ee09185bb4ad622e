/* What single steps cost: `make tests/bench/micro && tests/bench/micro [WORD]`, steps
 * with WORD in their names alone. */
#ifndef TESTS_BENCH_MICRO_H
#define TESTS_BENCH_MICRO_H

#include <stdbool.h>
#include <stddef.h>

/* Of the caches, and of what is put into them. */
#define MICRO_NOW_MS    1000
#define MICRO_TTL_S_MAX 86400
/* From one name to the next, so that none is near: coprime to how many there are. */
#define MICRO_STRIDE 7919

struct micro_step {
	const char *name;
	void (*run)(size_t i); /* the i-th time; what it makes is thrown away */
};

/* Ended by a row without a name. */
extern const struct micro_step micro_cache_steps[], micro_dns_steps[], micro_tls_steps[];
void micro_cache_init(void);
void micro_cache_deinit(void);
void micro_dns_init(void);
void micro_dns_deinit(void);
void micro_tls_init(void);
void micro_tls_deinit(void);

/* Ends the process if not. */
void micro_must(bool ok, const char *what);

#endif
