/* A certificate with SCTs, changed bit by bit: where a log signed the byte, its
 * signature does not verify any more. Where it did not, this test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include "ct/certificate.h"
#include "ct/signature.h"
#include "tests/unit/ct/make_sct.h"
#include "tests/unit/ct/real.h"

#define LOGS 3

/* Chosen since it has three SCTs, and extensions before and behind them. */
#define REAL_CHAIN "082-2026-02-19-stackoverflow.com"

/* Where a byte is decides how many of `n` valid signatures are left if it changes. */
enum region {
	SIGNED,   /* none: all logs signed that byte */
	FRAMING,  /* none: without that byte no list is found, or no TBSCertificate */
	IN_LIST,  /* fewer: an SCT begins elsewhere, those behind it perhaps not */
	IN_SCT,   /* all but one: the byte belongs to that SCT */
	UNSIGNED, /* all: no log signed that byte */
	REGIONS
};

static const char *const region_words[REGIONS] = {
	[SIGNED] = "of the TBSCertificate, signed by every log",
	[FRAMING] = "around extension and TBSCertificate: lengths, tags, the OID",
	[IN_LIST] = "around SCTs: lengths",
	[IN_SCT] = "of one SCT",
	[UNSIGNED] = "of the criticality, the CA's algorithm and signature: not signed",
};

/* A certificate whose SCTs are all valid, and the keys of their logs. */
struct subject {
	struct bytes der;
	uint8_t key_hash[SHA256_DIGEST_LENGTH];
	struct {
		uint8_t id[SCT_LOG_ID_BYTES];
		EVP_PKEY *key; /* borrowed */
	} logs[LOGS];
	size_t n;
};

static bool verifies(
	const struct subject *s, struct bytes in, const struct ct_entry *entry)
{
	struct sct sct;
	bool valid;

	if (sct_decode(in, &sct) != STATUS_OK)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		if (!bytes_equal(sct.log_id, bytes_of(s->logs[i].id, SCT_LOG_ID_BYTES)))
			continue;
		assert_int_equal(ct_signature_check(&sct, entry, s->logs[i].key, &valid),
			STATUS_OK);
		return valid;
	}
	return false;
}

/* How many of its SCTs are valid, the way a verifier goes. */
static size_t valid_scts(const struct subject *s, struct bytes der, struct bytes key_hash)
{
	struct ct_entry entry = { .type = CT_ENTRY_PRECERT, .issuer_key_hash = key_hash };
	struct ct_certificate certificate;
	struct sct_list list;
	uint8_t *tbs = malloc(der.n);
	size_t valid = 0;

	assert_non_null(tbs);
	entry.certificate.p = tbs;
	if (ct_certificate_read(der, &certificate) == STATUS_OK &&
		!certificate.scts_broken &&
		sct_list_decode(certificate.sct_list, &list) == STATUS_OK) {
		assert_int_equal(ct_certificate_precert_tbs(
					 &certificate, tbs, der.n, &entry.certificate.n),
			STATUS_OK);
		for (size_t i = 0; i < list.n; i++)
			valid += verifies(s, list.items[i], &entry);
	}
	free(tbs);
	return valid;
}

static bool within(const uint8_t *p, struct bytes part)
{
	return part.n > 0 && p >= part.p && p < part.p + part.n;
}

/* The bytes of the next element's contents, found by OpenSSL. */
static struct bytes next_contents(struct bytes *rest)
{
	const unsigned char *p = rest->p;
	int tag, class;
	long n;

	assert_int_equal(ASN1_get_object(&p, &n, &tag, &class, (long)rest->n) & 0x80, 0);
	rest->n -= (size_t)(p - rest->p) + (size_t)n;
	rest->p = p + n;
	return bytes_of(p, (size_t)n);
}

/* Which bytes make up what, of the certificate as it was. */
struct map {
	struct bytes signed_parts[3], unsigned_parts[3], list_bytes;
	struct sct_list list;
};

/* The value of the SCT extension's `critical`, if it is there: the byte in front of
 * the OCTET STRING around the one around the list. */
static struct bytes critical_value(const struct subject *s, struct bytes list)
{
	const uint8_t *p = list.p;

