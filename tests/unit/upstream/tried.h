/* Questions put to one upstream of a lab, past the exchange. */
#ifndef TESTS_UNIT_UPSTREAM_TRIED_H
#define TESTS_UNIT_UPSTREAM_TRIED_H

#include "dns/query.h"
#include "tests/unit/upstream/lab.h"

struct tried {
	struct attempt attempt;
	struct question question;
	uint8_t wire[QUERY_WIRE_MAX];
	unsigned answered, failed, held;
	bool lost;
	struct failure why;
};

/* Asks the first upstream for "x.lab". */
enum status tried_start(struct lab *lab, struct tried *tried, const struct tried *beside);
/* The same, and it is taken. */
void tried_ask(struct lab *lab, struct tried *tried);
/* Runs the loop until there is an answer, the only one. */
void tried_wait(struct lab *lab, struct tried *tried);
/* Lets `ms` go by, in steps that every timer sees. */
void tried_pass(struct lab *lab, uint64_t ms);

/* For dot_server.on_query: the first connection says nothing; it answers the question
 * for a sign of life alone. */
void tried_first_is_silent(struct dot_client *client, struct bytes query);
void tried_only_alive(struct dot_client *client, struct bytes query);

#endif
