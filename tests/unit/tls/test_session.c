/* Sessions against an OpenSSL server: what carries data, and all that must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/world.h"

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
static struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
static struct tls_context context;

static struct pair_server honest(int version)
{
	return (struct pair_server){ world.key, { world.leaf, world.inter.certificate },
		.version = version };
}

/* A pair that has not begun, and its end. */
static void start(struct pair *pair, const struct pair_server *like)
{
	assert_int_equal(
		tls_context_init(&context, &policy,
			&(struct tls_trust){ .roots = world.roots }, tls_alpn_dot),
		STATUS_OK);
	pair_init(pair, &context, like);
}

static void finish(struct pair *pair)
{
	pair_deinit(pair);
	tls_context_deinit(&context);
}

static void client_says(struct pair *pair, const char *text)
{
	assert_int_equal(session_write(pair->client, bytes_of_text(text)), STATUS_OK);
}

static void assert_state(struct pair *pair, enum session_state state)
{
	assert_int_equal(session_handshake(pair->client), state);
}

/* --- what works ------------------------------------------------------------ */

static void data_passes_both_ways(void **state)
{
	static const size_t pieces[] = { 1, 2, 7, 100000 };

	(void)state;
	for (size_t i = 0; i < ROWS(versions) * ROWS(pieces); i++) {
		struct pair_server like = honest(versions[i % 2]);
		struct pair pair;

		start(&pair, &like);
		pair_run(&pair, pieces[i / 2]);
		assert_state(&pair, SESSION_OPEN);
		client_says(&pair, "question");
		pair_run(&pair, pieces[i / 2]);
		assert_int_equal(SSL_write(pair.server, "answer", 6), 6);
		pair_run(&pair, pieces[i / 2]);
		assert_int_equal(pair.at_server_n, 8);
		assert_memory_equal(pair.at_server, "question", 8);
		assert_int_equal(pair.at_client_n, 6);
		assert_memory_equal(pair.at_client, "answer", 6);
		assert_string_equal(
			session_version(pair.client), i % 2 == 0 ? "TLSv1.2" : "TLSv1.3");
		finish(&pair);
	}
}

/* RFC 7858 §3.1 knows no protocol name: none selected is as good. */
static void alpn_is_offered_and_not_demanded(void **state)
{
	static const char *const protocols[] = { NULL, "dot" };

	(void)state;
	for (size_t i = 0; i < ROWS(versions) * ROWS(protocols); i++) {
		struct pair_server like = honest(versions[i % 2]);
		const unsigned char *selected;
		struct pair pair;
		unsigned n;

		like.protocol = protocols[i / 2];
		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_state(&pair, SESSION_OPEN);
		SSL_get0_alpn_selected(pair.server, &selected, &n);
		assert_int_equal(n, protocols[i / 2] != NULL ? 3 : 0);
		finish(&pair);
	}
}

static void the_name_is_sent_and_an_address_never(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions) * 2; i++) {
		struct pair_server like = honest(versions[i % 2]);
		bool by_name = i / 2 == 0;
		struct pair pair;

		policy.identity = by_name ? IDENTITY_NAME : IDENTITY_ADDRESS;
		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_state(&pair, SESSION_OPEN);
		assert_int_equal(pair.named_server, by_name);
		finish(&pair);
	}
	policy.identity = IDENTITY_NAME;
}

static void the_server_says_goodbye(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct pair pair;
		uint8_t byte;
		size_t n;

		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_state(&pair, SESSION_OPEN);
		SSL_shutdown(pair.server);
		pair_to_client(&pair, 1000);
		assert_int_equal(session_read(pair.client, &byte, 1, &n), STATUS_CLOSED);
		finish(&pair);
	}
}

static void the_client_says_goodbye(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct pair pair;

		start(&pair, &like);
		pair_run(&pair, 1000);
		session_close(pair.client);
		pair_to_server(&pair);
		assert_int_equal(pair.alert, SSL_AD_CLOSE_NOTIFY);
		assert_int_equal(pair.at_server_n, 0);
		finish(&pair);
	}
}

