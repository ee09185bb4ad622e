/* A table of files that must be refused, each with the words of its refusal. */
#ifndef TEST_REFUSAL_H
#define TEST_REFUSAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config.h"

struct refusal {
	const char *name;
	const char *yaml;
	const char *error; /* the file is called "f" */
};

/* An upstream that is in order, and the rest of a file that is. */
#define GOOD_UPSTREAM "name: a, address: [192.0.2.1]"
#define REST          "\nct: {mode: off}\nupstreams: [{" GOOD_UPSTREAM "}]\n"
/* A file with one upstream; `keys` begins in line 3, column 4. */
#define UPSTREAM(keys) "ct: {mode: off}\nupstreams:\n- {" keys "}\n"

static void refusal_test(void **state)
{
	const struct refusal *row = *state;
	struct config *config = NULL;
	struct config_error error;

	assert_int_equal(config_parse("f", bytes_of_text(row->yaml), &config, &error),
		STATUS_CONFIG);
	assert_string_equal(error.text, row->error);
	assert_null(config);
}

static int refusal_run(const char *group, const struct refusal *rows, size_t n)
{
	struct CMUnitTest tests[128] = { 0 };

	assert_true(n <= sizeof tests / sizeof *tests);
	for (size_t i = 0; i < n; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = refusal_test;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return _cmocka_run_group_tests(group, tests, n, NULL, NULL);
}

#endif
