/* Stapled OCSP responses: what is believed, and of whom. */
#include "tls/staple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/make_ocsp.h"
#include "tests/unit/tls/world.h"

#define NOW       MAKE_CERT_NOW
#define HOUR_S    3600
#define TOLERANCE STAPLE_TOLERANCE_S
#define REVOKED   .status = V_OCSP_CERTSTATUS_REVOKED
#define UNKNOWN   .status = V_OCSP_CERTSTATUS_UNKNOWN

/* A list of one SCT of one byte, as the extension's value, and what is wrong. */
static const uint8_t octets[] = { 4, 5, 0, 3, 0, 1, 'S' };
static const uint8_t octets_trailing[] = { 4, 5, 0, 3, 0, 1, 'S', 0 };
static const uint8_t octets_long_length[] = { 4, 0x81, 5, 0, 3, 0, 1, 'S' };
static const uint8_t octets_cut[] = { 4, 6, 0, 3, 0, 1, 'S' };
static const uint8_t octets_constructed[] = { 0x24, 7, 4, 5, 0, 3, 0, 1, 'S' };
static const uint8_t octets_endless[] = { 0x24, 0x80, 4, 5, 0, 3, 0, 1, 'S', 0, 0 };
static const uint8_t bare_list[] = { 0, 3, 0, 1, 'S' };
#define LIST(value)                         \
	.scts = {                           \
		{ (value), sizeof(value) }, \
	}
#define TWO_LISTS(one, other)               \
	.scts = {                           \
		{ (one), sizeof(one) },     \
		{ (other), sizeof(other) }, \
	}

/* Who signs, and by whom its certificate was issued. */
enum signer {
	BY_ISSUER,
	BY_ROOT,
	BY_LEAF,
	BY_NAMESAKE, /* a CA of the issuer's name */
	BY_DELEGATE, /* with the row's certificate, by: */
};
enum delegated { FROM_ISSUER, FROM_ROOT, FROM_NAMESAKE, FROM_DELEGATE };

#define FOR_OCSP .cn = "OCSP", .extended_usage = "OCSPSigning"

/* Whom a single response is about. */
enum about { THE_LEAF, ANOTHER, UNDER_ROOT };