static void new_keys_on_the_way(void **state)
{
	struct pair_server like = honest(TLS1_3_VERSION);
	struct pair pair;

	(void)state;
	start(&pair, &like);
	pair_run(&pair, 1000);
	assert_int_equal(SSL_key_update(pair.server, SSL_KEY_UPDATE_REQUESTED), 1);
	assert_int_equal(SSL_write(pair.server, "answer", 6), 6);
	pair_run(&pair, 1000);
	client_says(&pair, "question");
	pair_run(&pair, 1000);
	assert_int_equal(pair.at_client_n, 6);
	assert_int_equal(pair.at_server_n, 8);
	finish(&pair);
}

static enum status read_one(struct pair *pair)
{
	uint8_t byte;
	size_t n;

	return session_read(pair->client, &byte, 1, &n);
}

/* Each costs a derivation of keys, and brings nothing. */
static void new_keys_for_ever(void **state)
{
	struct pair_server like = honest(TLS1_3_VERSION);
	struct pair pair;

	(void)state;
	start(&pair, &like);
	pair_run(&pair, 1000);
	for (unsigned i = 0; i < 3000; i++) {
		assert_int_equal(
			SSL_key_update(pair.server, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
		assert_int_equal(SSL_do_handshake(pair.server), 1);
		pair_to_client(&pair, 1000);
		if (i == 500)
			assert_int_equal(read_one(&pair), STATUS_NOTFOUND);
	}
	assert_int_equal(read_one(&pair), STATUS_LIMIT);
	finish(&pair);
}

/* As long as it lasts: the smallest there are. */
static void small_answers_for_ever(void **state)
{
	static const uint8_t ping[17] = { 8 };
	struct pair pair;

	(void)state;
	for (size_t v = 0; v < sizeof versions / sizeof *versions; v++) {
		struct pair_server like = honest(versions[v]);

		start(&pair, &like);
		pair_run(&pair, 1000);
		for (unsigned i = 0; i < 10000; i++) {
			pair.at_client_n = 0;
			assert_int_equal(
				SSL_write(pair.server, ping, sizeof ping), sizeof ping);
			pair_to_client(&pair, 1000);
			assert_int_equal(pair.at_client_n, sizeof ping);
		}
		assert_int_equal(read_one(&pair), STATUS_NOTFOUND);
		finish(&pair);
	}
}

/* --- before it is open ----------------------------------------------------- */

static void nothing_is_taken_before_it_is_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct bytes early = bytes_of_text("early");
		struct pair pair;
		uint8_t byte;
		size_t n = 9;

		start(&pair, &like);
		assert_int_equal(session_write(pair.client, early), STATUS_CLOSED);
		assert_int_equal(session_pending(pair.client).n, 0);
		assert_state(&pair, SESSION_HANDSHAKE);
		n = session_pending(pair.client).n;
		assert_int_equal(session_write(pair.client, early), STATUS_CLOSED);
		assert_int_equal(session_pending(pair.client).n, n);
		assert_int_equal(session_read(pair.client, &byte, 1, &n), STATUS_CLOSED);
		assert_int_equal(n, 0);
		session_close(pair.client);
		pair_run(&pair, 1000);
		assert_state(&pair, SESSION_OPEN);
		assert_int_equal(pair.at_server_n, 0);
		finish(&pair);
	}
}

/* In TLS 1.2 the certificate is judged a flight before the server has shown that
 * the key is its own. */
