/* Answers and chains that were tampered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dnssec/world.h"
#include "tests/unit/rows.h"

#define SWAPS_MAX 3

struct row {
	const char *name;
	const char *key;
	enum validation_state state;
	int ede;           /* -1: none */
	const char *words; /* in the text; NULL: any */
	struct world_swap swaps[SWAPS_MAX];
};

#define BOGUS         VALIDATION_BOGUS
#define SECURE        VALIDATION_SECURE
#define INSECURE      VALIDATION_INSECURE
#define INDETERMINATE VALIDATION_INDETERMINATE

static const struct row rows[] = {
	/* The answer. */
	{ "signatures stripped", "www.rsa.test A#unsigned", BOGUS, EDE_RRSIGS_MISSING,
		"www.rsa.test. A", { { 0 } } },
	{ "an address changed", "www.rsa.test A#changed", BOGUS, EDE_DNSSEC_BOGUS,
		"is wrong", { { 0 } } },
	{ "signed by another zone", "www.rsa.test A#by-another", BOGUS, -1, NULL,
		{ { 0 } } },
	{ "fewer labels than signed", "www.ed25519.test A#fewer-labels", BOGUS,
		EDE_NSEC_MISSING, "wildcard", { { 0 } } },
	{ "more labels than there are", "www.ed25519.test A#more-labels", BOGUS,
		EDE_DNSSEC_BOGUS, "labels", { { 0 } } },
	{ "a record without signature beside it", "www.rsa.test A#extra", BOGUS,
		EDE_RRSIGS_MISSING, "TXT", { { 0 } } },
	{ "NS without signature beside it", "www.rsa.test A#ns", SECURE, -1, NULL,
		{ { 0 } } },
	/* The chain. */
	{ "no DNSKEY", "www.rsa.test A", BOGUS, EDE_DNSKEY_MISSING, "rsa.test. DNSKEY",
		{ { "rsa.test DNSKEY", "rsa.test DNSKEY#none" } } },
	{ "DNSKEYs unsigned", "www.rsa.test A", BOGUS, EDE_RRSIGS_MISSING,
		"rsa.test. DNSKEY",
		{ { "rsa.test DNSKEY", "rsa.test DNSKEY#unsigned" } } },
	{ "DNSKEYs of another zone", "www.rsa.test A", INDETERMINATE, EDE_DNSKEY_MISSING,
		"rsa.test. DNSKEY", { { "rsa.test DNSKEY", "ed25519.test DNSKEY" } } },
	{ "DNSKEYs not for zones", "www.ed25519.test A", BOGUS, EDE_DNSKEY_MISSING, NULL,
		{ { "ed25519.test DNSKEY", "ed25519.test DNSKEY#no-zone-flag" } } },
	{ "DNSKEYs not to be had", "www.rsa.test A", INDETERMINATE, EDE_DNSKEY_MISSING,
		"rsa.test. DNSKEY", { { "rsa.test DNSKEY", NULL } } },
	{ "DS unsigned", "www.rsa.test A", BOGUS, EDE_RRSIGS_MISSING, "rsa.test. DS",
		{ { "rsa.test DS", "rsa.test DS#unsigned" } } },
	{ "DS taken away", "www.rsa.test A", BOGUS, EDE_NSEC_MISSING, "rsa.test. DS",
		{ { "rsa.test DS", "rsa.test DS#none" } } },
	{ "DS denied by another name's proof", "www.rsa.test A", BOGUS, EDE_NSEC_MISSING,
		"rsa.test. DS", { { "rsa.test DS", "rsa.test DS#denied-by-another" } } },
	{ "DS not to be had", "www.rsa.test A", INDETERMINATE, EDE_DNSSEC_INDETERMINATE,
		"rsa.test. DS", { { "rsa.test DS", NULL } } },
	{ "the root's keys not to be had", "www.rsa.test A", INDETERMINATE,
		EDE_DNSKEY_MISSING, ". DNSKEY", { { ". DNSKEY", NULL } } },
	{ "signatures and DS taken away", "www.rsa.test A#unsigned", BOGUS,
		EDE_NSEC_MISSING, NULL, { { "rsa.test DS", "rsa.test DS#none" } } },
	{ "expired", "www.expired.test A", BOGUS, EDE_SIGNATURE_EXPIRED,
		"expired 2025-06-01", { { 0 } } },
	{ "not yet valid", "www.future.test A", BOGUS, EDE_SIGNATURE_NOT_YET_VALID,
		"2027-01-01", { { 0 } } },
	{ "DS of no key", "www.wrongds.test A", BOGUS, EDE_DNSKEY_MISSING,
		"wrongds.test.", { { 0 } } },
	{ "DS, but unsigned", "www.stripped.test A", BOGUS, EDE_DNSKEY_MISSING, NULL,
		{ { 0 } } },
	{ "unknown algorithm alone", "www.newalg.test A", INSECURE, EDE_DNSKEY_ALGORITHM,
		"newalg.test. DS", { { 0 } } },
	{ "unknown digest alone", "www.newdigest.test A", INSECURE, EDE_DS_DIGEST,
		"newdigest.test. DS", { { 0 } } },
	{ "right SHA-1 beside wrong SHA-256", "www.bothds.test A", BOGUS,
		EDE_DNSKEY_MISSING, NULL, { { 0 } } },
	/* Denials with NSEC. */
	{ "NXDOMAIN without proof", "no.rsa.test A#no-proof", BOGUS, EDE_NSEC_MISSING,
		"no.rsa.test.", { { 0 } } },
	{ "NXDOMAIN, proof unsigned", "no.rsa.test A#unsigned-proof", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "NODATA without proof", "www.rsa.test AAAA#no-proof", BOGUS, EDE_NSEC_MISSING,
		"www.rsa.test. AAAA", { { 0 } } },
	{ "NODATA, proof unsigned", "www.rsa.test AAAA#unsigned-proof", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "NXDOMAIN of a name that is there", "www.rsa.test A#denied-by-no", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "NODATA of a type that is there", "www.rsa.test A#denied-by-its-own", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "NXDOMAIN's proof for NODATA", "no.rsa.test A#noerror", BOGUS, EDE_NSEC_MISSING,
		NULL, { { 0 } } },
	{ "NODATA's proof for NXDOMAIN", "www.rsa.test AAAA#nxdomain", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "NXDOMAIN of an empty name", "b.ent.rsa.test A#nxdomain", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "wildcard without proof", "x.wild.rsa.test A#no-proof", BOGUS, EDE_NSEC_MISSING,
		"wildcard", { { 0 } } },
	/* The parent's NSEC of the cut says nothing of the child, which is unsigned. */
	{ "NODATA in a child by its parent", "www.sub.rsa.test A#denied-by-parent",
		INSECURE, -1, NULL, { { 0 } } },
	{ "NXDOMAIN in a child by its parent", "www.sub.rsa.test A#nxdomain-by-parent",
		INSECURE, -1, NULL, { { 0 } } },
	/* The same with NSEC3. */
	{ "3: NXDOMAIN without proof", "no.n3.test A#no-proof", BOGUS, EDE_NSEC_MISSING,
		"no.n3.test.", { { 0 } } },
	{ "3: NXDOMAIN, proof unsigned", "no.n3.test A#unsigned-proof", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: NODATA without proof", "www.n3.test AAAA#no-proof", BOGUS, EDE_NSEC_MISSING,
		"www.n3.test. AAAA", { { 0 } } },
	{ "3: NODATA, proof unsigned", "www.n3.test AAAA#unsigned-proof", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: NXDOMAIN of a name that is there", "www.n3.test A#denied-by-no", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: NODATA of a type that is there", "www.n3.test A#denied-by-its-own", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: NXDOMAIN's proof for NODATA", "no.n3.test A#noerror", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: NODATA's proof for NXDOMAIN", "www.n3.test AAAA#nxdomain", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: NXDOMAIN of an empty name", "b.ent.n3.test A#nxdomain", BOGUS,
		EDE_NSEC_MISSING, NULL, { { 0 } } },
	{ "3: wildcard without proof", "x.wild.n3.test A#no-proof", BOGUS,
		EDE_NSEC_MISSING, "wildcard", { { 0 } } },
	{ "3: NODATA in a child by its parent", "www.sub.n3.test A#denied-by-parent",
		INSECURE, -1, NULL, { { 0 } } },
	{ "3: NXDOMAIN in a child by its parent", "www.sub.n3.test A#nxdomain-by-parent",
		INSECURE, -1, NULL, { { 0 } } },
	/* Aliases. */
	{ "the chain cut off", "other.links.test A#cut", BOGUS, EDE_NSEC_MISSING,
		"www.rsa.test. A", { { 0 } } },
	{ "the chain's end unsigned", "other.links.test A#end-unsigned", BOGUS,
		EDE_RRSIGS_MISSING, "www.rsa.test. A", { { 0 } } },
	{ "a CNAME that its DNAME does not say", "www.d.links.test A#another", BOGUS,
		EDE_DNSSEC_BOGUS, "DNAME", { { 0 } } },
	{ "a loop", "l1.links.test A#loop", BOGUS, EDE_DNSSEC_BOGUS,
		"more than 12 aliases", { { 0 } } },
	{ "into a zone that is bogus", "tobad.links.test A", BOGUS, EDE_SIGNATURE_EXPIRED,
		"expired.test.", { { 0 } } },
	{ "into an unsigned zone", "insec.links.test A", INSECURE, -1, NULL, { { 0 } } },
	/* Genuine records beside what nobody has signed, which would be followed. */
	{ "an alias beside an address", "www.rsa.test A#alias-beside", BOGUS,
		EDE_RRSIGS_MISSING, "www.rsa.test. CNAME", { { 0 } } },
	{ "a DNAME above an address", "www.rsa.test A#dname-above", BOGUS,
		EDE_RRSIGS_MISSING, "rsa.test. DNAME", { { 0 } } },
	{ "a DNAME above a chain's end", "www.d.links.test A#dname-at-the-end", BOGUS,
		EDE_RRSIGS_MISSING, "test. DNAME", { { 0 } } },
	{ "NXDOMAIN with an address", "www.rsa.test A#nxdomain", BOGUS, EDE_NSEC_MISSING,
		"www.rsa.test.", { { 0 } } },
	{ "NXDOMAIN with an alias and an address", "other.links.test A#nxdomain", BOGUS,
		EDE_NSEC_MISSING, "www.rsa.test.", { { 0 } } },
	{ "NXDOMAIN with a wildcard's address", "x.wild.n3.test A#nxdomain", BOGUS,
		EDE_NSEC_MISSING, "x.wild.n3.test.", { { 0 } } },
	{ "NXDOMAIN with a DNAME's alias", "www.d.links.test CNAME#nxdomain", BOGUS,
		EDE_NSEC_MISSING, "www.rsa.test.", { { 0 } } },
	{ "a cut that is an alias by its own word", "www.rsa.test A", BOGUS,
		EDE_DNSSEC_BOGUS, "not above",
		{ { "rsa.test DS", "rsa.test DS#alias-by-itself" } } },
	/* Case says nothing. */
	{ "capitals", "www.rsa.test A#capitals", SECURE, -1, NULL, { { 0 } } },
	{ "capitals, a wildcard", "x.wild.rsa.test A#capitals", SECURE, -1, NULL,
		{ { 0 } } },
	{ "capitals, a wildcard with NSEC3", "x.wild.n3.test A#capitals", SECURE, -1,
		NULL, { { 0 } } },
	{ "capitals, a denial", "no.n3.test A#capitals", SECURE, -1, NULL, { { 0 } } },
	{ "capitals, a DNAME", "www.d.links.test A#capitals", SECURE, -1, NULL,
		{ { 0 } } },
	/* KeyTrap. */
	{ "100 signatures", "www.rsa.test A#100-signatures", BOGUS, EDE_DNSSEC_BOGUS,
		"more than 8 signatures", { { 0 } } },
	{ "7 wrong signatures and a right one", "www.rsa.test A#8-signatures", SECURE, -1,
		NULL, { { 0 } } },
	{ "30 keys with one tag", "www.rsa.test A", BOGUS, EDE_DNSSEC_BOGUS,
		"keys with tag", { { "rsa.test DNSKEY", "rsa.test DNSKEY#one-tag" } } },
};

