/* Messages of rtnetlink(7), RFC 3549: bytes to struct. Numbers are in the machine's own
 * order. Pure. */
#ifndef NETWATCH_RTMESSAGE_H
#define NETWATCH_RTMESSAGE_H

#include "base/bytes.h"
#include "base/status.h"
#include "netwatch/netstate.h"

enum rtmessage_kind {
	RTMESSAGE_NOISE,   /* of something that is not watched */
	RTMESSAGE_ABSENT,  /* it is not there, or of no use: down, tentative, deleted */
	RTMESSAGE_PRESENT, /* `fact` is there */
	RTMESSAGE_DONE,    /* a dump ends here */
	RTMESSAGE_ERROR,   /* the kernel's answer: `error` is an errno, 0 for success */
};

struct rtmessage {
	enum rtmessage_kind kind;
	uint32_t sequence;
	bool interrupted; /* the dump changed while it was made */
	int error;
	struct netfact fact; /* of ABSENT: kind, and of a route its prefix */
};

/* Takes the first message off `in`, a datagram. NOTFOUND: it is empty. MALFORMED: the
 * rest makes no sense. */
MUST_CHECK enum status rtmessage_next(struct bytes *in, struct rtmessage *out);

#endif
