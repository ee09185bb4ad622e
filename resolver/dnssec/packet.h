/* A message, copied, with the records of its answer and authority sections gathered to
 * sets, each with its signatures. */
#ifndef DNSSEC_PACKET_H
#define DNSSEC_PACKET_H

#include "dns/message.h"
#include "dnssec/rdata.h"

/* One record in a set. */
struct member {
	struct record record;
	struct member *next; /* of the same set, in the message's order */
};

/* One signature over a set. */
struct signature {
	struct rrsig rrsig;
	const struct record *record;
	struct signature *next;
};

/* What can be said of a record, a zone or an answer; the worse stands behind. */
enum trust {
	TRUST_SECURE,
	TRUST_INSECURE,
	TRUST_UNKNOWN, /* a part of the chain could not be had */
	TRUST_BOGUS,
	TRUST_NEEDS, /* a message, before more can be said */
	TRUST_WORK,  /* a signature checked */
};

struct rrset {
	struct name owner;
	uint16_t type;
	enum dns_section section;
	unsigned records_n, signatures_n;
	struct member *records, **records_end;
	struct signature *signatures, **signatures_end;
	uint64_t hash; /* of owner, type and section */
	bool implied;  /* a CNAME that follows from a DNAME: nobody has signed it */
	/* Kept by the validation, so that nothing is checked twice. */
	bool checked;
	enum trust trust;
	bool judged; /* with its zone */
	enum trust judgement;
	/* Checked and SECURE: the signature that held, and the key it is of. */
	const struct signature *held;
	struct bytes held_key; /* borrowed from the zone */
};

struct packet {
	struct message message;
	struct rrset *sets;
	size_t sets_n;
	/* Proven by it, kept by the validation: hashes for that are not computed twice.
	 */
	bool denies_cut; /* no zone begins at the question's name */
	bool denies_all; /* nor is there anything at or below it */
	/* Owned. */
	uint8_t *wire;
	struct member *members;
	struct signature *signatures;
};

/* NOMEM; LIMIT: more than `records_max` records in the two sections. Records of other
 * classes than IN and signatures that cannot be read are left out, and so are
 * signatures over nothing. */
MUST_CHECK enum status packet_new(
	const struct message *m, unsigned records_max, struct packet **out);
void packet_free(struct packet *packet);

/* NULL: none. */
struct rrset *packet_find(struct packet *packet, enum dns_section section,
	const struct name *owner, uint16_t type);

#endif
