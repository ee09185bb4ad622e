/* A certificate is walked down to its list of extensions; on the way every length
 * must be the shortest there is, so that what is put together again has, but for the
 * lengths around the missing extension, the bytes that stood there. */
#include "ct/certificate.h"

/* Identifier octets (X.690 §8.1.2). */
enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	TBS_VERSION = 0xa0,           /* [0] EXPLICIT */
	TBS_ISSUER_UNIQUE_ID = 0x81,  /* [1] IMPLICIT BIT STRING */
	TBS_SUBJECT_UNIQUE_ID = 0x82, /* [2] IMPLICIT BIT STRING */
	TBS_EXTENSIONS = 0xa3,        /* [3] EXPLICIT */
};

/* 1.3.6.1.4.1.11129.2.4.2 (RFC 6962 §3.3). */
static const uint8_t sct_list_oid[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02,
	0x04, 0x02 };

/* Definite and minimal (X.690 §10.1). No certificate needs more than four bytes. */
static size_t der_length(struct reader *r)
{
	unsigned first = (unsigned)rd_uint(r, 1);
	unsigned width = first & 0x7f;
	uint64_t n;

	if (first < 0x80)
		return first;
	if (width == 0 || width > 4) {
		r->bad = true;
		return 0;
	}
	n = rd_uint(r, width);
	if (n < 0x80 || n >> 8 * (width - 1) == 0)
		r->bad = true;
	return (size_t)n;
}

/* The contents of the next element, which must be one of that tag. */
static struct bytes der_take(struct reader *r, uint8_t tag)
{
	if (rd_uint(r, 1) != tag)
		r->bad = true;
	return rd_take(r, der_length(r));
}

static bool der_next_is(const struct reader *r, uint8_t tag)
{
	return !r->bad && r->rest.n > 0 && r->rest.p[0] == tag;
}

static struct bytes der_take_optional(struct reader *r, uint8_t tag)
{
	return der_next_is(r, tag) ? der_take(r, tag) : bytes_of(NULL, 0);
}

static bool read_whole(const struct reader *r)
{
	return !r->bad && r->rest.n == 0;
}

static struct bytes bytes_between(const uint8_t *from, const uint8_t *to)
{
	return bytes_of(from, (size_t)(to - from));
}

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue }
 * (RFC 5280 §4.1). */
static bool extension_read(struct bytes in, struct bytes *oid, struct bytes *value)
{
	struct reader r = { .rest = in };

	*oid = der_take(&r, DER_OID);
	if (der_next_is(&r, DER_BOOLEAN) && der_take(&r, DER_BOOLEAN).n != 1)
		return false;
	*value = der_take(&r, DER_OCTET_STRING);
	return read_whole(&r);
}

/* The extension's value is an OCTET STRING of its own (RFC 6962 §3.3). */
static void take_sct_list(struct bytes value, struct ct_certificate *out)
{
	struct reader r = { .rest = value };

	out->sct_list = der_take(&r, DER_OCTET_STRING);
	if (!read_whole(&r) || out->sct_list.n == 0)
		out->scts_broken = true;
}

/* SEQUENCE SIZE (1..MAX) OF Extension. */
static bool extensions_read(struct bytes in, struct ct_certificate *out)
{
	struct reader r = { .rest = in };
	const uint8_t *end = in.p + in.n;
	bool found = false;

	if (in.n == 0)
		return false;
	out->before = in;
	while (r.rest.n > 0) {
		const uint8_t *start = r.rest.p;
		struct bytes oid, value, one = der_take(&r, DER_SEQUENCE);

		if (r.bad || !extension_read(one, &oid, &value))
			return false;
		if (!bytes_equal(oid, bytes_of(sct_list_oid, sizeof sct_list_oid)))
			continue;
		if (found)
			out->scts_broken = true;
		found = true;
		out->before = bytes_between(in.p, start);
		out->after = bytes_between(r.rest.p, end);
		take_sct_list(value, out);
	}
	return true;
}

/* TBSCertificate (RFC 5280 §4.1). */
static bool tbs_read(struct bytes in, struct ct_certificate *out)
{
	struct reader r = { .rest = in }, explicit;
	struct bytes extensions;

	der_take_optional(&r, TBS_VERSION);
	der_take(&r, DER_INTEGER);  /* serialNumber */
	der_take(&r, DER_SEQUENCE); /* signature */
	der_take(&r, DER_SEQUENCE); /* issuer */
	der_take(&r, DER_SEQUENCE); /* validity */
	der_take(&r, DER_SEQUENCE); /* subject */
	der_take(&r, DER_SEQUENCE); /* subjectPublicKeyInfo */
	der_take_optional(&r, TBS_ISSUER_UNIQUE_ID);
	der_take_optional(&r, TBS_SUBJECT_UNIQUE_ID);
	if (r.bad)
		return false;
	out->head = bytes_between(in.p, r.rest.p);
	if (r.rest.n == 0)
		return true;
	explicit = (struct reader){ .rest = der_take(&r, TBS_EXTENSIONS) };
	extensions = der_take(&explicit, DER_SEQUENCE);
	return read_whole(&r) && read_whole(&explicit) &&
	       extensions_read(extensions, out);
}

enum status ct_certificate_read(struct bytes der, struct ct_certificate *out)
{
	struct reader r = { .rest = der };
	struct reader certificate = { .rest = der_take(&r, DER_SEQUENCE) };
	struct bytes tbs = der_take(&certificate, DER_SEQUENCE);

	*out = (struct ct_certificate){ .der = der };
	der_take(&certificate, DER_SEQUENCE);   /* signatureAlgorithm */
	der_take(&certificate, DER_BIT_STRING); /* signatureValue */
	if (!read_whole(&r) || !read_whole(&certificate) || !tbs_read(tbs, out)) {
		*out = (struct ct_certificate){ 0 };
		return STATUS_MALFORMED;
	}
	if (out->scts_broken)
		out->sct_list = bytes_of(NULL, 0);
	return STATUS_OK;
}

static unsigned length_width(size_t n)
{
	unsigned width = 0;

	for (; n > 0; n >>= 8)
		width++;
	return width;
}

static size_t header_bytes(size_t n)
{
	return n < 0x80 ? 2 : 2 + length_width(n);
}

static void wr_header(struct writer *w, uint8_t tag, size_t n)
{
	unsigned width = length_width(n);

	wr_uint(w, tag, 1);
	if (n < 0x80) {
		wr_uint(w, n, 1);
	} else {
		wr_uint(w, 0x80 | width, 1);
		wr_uint(w, n, width);
	}
}

enum status ct_certificate_precert_tbs(
	const struct ct_certificate *certificate, uint8_t *out, size_t cap, size_t *n)
{
	struct writer w = { .p = out, .cap = cap };
	size_t list = certificate->before.n + certificate->after.n;
	size_t explicit = header_bytes(list) + list;
	size_t tbs = certificate->head.n;

	if (certificate->scts_broken)
		return STATUS_MALFORMED;
	if (list > 0)
		tbs += header_bytes(explicit) + explicit;
	wr_header(&w, DER_SEQUENCE, tbs);
	wr_bytes(&w, certificate->head);
	if (list > 0) {
		wr_header(&w, TBS_EXTENSIONS, explicit);
		wr_header(&w, DER_SEQUENCE, list);
		wr_bytes(&w, certificate->before);
		wr_bytes(&w, certificate->after);
	}
	*n = wr_done(&w).n;
	return w.bad ? STATUS_NOSPACE : STATUS_OK;
}
