/* A validator that says what a test wants, in place of the room dnssec: what is tested is
 * who asks, who waits, and what becomes of the verdict. */
#ifndef TESTS_UNIT_QUERY_FAKE_DNSSEC_H
#define TESTS_UNIT_QUERY_FAKE_DNSSEC_H

#include "dnssec/dnssec.h"

#define FAKE_VERDICTS_MAX 8

struct fake_dnssec {
	/* Set by the test. */
	unsigned needs; /* questions for an answer: "1.key.", "2.key.", …: those the
			   servers know */
	unsigned works; /* times that a thread is wanted, after all questions */
	struct validation_result
		verdicts[FAKE_VERDICTS_MAX]; /* of each one; then the last */
	unsigned verdict_n;

	/* Told to the test. */
	unsigned made, freed;        /* validations */
	unsigned supplied, withheld; /* answers, and NULLs */
	unsigned worked;
};
extern struct fake_dnssec fake;

/* One verdict, whose EDE is `code` (-1: none) and "because". */
struct validation_result fake_verdict(enum validation_state state, int code);

/* Threads wait at validation_work() until they are let go. */
void fake_hold(void);
void fake_let_go(void);
/* Whether one stands there. */
bool fake_is_held(void);

#endif
