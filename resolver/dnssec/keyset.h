/* A zone's keys under what is believed of them already: DS records or anchors. */
#ifndef DNSSEC_KEYSET_H
#define DNSSEC_KEYSET_H

#include "dnssec/state.h"

/* SECURE: the zone of `set`, DS records that were checked, stands in v->zones: with keys,
 * or as insecure where no DS is of a kind that is supported (RFC 4035 §5.2). */
enum trust keyset_by_ds(struct validation *v, const struct rrset *set);
/* The same by the policy's anchors. */
enum trust keyset_by_anchor(struct validation *v, const struct name *name);
/* Puts `name` into v->zones as insecure; `ede` may be NULL. */
enum trust keyset_insecure(struct validation *v, const struct name *name, uint32_t ttl_s,
	const struct ede *ede);

#endif
