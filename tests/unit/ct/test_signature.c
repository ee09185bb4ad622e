/* What a log signed, what it did not, and what its key could not have. */
#include "ct/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "tests/unit/ct/make_sct.h"
#include "tests/unit/rows.h"

#define TIMESTAMP_MS 1780272000123u

static const uint8_t key_hash[32] = { 1, 2, 3 };
static const uint8_t certificate[] = { 0x30, 0x03, 0x02, 0x01, 0x07 };
static const uint8_t extensions[] = { 0, 0, 5, 0, 0, 0, 0, 9 };

enum key { P256, RSA2048, P384, RSA1024, RSA_PSS, ED25519, KEYS };

static struct test_log logs[KEYS];

static EVP_PKEY *make_pss_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int world_start(void **state)
{
	(void)state;
	logs[P256] = make_log(make_key());
	logs[RSA2048] = make_log(make_rsa_key(2048));
	logs[P384] = make_log(EVP_EC_gen("P-384"));
	logs[RSA1024] = make_log(make_rsa_key(1024));
	logs[RSA_PSS] = make_log(make_pss_key());
	logs[ED25519] = make_log(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	return 0;
}

static int world_end(void **state)
{
	(void)state;
	for (int i = 0; i < KEYS; i++)
		test_log_deinit(&logs[i]);
	return 0;
}

static struct ct_entry entry_of(enum ct_entry_type type)
{
	return (struct ct_entry){ .type = type,
		.issuer_key_hash = type == CT_ENTRY_PRECERT
					   ? bytes_of(key_hash, sizeof key_hash)
					   : bytes_of(NULL, 0),
		.certificate = bytes_of(certificate, sizeof certificate) };
}

/* An SCT of that log, and what it was decoded from. */
struct signed_sct {
	struct der der;
	struct sct sct;
};

static void sign(enum key key, const struct ct_entry *entry, struct signed_sct *out)
{
	out->der = make_sct(
		&logs[key], TIMESTAMP_MS, bytes_of(extensions, sizeof extensions), entry);
	assert_int_equal(sct_decode(der_bytes(&out->der), &out->sct), STATUS_OK);
}

static bool check(const struct sct *sct, const struct ct_entry *entry, enum key key)
{
	bool valid = true;

	assert_int_equal(
		ct_signature_check(sct, entry, logs[key].key, &valid), STATUS_OK);
	assert_int_equal(ERR_peek_error(), 0);
	return valid;
}

/* Every algorithm with every key. */
static const struct kind_row {
	const char *name;
	enum key key;
	uint8_t hash, algorithm;
	bool supported;
} kind_rows[] = {
	{ "ECDSA with P-256", P256, 4, 3, true },
	{ "RSA of 2048 bits", RSA2048, 4, 1, true },

	{ "ECDSA with P-384", P384, 4, 3, false },
	{ "RSA of 1024 bits", RSA1024, 4, 1, false },
	{ "RSA-PSS key", RSA_PSS, 4, 1, false },
	{ "Ed25519 as ECDSA", ED25519, 4, 3, false },
	{ "Ed25519 as itself (RFC 8422: 7)", ED25519, 4, 7, false },
	{ "ECDSA with an RSA key", RSA2048, 4, 3, false },
	{ "RSA with a P-256 key", P256, 4, 1, false },
	{ "SHA-1", P256, 2, 3, false },
	{ "SHA-384", P256, 5, 3, false },
	{ "SHA-512, RSA", RSA2048, 6, 1, false },
	{ "no hash", P256, 0, 3, false },
	{ "DSA", P256, 4, 2, false },
	{ "anonymous", P256, 4, 0, false },
	{ "an algorithm nobody knows", P256, 4, 255, false },
};

static void kind_run(void **state)
{
	const struct kind_row *row = *state;
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT);
	struct signed_sct s;

	sign(row->key == P384 || row->key == P256 ? P256 : RSA2048, &entry, &s);
	s.sct.hash = row->hash;
	s.sct.algorithm = row->algorithm;
	assert_int_equal(
		ct_signature_supported(&s.sct, logs[row->key].key), row->supported);
	assert_int_equal(check(&s.sct, &entry, row->key), row->supported);
}

static void both_entry_types(void **state)
{
	(void)state;
	for (int key = P256; key <= RSA2048; key++) {
		struct ct_entry precert = entry_of(CT_ENTRY_PRECERT);
		struct ct_entry x509 = entry_of(CT_ENTRY_X509);
		struct signed_sct s;

		sign((enum key)key, &precert, &s);
		assert_true(check(&s.sct, &precert, (enum key)key));
		assert_false(check(&s.sct, &x509, (enum key)key));
		sign((enum key)key, &x509, &s);
		assert_true(check(&s.sct, &x509, (enum key)key));
		assert_false(check(&s.sct, &precert, (enum key)key));
	}
}

