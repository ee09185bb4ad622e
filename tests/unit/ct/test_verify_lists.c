/* From whole evidence to a whole report: lists that are broken, and lists that are
 * long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ct/verify.h"
#include "tests/unit/ct/verify_scene.h"
#include "tests/unit/rows.h"

static size_t count(enum sct_source source)
{
	size_t n = 0;

	for (size_t i = 0; i < report.n; i++)
		n += report.rows[i].source == source;
	return n;
}

static void test_all_ways(void **state)
{
	(void)state;
	make_full_scene();
	verify("strict");
	assert_int_equal(report.outcome, CT_SATISFIED);
	assert_int_equal(report.by, SCT_EMBEDDED);
	assert_int_equal(report.n, 6);
	assert_int_equal(report.left_out, 0);
	for (size_t i = 0; i < report.n; i++) {
		assert_int_equal(report.rows[i].source, i / 2);
		assert_int_equal(report.rows[i].status, SCT_STATUS_OK);
	}
	assert_true(report.lifetime_s == 2 * 86400);
	assert_false(report.list_broken[SCT_EMBEDDED]);
	assert_false(report.list_broken[SCT_TLS]);
	assert_false(report.list_broken[SCT_OCSP]);
}

static void test_nothing_came(void **state)
{
	(void)state;
	make_scene(&world, NULL, 0, NOT_AFTER_S, &scene);
	verify("strict");
	assert_int_equal(report.outcome, CT_NONE);
	assert_int_equal(report.n, 0);
	assert_false(report.list_broken[SCT_EMBEDDED]);
	assert_false(report.list_broken[SCT_TLS]);
	assert_false(report.list_broken[SCT_OCSP]);
}

/* A broken list gives nothing; the other ways are as they were. */
static void assert_broken(enum sct_source source)
{
	verify("mozilla");
	for (unsigned i = 0; i < SCT_SOURCE_COUNT; i++) {
		enum sct_source other = (enum sct_source)i;

		assert_int_equal(report.list_broken[other], other == source);
		assert_int_equal(count(other), other == source ? 0 : 2);
	}
	assert_int_equal(report.outcome, CT_SATISFIED);
}

/* A byte less than its length says. */
static void test_broken_by_tls(void **state)
{
	(void)state;
	make_full_scene();
	scene.evidence.tls_list.n--;
	assert_broken(SCT_TLS);
	/* An extension that came, with nothing in it, is broken, too. */
	scene.evidence.tls_list.n = 0;
	assert_broken(SCT_TLS);
}

static void test_broken_by_ocsp(void **state)
{
	(void)state;
	make_full_scene();
	scene.evidence.ocsp_lists[0].n--;
	assert_broken(SCT_OCSP);
}

/* The staple has two lists, one of them broken. */
static void test_broken_second_by_ocsp(void **state)
{
	(void)state;
	make_full_scene();
	scene.evidence.ocsp_lists[1] = scene.evidence.ocsp_lists[0];
	scene.evidence.ocsp_lists[1].n--;
	scene.evidence.ocsp_n = 2;
	assert_broken(SCT_OCSP);
}

static void test_broken_staple(void **state)
{
	(void)state;
	make_full_scene();
	scene.evidence.ocsp_broken = true;
	assert_broken(SCT_OCSP);
}

static void test_two_lists_by_ocsp(void **state)
{
	const struct planned scts[] = {
		{ .log = &world.logs[0], .source = SCT_OCSP },
		{ .log = &world.logs[1], .source = SCT_TLS },
	};

	(void)state;
	make_scene(&world, scts, ROWS(scts), NOT_AFTER_S, &scene);
	scene.evidence.ocsp_lists[1] = scene.evidence.tls_list;
	scene.evidence.ocsp_n = 2;
	scene.evidence.tls_list = bytes_of(NULL, 0);
	verify("apple");
	assert_int_equal(report.outcome, CT_SATISFIED);
	assert_int_equal(report.by, SCT_OCSP);
	assert_int_equal(report.n, 2);
}

/* The values of the extension: an OCTET STRING, its list, its SCT. */
static const struct extension_row {
	const char *name;
	uint8_t value[8];
	uint8_t n;
	uint8_t times;
	bool broken;
	size_t rows;
} extension_rows[] = {
	{ "an SCT of one byte", { 4, 5, 0, 3, 0, 1, 0 }, 7, 1, false, 1 },
	{ "the extension twice", { 4, 5, 0, 3, 0, 1, 0 }, 7, 2, true, 0 },
	{ "no list", { 4, 0 }, 2, 1, true, 0 },
	{ "an empty list", { 4, 2, 0, 0 }, 4, 1, true, 0 },
	{ "an empty SCT", { 4, 4, 0, 2, 0, 0 }, 6, 1, true, 0 },
	{ "a byte behind the list", { 4, 6, 0, 3, 0, 1, 0, 0 }, 8, 1, true, 0 },
	{ "a list longer than its string", { 4, 4, 0, 3, 0, 1 }, 6, 1, true, 0 },
	{ "no OCTET STRING", { 5, 5, 0, 3, 0, 1, 0 }, 7, 1, true, 0 },
	{ "a byte behind the OCTET STRING", { 4, 5, 0, 3, 0, 1, 0, 0 }, 8, 1, true, 0 },
};

