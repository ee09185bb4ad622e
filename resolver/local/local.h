/* Names that are answered here: special ones, those of the hosts file, of local_records
 * and of local_zone.
 *
 * A name that has a record here is answered here for all types: what it does not have
 * does not exist. Records go before zones, the zone that is closest before those above
 * it; zones that are configured (local_zone, then forward) before special ones of the
 * same name. Answers of what is only in a list have RA and no AA; those that say that
 * there is nothing come with a SOA (RFC 2308 §3). */
#ifndef LOCAL_LOCAL_H
#define LOCAL_LOCAL_H

#include "base/text.h"
#include "dns/answer.h"
#include "local/zone.h"

/* All borrowed while local_new() runs. */
struct local_options {
	struct bytes hosts;     /* the file's content; n == 0: none */
	const char *hosts_name; /* of the file, for log lines */
	const char **records;   /* lines, as record_line_read() has them */
	const char **places;    /* of each, for errors: "FILE:LINE:COL" */
	size_t record_n;
	const struct local_zone *zones;
	size_t zone_n;
	const struct name *forwards; /* zones with servers of their own; not localhost */
	size_t forward_n;
};

/* Never changed; may be made in any thread. */
struct local;

/* Lines of the hosts file that are none are skipped, with one warning in the log. CONFIG:
 * `error` names what is wrong with zones or records; NOMEM. */
MUST_CHECK enum status local_new(
	const struct local_options *options, struct text *error, struct local **out);
void local_free(struct local *local);

/* Names that came from the hosts file. */
size_t local_hosts_n(const struct local *local);

enum local_result {
	LOCAL_NONE,   /* not from here: cache and upstreams */
	LOCAL_ANSWER, /* in `out`, which borrows from `w` and `ttl_at` */
};

/* `w` has room for DNS_MESSAGE_MAX bytes, and `ttl_at` for `cap` numbers: with less than
 * an answer takes it is SERVFAIL. No allocation. */
enum local_result local_lookup(const struct local *local, const struct question *question,
	struct writer *w, uint16_t *ttl_at, size_t cap, struct answer *out);

#endif
