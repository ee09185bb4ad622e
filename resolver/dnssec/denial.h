/* What NSEC and NSEC3 records prove (RFC 4035 §5.4, RFC 5155 §8, RFC 6840 §4). Pure: the
 * records given are validated already, and of one zone. */
#ifndef DNSSEC_DENIAL_H
#define DNSSEC_DENIAL_H

#include "dnssec/crypto.h"
#include "dnssec/rdata.h"

/* Three of either kind are the most that one proof needs; wildcards on the way and
 * servers that repeat themselves need a few more. */
#define DENIAL_FACTS_MAX 12

struct fact {
	const struct name *owner; /* borrowed */
	struct nsec nsec;
	struct nsec3 nsec3;
	uint8_t hash[NSEC3_HASH_BYTES]; /* NSEC3: of the owner's first label */
	const void *source;             /* the caller's */
};

struct denial {
	const struct name *zone; /* borrowed */
	bool nsec3; /* facts are of NSEC3, with the parameters of the first */
	size_t n;
	struct fact facts[DENIAL_FACTS_MAX];
	unsigned *hashes_left; /* NSEC3: counted down; at 0 nothing more is proven */
};

enum proof {
	PROOF_NONE,
	PROOF_FULL,
	/* True, or the name is in a delegation to an unsigned zone (opt-out). */
	PROOF_OPT_OUT,
};

/* Takes a record as a fact; one that proves nothing here is passed over: unknown flags or
 * hashes (RFC 5155 §8.1, §8.2), other parameters, the other kind, the 13th. False: so. */
bool denial_add_nsec(struct denial *d, struct bytes message, const struct record *record,
	const void *source);
bool denial_add_nsec3(struct denial *d, const struct record *record, const void *source);

/* There is nothing at or below `name`, nor a wildcard for it. */
enum proof denial_of_name(struct denial *d, const struct name *name);
/* `name` is there, or a wildcard for it, but has neither `type` nor a CNAME. */
enum proof denial_of_type(struct denial *d, const struct name *name, uint16_t type);
/* Nothing is closer to `name` than its last `labels` labels, so a wildcard below these
 * applies. `source`: that of the record that says so. */
enum proof denial_of_closer(
	struct denial *d, const struct name *name, unsigned labels, const void **source);

enum cut {
	CUT_UNPROVEN,
	CUT_NONE,     /* no zone begins at `name` */
	CUT_NOTHING,  /* nor is there anything at or below it */
	CUT_INSECURE, /* one begins there, or may, and has no DS */
};
/* What the lack of a DS at `name` says of it (RFC 4035 §5.2, RFC 5155 §8.6, §8.9). */
enum cut denial_of_ds(struct denial *d, const struct name *name);

/* For denial.c: the same, by kind. */
enum proof nsec_denies_name(const struct denial *d, const struct name *name);
enum proof nsec_denies_type(
	const struct denial *d, const struct name *name, uint16_t type);
enum proof nsec_denies_closer(
	const struct denial *d, const struct name *closer, const void **source);
enum proof nsec3_denies_name(struct denial *d, const struct name *name);
enum proof nsec3_denies_type(struct denial *d, const struct name *name, uint16_t type);
enum proof nsec3_denies_closer(
	struct denial *d, const struct name *closer, const void **source);
/* The types at `name` itself; false: no record is of it. */
bool nsec_types_at(const struct denial *d, const struct name *name, struct bytes *types);
bool nsec3_types_at(struct denial *d, const struct name *name, struct bytes *types);
/* Whether these types, at `name`, deny `type` (RFC 6840 §4.3, §4.1, §4.4). */
bool types_deny(struct bytes types, const struct name *name, uint16_t type);
/* A record with these types says nothing of what lies below it: there is another zone,
 * or a DNAME (RFC 6840 §4.1, RFC 6672 §5.3.4.1). */
bool types_end_here(struct bytes types);

#endif
