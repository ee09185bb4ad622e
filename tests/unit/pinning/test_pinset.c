/* Sets of pins held against chains, and the keys that are never accepted. */
#include "pinning/pinset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tests/unit/rows.h"

/* A letter is a key. */
static size_t pins_of(const char *letters, struct pin *out)
{
	size_t n = strlen(letters);

	for (size_t i = 0; i < n; i++)
		memset(out[i].sha256, letters[i], PIN_BYTES);
	return n;
}

static const struct row {
	const char *name;
	const char *set, *chain;
	int at; /* -1: no match */
} rows[] = {
	{ "the leaf", "L", "LIR", 0 },
	{ "the issuer", "I", "LIR", 1 },
	{ "the root", "R", "LIR", 2 },
	{ "a backup pin that is not in use", "xL", "LIR", 0 },
	{ "the one nearest to the leaf", "RIL", "LIR", 0 },
	{ "a key that is there twice", "I", "LIIR", 1 },
	{ "the last of the longest chain", "R", "LabcdefghR", 9 },

	{ "another key", "x", "LIR", -1 },
	{ "several other keys", "xyz", "LIR", -1 },
	{ "an empty set", "", "LIR", -1 },
	{ "an empty chain", "LIR", "", -1 },
	{ "nothing against nothing", "", "", -1 },
};

static void match_row(void **state)
{
	const struct row *row = *state;
	struct pin set_pins[16], chain[16];
	struct pinset set = { set_pins, pins_of(row->set, set_pins) };
	size_t n = pins_of(row->chain, chain), at = 99;

	assert_int_equal(pinset_match(&set, chain, n, &at), row->at >= 0);
	if (row->at >= 0)
		assert_int_equal(at, row->at);
}

static void only_n_keys_of_the_chain_count(void **state)
{
	struct pin set_pins[1], chain[2];
	struct pinset set = { set_pins, pins_of("I", set_pins) };
	size_t at;

	(void)state;
	pins_of("LI", chain);
	assert_false(pinset_match(&set, chain, 1, &at));
	assert_true(pinset_match(&set, chain, 2, &at));
}

static void one_bit_off_does_not_match(void **state)
{
	struct pin set_pins[1], chain[1];
	struct pinset set = { set_pins, pins_of("L", set_pins) };
	size_t at;

	(void)state;
	for (int bit = 0; bit < 8 * PIN_BYTES; bit++) {
		pins_of("L", chain);
		chain[0].sha256[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(pinset_match(&set, chain, 1, &at));
	}
}

/* The same keys as in pinset.c, written another way. */
static const char *const fina[] = {
	"sha256//fMPVcos4UUtyrf+fGKoXWACb72JP/DsqnYSS00iN9to=",
	"sha256//vjKAxoY8dwozyQQL2X1VQLIW0dkduLCIzqwRl9rh1mA=",
};

static void the_built_in_list_has_both_keys(void **state)
{
	const struct pinset *deny = pinset_builtin_deny();
	struct pin pin;
	size_t at;

	(void)state;
	for (size_t i = 0; i < ROWS(fina); i++) {
		assert_int_equal(pin_parse(fina[i], &pin), STATUS_OK);
		assert_true(pinset_match(deny, &pin, 1, &at));
	}
	assert_int_equal(deny->n, 2);
}

static void a_zeroed_key_is_not_on_it(void **state)
{
	struct pin zero = { { 0 } };
	size_t at;

	(void)state;
	assert_false(pinset_match(pinset_builtin_deny(), &zero, 1, &at));
}

static void the_real_certificates_are_on_it(void **state)
{
	static const char *const files[] = { "FinaRDCCA2020.pem",
		"Fina_Root_CA-5ab4fcdb.pem" };
	const char *source = getenv("srcdir");

	(void)state;
	for (size_t i = 0; i < ROWS(files); i++) {
		char path[1000];
		struct pin pin;
		X509 *certificate;
		size_t at;
		FILE *f;

		snprintf(path, sizeof path, "%s/../shared/data/fina/%s",
			source != NULL ? source : ".", files[i]);
		f = fopen(path, "r");
		if (f == NULL) {
			print_message("skipped: %s is absent\n", path);
			skip();
		}
		certificate = PEM_read_X509(f, NULL, NULL, NULL);
		fclose(f);
		assert_non_null(certificate);
		assert_int_equal(pin_of_certificate(certificate, &pin), STATUS_OK);
		assert_true(pinset_match(pinset_builtin_deny(), &pin, 1, &at));
		X509_free(certificate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_n_keys_of_the_chain_count),
		cmocka_unit_test(one_bit_off_does_not_match),
		cmocka_unit_test(the_built_in_list_has_both_keys),
		cmocka_unit_test(a_zeroed_key_is_not_on_it),
		cmocka_unit_test(the_real_certificates_are_on_it),
	};
	int failed = run_rows("pinset_match", rows, sizeof *rows, ROWS(rows), match_row);

	return failed + cmocka_run_group_tests_name("pinset", tests, NULL, NULL);
}
