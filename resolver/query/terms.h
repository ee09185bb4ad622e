/* What a reply to one client's query depends on, besides what is answered. */
#ifndef QUERY_TERMS_H
#define QUERY_TERMS_H

#include "query/query.h"

/* Over TCP, a client that asks is told how long its connection is kept (RFC 7828 §3.3.2).
 */
struct reply_terms terms_of(const struct resolver *resolver, const struct message *query,
	const struct endpoint *client, bool udp);

#endif
