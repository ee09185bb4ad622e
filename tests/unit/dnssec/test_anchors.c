#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "base/file.h"
#include "dnssec/anchors.h"
#include "tests/unit/dnssec/world.h"
#include "tests/unit/rows.h"

#define SHA256 "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"

struct row {
	const char *name;
	const char *text;
	size_t n;          /* 0: refused */
	const char *words; /* of the refusal */
};

static const struct row rows[] = {
	{ "a DS", ". IN DS 20326 8 2 " SHA256 "\n", 1, NULL },
	{ "no newline at the end", ". IN DS 20326 8 2 " SHA256, 1, NULL },
	{ "CRLF", ". IN DS 20326 8 2 " SHA256 "\r\n", 1, NULL },
	{ "with a TTL", ". 172800 IN DS 20326 8 2 " SHA256 "\n", 1, NULL },
	{ "without a class", ". DS 20326 8 2 " SHA256 "\n", 1, NULL },
	{ "comments, empty lines", "; one\n\n. IN DS 20326 8 2 " SHA256 " ; two\n;\n", 1,
		NULL },
	{ "digest in pieces, over lines",
		". IN DS 20326 8 2 (\n"
		"  E06D44B80B8F1D39A95C0B0D7C65D084 ; half\n"
		"  58E880409BBC683457104237C7F8EC8D )\n",
		1, NULL },
	{ "a DNSKEY", "example. IN DNSKEY 257 3 8 AwEAAQ==\n", 1, NULL },
	{ "two of two zones",
		"example. IN DNSKEY 257 3 8 AwEAAQ==\n. IN DS 1 8 2 " SHA256 "\n", 2,
		NULL },
	{ "a digest of unknown type", ". IN DS 1 8 200 00\n", 1, NULL },
	{ "nothing", "", 0, "f:1: no DS or DNSKEY" },
	{ "comments alone", "; nothing\n", 0, "no DS or DNSKEY" },
	{ "another type", ". IN A 192.0.2.1\n", 0, "f:1: a record that is neither" },
	{ "another class", "\n. CH DS 1 8 2 " SHA256 "\n", 0,
		"f:2: a record that is neither" },
	{ "a directive", "$TTL 3600\n", 0, "f:1: directives" },
	{ "no owner", "  IN DS 1 8 2 " SHA256 "\n", 0, "f:1: a record without its name" },
	{ "a bad owner", "a..b. IN DS 1 8 2 " SHA256 "\n", 0, "not a name" },
	{ "a tag too large", ". IN DS 65536 8 2 " SHA256 "\n", 0, "key tag" },
	{ "a tag that is no number", ". IN DS -1 8 2 " SHA256 "\n", 0, "key tag" },
	{ "an algorithm by name", ". IN DS 1 RSASHA256 2 " SHA256 "\n", 0, "algorithm" },
	{ "no digest", ". IN DS 1 8 2\n", 0, "hexadecimal" },
	{ "half a byte", ". IN DS 1 8 2 E06\n", 0, "hexadecimal" },
	{ "a digest too short", ". IN DS 1 8 2 E06D\n", 0, "wrong length" },
	{ "a digest that is none", ". IN DS 1 8 2 xyz\n", 0, "hexadecimal" },
	{ "a key that is none", "example. IN DNSKEY 257 3 8 !!!\n", 0, "base64" },
	{ "a key not for zones", "example. IN DNSKEY 1 3 8 AwEAAQ==\n", 0, "not a key" },
	{ "a key of another protocol", "example. IN DNSKEY 257 4 8 AwEAAQ==\n", 0,
		"not a key" },
	{ "a parenthesis too many", ". IN DS 1 8 2 " SHA256 " )\n", 0, "parenthes" },
	{ "a parenthesis too few", ". IN DS 1 8 2 ( " SHA256 "\n", 0, "parenthes" },
	{ "an end in the middle", ". IN DS 1\n", 0, "algorithm" },
};

static void read_row(void **state)
{
	const struct row *row = *state;
	char buffer[256];
	struct text error = text_in(buffer, sizeof buffer);
	struct dnssec_anchors *anchors = NULL;
	enum status status =
		dnssec_anchors_read(bytes_of_text(row->text), "f", &error, &anchors);

	assert_int_equal(status, row->n > 0 ? STATUS_OK : STATUS_CONFIG);
	if (row->n > 0) {
		assert_int_equal(dnssec_anchors_count(anchors), row->n);
	} else if (strstr(buffer, row->words) == NULL) {
		fail_msg("\"%s\" is not in \"%s\"", row->words, buffer);
	}
	dnssec_anchors_free(anchors);
}

