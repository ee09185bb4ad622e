#include "tests/unit/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROWS_MAX 200

int run_rows(const char *group, const void *rows, size_t size, size_t n,
	void (*run)(void **state))
{
	static struct CMUnitTest tests[ROWS_MAX];

	if (n == 0 || n > ROWS_MAX)
		return 1;
	for (size_t i = 0; i < n; i++) {
		const char *row = (const char *)rows + i * size;

		memset(&tests[i], 0, sizeof tests[i]);
		memcpy(&tests[i].name, row, sizeof tests[i].name);
		tests[i].test_func = run;
		tests[i].initial_state = (void *)(uintptr_t)row;
	}
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}
