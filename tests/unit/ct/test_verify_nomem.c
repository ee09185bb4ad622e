/* Memory that ends anywhere in ct_verify(): no report then, nothing remembered that is
 * not so, and the next time all is as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ct/verify.h"
#include "tests/unit/ct/ct_world.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/rows.h"

/* More than one report asks for. */
#define ALLOCATIONS_MAX 5000

static struct ct_world world;
static struct ct_scene scene;

/* A new list: its keys are not decoded yet. */
static struct loglist *new_list(void)
{
	const struct listed logs[] = {
		{ .log = &world.logs[0], .operator_name = "A" },
		{ .log = &world.rsa, .operator_name = "B" },
		{ .log = &world.logs[2], .operator_name = "C" },
	};

	return make_loglist(logs, ROWS(logs));
}

static enum status verify(struct loglist *list, struct ct_report *out)
{
	return ct_verify(list, ct_policy_default(), &scene.evidence, MAKE_CERT_NOW, out);
}

static void assert_no_report(const struct ct_report *report)
{
	assert_int_not_equal(report->outcome, CT_SATISFIED);
	assert_int_equal(report->n, 0);
	assert_int_equal(report->rows[0].status, SCT_STATUS_OK);
	assert_false(report->rows[0].decoded);
}

/* OpenSSL gets along without some of its memory; asked for the name of a key's group
 * it says that there is none. A log is never said not to have signed. */
static void assert_not_bad(const struct ct_report *report)
{
	for (size_t i = 0; i < report->n; i++)
		assert_true(report->rows[i].status == SCT_STATUS_OK ||
			    report->rows[i].status == SCT_STATUS_UNSUPPORTED);
}

static void the_nth_allocation_fails(void **state)
{
	long n, troubles = 0;

	(void)state;
	for (n = 0; n < ALLOCATIONS_MAX; n++) {
		struct loglist *list = new_list();
		static struct ct_report report;
		enum status status;

		memset(&report, 0xff, sizeof report);
		fail_alloc_at(n);
		status = verify(list, &report);
		fail_alloc_at(-1);
		if (status != STATUS_OK) {
			troubles++;
			assert_true(status == STATUS_NOMEM || status == STATUS_CRYPTO);
			assert_no_report(&report);
		} else {
			assert_false(fail_alloc_was_own());
			assert_not_bad(&report);
		}
		for (size_t i = 0; i < list->memo.n; i++)
			assert_true(list->memo.valid[i]);
		assert_int_equal(verify(list, &report), STATUS_OK);
		assert_int_equal(report.outcome, CT_SATISFIED);
		loglist_free(list);
		if (!fail_alloc_happened())
			break;
	}
	assert_in_range(n, 1, ALLOCATIONS_MAX - 1);
	assert_in_range(troubles, 1, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_allocation_fails),
	};
	int failed;

	if (!fail_alloc_openssl())
		return 1;
	ct_world_init(&world);
	make_scene(&world,
		(const struct planned[]){
			{ .log = &world.logs[0] },
			{ .log = &world.rsa },
			{ .log = &world.logs[2], .source = SCT_TLS },
		},
		3, MAKE_CERT_NOW + 86400, &scene);
	failed = cmocka_run_group_tests_name("memory", tests, NULL, NULL);
	ct_world_deinit(&world);
	return failed;
}
