/* The tables as such, and what must hold for all of them whatever SCTs come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ct/policy_row.h"

static void test_order_and_names(void **state)
{
	static const char *const names[] = { "strict", "chrome", "mozilla", "apple" };

	(void)state;
	for (size_t i = 0; i < ROWS(names); i++) {
		assert_string_equal(ct_policy_at(i)->name, names[i]);
		assert_ptr_equal(ct_policy_find(names[i]), ct_policy_at(i));
	}
	assert_null(ct_policy_at(ROWS(names)));
	assert_null(ct_policy_at(SIZE_MAX));
	assert_null(ct_policy_find(""));
	assert_null(ct_policy_find("Strict"));
	assert_null(ct_policy_find("stric"));
	assert_string_equal(ct_policy_default()->name, "strict");
}

static void test_sources_and_dates(void **state)
{
	const struct ct_policy *policy;

	(void)state;
	for (size_t i = 0; (policy = ct_policy_at(i)) != NULL; i++) {
		assert_int_equal(strncmp(policy->source, "https://", 8), 0);
		assert_int_equal(strlen(policy->as_of), strlen("2026-01-01"));
		assert_int_equal(strncmp(policy->as_of, "20", 2), 0);
	}
}

/* A report of zeros, as memory may be by luck, is no acceptance. */
static void test_zeros(void **state)
{
	const struct ct_report report = { 0 };

	(void)state;
	assert_int_not_equal(report.outcome, CT_SATISFIED);
}

/* What lies behind the last row is nobody's SCT. */
static void test_behind_the_last(void **state)
{
	struct ct_report report;

	(void)state;
	policy_report_read("eA1 eB2 eC3xr@2000", &report);
	report.n = 0;
	ct_policy_judge(ct_policy_default(), SHORT_S, &report);
	assert_int_equal(report.outcome, CT_NONE);
	report.n = 2;
	ct_policy_judge(ct_policy_default(), SHORT_S, &report);
	assert_int_equal(report.logs, 2);
	assert_int_equal(report.rows[2].status, SCT_STATUS_OK);
	assert_false(report.rows[2].counts);
}

/* Retirements before anything, and one just behind it. */
static void test_retired_in_1970(void **state)
{
	static const struct {
		int64_t retired_ms;
		enum ct_outcome outcome;
	} rows[] = { { INT64_MIN, CT_TOO_FEW }, { -1, CT_TOO_FEW }, { 0, CT_TOO_FEW },
		{ 1, CT_SATISFIED } };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct ct_report report;

		policy_report_read("eA1r@0 eB2@0", &report);
		report.rows[0].retired_ms = rows[i].retired_ms;
		ct_policy_judge(ct_policy_default(), SHORT_S, &report);
		assert_int_equal(report.outcome, rows[i].outcome);
	}
}

/* Marsaglia's xorshift32: the same reports every time. */
static uint32_t next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static bool chance(uint32_t *seed, uint32_t one_in)
{
	return next(seed) % one_in == 0;
}

/* Seven logs of three operators; a log is static or retired in all its SCTs. */
static struct sct_row random_row(uint32_t *seed)
{
	uint32_t log = next(seed) % 7;
	struct sct_row row = {
		.source = (enum sct_source)(next(seed) % SCT_SOURCE_COUNT),
		.status = chance(seed, 4) ? SCT_STATUS_BAD_SIGNATURE : SCT_STATUS_OK,
		.decoded = true,
		.known = true,
		.timestamp_ms = 995 + next(seed) % 10,
		.operator_name = { (char)('A' + log % 3) },
		.is_static = log == 1 || log == 3 || log == 4,
		.retired = log == 4 || log == 5 || log == 6,
		.retired_ms = log == 6 ? 998 : 1001,
	};

	row.has_leaf_index = row.is_static && !chance(seed, 4);
	memset(row.log_id, (int)log, sizeof row.log_id);
	return row;
}

static void random_report(uint32_t *seed, struct ct_report *out)
{
	size_t n = next(seed) % 8;

	memset(out, 0, sizeof *out);
	while (out->n < n)
		out->rows[out->n++] = random_row(seed);
}

static enum ct_outcome judge(
	const struct ct_policy *policy, int64_t lifetime_s, const struct ct_report *in)
{
	struct ct_report copy = *in;

	ct_policy_judge(policy, lifetime_s, &copy);
	return copy.outcome;
}

#define REPORTS 20000

static const int64_t lifetimes[] = { DAYS_180_S - 1, DAYS_180_S, DAYS_180_S + 1 };

/* Strict is what Chrome and Mozilla both accept, or less. */
static void test_strict_is_strictest(void **state)
{
	uint32_t seed = 1;
	unsigned accepted = 0;

	(void)state;
	for (unsigned i = 0; i < REPORTS; i++) {
		int64_t lifetime_s = lifetimes[i % ROWS(lifetimes)];
		struct ct_report report;

		random_report(&seed, &report);
		if (judge(ct_policy_find("strict"), lifetime_s, &report) != CT_SATISFIED)
			continue;
		accepted++;
		assert_int_equal(judge(ct_policy_find("chrome"), lifetime_s, &report),
			CT_SATISFIED);
		assert_int_equal(judge(ct_policy_find("mozilla"), lifetime_s, &report),
			CT_SATISFIED);
	}
	assert_in_range(accepted, REPORTS / 20, REPORTS / 2);
}

static void swap(struct sct_row *a, struct sct_row *b)
{
	struct sct_row kept = *a;

	*a = *b;
	*b = kept;
}

/* More SCTs never refuse what fewer have satisfied; their order is nothing. */
static void test_more_in_any_order(void **state)
{
	uint32_t seed = 2;
	unsigned accepted = 0;

	(void)state;
	for (unsigned i = 0; i < REPORTS; i++) {
		const struct ct_policy *policy = ct_policy_at(i % 4);
		int64_t lifetime_s = lifetimes[i / 4 % ROWS(lifetimes)];
		struct ct_report report;
		enum ct_outcome before;

		random_report(&seed, &report);
		before = judge(policy, lifetime_s, &report);
		for (size_t j = 1; j < report.n; j++)
			swap(&report.rows[j], &report.rows[next(&seed) % j]);
		assert_int_equal(judge(policy, lifetime_s, &report), before);
		if (before != CT_SATISFIED)
			continue;
		accepted++;
		report.rows[report.n++] = random_row(&seed);
		swap(&report.rows[0], &report.rows[report.n - 1]);
		assert_int_equal(judge(policy, lifetime_s, &report), CT_SATISFIED);
	}
	assert_in_range(accepted, REPORTS / 20, REPORTS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_names),
		cmocka_unit_test(test_sources_and_dates),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_behind_the_last),
		cmocka_unit_test(test_retired_in_1970),
		cmocka_unit_test(test_strict_is_strictest),
		cmocka_unit_test(test_more_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
