/* Queries that pintle sends to an upstream. */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "dns/message.h"

/* Header, question and an OPT with padding at most. */
#define QUERY_WIRE_MAX 1024

struct query_options {
	bool dnssec_ok, checking_disabled;
	bool want_ad; /* the answer's AD is of interest (RFC 6840 §5.7) */
	/* No server is to pass a subnet on for it (RFC 7871 §7.1.2: 0.0.0.0/0). */
	bool subnet_opt_out;
	bool keepalive;  /* asks how long an idle connection is kept (RFC 7828) */
	unsigned pad_to; /* to a multiple of so many bytes, at most 512; 0: no padding */
};

/* Appends to `w` a standard query, RD set, with an OPT that carries what `options` say
 * and nothing else: a client's own options, its subnet among them, never leave (RFC 7871
 * §11.1). NOSPACE if `w` has less than QUERY_WIRE_MAX left; RANGE for another
 * `pad_to`. */
MUST_CHECK enum status query_write(const struct question *question, uint16_t id,
	const struct query_options *options, struct writer *w);

/* Overwrites the ID of a message. */
void query_set_id(uint8_t *wire, uint16_t id);

#endif
