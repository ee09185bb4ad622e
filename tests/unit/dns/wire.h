/* Messages for tests, written so that a person can read them. */
#ifndef TESTS_UNIT_DNS_WIRE_H
#define TESTS_UNIT_DNS_WIRE_H

#include "base/bytes.h"

/* Pairs of hex digits; 'text' stands for its bytes; *N after a byte makes it N
 * bytes in all; white space is for the eye. Owned by the caller and exactly as
 * long as the message, so that a sanitizer sees one byte too far. Anything else
 * in `notation` fails the test. */
struct bytes wire_new(const char *notation);
void wire_free(struct bytes wire);

/* Compares, and prints both if they differ. */
void wire_assert_equal(const char *row, struct bytes got, struct bytes want);

#endif
