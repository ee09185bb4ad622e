#include "dns/rdata.h"

#include <stddef.h>

/* IANA's numbers; each type in its RFC. Compressed are those of RFC 1035 §3.3. Of the
 * others some have been met compressed all the same (RFC 3597 §4), so they are read so.
 */
static const struct rdata_names rows[] = {
	/* NS, MD, MF, CNAME, SOA, MB, MG, MR, PTR, MINFO, MX */
	{ .type = 2, .names = 1, .compressed = true, .host = true },
	{ .type = 3, .names = 1, .compressed = true },
	{ .type = 4, .names = 1, .compressed = true },
	{ .type = 5, .names = 1, .compressed = true },
	{ .type = 6, .names = 2, .compressed = true },
	{ .type = 7, .names = 1, .compressed = true },
	{ .type = 8, .names = 1, .compressed = true },
	{ .type = 9, .names = 1, .compressed = true },
	{ .type = 12, .names = 1, .compressed = true },
	{ .type = 14, .names = 2, .compressed = true },
	{ .type = 15, .head = 2, .names = 1, .compressed = true, .host = true },
	/* RP, AFSDB, RT, SIG, PX, NXT */
	{ .type = 17, .names = 2 },
	{ .type = 18, .head = 2, .names = 1, .host = true },
	{ .type = 21, .head = 2, .names = 1, .host = true },
	{ .type = 24, .head = 18, .names = 1 },
	{ .type = 26, .head = 2, .names = 2 },
	{ .type = 30, .names = 1 },
	/* SRV, NAPTR, KX, DNAME, RRSIG, NSEC, SVCB, HTTPS */
	{ .type = 33, .head = 6, .names = 1, .host = true },
	{ .type = 35, .head = 4, .strings = 3, .names = 1, .host = true },
	{ .type = 36, .head = 2, .names = 1, .host = true },
	{ .type = 39, .names = 1 },
	{ .type = 46, .head = 18, .names = 1 },
	{ .type = 47, .names = 1 },
	{ .type = 64, .head = 2, .names = 1, .host = true },
	{ .type = 65, .head = 2, .names = 1, .host = true },
};

#define ROWS (sizeof rows / sizeof *rows)

const struct rdata_names *rdata_names_of(uint16_t type)
{
	for (size_t i = 0; i < ROWS && rows[i].type <= type; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

struct bytes rdata_take_head(const struct rdata_names *names, struct reader *rdata)
{
	const uint8_t *p = rdata->rest.p;

	rd_take(rdata, names->head);
	for (unsigned i = 0; i < names->strings; i++)
		rd_take(rdata, (size_t)rd_uint(rdata, 1));
	return bytes_of(p, rdata->bad ? 0 : (size_t)(rdata->rest.p - p));
}
