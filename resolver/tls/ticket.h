/* Session tickets (RFC 8446 §4.6.1) of one upstream. Where a session is resumed no
 * certificate is shown: so each ticket has the verdict beside it that let its connection
 * in, and is of no use where that verdict would be of none
 * (docs/decisions/0009-resumption.md).
 *
 * They are kept in memory alone, by address and port; each is used once, so that nobody
 * can tell by a ticket who comes again (RFC 8446 §C.4). */
#ifndef TLS_TICKET_H
#define TLS_TICKET_H

#include "base/endpoint.h"
#include "tls/verdict.h"

/* Two are what servers usually send; the one is for a second connection. */
#define TICKETS_AN_ADDRESS 2
/* Thirty-two addresses with two each, of an upstream with many. */
#define TICKETS_MAX 64
/* Usual are 200 to 2000 bytes. A larger one would cost a packet more each time. */
#define TICKET_BYTES_MAX 8192
/* RFC 8446 §4.6.1, and here from the handshake on in which the certificate was shown:
 * tickets of resumed sessions do not prolong it. */
#define TICKET_LIFE_MAX_S (7 * 86400)

struct ssl_session_st; /* SSL_SESSION */

struct ticket {
	struct ssl_session_st *session; /* owned */
	struct endpoint address;
	struct verdict verdict;
	int64_t verified_s; /* when the verdict was reached */
	int64_t until_s;    /* not used from then on */
};

struct tickets {
	struct ticket *items[TICKETS_MAX]; /* owned, the oldest first */
	size_t n;
	uint64_t generation; /* of what verdicts are reached by: tickets_forget() */
};

/* When a verdict reached at `verified_s` is worth nothing any more without the
 * certificate: the chain's end, that of the staple, and that of the log list where
 * Certificate Transparency is required. INT64_MIN: never was, being refused,
 * provisional, or accepted by an exception of the moment. */
int64_t ticket_verdict_end_s(const struct verdict *verdict, int64_t verified_s);

/* `verdict` is copied; `session` is owned if it returns true. False: it is not worth
 * keeping, or there is no memory. */
bool tickets_keep(struct tickets *tickets, const struct endpoint *address,
	struct ssl_session_st *session, const struct verdict *verdict, int64_t verified_s,
	int64_t now_s);

/* The newest for that address that may be used under `policy`, which is the one that the
 * verdict was reached by, but for the keys learned since; owned. NULL: none. */
struct ticket *tickets_take(struct tickets *tickets, const struct endpoint *address,
	const struct tls_policy *policy, int64_t now_s);
void ticket_free(struct ticket *ticket);

/* All of that address. */
void tickets_drop(struct tickets *tickets, const struct endpoint *address);
/* All; and what sessions that have begun before may bring is of another generation. */
void tickets_forget(struct tickets *tickets);

#endif
