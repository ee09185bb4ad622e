/* Sets of records under the keys of a zone. */
#ifndef DNSSEC_SETS_H
#define DNSSEC_SETS_H

#include "dnssec/denial.h"
#include "dnssec/state.h"

/* The deepest zone that claims to have signed `set`, and could have; NULL: none.
 * Borrowed from `set`. */
const struct name *set_signer(const struct rrset *set);
/* The same of the records that deny `name`, of whatever type; with `parent`, a zone above
 * it, and not of its own name. */
const struct name *denial_signer(
	const struct packet *packet, const struct name *name, bool parent);

/* Whether a key of `zone`, which is secure, signed it. INSECURE: that cannot be found
 * out here. */
enum trust set_check(struct validation *v, struct packet *packet, struct rrset *set,
	const struct zone *zone);
/* SECURE: how long it may be used, by TTL, original TTL and signature. */
uint32_t set_ttl(const struct validation *v, const struct rrset *set);

/* The proofs of `packet` that `zone` has signed, checked. INSECURE: NSEC3 with more
 * iterations than are computed. */
enum trust denial_gather(struct validation *v, struct packet *packet,
	const struct zone *zone, struct denial *out);
/* How long they may be used. */
uint32_t denial_ttl(const struct validation *v, const struct denial *d);

/* DNSKEYs of `set`, all of them decoded; NULL with the reason noted: too many, too many
 * of one tag, or no memory. `*n` may be 0. Owned: free(). */
struct dnskey *set_keys(struct validation *v, const struct rrset *set, size_t *n);
/* A key that may sign what is in a zone (RFC 4034 §2.1.1, RFC 5011 §2.1). */
bool key_is_usable(const struct dnskey *key);

/* Whether a signature holds by time; the reason otherwise is noted. */
bool signature_is_current(
	struct validation *v, const struct rrset *set, const struct signature *signature);
/* Counts one more check; false, with the reason noted: there may be no more. */
bool check_allowed(struct validation *v, const struct rrset *set);
/* Notes in `set` that `signature` holds, and is of `key`. */
void set_hold(struct rrset *set, const struct signature *signature, struct bytes key);

#endif
