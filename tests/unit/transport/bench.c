#include "tests/unit/transport/bench.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

/* Far more than any test needs. */
#define GUARD_S 60

uint64_t bench_now_ms, bench_step_ms;
int64_t bench_wall_s, bench_wall_step_s;

static uint64_t now_ms(void)
{
	return bench_now_ms += bench_step_ms;
}

static int64_t wall_s(void)
{
	return bench_wall_s += bench_wall_step_s;
}

void bench_init(struct bench *b)
{
	static const struct clock_source source = { now_ms, wall_s };
	static const struct cert_spec leaf = { .cn = "dns.lab",
		.san = "DNS:dns.lab,IP:127.0.0.1" };

	signal(SIGPIPE, SIG_IGN);
	alarm(GUARD_S);
	bench_now_ms = 1000000;
	bench_step_ms = 0;
	bench_wall_s = MAKE_CERT_NOW;
	bench_wall_step_s = 0;
	clock_replace(&source);
	assert_int_equal(uv_loop_init(&b->loop), 0);
	b->ca = make_ca("Lab CA", NULL);
	b->key = make_key();
	b->leaf = make_cert(&leaf, b->key, &b->ca, NULL);
	b->trust.roots = X509_STORE_new();
	assert_int_equal(X509_STORE_add_cert(b->trust.roots, b->ca.certificate), 1);
}

void bench_deinit(struct bench *b)
{
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	X509_STORE_free(b->trust.roots);
	X509_free(b->leaf);
	EVP_PKEY_free(b->key);
	issuer_deinit(&b->ca);
	clock_replace(NULL);
	alarm(0);
}

bool bench_turn(uv_loop_t *loop)
{
	if (!uv_loop_alive(loop))
		return false;
	uv_run(loop, UV_RUN_ONCE);
	return true;
}

void bench_settle(uv_loop_t *loop)
{
	for (int i = 0; i < 50; i++)
		uv_run(loop, UV_RUN_NOWAIT);
}
