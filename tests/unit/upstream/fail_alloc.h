/* Makes one allocation fail. For tests linked with
 * --wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup; the libraries are not
 * touched, only the program's own calls. */
#ifndef TESTS_UNIT_UPSTREAM_FAIL_ALLOC_H
#define TESTS_UNIT_UPSTREAM_FAIL_ALLOC_H

#include <stdbool.h>

/* The `n`th from now, counted from 0; negative: none. */
void fail_alloc_at(long n);
/* Whether it has come to that. */
bool fail_alloc_happened(void);

#endif