	for (; p > s->der.p + 3; p--)
		if (memcmp(p - 3, "\x01\x01\xff", 3) == 0 && list.p - p < 12)
			return bytes_of(p - 1, 1);
	return bytes_of(NULL, 0);
}

static void map_init(struct map *map, const struct subject *s)
{
	struct ct_certificate c;
	struct bytes rest = s->der, inside;

	assert_int_equal(ct_certificate_read(s->der, &c), STATUS_OK);
	assert_int_equal(sct_list_decode(c.sct_list, &map->list), STATUS_OK);
	map->list_bytes = c.sct_list;
	map->signed_parts[0] = c.head;
	map->signed_parts[1] = c.before;
	map->signed_parts[2] = c.after;
	inside = next_contents(&rest);
	next_contents(&inside); /* TBSCertificate */
	map->unsigned_parts[0] = next_contents(&inside);
	map->unsigned_parts[1] = next_contents(&inside);
	map->unsigned_parts[2] = critical_value(s, c.sct_list);
}

static enum region region_of(const struct map *map, const uint8_t *p)
{
	for (size_t i = 0; i < 3; i++)
		if (within(p, map->signed_parts[i]))
			return SIGNED;
	for (size_t i = 0; i < 3; i++)
		if (within(p, map->unsigned_parts[i]))
			return UNSIGNED;
	for (size_t i = 0; i < map->list.n; i++)
		if (within(p, map->list.items[i]))
			return IN_SCT;
	return within(p, map->list_bytes) ? IN_LIST : FRAMING;
}

static bool is_expected(enum region region, size_t left, size_t n)
{
	switch (region) {
	case UNSIGNED:
		return left == n;
	case IN_SCT:
		return left == n - 1;
	case IN_LIST:
		return left < n;
	default:
		return left == 0;
	}
}

static void change_each_byte(
	const struct subject *s, const uint8_t *masks, size_t masks_n)
{
	struct bytes hash = bytes_of(s->key_hash, sizeof s->key_hash);
	size_t counts[REGIONS] = { 0 };
	uint8_t *der = malloc(s->der.n);
	struct map map;

	assert_non_null(der);
	memcpy(der, s->der.p, s->der.n);
	assert_int_equal(valid_scts(s, s->der, hash), s->n);
	map_init(&map, s);
	assert_int_equal(map.list.n, s->n);
	for (size_t i = 0; i < s->der.n; i++) {
		enum region region = region_of(&map, s->der.p + i);

		counts[region]++;
		for (size_t m = 0; m < masks_n; m++) {
			size_t left;

			der[i] = s->der.p[i] ^ masks[m];
			left = valid_scts(s, bytes_of(der, s->der.n), hash);
			if (!is_expected(region, left, s->n))
				fail_msg("byte %zu ^ %02x: %zu valid", i, masks[m], left);
		}
		der[i] = s->der.p[i];
	}
	for (int region = 0; region < REGIONS; region++)
		print_message("%5zu bytes %s\n", counts[region], region_words[region]);
	free(der);
}

static void change_key_hash(const struct subject *s)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	for (size_t bit = 0; bit < 8 * sizeof hash; bit++) {
		memcpy(hash, s->key_hash, sizeof hash);
		hash[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(valid_scts(s, s->der, bytes_of(hash, sizeof hash)), 0);
	}
}

/* The key of another issuer gives another hash. */
static void change_issuer_key(const struct subject *s, X509 *issuer)
{
	unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &spki);
	uint8_t hash[SHA256_DIGEST_LENGTH];

	assert_true(n > 0);
	for (size_t i = 0; i < (size_t)n; i++) {
		spki[i] ^= 1;
		SHA256(spki, (size_t)n, hash);
		spki[i] ^= 1;
		assert_int_equal(valid_scts(s, s->der, bytes_of(hash, sizeof hash)), 0);
	}
	SHA256(spki, (size_t)n, hash);
	assert_int_equal(valid_scts(s, s->der, bytes_of(hash, sizeof hash)), s->n);
	OPENSSL_free(spki);
}

static const uint8_t every_bit[] = { 1, 2, 4, 8, 16, 32, 64, 128, 0xff };
static const uint8_t two_bits[] = { 0x01, 0x80 };

static struct issuer ca;
static EVP_PKEY *key;
static struct test_log logs[LOGS];

