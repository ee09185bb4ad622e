/* Makes one allocation fail: of OpenSSL, once fail_alloc_openssl() has been called, and
 * in tests that have fail_wrap.c and are linked with $(WRAP_ALLOCATIONS) of the
 * program's own calls, too. Those of other libraries are not touched. */
#ifndef TESTS_UNIT_FAIL_ALLOC_H
#define TESTS_UNIT_FAIL_ALLOC_H

#include <stdbool.h>

/* The `n`th from now, counted from 0; negative: none. */
void fail_alloc_at(long n);
/* Whether it has come to that since one was last named, and whether it was one of the
 * program's own. */
bool fail_alloc_happened(void);
bool fail_alloc_was_own(void);

/* None fails or is counted until fail_alloc_resume() is given what this returns. */
long fail_alloc_hold(void);
void fail_alloc_resume(long held);

/* Before OpenSSL has allocated anything; false: it is too late. */
bool fail_alloc_openssl(void);

/* For fail_wrap.c: whether this one, of the program's own, fails. */
bool fail_alloc_now(void);

#endif
