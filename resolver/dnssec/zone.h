/* What was proven of a zone: its keys, or that no chain leads to it. */
#ifndef DNSSEC_ZONE_H
#define DNSSEC_ZONE_H

#include <stdbool.h>

#include "base/list.h"
#include "dns/edns.h"
#include "dnssec/rdata.h"

struct zone {
	struct list link;
	struct name name;
	bool insecure;
	struct ede ede;  /* insecure for a reason of pintle's, or not present */
	int64_t until_s; /* what it rests on ends then */
	bool remembered; /* it comes from the memory */
	size_t keys_n;
	struct dnskey *keys;  /* what may sign zone data and is supported */
	struct dnskey rest[]; /* `keys`, and behind them their RDATA */
};

/* A copy of `keys`; owned: free(). NULL: no memory. */
struct zone *zone_new(const struct name *name, const struct dnskey *keys, size_t keys_n,
	int64_t until_s);
struct zone *zone_copy(const struct zone *zone);
size_t zone_size(const struct zone *zone);

#endif