static const struct row {
	const char *name;
	enum staple_state state;
	const char *problem; /* in words, or NULL */
	struct ocsp_spec spec;
	enum about about[MAKE_OCSP_SINGLES_MAX];
	enum signer signer;
	struct cert_spec delegate;
	enum delegated from;
	enum { P256, RSA_1024, RSA_2048 } delegate_key;
	bool hidden; /* the delegate's certificate is not in it */
	bool odd;    /* the delegate has a critical extension that nobody knows */
	size_t lists;
	bool broken;
} rows[] = {
	{ "good", STAPLE_GOOD, NULL, .spec = { .n = 1 } },
	{ "its CertID is of SHA-256", STAPLE_GOOD, NULL,
		.spec = { { { .id_digest = "SHA256" } }, .n = 1 } },
	{ "signed with SHA-384", STAPLE_GOOD, NULL,
		.spec = { .n = 1, .digest = "SHA384" } },
	{ "it names its signer by key", STAPLE_GOOD, NULL,
		.spec = { .n = 1, .by_key = true } },
	{ "the second answer is the leaf's", STAPLE_GOOD, NULL, .spec = { .n = 2 },
		.about = { ANOTHER, THE_LEAF } },
	{ "another is revoked", STAPLE_GOOD, NULL,
		.spec = { { { REVOKED }, { 0 } }, .n = 2 },
		.about = { ANOTHER, THE_LEAF } },

	/* About whom. */
	{ "no answer", STAPLE_UNUSABLE, "another certificate", .spec = { .n = 0 } },
	{ "about another certificate", STAPLE_UNUSABLE, "another certificate",
		.spec = { .n = 1 }, .about = { ANOTHER } },
	{ "about another issuer's certificate", STAPLE_UNUSABLE, "another certificate",
		.spec = { .n = 1 }, .about = { UNDER_ROOT } },
	{ "its CertID is of SHA-512", STAPLE_UNUSABLE, "another certificate",
		.spec = { { { .id_digest = "SHA512" } }, .n = 1 } },
	{ "revoked is another", STAPLE_UNUSABLE, "another certificate",
		.spec = { { { REVOKED } }, .n = 1 }, .about = { ANOTHER } },

	/* Signed by whom. */
	{ "by a delegate", STAPLE_GOOD, NULL, .spec = { .n = 1 }, .signer = BY_DELEGATE,
		.delegate = { FOR_OCSP } },
	{ "by a delegate with RSA", STAPLE_GOOD, NULL, .spec = { .n = 1 },
		.signer = BY_DELEGATE, .delegate = { FOR_OCSP },
		.delegate_key = RSA_2048 },
	{ "by a delegate for more than that", STAPLE_GOOD, NULL, .spec = { .n = 1 },
		.signer = BY_DELEGATE,
		.delegate = { .cn = "OCSP",
			.extended_usage = "OCSPSigning,serverAuth",
			.usage = "critical,digitalSignature" } },
	{ "by the issuer's issuer", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_ROOT },
	{ "by the leaf itself", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_LEAF },
	{ "by a CA of the issuer's name", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_NAMESAKE },
	{ "revoked says a CA of the issuer's name", STAPLE_UNUSABLE, "signed",
		.spec = { { { REVOKED } }, .n = 1 }, .signer = BY_NAMESAKE },
	{ "by a delegate that is not in it", STAPLE_UNUSABLE, "signed",
		.spec = { .n = 1 }, .signer = BY_DELEGATE, .delegate = { FOR_OCSP },
		.hidden = true },
	{ "by one that is no delegate", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE, .delegate = { .cn = "OCSP" } },
	{ "by one for servers", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE,
		.delegate = { .cn = "OCSP", .extended_usage = "serverAuth" } },
	{ "by one for any use", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE,
		.delegate = { .cn = "OCSP", .extended_usage = "anyExtendedKeyUsage" } },
	{ "by one whose key must not sign", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE,
		.delegate = { FOR_OCSP, .usage = "critical,keyAgreement" } },
	{ "by one with a critical extension", STAPLE_UNUSABLE, "signed",
		.spec = { .n = 1 }, .signer = BY_DELEGATE, .delegate = { FOR_OCSP },
		.odd = true },
	{ "by the root's delegate", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE, .delegate = { FOR_OCSP }, .from = FROM_ROOT },
	{ "by the delegate of a CA of the issuer's name", STAPLE_UNUSABLE, "signed",
		.spec = { .n = 1 }, .signer = BY_DELEGATE, .delegate = { FOR_OCSP },
		.from = FROM_NAMESAKE },
	{ "by a delegate, with bytes behind its extended usage", STAPLE_UNUSABLE,
		"signed", .spec = { .n = 1 }, .signer = BY_DELEGATE,
		.delegate = { .cn = "OCSP",
			.extended_usage = "DER:300a06082b0601050507030900" } },
	{ "by a delegate, with bytes behind its usage", STAPLE_UNUSABLE, "signed",
		.spec = { .n = 1 }, .signer = BY_DELEGATE,
		.delegate = { FOR_OCSP, .usage = "critical,DER:0302078000" } },
	{ "by a delegate's delegate", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE, .delegate = { FOR_OCSP }, .from = FROM_DELEGATE },
	{ "by a delegate in its last second but one", STAPLE_GOOD, NULL,
		.spec = { .n = 1 }, .signer = BY_DELEGATE,
		.delegate = { FOR_OCSP, .not_after_s = NOW + 1 } },
	{ "by a delegate that has expired", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE, .delegate = { FOR_OCSP, .not_after_s = NOW - 1 } },
	{ "by a delegate not valid yet", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE,
		.delegate = { FOR_OCSP, .not_before_s = NOW + 1 } },

	/* How. */
	{ "signed with SHA-1", STAPLE_UNUSABLE, "too weak",
		.spec = { .n = 1, .digest = "SHA1" } },
	{ "revoked, signed with SHA-1", STAPLE_UNUSABLE, "too weak",
		.spec = { { { REVOKED } }, .n = 1, .digest = "SHA1" } },
	{ "by a delegate signed with SHA-1", STAPLE_UNUSABLE, "signed",
		.spec = { .n = 1 }, .signer = BY_DELEGATE,
		.delegate = { FOR_OCSP, .digest = "SHA1" } },
	{ "by a delegate with RSA 1024", STAPLE_UNUSABLE, "signed", .spec = { .n = 1 },
		.signer = BY_DELEGATE, .delegate = { FOR_OCSP },
		.delegate_key = RSA_1024 },
	{ "not signed at all: try later", STAPLE_UNUSABLE, "had no answer",
		.spec = { .n = 1, .status = OCSP_RESPONSE_STATUS_TRYLATER } },

	/* When. */
	{ "from the next five minutes", STAPLE_GOOD, NULL,
		.spec = { { { .this_update_s = NOW + TOLERANCE } }, .n = 1 } },
	{ "from the future", STAPLE_OLD, "from the future",
		.spec = { { { .this_update_s = NOW + TOLERANCE + 1 } }, .n = 1 } },
	{ "expired less than five minutes ago", STAPLE_GOOD, NULL,
		.spec = { { { .next_update_s = NOW - TOLERANCE } }, .n = 1 } },
	{ "expired", STAPLE_OLD, "expired",
		.spec = { { { .next_update_s = NOW - TOLERANCE - 1 } }, .n = 1 } },
	{ "ends before it begins", STAPLE_OLD, "before it begins",
		.spec = { { { .this_update_s = NOW, .next_update_s = NOW - 1 } },
			.n = 1 } },
	{ "for ever, of today", STAPLE_GOOD, NULL,
		.spec = { { { .unbounded = true,
				  .this_update_s = NOW - 24 * HOUR_S - TOLERANCE } },
			.n = 1 } },
	{ "for ever, of yesterday", STAPLE_OLD, "expired",
		.spec = { { { .unbounded = true,
				  .this_update_s = NOW - 24 * HOUR_S - TOLERANCE - 1 } },
			.n = 1 } },
	{ "its time is none", STAPLE_UNUSABLE, "times",
		.spec = { { { .time_text = "20260631000000Z" } }, .n = 1 } },

	/* What. */
	{ "unknown", STAPLE_UNKNOWN, NULL, .spec = { { { UNKNOWN } }, .n = 1 } },
	{ "unknown, with SCTs", STAPLE_UNKNOWN, NULL,
		.spec = { { { UNKNOWN, LIST(octets) } }, .n = 1 } },
	{ "revoked", STAPLE_REVOKED, NULL, .spec = { { { REVOKED } }, .n = 1 } },
	{ "revoked, long ago", STAPLE_REVOKED, NULL,
		.spec = { { { REVOKED, .this_update_s = NOW - 999 * HOUR_S,
				  .next_update_s = NOW - 900 * HOUR_S } },
			.n = 1 } },
	{ "revoked, tomorrow", STAPLE_REVOKED, NULL,
		.spec = { { { REVOKED, .this_update_s = NOW + 24 * HOUR_S,
				  .next_update_s = NOW + 48 * HOUR_S } },
			.n = 1 } },
	{ "revoked, says a delegate", STAPLE_REVOKED, NULL,
		.spec = { { { REVOKED, .id_digest = "SHA256" } }, .n = 1 },
		.signer = BY_DELEGATE, .delegate = { FOR_OCSP } },
	{ "revoked before good", STAPLE_REVOKED, NULL,
		.spec = { { { REVOKED }, { 0 } }, .n = 2 } },
	{ "revoked behind a newer good", STAPLE_REVOKED, NULL,
		.spec = { { { .this_update_s = NOW }, { REVOKED } }, .n = 2 } },
	{ "old before good", STAPLE_GOOD, NULL,
		.spec = { { { .next_update_s = NOW - HOUR_S }, { 0 } }, .n = 2 } },
	{ "unknown before good", STAPLE_GOOD, NULL,
		.spec = { { { UNKNOWN }, { 0 } }, .n = 2 } },
	{ "a critical extension", STAPLE_UNUSABLE, "critical",
		.spec = { { { .critical = true } }, .n = 1 } },
	{ "a critical extension of the whole", STAPLE_UNUSABLE, "critical",
		.spec = { .n = 1, .critical = true } },
	{ "revoked, with a critical extension", STAPLE_REVOKED, NULL,
		.spec = { { { REVOKED, .critical = true } }, .n = 1 } },

	/* The lists. */
	{ "a list", STAPLE_GOOD, NULL, .spec = { { { LIST(octets) } }, .n = 1 },
		.lists = 1 },
	{ "a list from a delegate", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets) } }, .n = 1 }, .signer = BY_DELEGATE,
		.delegate = { FOR_OCSP }, .lists = 1 },
	{ "a list in each of two answers", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets) }, { .id_digest = "SHA256", LIST(octets) } },
			.n = 2 },
		.lists = 2 },
	{ "a list in an old answer", STAPLE_OLD, "expired",
		.spec = { { { LIST(octets), .next_update_s = NOW - HOUR_S } }, .n = 1 } },
	{ "a list in the older of two", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets), .next_update_s = NOW - HOUR_S }, { 0 } },
			.n = 2 } },
	{ "a list beside revoked", STAPLE_REVOKED, NULL,
		.spec = { { { LIST(octets) }, { REVOKED } }, .n = 2 } },
	{ "a list for another certificate", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets) }, { 0 } }, .n = 2 },
		.about = { ANOTHER, THE_LEAF } },
	{ "a list of the whole response", STAPLE_GOOD, NULL,
		.spec = { .n = 1, .all_scts = { octets, sizeof octets } } },
	{ "a list that a stranger signed", STAPLE_UNUSABLE, "signed",
		.spec = { { { LIST(octets) } }, .n = 1 }, .signer = BY_NAMESAKE },
	{ "two lists in one answer", STAPLE_GOOD, NULL,
		.spec = { { { TWO_LISTS(octets, octets) } }, .n = 1 }, .broken = true },
	{ "a broken list beside a good one", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets) }, { LIST(octets_cut) } }, .n = 2 },
		.broken = true },
	{ "a list with a byte behind it", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets_trailing) } }, .n = 1 }, .broken = true },
	{ "a list that is cut", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets_cut) } }, .n = 1 }, .broken = true },
	{ "a list with a needless length", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets_long_length) } }, .n = 1 }, .broken = true },
	{ "a list in pieces", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets_constructed) } }, .n = 1 }, .broken = true },
	{ "a list without an end", STAPLE_GOOD, NULL,
		.spec = { { { LIST(octets_endless) } }, .n = 1 }, .broken = true },
	{ "a list without its OCTET STRING", STAPLE_GOOD, NULL,
		.spec = { { { LIST(bare_list) } }, .n = 1 }, .broken = true },
	{ "a broken list beside revoked", STAPLE_REVOKED, NULL,
		.spec = { { { LIST(octets_cut) }, { REVOKED } }, .n = 2 } },
	{ "a broken list in an old answer", STAPLE_OLD, "expired",
		.spec = { { { LIST(octets_cut), .next_update_s = NOW - HOUR_S } },
			.n = 1 } },
};