static int world_start(void **state)
{
	(void)state;
	ca = make_ca("Mutation CA", NULL);
	key = make_key();
	logs[0] = make_log(make_key());
	logs[1] = make_log(make_rsa_key(2048));
	logs[2] = make_log(make_key());
	return 0;
}

static int world_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++)
		test_log_deinit(&logs[i]);
	EVP_PKEY_free(key);
	issuer_deinit(&ca);
	return 0;
}

/* SCTs with and without extensions, by ECDSA and RSA; their extension is critical and
 * stands between two others. */
static struct der made_leaf(void)
{
	static const uint8_t leaf_index[] = { 0, 0, 5, 0, 0, 0, 0, 9 };
	const struct cert_spec spec = { .cn = "mutation.lab", .san = "DNS:mutation.lab" };
	X509 *x = make_cert(&spec, key, &ca, NULL);
	struct der tbs, list, value, out, scts[LOGS];
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct ct_entry entry = { .type = CT_ENTRY_PRECERT };

	make_extension(x, "1.2.3.4", false, bytes_of(leaf_index, 8), -1);
	tbs = make_tbs(x);
	make_key_hash(ca.certificate, hash);
	entry.issuer_key_hash = bytes_of(hash, sizeof hash);
	entry.certificate = der_bytes(&tbs);
	for (size_t i = 0; i < LOGS; i++)
		scts[i] = make_sct(&logs[i], MAKE_SCT_NOW_MS,
			bytes_of(leaf_index, i == 0 ? 8 : 0), &entry);
	list = make_sct_list(scts, LOGS);
	value = make_octet_string(der_bytes(&list));
	make_extension(x, MAKE_SCT_OID, true, der_bytes(&value), 1);
	out = make_certificate_der(x);
	X509_free(x);
	return out;
}

static void a_made_certificate(void **state)
{
	struct der der = made_leaf();
	struct subject s = { .der = der_bytes(&der), .n = LOGS };

	(void)state;
	make_key_hash(ca.certificate, s.key_hash);
	for (size_t i = 0; i < LOGS; i++) {
		memcpy(s.logs[i].id, logs[i].id, sizeof s.logs[i].id);
		s.logs[i].key = logs[i].key;
	}
	change_each_byte(&s, every_bit, sizeof every_bit);
	change_key_hash(&s);
	change_issuer_key(&s, ca.certificate);
}

/* The logs of a real certificate, in the order of its SCTs. */
static void take_logs(struct subject *s, const struct real_logs *known)
{
	struct ct_certificate c;
	struct sct_list list;

	assert_int_equal(ct_certificate_read(s->der, &c), STATUS_OK);
	assert_int_equal(sct_list_decode(c.sct_list, &list), STATUS_OK);
	assert_in_range(list.n, 2, LOGS);
	for (s->n = 0; s->n < list.n; s->n++) {
		const struct real_log *log;
		struct sct sct;

		assert_int_equal(sct_decode(list.items[s->n], &sct), STATUS_OK);
		log = real_logs_find(known, sct.log_id);
		assert_non_null(log);
		memcpy(s->logs[s->n].id, log->id, sizeof log->id);
		s->logs[s->n].key = log->key;
	}
}

static void a_real_certificate(void **state)
{
	static struct real_logs known;
	struct subject s = { 0 };
	X509 *leaf, *issuer;
	unsigned char *der = NULL;
	int n;

	(void)state;
	if (!real_data_is_there("test_mutation"))
		skip();
	real_logs_init(&known);
	leaf = real_certificate(REAL_CHAIN, "leaf.pem");
	issuer = real_certificate(REAL_CHAIN, "issuer.pem");
	n = i2d_X509(leaf, &der);
	assert_true(n > 0);
	s.der = bytes_of(der, (size_t)n);
	make_key_hash(issuer, s.key_hash);
	take_logs(&s, &known);
	change_each_byte(&s, two_bits, sizeof two_bits);
	change_key_hash(&s);
	change_issuer_key(&s, issuer);
	OPENSSL_free(der);
	X509_free(leaf);
	X509_free(issuer);
	real_logs_deinit(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_made_certificate),
		cmocka_unit_test(a_real_certificate),
	};

	return cmocka_run_group_tests_name("mutation", tests, world_start, world_end);
}