/* Each of these has its twin in both_entry_types(): the same SCT, unchanged. */
static void what_is_signed_counts(void **state)
{
	static const uint8_t other[] = { 0x30, 0x03, 0x02, 0x01, 0x08 };
	uint8_t other_hash[32] = { 1, 2, 3, 4 };
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT), changed = entry;
	struct signed_sct s;
	struct sct sct;

	(void)state;
	sign(P256, &entry, &s);
	changed.certificate = bytes_of(other, sizeof other);
	assert_false(check(&s.sct, &changed, P256));
	changed = entry;
	changed.issuer_key_hash = bytes_of(other_hash, sizeof other_hash);
	assert_false(check(&s.sct, &changed, P256));
	sct = s.sct;
	sct.timestamp_ms++;
	assert_false(check(&sct, &entry, P256));
	sct = s.sct;
	sct.extensions.n = 0;
	assert_false(check(&sct, &entry, P256));
	sct = s.sct;
	sct.version = 1;
	assert_false(check(&sct, &entry, P256));
	assert_false(ct_signature_supported(&sct, logs[P256].key));
	assert_true(check(&s.sct, &entry, P256));
}

static void another_log_did_not_sign(void **state)
{
	struct test_log other = make_log(make_key());
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT);
	struct signed_sct s;
	bool valid = true;

	(void)state;
	sign(P256, &entry, &s);
	assert_int_equal(
		ct_signature_check(&s.sct, &entry, other.key, &valid), STATUS_OK);
	assert_false(valid);
	test_log_deinit(&other);
}

/* Sizes that no log can have signed. */
static void what_cannot_be_signed(void **state)
{
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT), changed = entry;
	struct signed_sct s;

	(void)state;
	sign(P256, &entry, &s);
	changed.issuer_key_hash.n = 31;
	assert_false(check(&s.sct, &changed, P256));
	changed.issuer_key_hash.n = 0;
	assert_false(check(&s.sct, &changed, P256));
	changed = entry;
	changed.certificate.n = 0;
	assert_false(check(&s.sct, &changed, P256));
	changed.certificate.n = 0x1000000; /* not looked at */
	assert_false(check(&s.sct, &changed, P256));
	/* Not even if the log did. */
	changed.certificate.n = 0;
	sign(P256, &changed, &s);
	assert_false(check(&s.sct, &changed, P256));
	changed = entry;
	changed.issuer_key_hash.n = 31;
	sign(P256, &changed, &s);
	assert_false(check(&s.sct, &changed, P256));
}

static void signature_bytes(void **state)
{
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT);

	(void)state;
	for (int key = P256; key <= RSA2048; key++) {
		struct signed_sct s;
		uint8_t longer[1024] = { 0 };
		struct sct sct;

		sign((enum key)key, &entry, &s);
		memcpy(longer, s.sct.signature.p, s.sct.signature.n);
		sct = s.sct;
		sct.signature = bytes_of(longer, s.sct.signature.n);
		assert_true(check(&sct, &entry, (enum key)key));
		sct.signature.n++; /* junk behind */
		assert_false(check(&sct, &entry, (enum key)key));
		sct.signature.n -= 2; /* cut */
		assert_false(check(&sct, &entry, (enum key)key));
		sct.signature.n = 0;
		assert_false(check(&sct, &entry, (enum key)key));
		sct.signature = bytes_of(NULL, 0);
		assert_false(check(&sct, &entry, (enum key)key));
	}
}

/* The same r and s, but the outer length takes two bytes. */
static void ecdsa_in_ber(void **state)
{
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT);
	struct signed_sct s;
	uint8_t ber[128] = { 0x30, 0x81 };

	(void)state;
	sign(P256, &entry, &s);
	memcpy(ber + 2, s.sct.signature.p + 1, s.sct.signature.n - 1);
	s.sct.signature = bytes_of(ber, s.sct.signature.n + 1);
	assert_false(check(&s.sct, &entry, P256));
}

/* r = s = 0, and r, s larger than the group. */
static void ecdsa_out_of_range(void **state)
{
	static const uint8_t zeros[] = { 0x30, 6, 2, 1, 0, 2, 1, 0 };
	uint8_t large[2 + 2 * 35] = { 0x30, 70 };
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT);
	struct signed_sct s;

	(void)state;
	sign(P256, &entry, &s);
	s.sct.signature = bytes_of(zeros, sizeof zeros);
	assert_false(check(&s.sct, &entry, P256));
	memset(large + 2, 0xff, sizeof large - 2);
	for (size_t i = 2; i < sizeof large; i += 35)
		memcpy(large + i, "\x02\x21\x00", 3);
	s.sct.signature = bytes_of(large, sizeof large);
	assert_false(check(&s.sct, &entry, P256));
}

