#include "dnssec/rdata.h"

/* RDATA with names that may be compressed on the wire: numbers are so many bytes, n a
 * name, s a character-string, * the rest. The types of RFC 1035, and those of RFC 3597
 * §4 whose compression a receiver has to undo. */
static const struct shape {
	uint16_t type;
	const char *form;
} shapes[] = {
	{ TYPE_NS, "n" },
	{ 3 /* MD */, "n" },
	{ 4 /* MF */, "n" },
	{ TYPE_CNAME, "n" },
	{ TYPE_SOA, "nn*" },
	{ 7 /* MB */, "n" },
	{ 8 /* MG */, "n" },
	{ 9 /* MR */, "n" },
	{ TYPE_PTR, "n" },
	{ 14 /* MINFO */, "nn" },
	{ TYPE_MX, "2n" },
	{ 17 /* RP */, "nn" },
	{ 18 /* AFSDB */, "2n" },
	{ 21 /* RT */, "2n" },
	{ 24 /* SIG */, "99n*" },
	{ 26 /* PX */, "2nn" },
	{ 30 /* NXT */, "n*" },
	{ 33 /* SRV */, "6n" },
	{ 35 /* NAPTR */, "4sssn" },
	{ 36 /* KX */, "2n" },
	{ TYPE_DNAME, "n" },
	{ TYPE_RRSIG, "99n*" },
	{ TYPE_NSEC, "n*" },
};

static const char *form_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (shapes[i].type == type)
			return shapes[i].form;
	}
	return "*";
}

bool rdata_has_names(uint16_t type)
{
	return *form_of(type) != '*';
}

static void expand_name(
	struct bytes message, struct reader *r, bool lower, struct writer *w)
{
	struct name name;

	if (name_read(message, r, &name) != STATUS_OK)
		return;
	if (lower)
		name_lower(&name);
	wr_bytes(w, name_bytes(&name));
}

static void expand_bytes(char part, struct reader *r, struct writer *w)
{
	struct bytes rest = r->rest;

	if (part == 's')
		rd_take(r, (size_t)rd_uint(r, 1));
	else
		rd_take(r, part == '*' ? rest.n : (size_t)(part - '0'));
	if (!r->bad)
		wr_bytes(w, bytes_of(rest.p, rest.n - r->rest.n));
}

enum status rdata_expand(
	struct bytes message, const struct record *record, bool lower, struct writer *w)
{
	struct reader r = { .rest = record->rdata };

	for (const char *form = form_of(record->type); *form != '\0'; form++) {
		if (*form == 'n')
			expand_name(message, &r, lower, w);
		else
			expand_bytes(*form, &r, w);
	}
	if (r.bad || r.rest.n > 0)
		return STATUS_MALFORMED;
	return w->bad ? STATUS_NOSPACE : STATUS_OK;
}

enum status rrsig_decode(struct bytes message, struct bytes rdata, struct rrsig *out)
{
	struct reader r = { .rest = rdata };

	out->covered = (uint16_t)rd_uint(&r, 2);
	out->algorithm = (uint8_t)rd_uint(&r, 1);
	out->labels = (uint8_t)rd_uint(&r, 1);
	out->ttl_s = (uint32_t)rd_uint(&r, 4);
	out->expiration = (uint32_t)rd_uint(&r, 4);
	out->inception = (uint32_t)rd_uint(&r, 4);
	out->tag = (uint16_t)rd_uint(&r, 2);
	if (name_read(message, &r, &out->signer) != STATUS_OK)
		return STATUS_MALFORMED;
	return r.bad || r.rest.n == 0 ? STATUS_MALFORMED : STATUS_OK;
}

int64_t rrsig_time(uint32_t time, int64_t now_s)
{
	return now_s + (int32_t)(time - (uint32_t)now_s);
}

/* RFC 4034 appendix B; algorithm 1, whose tag is another, is not supported. */
static uint16_t key_tag(struct bytes rdata)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < rdata.n; i++)
		sum += i & 1 ? rdata.p[i] : (uint32_t)rdata.p[i] << 8;
	sum += sum >> 16 & 0xffff;
	return (uint16_t)(sum & 0xffff);
}

enum status dnskey_decode(struct bytes rdata, struct dnskey *out)
{
	struct reader r = { .rest = rdata };

	out->flags = (uint16_t)rd_uint(&r, 2);
	out->protocol = (uint8_t)rd_uint(&r, 1);
	out->algorithm = (uint8_t)rd_uint(&r, 1);
	out->tag = key_tag(rdata);
	out->rdata = rdata;
	return r.bad || r.rest.n == 0 ? STATUS_MALFORMED : STATUS_OK;
}

enum status ds_decode(struct bytes rdata, struct ds *out)
{
	struct reader r = { .rest = rdata };

	out->tag = (uint16_t)rd_uint(&r, 2);
	out->algorithm = (uint8_t)rd_uint(&r, 1);
	out->digest_type = (uint8_t)rd_uint(&r, 1);
	out->digest = r.rest;
	out->rdata = rdata;
	return r.bad || r.rest.n == 0 ? STATUS_MALFORMED : STATUS_OK;
}

/* RFC 4034 §4.1.2: windows in rising order, 1 to 32 bytes each. */
static bool types_valid(struct bytes types)
{
	struct reader r = { .rest = types };
	int last = -1;

	while (r.rest.n > 0) {
		int window = (int)rd_uint(&r, 1);
		size_t n = (size_t)rd_uint(&r, 1);

		rd_take(&r, n);
		if (r.bad || window <= last || n == 0 || n > 32)
			return false;
		last = window;
	}
	return true;
}

enum status nsec_decode(struct bytes message, struct bytes rdata, struct nsec *out)
{
	struct reader r = { .rest = rdata };

	if (name_read(message, &r, &out->next) != STATUS_OK)
		return STATUS_MALFORMED;
	out->types = r.rest;
	return types_valid(out->types) ? STATUS_OK : STATUS_MALFORMED;
}

enum status nsec3_decode(struct bytes rdata, struct nsec3 *out)
{
	struct reader r = { .rest = rdata };

	out->algorithm = (uint8_t)rd_uint(&r, 1);
	out->flags = (uint8_t)rd_uint(&r, 1);
	out->iterations = (uint16_t)rd_uint(&r, 2);
	out->salt = rd_take(&r, (size_t)rd_uint(&r, 1));
	out->next = rd_take(&r, (size_t)rd_uint(&r, 1));
	out->types = r.rest;
	if (r.bad || out->next.n == 0)
		return STATUS_MALFORMED;
	return types_valid(out->types) ? STATUS_OK : STATUS_MALFORMED;
}

bool types_have(struct bytes types, uint16_t type)
{
	struct reader r = { .rest = types };
	unsigned byte = (type & 0xffu) / 8;

	while (r.rest.n > 0) {
		unsigned window = (unsigned)rd_uint(&r, 1);
		struct bytes bits = rd_take(&r, (size_t)rd_uint(&r, 1));

		if (window == type >> 8 && byte < bits.n)
			return bits.p[byte] & 0x80 >> type % 8;
	}
	return false;
}
