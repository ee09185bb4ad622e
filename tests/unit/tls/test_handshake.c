/* Handshakes that must not open, or only once: noise, poor ciphers, a stolen
 * certificate, renegotiation, resumption. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/world.h"
#include "tls/certfile.h"

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
static struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
static struct tls_context context;

static struct pair_server honest(int version)
{
	return (struct pair_server){ world.key, { world.leaf, world.inter.certificate },
		.version = version };
}

/* A pair that has not begun, and its end. */
static void start_offering(
	struct pair *pair, const struct pair_server *like, const struct tls_alpn *alpn)
{
	assert_int_equal(tls_context_init(&context, &policy,
				 &(struct tls_trust){ .roots = world.roots }, *alpn),
		STATUS_OK);
	pair_init(pair, &context, like);
}

static void start(struct pair *pair, const struct pair_server *like)
{
	start_offering(pair, like, &tls_alpn_dot);
}

static void finish(struct pair *pair)
{
	pair_deinit(pair);
	tls_context_deinit(&context);
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
	assert_int_equal(v->pins.configured, policy.pins.n);
	assert_int_equal(v->ct.mode, policy.ct);
	assert_int_equal(session_write(pair->client, bytes_of_text("x")), STATUS_CLOSED);
	pair_run(pair, 1000);
	assert_int_equal(pair->at_server_n, 0);
}

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

static void the_genuine_certificate_under_another_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pin pin = make_pin(world.leaf);
		struct pair_server like = honest(versions[i]);
		struct pair pair;

		policy.pins = (struct pinset){ &pin, 1 };
		policy.ct = CT_MODE_REPORT;
		like.key = make_chimera_key(world.key, world.other_key);
		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_protocol_failure(&pair);
		assert_int_equal(pair.alert, SSL_AD_DECRYPT_ERROR);
		finish(&pair);
		EVP_PKEY_free(like.key);
	}
	policy.pins = (struct pinset){ 0 };
	policy.ct = CT_MODE_OFF;
}

/* A refusal of a chain that verified waits for the key to be shown: what anybody can
 * copy is no evidence, and nothing to be learned. */
static void a_wrong_pin_is_proven_by_the_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ROWS(versions); i++) {
		struct pin pin = make_pin(world.stranger.certificate);
		struct pair_server like = honest(versions[i / 2]);
		bool has_key = i % 2 == 0;
		struct pair pair;

		policy.pins = (struct pinset){ &pin, 1 };
		if (!has_key)
			like.key = make_chimera_key(world.key, world.other_key);
		start(&pair, &like);
		pair_run(&pair, 1000);
		assert_state(&pair, SESSION_FAILED);
		assert_int_equal(
			session_verdict(pair.client)->reason, REASON_PIN_MISMATCH);
		assert_int_equal(session_verdict(pair.client)->provisional, !has_key);
		assert_int_equal(pair.at_server_n, 0);
		finish(&pair);
		if (!has_key)
			EVP_PKEY_free(like.key);
	}
	policy.pins = (struct pinset){ 0 };
}

/* However much is sent between them, the certificates that verified are kept. */
static void what_verified_is_kept_first(void **state)
{
	struct pin pin = make_pin(world.stranger.certificate);
	struct pair_server like = honest(TLS1_3_VERSION);
	STACK_OF(X509) *kept = NULL;
	char words[200];
	struct text error = text_in(words, sizeof words);
	struct pair pair;

	(void)state;
	policy.pins = (struct pinset){ &pin, 1 };
	like.chain[1] = world.stranger.certificate;
	like.chain[2] = world.inter.certificate;
	start(&pair, &like);
	pair_run(&pair, 1000);
	assert_int_equal(certfile_parse(session_refused_pem(pair.client), &error, &kept),
		STATUS_OK);
	assert_int_equal(sk_X509_num(kept), 3);
	assert_int_equal(X509_cmp(sk_X509_value(kept, 0), world.leaf), 0);
	assert_int_equal(X509_cmp(sk_X509_value(kept, 1), world.inter.certificate), 0);
	certfile_free(kept);
	finish(&pair);
	policy.pins = (struct pinset){ 0 };
}

