/* Sessions that are resumed, and tickets that are not offered: against an OpenSSL server
 * that gives tickets and takes them back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/resume.h"

#define LIFE_S 3600

/* --- what is resumed --------------------------------------------------------- */

static void the_verdict_is_the_one_of_before(void **state)
{
	struct pair_server like = resume_server();
	struct verdict before;
	struct pair first, second;

	(void)state;
	start(&first, &like);
	before = *session_verdict(first.client);
	pair_at_s = NOW + 60;
	pair_init_again(&second, &context, &first, NULL);
	assert_int_equal(session_handshake(second.client), SESSION_HANDSHAKE);
	assert_null(session_verdict(second.client));
	pair_run(&second, 7);
	assert_int_equal(session_handshake(second.client), SESSION_OPEN);
	assert_true(SSL_session_reused(second.server));
	assert_int_equal(
		session_write(second.client, bytes_of_text("question")), STATUS_OK);
	pair_run(&second, 1000);
	assert_int_equal(second.at_server_n, 8);
	before.resumed = true;
	assert_memory_equal(&before, session_verdict(second.client), sizeof before);
	pair_deinit(&second);
	finish(&first);
}

/* Each resumed session brings a ticket for the next. */
static void again_and_again(void **state)
{
	struct pair_server like = resume_server();
	struct pair first;

	(void)state;
	start(&first, &like);
	for (int i = 0; i < 5; i++) {
		assert_true(connect_again(&first).resumed);
		assert_true(context.tickets.n <= 2);
	}
	assert_true(context.tickets.items[0]->verified_s == NOW);
	finish(&first);
}

static void a_goodbye_is_not_needed(void **state)
{
	static const bool goodbyes[] = { false, true };

	(void)state;
	for (size_t i = 0; i < ROWS(goodbyes); i++) {
		struct pair_server like = resume_server();
		struct pair first;

		like.tickets = 1;
		start(&first, &like);
		if (goodbyes[i])
			session_close(first.client);
		session_free(first.client);
		first.client = NULL;
		assert_true(connect_again(&first).resumed);
		finish(&first);
	}
}

/* The server asks for another key share: the ticket is offered in both ClientHellos. */
static void after_a_retry(void **state)
{
	struct pair_server like = resume_server();
	struct pair first;

	(void)state;
	like.groups = "P-384";
	start(&first, &like);
	assert_int_equal(first.client_hellos, 2);
	assert_true(connect_again(&first).resumed);
	finish(&first);
}

/* --- what is not offered ----------------------------------------------------- */

static void forget(void)
{
	tls_context_forget_tickets(&context);
}

static const struct offer_row {
	const char *name, *address;
	void (*before)(void);
	int64_t later_s;
	bool offered;
	size_t life_s; /* of the ticket */
} offer_rows[] = {
	{ .name = "the same", .offered = true },
	{ .name = "another address", .address = "192.0.2.2" },
	{ .name = "another port", .address = "192.0.2.1:8853" },
	{ .name = "another family", .address = "[2001:db8::1]" },
	{ .name = "after a reload", .before = resume_rebase },
	{ .name = "after other keys", .before = forget },
	{ .name = "in the ticket's last second",
		.life_s = LIFE_S,
		.later_s = LIFE_S - 1,
		.offered = true },
	{ .name = "at the ticket's end", .life_s = LIFE_S, .later_s = LIFE_S },
	{ .name = "before the handshake", .later_s = -1 },
};

static void an_offer(void **state)
{
	const struct offer_row *row = *state;
	struct pair_server like = resume_server();
	struct outcome outcome;
	struct pair first;

	like.ticket_life_s = row->life_s;
	start(&first, &like);
	if (row->before != NULL)
		row->before();
	pair_at_s = NOW + row->later_s;
	outcome = connect_with(&context, &first, row->address);
	assert_int_equal(outcome.offered, row->offered);
	assert_int_equal(outcome.resumed, row->offered);
	finish(&first);
}

/* A leaf that ends before its ticket. */
static void not_past_the_certificates_end(void **state)
{
	const struct cert_spec spec = { .san = "DNS:dns.lab", .not_after_s = NOW + 60 };
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	like.chain[0] = make_cert(&spec, world.key, &world.inter, NULL);
	start(&first, &like);
	pair_at_s = NOW + 59;
	assert_true(connect_again(&first).resumed);
	assert_int_not_equal(context.tickets.n, 0);
	pair_at_s = NOW + 60;
	pair_init_again(&second, &context, &first, NULL);
	pair_run(&second, 1000);
	assert_false(second.offered_ticket);
	assert_int_equal(session_handshake(second.client), SESSION_FAILED);
	assert_string_equal(
		reason_word(session_verdict(second.client)->reason), "pkix_expired");
	assert_int_equal(second.at_server_n, 0);
	pair_deinit(&second);
	finish(&first);
	X509_free(like.chain[0]);
}

/* Whether or not the server has taken it. */
static void no_ticket_twice(void **state)
{
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	like.tickets = 1;
	start(&first, &like);
	pair_init_again(&second, &context, &first, NULL);
	assert_int_equal(context.tickets.n, 1);
	assert_int_equal(session_handshake(second.client), SESSION_HANDSHAKE);
	assert_int_equal(context.tickets.n, 0);
	pair_deinit(&second);
	assert_false(connect_again(&first).offered);
	finish(&first);
}

/* Same server, address and key: but another upstream, that asks for another name, say. */
static void not_by_another_upstream(void **state)
{
	static const struct tls_policy by_address = { .identity = IDENTITY_ADDRESS };
	struct pair_server like = resume_server();
	struct tls_context other;
	struct pair first;

	(void)state;
	start(&first, &like);
	resume_init(&other, &by_address);
	assert_false(connect_with(&other, &first, NULL).offered);
	assert_true(connect_with(&other, &first, NULL).resumed);
	assert_true(connect_again(&first).resumed);
	tls_context_deinit(&other);
	finish(&first);
}

static void early_data_is_never_sent(void **state)
{
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	like.early_data = 16384;
	start(&first, &like);
	assert_int_equal(
		SSL_SESSION_get_max_early_data(context.tickets.items[0]->session), 16384);
	pair_init_again(&second, &context, &first, NULL);
	assert_int_equal(session_handshake(second.client), SESSION_HANDSHAKE);
	assert_int_equal(
		session_write(second.client, bytes_of_text("early")), STATUS_CLOSED);
	pair_run(&second, 1000);
	assert_true(session_verdict(second.client)->resumed);
	assert_true(second.offered_ticket);
	assert_false(second.offered_early_data);
	assert_int_equal(
		SSL_get_early_data_status(second.server), SSL_EARLY_DATA_NOT_SENT);
	assert_int_equal(second.at_server_n, 0);
	pair_deinit(&second);
	finish(&first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verdict_is_the_one_of_before),
		cmocka_unit_test(again_and_again),
		cmocka_unit_test(a_goodbye_is_not_needed),
		cmocka_unit_test(after_a_retry),
		cmocka_unit_test(not_past_the_certificates_end),
		cmocka_unit_test(no_ticket_twice),
		cmocka_unit_test(not_by_another_upstream),
		cmocka_unit_test(early_data_is_never_sent),
	};
	int failed;

	pair_set_clock();
	world_init();
	failed = run_rows(
		"offers", offer_rows, sizeof *offer_rows, ROWS(offer_rows), an_offer);
	failed += cmocka_run_group_tests_name("resumption", tests, NULL, NULL);
	world_deinit();
	return failed;
}
