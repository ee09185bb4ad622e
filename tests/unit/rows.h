/* A table of rows as cmocka tests: each row is a test of its own, under its
 * own name. The first member of a row is its name.
 *
 *	run_rows("verdict", rows, sizeof *rows, ROWS(rows), judge_row) */
#ifndef TESTS_UNIT_ROWS_H
#define TESTS_UNIT_ROWS_H

#include <stddef.h>

#define ROWS(table) (sizeof(table) / sizeof *(table))

/* Returns how many failed. `run` finds its row in `*state`. */
int run_rows(const char *group, const void *rows, size_t size, size_t n,
	void (*run)(void **state));

#endif
