/* Tickets that are not kept, and servers that do with them what they must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/resume.h"
#include "tls/resumption.h"

/* --- what is not kept -------------------------------------------------------- */

static void nothing_of_a_refused_server(void **state)
{
	static const struct tls_policy other_name = { .identity = IDENTITY_NAME,
		.auth_name = "other.lab" };
	struct pair_server like = resume_server();
	struct pair pair;

	(void)state;
	pair_at_s = NOW;
	resume_init(&context, &other_name);
	for (int i = 0; i < 2; i++) {
		pair_init(&pair, &context, &like);
		pair_run(&pair, 1000);
		assert_int_equal(session_handshake(pair.client), SESSION_FAILED);
		assert_false(pair.offered_ticket);
		assert_int_equal(context.tickets.n, 0);
		pair_deinit(&pair);
	}
	tls_context_deinit(&context);
}

static void nothing_of_a_ticket_that_is_too_large(void **state)
{
	struct pair_server like = resume_server();
	struct pair first;

	(void)state;
	like.ticket_bytes = TICKET_BYTES_MAX;
	start(&first, &like);
	assert_int_equal(context.tickets.n, 0);
	assert_false(connect_again(&first).offered);
	finish(&first);
}

/* Tickets that come when what the verdict was reached by has changed. */
static void nothing_of_another_generation(void **state)
{
	struct pair_server like = resume_server();
	struct pair pair;

	(void)state;
	pair_at_s = NOW;
	resume_init(&context, &resume_policy);
	pair_init(&pair, &context, &like);
	session_handshake(pair.client);
	pair_to_server(&pair);
	pair_to_client(&pair, 100000);
	assert_int_equal(session_handshake(pair.client), SESSION_OPEN);
	assert_int_equal(context.tickets.n, 0);
	resume_rebase();
	pair_run(&pair, 1000);
	assert_int_equal(SSL_write(pair.server, "answer", 6), 6);
	pair_run(&pair, 1000);
	assert_int_equal(pair.at_client_n, 6);
	assert_int_equal(context.tickets.n, 0);
	finish(&pair);
}

static void nothing_before_it_is_open(void **state)
{
	struct pair_server like = resume_server();
	struct handshake h = { .context = &context };
	SSL_SESSION *session;
	struct pair first;
	SSL *ssl;

	(void)state;
	start(&first, &like);
	session = SSL_SESSION_dup(context.tickets.items[0]->session);
	ssl = SSL_new(context.ssl);
	SSL_set_app_data(ssl, &h);
	h.address = context.tickets.items[0]->address;
	h.verdict = *session_verdict(first.client);
	h.verified_s = NOW;
	h.judged = true;
	tls_context_forget_tickets(&context);
	h.generation = context.tickets.generation;
	assert_int_equal(resumption_on_ticket(ssl, session), 0);
	h.open = true;
	assert_int_equal(resumption_on_ticket(ssl, session), 1);
	assert_int_equal(context.tickets.n, 1);
	SSL_free(ssl);
	finish(&first);
}

/* RFC 8446 §6.2. */
static void nothing_of_a_connection_that_failed(void **state)
{
	struct pair_server like = resume_server();
	struct pair first;
	uint8_t answer[20];
	char *p;
	size_t n;

	(void)state;
	start(&first, &like);
	assert_int_equal(SSL_write(first.server, "answer", 6), 6);
	n = (size_t)BIO_get_mem_data(SSL_get_wbio(first.server), &p);
	p[n - 1] ^= 1;
	assert_int_equal(session_receive(first.client, bytes_of(p, n)), STATUS_OK);
	assert_int_equal(
		session_read(first.client, answer, sizeof answer, &n), STATUS_IO);
	(void)BIO_reset(SSL_get_wbio(first.server));
	assert_int_equal(context.tickets.n, 0);
	assert_false(connect_again(&first).offered);
	finish(&first);
}

static void nothing_after_a_handshake_that_failed(void **state)
{
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	start(&first, &like);
	pair_init_again(&second, &context, &first, NULL);
	session_handshake(second.client);
	assert_int_equal(context.tickets.n, 1);
	assert_int_equal(session_end_of_file(second.client), SESSION_FAILED);
	assert_int_equal(context.tickets.n, 0);
	pair_deinit(&second);
	finish(&first);
}

/* --- what the server does with it -------------------------------------------- */

/* One with other ticket keys: after a restart, or another behind the same address. */
static void a_declined_ticket_is_a_whole_handshake(void **state)
{
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	start(&first, &like);
	pair_init(&second, &context, &like);
	pair_run(&second, 1000);
	assert_true(second.offered_ticket);
	assert_false(SSL_session_reused(second.server));
	assert_int_equal(session_handshake(second.client), SESSION_OPEN);
	assert_false(session_verdict(second.client)->resumed);
	pair_deinit(&second);
	finish(&first);
}

