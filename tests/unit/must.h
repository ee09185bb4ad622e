/* For what tests are made with, where there is no case that could fail: what does not
 * hold ends the process, after a line that says where, and OpenSSL's errors. */
#ifndef TESTS_UNIT_MUST_H
#define TESTS_UNIT_MUST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

#define must(ok, what) must_at(__FILE__, ok, what)

static inline void must_at(const char *file, bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", file, what);
	ERR_print_errors_fp(stderr);
	abort();
}

#endif
