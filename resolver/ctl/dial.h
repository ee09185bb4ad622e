/* One TLS handshake with an address, blocking, and nothing behind it: no DNS
 * query is sent. */
#ifndef CTL_DIAL_H
#define CTL_DIAL_H

#include "base/endpoint.h"
#include "tls/context.h"
#include "tls/verdict.h"

/* No TCP connection; no handshake though there was one; or a verdict. */
enum dial_outcome { DIAL_UNREACHABLE, DIAL_BROKEN, DIAL_JUDGED };

struct dialled {
	enum dial_outcome outcome;
	char problem[160];      /* unless DIAL_JUDGED */
	struct verdict verdict; /* DIAL_JUDGED */
	char tls[16];           /* "TLSv1.3", if the handshake ended; else "" */
	unsigned connect_ms, handshake_ms;
};

/* Ends at `deadline_ms`, on clock_now_ms(), at the latest. */
void dial(const struct endpoint *address, struct tls_context *context,
	uint64_t deadline_ms, struct dialled *out);

#endif