static void a_declined_ticket_excuses_nobody(void **state)
{
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	start(&first, &like);
	like.chain[0] = world.stranger.certificate;
	like.key = world.stranger.key;
	like.chain[1] = NULL;
	pair_init(&second, &context, &like);
	pair_run(&second, 1000);
	assert_true(second.offered_ticket);
	assert_int_equal(session_handshake(second.client), SESSION_FAILED);
	assert_int_equal(session_verdict(second.client)->reason, REASON_PKIX_UNTRUSTED);
	assert_int_equal(second.at_server_n, 0);
	pair_deinit(&second);
	finish(&first);
}

static void another_protocol_is_refused(void **state)
{
	static const char *const protocols[] = { NULL, "dot" };

	(void)state;
	for (size_t i = 0; i < ROWS(protocols); i++) {
		struct pair_server like = resume_server();
		struct pair first, second;

		like.protocol = protocols[i];
		start(&first, &like);
		assert_true(connect_again(&first).resumed);
		first.like.protocol = protocols[1 - i];
		pair_init_again(&second, &context, &first, NULL);
		pair_run(&second, 1000);
		assert_int_equal(session_handshake(second.client), SESSION_FAILED);
		assert_int_equal(
			session_verdict(second.client)->reason, REASON_TLS_PROTOCOL);
		assert_int_equal(second.at_server_n, 0);
		pair_deinit(&second);
		/* Not for ever. */
		assert_false(connect_again(&first).offered);
		finish(&first);
	}
}

static void a_reload_in_a_resumed_handshake(void **state)
{
	struct pair_server like = resume_server();
	struct pair first, second;

	(void)state;
	start(&first, &like);
	pair_init_again(&second, &context, &first, NULL);
	assert_int_equal(session_handshake(second.client), SESSION_HANDSHAKE);
	resume_rebase();
	pair_run(&second, 1000);
	assert_int_equal(session_handshake(second.client), SESSION_FAILED);
	assert_null(session_verdict(second.client));
	assert_int_equal(session_trouble(second.client), STATUS_CLOSED);
	assert_int_equal(second.at_server_n, 0);
	pair_deinit(&second);
	assert_false(connect_again(&first).offered);
	finish(&first);
}

/* ServerHello of TLS 1.3 that takes up a ticket nobody has offered. */
static void an_unasked_resumption_is_refused(void **state)
{
	static const uint8_t hello[] = { 22, 3, 3, 0, 56, 2, 0, 0, 52, 3, 3, 1, 2, 3, 4,
		5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
		25, 26, 27, 28, 29, 30, 31, 32, 0, 0x13, 1, 0, 0, 12,
		/* supported_versions, pre_shared_key */
		0, 43, 0, 2, 3, 4, 0, 41, 0, 2, 0, 0 };
	struct endpoint address;
	struct session *session;

	(void)state;
	pair_at_s = NOW;
	resume_init(&context, &resume_policy);
	assert_int_equal(endpoint_parse("192.0.2.1", 853, &address), STATUS_OK);
	assert_int_equal(session_new(&context, &address, &session), STATUS_OK);
	session_handshake(session);
	session_sent(session);
	assert_int_equal(
		session_receive(session, bytes_of(hello, sizeof hello)), STATUS_OK);
	assert_int_equal(session_handshake(session), SESSION_FAILED);
	assert_int_equal(session_verdict(session)->reason, REASON_TLS_PROTOCOL);
	/* unsupported_extension (RFC 8446 §4.2): it was that one. */
	assert_memory_equal(session_pending(session).p, "\x15\3\3\0\2\2\x6e", 7);
	session_free(session);
	tls_context_deinit(&context);
}

/* Should OpenSSL ever let one pass. */
static void a_resumption_without_a_verdict_is_refused(void **state)
{
	struct pair_server like = resume_server();
	struct handshake h = { .context = &context };
	struct pair first, second;

	(void)state;
	start(&first, &like);
	pair_init_again(&second, &context, &first, NULL);
	pair_run(&second, 1000);
	assert_true(SSL_session_reused(second.server));
	resumption_finish(&h, second.server);
	assert_true(h.judged);
	assert_int_equal(h.verdict.reason, REASON_TLS_PROTOCOL);
	assert_false(h.verdict.accepted);
	pair_deinit(&second);
	finish(&first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_a_refused_server),
		cmocka_unit_test(nothing_of_a_ticket_that_is_too_large),
		cmocka_unit_test(nothing_of_another_generation),
		cmocka_unit_test(nothing_before_it_is_open),
		cmocka_unit_test(nothing_of_a_connection_that_failed),
		cmocka_unit_test(nothing_after_a_handshake_that_failed),
		cmocka_unit_test(a_declined_ticket_is_a_whole_handshake),
		cmocka_unit_test(a_declined_ticket_excuses_nobody),
		cmocka_unit_test(another_protocol_is_refused),
		cmocka_unit_test(a_reload_in_a_resumed_handshake),
		cmocka_unit_test(an_unasked_resumption_is_refused),
		cmocka_unit_test(a_resumption_without_a_verdict_is_refused),
	};
	int failed;

	pair_set_clock();
	world_init();
	failed = cmocka_run_group_tests_name("resumption refused", tests, NULL, NULL);
	world_deinit();
	return failed;
}