static void digest_of(
	const struct sct *sct, const struct ct_entry *entry, uint8_t out[32])
{
	assert_int_equal(ct_signature_digest(sct, entry, out), STATUS_OK);
}

static void digests_differ(const struct signed_sct *s, const struct ct_entry *entry,
	const struct sct *sct, const struct ct_entry *changed)
{
	uint8_t one[32], other[32];

	digest_of(&s->sct, entry, one);
	digest_of(sct, changed, other);
	assert_memory_not_equal(one, other, sizeof one);
}

/* A memo must not take one signature for another. */
static void digest_covers_everything(void **state)
{
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT), changed;
	struct signed_sct s;
	struct sct sct;

	(void)state;
	sign(P256, &entry, &s);
	changed = entry_of(CT_ENTRY_X509);
	digests_differ(&s, &entry, &s.sct, &changed);
	changed = entry;
	changed.certificate.n--;
	digests_differ(&s, &entry, &s.sct, &changed);
	changed = entry;
	changed.issuer_key_hash = bytes_of(logs[P256].id, 32);
	digests_differ(&s, &entry, &s.sct, &changed);
	changed.issuer_key_hash.n = 31;
	digests_differ(&s, &entry, &s.sct, &changed);
	sct = s.sct;
	sct.timestamp_ms ^= 1;
	digests_differ(&s, &entry, &sct, &entry);
	sct = s.sct;
	sct.extensions.n--;
	digests_differ(&s, &entry, &sct, &entry);
	sct = s.sct;
	sct.log_id = bytes_of(logs[RSA2048].id, 32);
	digests_differ(&s, &entry, &sct, &entry);
	sct = s.sct;
	sct.hash++;
	digests_differ(&s, &entry, &sct, &entry);
	sct = s.sct;
	sct.algorithm++;
	digests_differ(&s, &entry, &sct, &entry);
	sct = s.sct;
	sct.signature.n--;
	digests_differ(&s, &entry, &sct, &entry);
	sct = s.sct;
	sct.version++;
	digests_differ(&s, &entry, &sct, &entry);
}

/* What cannot be signed, but would be the same bytes in a row. */
static void digest_keeps_pieces_apart(void **state)
{
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT), changed = entry;
	uint8_t row[1 + 1 + 8 + 2 + sizeof key_hash + 3 + sizeof certificate];
	struct writer w = { .p = row, .cap = sizeof row };
	struct signed_sct s;

	(void)state;
	sign(P256, &entry, &s);
	wr_uint(&w, 0, 2);
	wr_uint(&w, TIMESTAMP_MS, 8);
	wr_uint(&w, CT_ENTRY_PRECERT, 2);
	wr_bytes(&w, entry.issuer_key_hash);
	wr_uint(&w, entry.certificate.n, 3);
	wr_bytes(&w, entry.certificate);
	assert_int_equal(w.n, sizeof row);
	changed.issuer_key_hash.n = 0;
	changed.certificate = wr_done(&w);
	digests_differ(&s, &entry, &s.sct, &changed);
}

static void digest_is_the_same_again(void **state)
{
	struct ct_entry entry = entry_of(CT_ENTRY_PRECERT);
	uint8_t one[32], other[32];
	struct signed_sct s;

	(void)state;
	sign(P256, &entry, &s);
	digest_of(&s.sct, &entry, one);
	memset(other, 0, sizeof other);
	digest_of(&s.sct, &entry, other);
	assert_memory_equal(one, other, sizeof one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_entry_types),
		cmocka_unit_test(what_is_signed_counts),
		cmocka_unit_test(another_log_did_not_sign),
		cmocka_unit_test(what_cannot_be_signed),
		cmocka_unit_test(signature_bytes),
		cmocka_unit_test(ecdsa_in_ber),
		cmocka_unit_test(ecdsa_out_of_range),
		cmocka_unit_test(digest_covers_everything),
		cmocka_unit_test(digest_keeps_pieces_apart),
		cmocka_unit_test(digest_is_the_same_again),
	};
	int failed;

	world_start(NULL);
	failed = run_rows("kind", kind_rows, sizeof *kind_rows, ROWS(kind_rows),
			 kind_run) +
		 cmocka_run_group_tests_name("signature", tests, NULL, NULL);
	world_end(NULL);
	return failed;
}
