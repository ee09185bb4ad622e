/* Memory that ends anywhere in a handshake with a ticket, or when tickets come: the n-th
 * allocation fails. Who would be refused is not accepted for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/tls/resume.h"

/* Enough for every allocation of a client; in strides, for time. */
#define ALLOCATIONS_MAX 20000
#define STRIDE          3

/* As far as it goes; only the client's memory ends. */
static void run_failing(struct pair *pair, long n)
{
	uint8_t out[16];
	size_t got;
	char *p;

	fail_alloc_at(n);
	session_handshake(pair->client);
	for (int turn = 0; turn < 3; turn++) {
		BIO *bio = SSL_get_wbio(pair->server);
		long held = fail_alloc_hold();

		pair_to_server(pair);
		got = (size_t)BIO_get_mem_data(bio, &p);
		fail_alloc_resume(held);
		if (session_receive(pair->client, bytes_of(p, got)) == STATUS_OK &&
			session_handshake(pair->client) == SESSION_OPEN)
			(void)!session_read(pair->client, out, sizeof out, &got);
		held = fail_alloc_hold();
		(void)BIO_reset(bio);
		fail_alloc_resume(held);
	}
	fail_alloc_at(-1);
	ERR_clear_error();
}

static void a_ticket_or_a_verdict(void **state)
{
	struct pair_server like = resume_server();
	bool more = true, was_resumed = false;

	(void)state;
	for (long n = 0; more && n < ALLOCATIONS_MAX; n += STRIDE) {
		struct pair first, second;
		bool open;

		start(&first, &like);
		pair_init_again(&second, &context, &first, NULL);
		run_failing(&second, n);
		more = fail_alloc_happened();
		open = session_handshake(second.client) == SESSION_OPEN;
		if (open) {
			was_resumed = session_verdict(second.client)->resumed;
			assert_true(session_verdict(second.client)->accepted);
			assert_int_equal(was_resumed, SSL_session_reused(second.server));
		}
		for (size_t i = 0; i < context.tickets.n; i++)
			assert_true(context.tickets.items[i]->verdict.accepted);
		pair_deinit(&second);
		finish(&first);
	}
	assert_false(more);
	assert_true(was_resumed);
}

/* Another server behind the address, which nobody knows. */
static void nobody_is_accepted_for_a_ticket(void **state)
{
	struct pair_server like = resume_server(), other = like;
	bool more = true;

	(void)state;
	other.chain[0] = world.stranger.certificate;
	other.chain[1] = NULL;
	other.key = world.stranger.key;
	for (long n = 0; more && n < ALLOCATIONS_MAX; n += STRIDE) {
		struct pair first, second;

		start(&first, &like);
		pair_init(&second, &context, &other);
		run_failing(&second, n);
		more = fail_alloc_happened();
		assert_int_not_equal(session_handshake(second.client), SESSION_OPEN);
		assert_int_equal(second.at_server_n, 0);
		pair_deinit(&second);
		finish(&first);
	}
	assert_false(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ticket_or_a_verdict),
		cmocka_unit_test(nobody_is_accepted_for_a_ticket),
	};
	int failed;

	/* Before anything has been allocated with the usual functions. */
	if (!fail_alloc_openssl())
		return 1;
	pair_set_clock();
	world_init();
	failed = cmocka_run_group_tests_name("resumption, no memory", tests, NULL, NULL);
	world_deinit();
	return failed;
}
