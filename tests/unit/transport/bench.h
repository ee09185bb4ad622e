/* What the tests of connections have in common: a loop, a clock that stands
 * still, a CA, and a certificate for 127.0.0.1 and dns.lab. */
#ifndef TESTS_UNIT_TRANSPORT_BENCH_H
#define TESTS_UNIT_TRANSPORT_BENCH_H

#include <uv.h>

#include "tests/unit/tls/make_cert.h"
#include "tls/context.h"

struct bench {
	uv_loop_t loop;
	struct issuer ca;
	EVP_PKEY *key;
	X509 *leaf;
	struct tls_trust trust; /* roots: owned */
};

/* clock_now_ms() returns this; tests move it. */
extern uint64_t bench_now_ms;
/* How far it goes on by itself with each look; normally 0. */
extern uint64_t bench_step_ms;
/* clock_wall_s() returns this. */
extern int64_t bench_wall_s;
/* How far it goes on by itself with each look; normally 0. */
extern int64_t bench_wall_step_s;

void bench_init(struct bench *bench);
/* Runs the loop until it is empty: what was not closed is found by the guard. */
void bench_deinit(struct bench *bench);

/* Turns of the loop until `condition` holds. A guard ends a test that hangs. */
#define RUN_UNTIL(loop, condition)                     \
	do {                                           \
		while (!(condition))                   \
			assert_true(bench_turn(loop)); \
	} while (0)
/* One turn that waits for something; false when nothing can come any more. */
bool bench_turn(uv_loop_t *loop);
/* Turns that wait for nothing, until what is on its way must have arrived. */
void bench_settle(uv_loop_t *loop);

#endif
