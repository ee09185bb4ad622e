/* Which records of a message an answer keeps. */
#ifndef TESTS_UNIT_DNS_KEPT_H
#define TESTS_UNIT_DNS_KEPT_H

#include "dns/answer.h"

struct kept_row {
	const char *name;
	const char *wire; /* a response, as wire_new() takes it */
	bool dnssec_ok;
	/* Numbers of the records that are kept, as in "0 2 3"; NULL: refused. */
	const char *want;
	enum status status;
};

/* A test of one row, as run_rows() calls it. Kept records are those of the message by
 * section, owner, type, class, TTL and RDATA, and making an answer of the answer changes
 * nothing. */
void kept_test(void **state);

#endif