static void validate_row(void **state)
{
	const struct row *row = *state;
	struct dnssec_anchors *anchors = world_anchors(world_anchor_text());
	struct dnssec_policy policy = { .anchors = anchors,
		.limits = dnssec_limits_default };
	const struct validation_result *result;
	struct dnssec_keys *keys;
	struct validation *v;

	assert_int_equal(dnssec_keys_new(DNSSEC_KEYS_DEFAULT_BYTES, &keys), STATUS_OK);
	v = world_start(&policy, keys, row->key, WORLD_NOW);
	world_finish(v, row->swaps);
	result = validation_result(v);
	assert_string_equal(
		validation_state_text(result->state), validation_state_text(row->state));
	if (row->state == SECURE)
		assert_false(result->ede.present);
	if (row->ede >= 0)
		assert_int_equal(result->ede.present ? result->ede.code : -1, row->ede);
	if (row->words != NULL && strstr(result->ede.text, row->words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", row->words, result->ede.text);
	assert_int_equal(result->ns_unproven, strstr(row->key, "#ns") != NULL);
	assert_true(result->checks < 20);
	validation_free(v);
	dnssec_keys_free(keys);
	dnssec_anchors_free(anchors);
}

int main(void)
{
	int failed;

	world_load();
	failed = run_rows("refuse", rows, sizeof *rows, ROWS(rows), validate_row);
	world_free();
	return failed;
}