static const struct poor {
	const char *name;
	int version;
	const char *ciphers, *groups;
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
	{ "X25519", .version = TLS1_3_VERSION, .groups = "X25519", .opens = true },
	{ "P-256, after a second hello", .version = TLS1_3_VERSION, .groups = "P-256",
		.opens = true },

	/* 240 ms of ours before the first certificate. */
	{ "a slow group", .version = TLS1_3_VERSION, .groups = "ffdhe8192" },
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
	const struct cert_spec spec = { .san = "DNS:dns.lab" };
	X509 *rsa = make_cert(&spec, world.rsa_2048, &world.inter, NULL);
	const struct poor *row = *state;
	struct pair_server like = honest(row->version);
	struct pair pair;

	like.ciphers = row->ciphers;
	like.groups = row->groups;
	if (row->rsa) {
		like.key = world.rsa_2048;
		like.chain[0] = rsa;
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
	X509_free(rsa);
}

/* A TLS 1.2 server could otherwise swap its certificate once it is trusted. */
static void no_renegotiation(void **state)
{
	const struct cert_spec spec = { .san = "DNS:dns.lab" };
	X509 *other = make_cert(&spec, world.other_key, NULL, NULL);
	struct pair_server like = honest(TLS1_2_VERSION);
	struct pair pair;

	(void)state;
	start(&pair, &like);
	pair_run(&pair, 1000);
	assert_state(&pair, SESSION_OPEN);
	assert_int_equal(pair.client_hellos, 1);
	assert_int_equal(SSL_use_certificate(pair.server, other), 1);
	assert_int_equal(SSL_use_PrivateKey(pair.server, world.other_key), 1);
	assert_int_equal(SSL_renegotiate(pair.server), 1);
	SSL_do_handshake(pair.server);
	assert_true(pair_to_client(&pair, 1000) > 0);
	pair_run(&pair, 1000);
	assert_int_equal(pair.client_hellos, 1);
	assert_int_equal(pair.alert, SSL_AD_NO_RENEGOTIATION);
	assert_true(session_verdict(pair.client)->accepted);
	finish(&pair);
	X509_free(other);
}

/* Only TLS 1.3 has them (test_resumption.c). */
static void nothing_of_tls_1_2_is_resumed(void **state)
{
	struct pair_server like = honest(TLS1_2_VERSION);
	struct pair first, second;

	(void)state;
	start(&first, &like);
	pair_run(&first, 1000);
	assert_state(&first, SESSION_OPEN);
	session_close(first.client);
	assert_int_equal(context.tickets.n, 0);

	pair_init_again(&second, &context, &first, NULL);
	pair_run(&second, 1000);
	assert_state(&second, SESSION_OPEN);
	assert_false(first.offered_ticket);
	assert_false(second.offered_ticket);
	assert_false(SSL_session_reused(second.server));
	assert_false(session_verdict(second.client)->resumed);
	pair_deinit(&second);
	finish(&first);
}

static const struct alpn_case {
	const char *name;
	const struct tls_alpn *offered;
	const char *selected;
	enum session_state state;
} alpn_cases[] = {
	{ "DoT, none selected", &tls_alpn_dot, NULL, SESSION_OPEN },
	{ "DoT, dot selected", &tls_alpn_dot, "dot", SESSION_OPEN },
	{ "DoT, h2 selected", &tls_alpn_dot, "h2", SESSION_FAILED },
	{ "DoT, a longer name", &tls_alpn_dot, "dott", SESSION_FAILED },
	{ "h2, none selected", &tls_alpn_h2, NULL, SESSION_FAILED },
	{ "h2, h2 selected", &tls_alpn_h2, "h2", SESSION_OPEN },
	{ "h2, http/1.1 selected", &tls_alpn_h2, "http/1.1", SESSION_FAILED },
	{ "h2, dot selected", &tls_alpn_h2, "dot", SESSION_FAILED },
	{ "h2, h2c selected", &tls_alpn_h2, "h2c", SESSION_FAILED },
	{ "h2, the beginning of it", &tls_alpn_h2, "h", SESSION_FAILED },
};

static void alpn_row(void **state)
{
	const struct alpn_case *row = *state;

	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = honest(versions[i]);
		struct pair pair;

		like.protocol = row->selected;
		start_offering(&pair, &like, row->offered);
		pair_run(&pair, 1000);
		if (row->state == SESSION_OPEN)
			assert_state(&pair, SESSION_OPEN);
		else
			assert_protocol_failure(&pair);
		finish(&pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_genuine_certificate_under_another_key),
		cmocka_unit_test(a_wrong_pin_is_proven_by_the_key),
		cmocka_unit_test(what_verified_is_kept_first),
		cmocka_unit_test(no_renegotiation),
		cmocka_unit_test(nothing_of_tls_1_2_is_resumed),
	};
	int failed;

	pair_set_clock();
	world_init();
	failed =
		run_rows("garbage", garbage, sizeof *garbage, ROWS(garbage), garbage_row);
	failed += run_rows("poor servers", poor, sizeof *poor, ROWS(poor), poor_row);
	failed += run_rows(
		"ALPN", alpn_cases, sizeof *alpn_cases, ROWS(alpn_cases), alpn_row);
	failed += cmocka_run_group_tests_name("handshakes", tests, NULL, NULL);
	world_deinit();
	return failed;
}
