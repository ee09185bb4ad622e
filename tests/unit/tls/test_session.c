/* Sessions against an OpenSSL server: what carries data, and all that must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/make_cert.h"
#include "tests/unit/tls/tls_pair.h"
#include "tls/roots.h"

static struct world {
	struct issuer root;
	EVP_PKEY *key, *other_key, *rsa_key;
	X509 *leaf, *other, *rsa;
	char directory[MAKE_DIRECTORY_MAX];
	X509_STORE *roots;
} world;

static X509_STORE *open_roots(const char *directory)
{
	char words[300];
	struct text error = text_in(words, sizeof words);
	X509_STORE *out;

	assert_int_equal(roots_open(NULL, directory, &error, &out), STATUS_OK);
	return out;
}

static void set_up(void)
{
	const struct cert_spec spec = { .cn = "dns", .san = "DNS:dns.lab,IP:192.0.2.1" };

	pair_set_clock();
	world.root = make_ca("Root", NULL);
	world.key = make_key();
	world.other_key = make_key();
	world.rsa_key = make_rsa_key(2048);
	world.leaf = make_cert(&spec, world.key, &world.root, NULL);
	world.rsa = make_cert(&spec, world.rsa_key, &world.root, NULL);
	world.other = make_cert(&spec, world.other_key, NULL, NULL);
	make_directory(world.directory);
	make_hashed_file(world.directory, world.root.certificate);
	world.roots = open_roots(world.directory);
}

static void tear_down(void)
{
	X509_STORE_free(world.roots);
	remove_directory(world.directory);
	X509_free(world.other);
	X509_free(world.rsa);
	X509_free(world.leaf);
	EVP_PKEY_free(world.rsa_key);
	EVP_PKEY_free(world.other_key);
	EVP_PKEY_free(world.key);
	issuer_deinit(&world.root);
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
static struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
static struct tls_context context;

static struct pair_server honest(int version)
{
	return (struct pair_server){ world.key, { world.leaf }, .version = version };
}

/* A pair that has not begun, and its end. */
static void start(struct pair *pair, const struct pair_server *like)
{
	assert_int_equal(tls_context_init(&context, &policy, world.roots, tls_alpn_dot),
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

/* Not open, for a reason that is not the certificate: nothing gets out. */
static void assert_protocol_failure(struct pair *pair)
{
	const struct verdict *v = session_verdict(pair->client);

	assert_state(pair, SESSION_FAILED);
	assert_non_null(v);
	assert_false(v->accepted);
	assert_string_equal(reason_word(v->reason), "tls_protocol");
	assert_true(v->detail[0] != '\0');
	assert_int_equal(session_write(pair->client, bytes_of_text("x")), STATUS_CLOSED);
	pair_run(pair, 1000);
	assert_int_equal(pair->at_server_n, 0);
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

/* --- what is no handshake -------------------------------------------------- */

static const struct garbage {
	const char *name;
	struct bytes bytes;
} garbage[] = {
#define G(name, text)                                          \
	{                                                      \
		name,                                          \
		{                                              \
			(const uint8_t *)text, sizeof text - 1 \
		}                                              \
	}
	G("HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
	G("a DNS answer over TCP", "\x00\x0c\x12\x34\x81\x80\0\0\0\0\0\0\0\0"),
	G("SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
	G("zeros", "\0\0\0\0\0\0\0\0\0\0"),
	G("application data", "\x17\x03\x03\x00\x05hello"),
	G("a ChangeCipherSpec and no more sense", "\x14\x03\x03\x00\x01\x02"),
	G("a ClientHello", "\x16\x03\x01\x00\x04\x01\x00\x00\x00"),
	G("an empty ServerHello", "\x16\x03\x03\x00\x04\x02\x00\x00\x00"),
	G("a Finished at once", "\x16\x03\x03\x00\x10\x14\x00\x00\x0c"
				"abcdefghijkl"),
	G("a record too long", "\x16\x03\x03\xff\xff\x02"),
	G("a fatal alert", "\x15\x03\x03\x00\x02\x02\x28"),
	G("goodbye at once", "\x15\x03\x03\x00\x02\x01\x00"),
	G("SSL 3.0", "\x16\x03\x00\x00\x04\x02\x00\x00\x00"),
#undef G
};

static void garbage_row(void **state)
{
	const struct garbage *row = *state;
	struct pair_server like = honest(TLS1_3_VERSION);
	struct pair pair;

	start(&pair, &like);
	session_handshake(pair.client);
	session_sent(pair.client);
	for (size_t i = 0; i < row->bytes.n; i++) {
		assert_int_equal(
			session_receive(pair.client, bytes_of(row->bytes.p + i, 1)),
			STATUS_OK);
		session_handshake(pair.client);
	}
	assert_protocol_failure(&pair);
	assert_int_equal(session_refused_pem(pair.client).n, 0);

	/* It stays so, whatever comes. */
	assert_int_equal(session_receive(pair.client, row->bytes), STATUS_OK);
	assert_state(&pair, SESSION_FAILED);
	finish(&pair);
}

/* --- servers that are not what they should be ------------------------------ */

static void the_genuine_certificate_under_another_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pin pin = make_pin(world.leaf);
		struct pair_server like = honest(versions[i]);
		struct pair pair;

		policy.pins = (struct pinset){ &pin, 1 };
		like.key = make_chimera_key(world.key, world.other_key);
		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_protocol_failure(&pair);
		assert_int_equal(pair.alert, SSL_AD_DECRYPT_ERROR);
		finish(&pair);
		EVP_PKEY_free(like.key);
	}
	policy.pins = (struct pinset){ 0 };
}

static const struct poor {
	const char *name;
	int version;
	const char *ciphers;
	bool rsa, anonymous;
	enum tls_version min_version;
	bool opens;
} poor[] = {
	{ "AES-128-GCM", .version = TLS1_2_VERSION,
		.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256", .opens = true },
	{ "AES-256-GCM, RSA", .version = TLS1_2_VERSION,
		.ciphers = "ECDHE-RSA-AES256-GCM-SHA384", .rsa = true, .opens = true },
	{ "ChaCha20-Poly1305", .version = TLS1_2_VERSION,
		.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305", .opens = true },
	{ "TLS 1.3 where it is asked for", .version = TLS1_3_VERSION,
		.min_version = TLS_1_3, .opens = true },

	{ "TLS 1.0", .version = TLS1_VERSION },
	{ "TLS 1.1", .version = TLS1_1_VERSION },
	{ "TLS 1.2 where 1.3 is asked for", .version = TLS1_2_VERSION,
		.min_version = TLS_1_3 },
	{ "CBC and SHA-1", .version = TLS1_2_VERSION,
		.ciphers = "ECDHE-ECDSA-AES128-SHA" },
	{ "CBC and SHA-256", .version = TLS1_2_VERSION,
		.ciphers = "ECDHE-ECDSA-AES128-SHA256" },
	{ "CBC and SHA-384, RSA", .version = TLS1_2_VERSION,
		.ciphers = "ECDHE-RSA-AES256-SHA384", .rsa = true },
	{ "no forward secrecy", .version = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256",
		.rsa = true },
	{ "finite-field Diffie-Hellman", .version = TLS1_2_VERSION,
		.ciphers = "DHE-RSA-AES128-GCM-SHA256", .rsa = true },
	{ "no encryption", .version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-NULL-SHA" },
	{ "no certificate", .version = TLS1_2_VERSION, .ciphers = "AECDH-AES128-SHA",
		.anonymous = true },
};

static void poor_row(void **state)
{
	const struct poor *row = *state;
	struct pair_server like = honest(row->version);
	struct pair pair;

	like.ciphers = row->ciphers;
	if (row->rsa) {
		like.key = world.rsa_key;
		like.chain[0] = world.rsa;
	}
	if (row->anonymous)
		like.chain[0] = NULL;
	policy.min_version = row->min_version;
	start(&pair, &like);
	/* The server would do it: what refuses is the client. */
	SSL_set_dh_auto(pair.server, 1);
	pair_run(&pair, 1000);
	if (row->opens)
		assert_state(&pair, SESSION_OPEN);
	else
		assert_protocol_failure(&pair);
	finish(&pair);
	policy.min_version = TLS_1_2;
}

/* A TLS 1.2 server could otherwise swap its certificate once it is trusted. */
static void no_renegotiation(void **state)
{
	struct pair_server like = honest(TLS1_2_VERSION);
	struct pair pair;

	(void)state;
	start(&pair, &like);
	pair_run(&pair, 1000);
	assert_state(&pair, SESSION_OPEN);
	assert_int_equal(pair.client_hellos, 1);
	assert_int_equal(SSL_use_certificate(pair.server, world.other), 1);
	assert_int_equal(SSL_use_PrivateKey(pair.server, world.other_key), 1);
	assert_int_equal(SSL_renegotiate(pair.server), 1);
	SSL_do_handshake(pair.server);
	assert_true(pair_to_client(&pair, 1000) > 0);
	pair_run(&pair, 1000);
	assert_int_equal(pair.client_hellos, 1);
	assert_int_equal(pair.alert, SSL_AD_NO_RENEGOTIATION);
	assert_true(session_verdict(pair.client)->accepted);
	finish(&pair);
}

/* On resumption no certificate would be judged. */
static void nothing_is_resumed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct pair first, second;

		start(&first, &like);
		pair_run(&first, 1000);
		assert_state(&first, SESSION_OPEN);
		/* Tickets come behind the handshake. */
		assert_int_equal(SSL_write(first.server, "x", 1), 1);
		pair_run(&first, 1000);
		session_close(first.client);

		pair_init(&second, &context, &like);
		SSL_free(second.server);
		second.server = SSL_new(first.ssl);
		SSL_set_bio(second.server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		SSL_set_accept_state(second.server);
		SSL_set_app_data(second.server, &second);
		pair_run(&second, 1000);
		assert_state(&second, SESSION_OPEN);
		assert_false(first.offered_ticket);
		assert_false(second.offered_ticket);
		assert_false(SSL_session_reused(second.server));
		pair_deinit(&second);
		finish(&first);
	}
}

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
		roots = open_roots(directory);
		remove_directory(directory);
		policy.ca_path = directory;
		assert_int_equal(tls_context_init(&context, &policy, roots, tls_alpn_dot),
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
		cmocka_unit_test(nothing_is_taken_before_it_is_open),
		cmocka_unit_test(nobody_is_accepted_before_it_is_open),
		cmocka_unit_test(a_handshake_cut_anywhere_stays_shut),
		cmocka_unit_test(the_genuine_certificate_under_another_key),
		cmocka_unit_test(no_renegotiation),
		cmocka_unit_test(nothing_is_resumed),
		cmocka_unit_test(a_changed_record_is_broken),
		cmocka_unit_test(roots_that_vanished),
	};
	int failed;

	set_up();
	failed =
		run_rows("garbage", garbage, sizeof *garbage, ROWS(garbage), garbage_row);
	failed += run_rows("poor servers", poor, sizeof *poor, ROWS(poor), poor_row);
	failed += cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
	tear_down();
	return failed;
}
