/* Workers that cannot be made for want of memory are ended as all others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fail_alloc.h"
#include "worker/workers.h"

static const char yaml[] = "workers: 2\n"
			   "upstreams: [{name: a, address: [192.0.2.1]}]\n";

static enum status bind_and_end(long failing)
{
	struct bytes text = { (const uint8_t *)yaml, strlen(yaml) };
	/* A port for each socket. */
	const struct endpoint endpoint = {
		.in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }
	};
	const struct workers_listen listen = { &endpoint, 1, NULL };
	struct config_error config_error;
	struct config *config;
	struct workers all;
	uv_loop_t loop;
	char words[512];
	struct text error = text_in(words, sizeof words);
	enum status status;

	if (config_parse("test", text, &config, &config_error) != STATUS_OK)
		fail_msg("%s", config_error.text);
	assert_int_equal(uv_loop_init(&loop), 0);
	fail_alloc_at(failing);
	status = workers_bind(&all, &loop, config, &listen, &error);
	(void)fail_alloc_hold();
	if (status != STATUS_OK)
		assert_int_not_equal(error.n, 0);
	workers_stop(&all);
	uv_run(&loop, UV_RUN_DEFAULT);
	workers_free(&all);
	assert_int_equal(uv_loop_close(&loop), 0);
	return status;
}

static void any_allocation_fails(void **state)
{
	long n = 0;

	(void)state;
	assert_int_equal(bind_and_end(-1), STATUS_OK);
	for (;; n++) {
		enum status status = bind_and_end(n);

		if (!fail_alloc_happened())
			break;
		assert_int_equal(status, STATUS_NOMEM);
	}
	/* Guests, workers, threads and contacts, at the least. */
	assert_true(n > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