static struct issuer namesake, delegate_ca;
static X509 *another;

static X509 *make_delegate(const struct row *row, EVP_PKEY *key)
{
	const struct issuer *from[] = { &world.inter, &world.root, &namesake,
		&delegate_ca };

	X509 *out = make_cert(&row->delegate, key, from[row->from], NULL);

	if (row->odd) {
		make_extension(out, "1.2.3.4", true, bytes_of_text("?"), -1);
		assert_true(X509_sign(out, world.inter.key, EVP_sha256()) > 0);
	}
	return out;
}

static struct der make_staple(const struct row *row)
{
	EVP_PKEY *keys[] = { world.other_key, world.rsa_1024, world.rsa_2048 };
	EVP_PKEY *key = keys[row->delegate_key];
	X509 *delegate = row->signer == BY_DELEGATE ? make_delegate(row, key) : NULL;
	struct issuer signers[] = { world.inter, world.root, { world.key, world.leaf },
		namesake, { key, delegate } };
	struct ocsp_spec spec = row->spec;
	struct der out;

	for (size_t i = 0; i < spec.n; i++) {
		if (row->about[i] == ANOTHER)
			spec.singles[i].leaf = another;
		if (row->about[i] == UNDER_ROOT)
			spec.singles[i].issuer = world.root.certificate;
	}
	/* Where there is no delegate, the signer itself is shown: that is not enough. */
	out = make_ocsp(&spec, world.leaf, world.inter.certificate, &signers[row->signer],
		row->hidden ? NULL : signers[row->signer].certificate);
	X509_free(delegate);
	return out;
}