/* As Debian has them from IANA: package dns-root-data. */
static void same_as_debian(void **state)
{
	char buffer[256];
	struct text error = text_in(buffer, sizeof buffer);
	struct dnssec_anchors *builtin;
	struct dnssec_anchors *debian;
	struct bytes file;

	(void)state;
	assert_int_equal(dnssec_anchors_builtin(&builtin), STATUS_OK);
	assert_int_equal(dnssec_anchors_count(builtin), 2);
	if (file_read("/usr/share/dns/root.ds", 65536, &error, &file) != STATUS_OK) {
		dnssec_anchors_free(builtin);
		print_message("skip: no /usr/share/dns/root.ds\n");
		skip();
	}
	assert_int_equal(
		dnssec_anchors_read(file, "root.ds", &error, &debian), STATUS_OK);
	assert_int_equal(debian->n, builtin->n);
	for (size_t i = 0; i < builtin->n; i++)
		assert_true(
			bytes_equal(builtin->anchors[i].rdata, debian->anchors[i].rdata));
	free((void *)(uintptr_t)file.p);
	dnssec_anchors_free(debian);
	dnssec_anchors_free(builtin);
}

/* Which anchors there are decides what can be said. */
static const struct policy_row {
	const char *name;
	const char *anchors, *negative;
	const char *key;
	enum validation_state state;
	const char *before; /* what was asked before; NULL: nothing */
} policy_rows[] = {
	{ "another root", ". IN DS 20326 8 2 " SHA256, NULL, "www.rsa.test A",
		VALIDATION_BOGUS, NULL },
	{ "another zone's anchor", "elsewhere. IN DS 20326 8 2 " SHA256, NULL,
		"www.rsa.test A", VALIDATION_INSECURE, NULL },
	{ "an anchor of an unknown algorithm", ". IN DS 20326 200 2 " SHA256, NULL,
		"www.rsa.test A", VALIDATION_INSECURE, NULL },
	{ "the root and a closer one, which is wrong",
		"@ROOT\nrsa.test. IN DS 20326 8 2 " SHA256, NULL, "www.rsa.test A",
		VALIDATION_BOGUS, NULL },
	{ "the same, when the zone above is known",
		"@ROOT\nrsa.test. IN DS 20326 8 2 " SHA256, NULL, "www.rsa.test A",
		VALIDATION_BOGUS, "www.n3.test A" },
	{ "the same, but of another zone", "@ROOT\nrsa.test. IN DS 20326 8 2 " SHA256,
		NULL, "www.n3.test A", VALIDATION_SECURE, NULL },
	{ "negative: bogus zone", "@ROOT", "expired.test", "www.expired.test A",
		VALIDATION_INSECURE, NULL },
	{ "negative: in other case", "@ROOT", "EXPIRED.Test", "www.expired.test A",
		VALIDATION_INSECURE, NULL },
	{ "negative: a name below", "@ROOT", "www.expired.test", "www.expired.test A",
		VALIDATION_INSECURE, NULL },
	{ "negative: a name beside", "@ROOT", "ww.expired.test", "www.expired.test A",
		VALIDATION_BOGUS, NULL },
	{ "negative: a zone above", "@ROOT", "test", "www.rsa.test A",
		VALIDATION_INSECURE, NULL },
	{ "negative: end of a chain of aliases", "@ROOT", "expired.test",
		"tobad.links.test A", VALIDATION_INSECURE, NULL },
	{ "negative: a denial without proof", "@ROOT", "rsa.test",
		"no.rsa.test A#no-proof", VALIDATION_INSECURE, NULL },
	{ "negative: not the end", "@ROOT", "rsa.test", "tobad.links.test A",
		VALIDATION_BOGUS, NULL },
	{ "negative: an anchor is closer, and wrong",
		"@ROOT\nrsa.test. IN DS 20326 8 2 " SHA256, "test", "www.rsa.test A",
		VALIDATION_BOGUS, NULL },
	{ "negative: an anchor of a zone beside",
		"@ROOT\nrsa.test. IN DS 20326 8 2 " SHA256, "test", "www.n3.test A",
		VALIDATION_INSECURE, NULL },
	{ "negative: an anchor of the same zone",
		"@ROOT\nrsa.test. IN DS 20326 8 2 " SHA256, "rsa.test", "www.rsa.test A",
		VALIDATION_INSECURE, NULL },
};