static void broken_embedded_row(void **state)
{
	const struct extension_row *row = *state;

	scene_setup(NULL);
	make_scene_with(&world, bytes_of(row->value, row->n), row->times, &scene);
	verify("strict");
	assert_int_equal(report.list_broken[SCT_EMBEDDED], row->broken);
	assert_int_equal(report.n, row->rows);
	assert_int_equal(report.outcome, CT_NONE);
	scene_teardown(NULL);
}

/* With an embedded list that is broken, SCTs by TLS count, over the leaf as it is. */
static void test_broken_embedded_and_tls(void **state)
{
	static const uint8_t value[] = { 4, 2, 0, 0 };
	struct ct_entry entry = { .type = CT_ENTRY_X509 };
	struct der scts[2];

	(void)state;
	make_scene_with(&world, bytes_of(value, sizeof value), 1, &scene);
	entry.certificate = scene.evidence.leaf;
	for (size_t i = 0; i < 2; i++)
		scts[i] = make_sct(&world.logs[i], PLANNED_MS, bytes_of(NULL, 0), &entry);
	scene.tls = make_sct_list(scts, 2);
	scene.evidence.tls_list = der_bytes(&scene.tls);
	verify("strict");
	assert_true(report.list_broken[SCT_EMBEDDED]);
	assert_int_equal(report.by, SCT_TLS);
	assert_int_equal(report.outcome, CT_SATISFIED);
}

static void test_no_certificate(void **state)
{
	(void)state;
	make_full_scene();
	scene.evidence.leaf.n--;
	verify("mozilla");
	assert_true(report.list_broken[SCT_EMBEDDED]);
	assert_int_equal(report.outcome, CT_TOO_FEW);
	for (size_t i = 0; i < report.n; i++)
		assert_int_equal(report.rows[i].status, SCT_STATUS_BAD_SIGNATURE);
	scene.evidence.leaf = bytes_of(NULL, 0);
	verify("mozilla");
	for (size_t i = 0; i < report.n; i++)
		assert_int_equal(report.rows[i].status, SCT_STATUS_UNSUPPORTED);
	assert_int_equal(report.outcome, CT_TOO_FEW);
}

/* An issuer's hash of another length is none. */
static void test_short_key_hash(void **state)
{
	(void)state;
	make_full_scene();
	scene.evidence.issuer_key_hash.n--;
	verify("strict");
	assert_int_equal(report.rows[0].status, SCT_STATUS_UNSUPPORTED);
	assert_int_equal(report.rows[0].signature, SCT_SIGNATURE_UNCHECKED);
	assert_int_equal(report.by, SCT_TLS);
	assert_int_equal(report.outcome, CT_SATISFIED);
}

/* Embedded ones first, then those by TLS; what there is no row for is counted. */
static void test_too_many(void **state)
{
	static struct planned scts[35];
	size_t n = 0;

	(void)state;
	memset(scts, 0, sizeof scts);
	for (; n < 2; n++)
		scts[n] = (struct planned){ .log = &world.logs[n], .source = SCT_OCSP };
	for (; n < 7; n++)
		scts[n] = (struct planned){ .log = &world.logs[3], .source = SCT_TLS };
	for (; n < 35; n++)
		scts[n] = (struct planned){ .log = &world.logs[n % 3] };
	make_scene(&world, scts, 35, NOT_AFTER_S, &scene);
	verify("strict");
	assert_int_equal(report.n, CT_ROWS_MAX);
	assert_int_equal(report.left_out, 3);
	assert_int_equal(count(SCT_EMBEDDED), 28);
	assert_int_equal(count(SCT_TLS), 4);
	assert_int_equal(report.outcome, CT_SATISFIED);
	/* 33 in one list: the last is not looked at, nor are the others. */
	for (n = 0; n < 35; n++)
		scts[n].source = n < 33 ? SCT_EMBEDDED : SCT_TLS;
	make_scene(&world, scts, 35, NOT_AFTER_S, &scene);
	verify("strict");
	assert_int_equal(report.n, CT_ROWS_MAX);
	assert_int_equal(report.left_out, 3);
	assert_int_equal(count(SCT_EMBEDDED), CT_ROWS_MAX);
}

/* Exactly as many as there are rows. */
static void test_just_enough_rows(void **state)
{
	static struct planned scts[CT_ROWS_MAX];

	(void)state;
	for (size_t n = 0; n < CT_ROWS_MAX; n++)
		scts[n] = (struct planned){ .log = &world.logs[n % 3] };
	make_scene(&world, scts, CT_ROWS_MAX, NOT_AFTER_S, &scene);
	verify("strict");
	assert_int_equal(report.n, CT_ROWS_MAX);
	assert_int_equal(report.left_out, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_all_ways),
		TEST(test_nothing_came),
		TEST(test_broken_by_tls),
		TEST(test_broken_by_ocsp),
		TEST(test_broken_second_by_ocsp),
		TEST(test_broken_staple),
		TEST(test_two_lists_by_ocsp),
		TEST(test_broken_embedded_and_tls),
		TEST(test_no_certificate),
		TEST(test_short_key_hash),
		TEST(test_too_many),
		TEST(test_just_enough_rows),
	};
	int failed;

	ct_world_init(&world);
	failed = cmocka_run_group_tests_name("verify, lists", tests, NULL, NULL) +
		 run_rows("verify, extensions", extension_rows, sizeof *extension_rows,
			 ROWS(extension_rows), broken_embedded_row);
	ct_world_deinit(&world);
	return failed;
}
