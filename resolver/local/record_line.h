/* One record as a line of a master file (RFC 1035 §5.1): "router.lan. 300 IN A
 * 192.168.1.1". */
#ifndef LOCAL_RECORD_LINE_H
#define LOCAL_RECORD_LINE_H

#include "base/text.h"
#include "dns/name.h"

/* All records of a name fit into one message. */
#define LOCAL_RDATA_MAX 16384
/* Where a line names none, and of all that is answered without one. Short, because who
 * caches it behind us does not hear of a change. */
#define LOCAL_TTL_S 60

struct record_line {
	struct name owner; /* as written; the last dot may be missing */
	uint16_t type;
	uint32_t ttl_s;
	size_t rdata_n;
	uint8_t rdata[LOCAL_RDATA_MAX]; /* uncompressed */
};

/* Class IN is all there is, and may be left out, as the TTL may. CONFIG: `error` says
 * what is wrong with it, as the end of a sentence; NOMEM. */
MUST_CHECK enum status record_line_read(
	const char *line, struct text *error, struct record_line *out);

#endif
