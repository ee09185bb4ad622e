#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/status.h"

static void every_status_has_its_own_text(void **state)
{
	static const enum status all[] = {
#define X(name, text) STATUS_##name,
		STATUS_LIST(X)
#undef X
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_true(strlen(status_text(all[i])) > 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(status_text(all[i]), status_text(all[j]));
	}
}

static void ok_is_zero(void **state)
{
	(void)state;
	assert_int_equal(STATUS_OK, 0);
	assert_string_equal(status_text(STATUS_OK), "ok");
}

static void a_number_that_is_no_status_has_a_text(void **state)
{
	(void)state;
	assert_string_equal(status_text((enum status)9999), "unknown status");
	assert_string_equal(status_text((enum status)(-1)), "unknown status");
	assert_string_equal(
		status_text((enum status)(STATUS_CONFIG + 1)), "unknown status");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_its_own_text),
		cmocka_unit_test(ok_is_zero),
		cmocka_unit_test(a_number_that_is_no_status_has_a_text),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