static void read_staple(struct bytes der, struct staple *out, struct staple_lists *lists)
{
	*out = (struct staple){ .required = true };
	assert_int_equal(
		staple_read(der, world.leaf, world.inter.certificate, NOW, out, lists),
		STATUS_OK);
	assert_true(out->required);
}

static void staple_row(void **state)
{
	const struct row *row = *state;
	struct der der = make_staple(row);
	struct staple_lists lists;
	struct staple staple;

	read_staple(der_bytes(&der), &staple, &lists);
	assert_string_equal(staple_word(staple.state), staple_word(row->state));
	if (row->problem != NULL)
		assert_non_null(strstr(staple.problem, row->problem));
	else
		assert_null(staple.problem);
	assert_int_equal(lists.n, row->lists);
	assert_int_equal(lists.broken, row->broken);
	for (size_t i = 0; i < lists.n; i++)
		assert_memory_equal(lists.lists[i].p, bare_list, sizeof bare_list);
	staple_lists_deinit(&lists);
}

static struct der good(void)
{
	return make_staple(&rows[0]);
}

static void the_newest_good_one_is_shown(void **state)
{
	const struct row row = {
		.spec = { { { .this_update_s = NOW - 9 },
				  { .this_update_s = NOW - 7, .next_update_s = NOW + 1 },
				  { .this_update_s = NOW - 8 } },
			.n = 3 }
	};
	struct der der = make_staple(&row);
	struct staple_lists lists;
	struct staple staple;

	(void)state;
	read_staple(der_bytes(&der), &staple, &lists);
	assert_int_equal(staple.this_update_s, NOW - 7);
	assert_int_equal(staple.next_update_s, NOW + 1);
	staple_lists_deinit(&lists);
}