static void policy_row(void **state)
{
	const struct policy_row *row = *state;
	struct dnssec_policy policy = { .limits = dnssec_limits_default };
	struct dnssec_anchors *anchors;
	struct dnssec_keys *keys;
	struct validation *v;
	struct name negative;
	char text[1024];
	bool root = strncmp(row->anchors, "@ROOT", 5) == 0;

	snprintf(text, sizeof text, "%s%s", root ? world_anchor_text() : "",
		root ? row->anchors + 5 : row->anchors);
	policy.anchors = anchors = world_anchors(text);
	if (row->negative != NULL) {
		assert_int_equal(name_from_text(row->negative, &negative), STATUS_OK);
		policy.negative = &negative;
		policy.negative_n = 1;
	}
	assert_int_equal(dnssec_keys_new(DNSSEC_KEYS_DEFAULT_BYTES, &keys), STATUS_OK);
	if (row->before != NULL) {
		v = world_start(&policy, keys, row->before, WORLD_NOW);
		world_finish(v, NULL);
		validation_free(v);
	}
	v = world_start(&policy, keys, row->key, WORLD_NOW);
	world_finish(v, NULL);
	assert_string_equal(validation_state_text(validation_result(v)->state),
		validation_state_text(row->state));
	validation_free(v);
	dnssec_keys_free(keys);
	dnssec_anchors_free(anchors);
}

/* A DS as anchor, of the first key of that message with flag 1: the one that signs keys.
 */
static void ds_of(const char *key, struct name *owner, char *out, size_t cap)
{
	const struct message *m = world_message(key);
	struct record_walk walk = record_walk(m);
	struct record record;
	struct dnskey dnskey = { .flags = 0 };
	uint8_t in[NAME_WIRE_MAX + 512];
	uint8_t digest[32];
	char hex[65];
	char name[NAME_TEXT_MAX];

	while (record_next(&walk, &record) && !(dnskey.flags & 1))
		assert_int_equal(dnskey_decode(record.rdata, &dnskey), STATUS_OK);
	*owner = m->question.name;
	memcpy(in, owner->wire, owner->n);
	memcpy(in + owner->n, dnskey.rdata.p, dnskey.rdata.n);
	assert_int_equal(EVP_Digest(in, owner->n + dnskey.rdata.n, digest, NULL,
				 EVP_sha256(), NULL),
		1);
	hex_encode(bytes_of(digest, sizeof digest), hex);
	name_to_text(owner, name);
	snprintf(
		out, cap, "%s IN DS %u %u 2 %s", name, dnskey.tag, dnskey.algorithm, hex);
}

/* The key is there, and believed, but not for zones (RFC 4034 §2.1.1). */
static void no_zone_key(void **state)
{
	static const struct world_swap swaps[] = {
		{ "ed25519.test DNSKEY", "ed25519.test DNSKEY#no-zone-flag" },
		{ NULL, NULL },
	};
	struct dnssec_policy policy = { .limits = dnssec_limits_default };
	struct dnssec_anchors *anchors;
	struct dnssec_keys *keys;
	struct validation *v;
	struct name zone;
	char text[NAME_TEXT_MAX + 128];

	(void)state;
	ds_of("ed25519.test DNSKEY#no-zone-flag", &zone, text, sizeof text);
	policy.anchors = anchors = world_anchors(text);
	assert_int_equal(dnssec_keys_new(DNSSEC_KEYS_DEFAULT_BYTES, &keys), STATUS_OK);
	v = world_start(&policy, keys, "www.ed25519.test A", WORLD_NOW);
	world_finish(v, swaps);
	assert_int_equal(validation_result(v)->state, VALIDATION_BOGUS);
	assert_int_equal(validation_result(v)->ede.code, EDE_NO_ZONE_KEY);
	validation_free(v);
	dnssec_keys_free(keys);
	dnssec_anchors_free(anchors);
}

static void ipv4only(void **state)
{
	struct dnssec_policy policy = { .limits = dnssec_limits_default };
	struct name name;

	(void)state;
	assert_int_equal(name_from_text("IPv4only.arpa", &name), STATUS_OK);
	assert_true(dnssec_policy_exempts(&policy, &name));
	assert_int_equal(name_from_text("xipv4only.arpa", &name), STATUS_OK);
	assert_false(dnssec_policy_exempts(&policy, &name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_debian),
		cmocka_unit_test(ipv4only),
		cmocka_unit_test(no_zone_key),
	};
	int failed;

	world_load();
	failed = cmocka_run_group_tests_name("anchors", tests, NULL, NULL) +
		 run_rows("zone format", rows, sizeof *rows, ROWS(rows), read_row) +
		 run_rows("policy", policy_rows, sizeof *policy_rows, ROWS(policy_rows),
			 policy_row);
	world_free();
	return failed;
}