static void nobody_is_accepted_before_it_is_open(void **state)
{
	struct pair_server like = honest(TLS1_2_VERSION);
	struct pair pair;

	(void)state;
	start(&pair, &like);
	assert_state(&pair, SESSION_HANDSHAKE);
	assert_null(session_verdict(pair.client));
	pair_to_server(&pair);
	pair_to_client(&pair, 100000);
	assert_state(&pair, SESSION_HANDSHAKE);
	assert_null(session_verdict(pair.client));
	assert_int_equal(
		session_write(pair.client, bytes_of_text("early")), STATUS_CLOSED);
	pair_run(&pair, 1000);
	assert_state(&pair, SESSION_OPEN);
	assert_true(session_verdict(pair.client)->accepted);
	finish(&pair);
}

static void a_handshake_cut_anywhere_stays_shut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct pair pair;
		char *p;
		size_t n;

		start(&pair, &like);
		session_handshake(pair.client);
		pair_to_server(&pair);
		n = (size_t)BIO_get_mem_data(SSL_get_wbio(pair.server), &p);
		for (size_t at = 0; at + 1 < n; at++) {
			assert_int_equal(
				session_receive(pair.client, bytes_of(p + at, 1)),
				STATUS_OK);
			assert_state(&pair, SESSION_HANDSHAKE);
			assert_int_equal(session_write(pair.client, bytes_of_text("x")),
				STATUS_CLOSED);
		}
		finish(&pair);
	}
}

/* --- after it is open ------------------------------------------------------ */

static void a_changed_record_is_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct pair pair;
		uint8_t answer[20];
		size_t n;
		char *p;

		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_int_equal(SSL_write(pair.server, "answer", 6), 6);
		n = (size_t)BIO_get_mem_data(SSL_get_wbio(pair.server), &p);
		p[n - 1] ^= 1;
		assert_int_equal(session_receive(pair.client, bytes_of(p, n)), STATUS_OK);
		assert_int_equal(
			session_read(pair.client, answer, sizeof answer, &n), STATUS_IO);
		assert_int_equal(n, 0);
		assert_int_equal(
			session_read(pair.client, answer, sizeof answer, &n), STATUS_IO);
		finish(&pair);
	}
}

/* Trouble of ours is told apart from a refusal, and opens nothing either. */
static void roots_that_vanished(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		char directory[MAKE_DIRECTORY_MAX];
		struct pair pair;
		X509_STORE *roots;

		make_directory(directory);
		make_hashed_file(directory, world.root.certificate);
		roots = world_open(NULL, directory);
		remove_directory(directory);
		policy.ca_path = directory;
		assert_int_equal(
			tls_context_init(&context, &policy,
				&(struct tls_trust){ .roots = roots }, tls_alpn_dot),
			STATUS_OK);
		pair_init(&pair, &context, &like);
		pair_run(&pair, 1000);
		assert_state(&pair, SESSION_FAILED);
		assert_null(session_verdict(pair.client));
		assert_int_equal(session_trouble(pair.client), STATUS_IO);
		assert_int_equal(session_refused_pem(pair.client).n, 0);
		assert_true(pair.alert > 0);
		assert_int_equal(pair.at_server_n, 0);
		finish(&pair);
		X509_STORE_free(roots);
	}
	policy.ca_path = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_passes_both_ways),
		cmocka_unit_test(alpn_is_offered_and_not_demanded),
		cmocka_unit_test(the_name_is_sent_and_an_address_never),
		cmocka_unit_test(the_server_says_goodbye),
		cmocka_unit_test(the_client_says_goodbye),
		cmocka_unit_test(new_keys_on_the_way),
		cmocka_unit_test(new_keys_for_ever),
		cmocka_unit_test(small_answers_for_ever),
		cmocka_unit_test(nothing_is_taken_before_it_is_open),
		cmocka_unit_test(nobody_is_accepted_before_it_is_open),
		cmocka_unit_test(a_handshake_cut_anywhere_stays_shut),
		cmocka_unit_test(a_changed_record_is_broken),
		cmocka_unit_test(roots_that_vanished),
	};
	int failed;

	pair_set_clock();
	world_init();
	failed = cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
	world_deinit();
	return failed;
}