static void assert_unusable(struct bytes der)
{
	struct staple_lists lists;
	struct staple staple;

	read_staple(der, &staple, &lists);
	assert_int_equal(staple.state, STAPLE_UNUSABLE);
	assert_non_null(staple.problem);
	assert_int_equal(lists.n, 0);
	staple_lists_deinit(&lists);
}

/* There is nothing in it that is not signed, or does not lead to what is. */
static void every_bit_matters(void **state)
{
	const struct row row = { .spec = { .n = 1 }, .hidden = true };
	struct der der = make_staple(&row);

	(void)state;
	for (size_t i = 0; i < der.n * 8; i++) {
		der.p[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_unusable(der_bytes(&der));
		der.p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void cut_anywhere_it_says_nothing(void **state)
{
	struct der der = good();

	(void)state;
	for (size_t n = 0; n < der.n; n++)
		assert_unusable(bytes_of(der.p, n));
	der.n++;
	assert_unusable(der_bytes(&der));
}

/* The response proper lies in an OCTET STRING: a byte more in there. */
static void nothing_stands_behind_it_inside(void **state)
{
	struct der der = good();
	static const size_t lengths[] = { 2, 9, 13, 28 };
	struct reader r = { 0 };

	(void)state;
	der.p[der.n++] = 0;
	for (size_t i = 0; i < ROWS(lengths); i++) {
		struct writer w = { .p = der.p, .n = der.n, .cap = sizeof der.p };
		size_t at = lengths[i];

		assert_int_equal(der.p[at - 1], 0x82);
		r.rest = bytes_of(der.p + at, 2);
		wr_patch16(&w, at, (uint16_t)(rd_uint(&r, 2) + 1));
	}
	assert_unusable(der_bytes(&der));
}

/* --- RFC 7633 -------------------------------------------------------------- */

static const struct feature {
	const char *name;
	bool required;
	const char *value[2];
} features[] = {
	{ "no feature extension", false, { NULL } },
	{ "status_request", true, { "\x30\x03\x02\x01\x05" } },
	{ "status_request_v2 alone", false, { "\x30\x03\x02\x01\x11" } },
	{ "both", true, { "\x30\x06\x02\x01\x11\x02\x01\x05" } },
	{ "another", false, { "\x30\x03\x02\x01\x10" } },
	{ "beside a number of ten bytes", true,
		{ "\x30\x0f\x02\x0axxxxxxxxxx\x02\x01\x05" } },
	{ "not a list", true, { "\x02\x01\x11" } },
	{ "a list of text", true, { "\x30\x03\x04\x01\x11" } },
	{ "cut", true, { "\x30\x04\x02\x01\x11" } },
	{ "status_request behind the list", true,
		{ "\x30\x03\x02\x01\x11\x02\x01\x05" } },
	{ "a byte behind the list", true, { "\x30\x03\x02\x01\x11x" } },
	{ "twice", true, { "\x30\x03\x02\x01\x11", "\x30\x03\x02\x01\x11" } },
};

static void feature_row(void **state)
{
	const struct feature *row = *state;
	const struct cert_spec spec = { .cn = "dns" };
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);

	for (size_t i = 0; i < 2 && row->value[i] != NULL; i++)
		make_extension(leaf, "1.3.6.1.5.5.7.1.24", false,
			bytes_of_text(row->value[i]), -1);
	assert_int_equal(staple_is_required(leaf), row->required);
	X509_free(leaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_good_one_is_shown),
		cmocka_unit_test(every_bit_matters),
		cmocka_unit_test(cut_anywhere_it_says_nothing),
		cmocka_unit_test(nothing_stands_behind_it_inside),
	};
	const struct cert_spec spec = { .cn = "dns", .san = "DNS:dns.lab" };
	const struct cert_spec for_ocsp = { FOR_OCSP };
	int failed;

	world_init();
	namesake = make_ca("Inter", NULL);
	delegate_ca.key = make_key();
	delegate_ca.certificate =
		make_cert(&for_ocsp, delegate_ca.key, &world.inter, NULL);
	another = make_cert(&spec, world.key, &world.inter, NULL);
	failed = run_rows("staples", rows, sizeof *rows, ROWS(rows), staple_row);
	failed += run_rows(
		"features", features, sizeof *features, ROWS(features), feature_row);
	failed += cmocka_run_group_tests_name("rest", tests, NULL, NULL);
	X509_free(another);
	issuer_deinit(&delegate_ca);
	issuer_deinit(&namesake);
	world_deinit();
	return failed;
}
