/* What the lab's resolvers answer: a made-up zone "lab". Bytes to bytes.
 *
 * example.lab and every name without a row of its own: A, AAAA, TXT. The
 * addresses tell who answered, the TXT record names the listener. Names with a
 * special manner:
 *
 *	nx.lab        NXDOMAIN             nodata.lab    no data of any type
 *	servfail.lab  SERVFAIL             big.lab       TXT of 3000 bytes
 *	cname.lab     a chain of two CNAMEs to example.lab
 *	slow.lab      300 ms late          drop.lab      never answered
 *	wrongid.lab   another ID first     wrongq.lab    another question, then nothing
 *	ttl1.lab      TTL 1                ttl0.lab      TTL 0
 *	ecs.lab       TXT: what the query carried, and its length
 *
 * Names below a special one behave like it (a.slow.lab), so that a test can
 * ask past a cache. Outside "lab": REFUSED. */
#ifndef LAB_ZONE_H
#define LAB_ZONE_H

#include "base/bytes.h"
#include "base/status.h"

#define ZONE_A_GENUINE    "192.0.2.1"
#define ZONE_A_SPOOFED    "203.0.113.66"
#define ZONE_AAAA_GENUINE "2001:db8::1"
#define ZONE_AAAA_SPOOFED "2001:db8:bad::66"
#define ZONE_SLOW_MS      300

enum zone_manner {
	ZONE_NOW,
	ZONE_LATE,           /* after ZONE_SLOW_MS, later questions first */
	ZONE_NEVER,          /* nothing is sent */
	ZONE_WRONG_ID_FIRST, /* a copy with every bit of the ID flipped, then this */
};

/* `who` is put into TXT records. MALFORMED: no query at all, hang up. NOSPACE:
 * `out` should hold 4096 bytes. */
MUST_CHECK enum status zone_answer(struct bytes query, bool genuine, const char *who,
	struct writer *out, enum zone_manner *manner);

#endif
