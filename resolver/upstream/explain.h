/* Why nobody answered, for the client that asked: an Extended DNS Error
 * (RFC 8914) that names upstreams and reasons. Pure. */
#ifndef UPSTREAM_EXPLAIN_H
#define UPSTREAM_EXPLAIN_H

#include "base/text.h"
#include "dns/edns.h"
#include "transport/failure.h"

/* As many as the text has room to say something useful of. */
#define EXPLAINED_MAX 4

/* Zeroed up to the reasons: empty. */
struct explanation {
	unsigned n;    /* upstreams, those without room too */
	bool answered; /* one answered, but "I cannot" */
	bool silent;   /* one was accepted and gave no answer in time */
	bool refused;  /* a verdict went against one */
	char reasons[EXPLAINED_MAX][EDE_TEXT_MAX]; /* "NAME: words" */
};

/* It was asked, or was not asked again so soon after `why`. */
void explanation_add(
	struct explanation *e, const char *upstream, const struct failure *why);
/* It was accepted and asked, and gave no answer in time. */
void explanation_add_silent(struct explanation *e, const char *upstream);
/* "answered REFUSED": of an rcode that helps nobody; of NOERROR, that it was cut. */
const char *explain_rcode(unsigned rcode);
/* Of an answer that is about something else. */
#define EXPLAIN_UNSOUND "its records do not answer the question"
/* It answered so. */
void explanation_add_answer(
	struct explanation *e, const char *upstream, const char *words);

/* The code is that of what came nearest to an answer: 0 answered, 22 silent, 28
 * refused, 23 nothing was reached. The text gives each reason a fair share. */
void explanation_ede(const struct explanation *e, struct ede *out);

#endif
