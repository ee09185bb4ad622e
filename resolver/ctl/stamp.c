/* The text, the bytes it stands for, the fields in them. */
#include "ctl/stamp.h"

#include <string.h>

#include "base/base64.h"

#define SCHEME "sdns://"

/* --- bytes ----------------------------------------------------------------- */

static const struct {
	uint8_t id;
	const char *name;
} others[] = {
	{ 0x00, "plain DNS" },
	{ 0x01, "DNSCrypt" },
	{ 0x04, "DNS over QUIC" },
	{ 0x05, "Oblivious DoH, a target" },
	{ 0x81, "DNSCrypt, a relay" },
	{ 0x85, "Oblivious DoH, a relay" },
};

static enum status refuse_protocol(uint8_t id, struct text *error)
{
	text_add(error, "the stamp is of ");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (others[i].id == id) {
			text_add(error, "%s", others[i].name);
			break;
		}
		if (i + 1 == sizeof others / sizeof *others)
			text_add(error, "a protocol with the number %u", id);
	}
	text_add(error, "; pintle asks over TLS or HTTPS alone");
	return STATUS_UNSUPPORTED;
}

/* Eight bytes, the least significant first: the one number in a stamp that is so. */
static uint64_t read_properties(struct reader *r)
{
	struct bytes in = rd_take(r, 8);
	uint64_t value = 0;

	for (size_t i = in.n; i > 0; i--)
		value = value << 8 | in.p[i - 1];
	return value;
}

static struct bytes read_lp(struct reader *r)
{
	return rd_take(r, (size_t)rd_uint(r, 1));
}

/* A set: all lengths but the last have the high bit set; an empty entry stands for
 * none. */
static size_t read_vlp(struct reader *r, struct bytes *out, size_t max)
{
	bool more = true;
	size_t n = 0;

	while (more && !r->bad) {
		unsigned length = (unsigned)rd_uint(r, 1);
		struct bytes entry = rd_take(r, length & 0x7f);

		more = (length & 0x80) != 0;
		if (entry.n == 0)
			continue;
		if (n == max)
			r->bad = true;
		else
			out[n++] = entry;
	}
	return n;
}

static bool are_hashes(const struct stamp *s)
{
	for (size_t i = 0; i < s->hash_n; i++)
		if (s->hashes[i].n != STAMP_HASH_BYTES)
			return false;
	return true;
}

/* All text of a stamp is printable ASCII, without what quotes or escapes. */
static bool is_plain(struct bytes in)
{
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] <= 0x20 || in.p[i] >= 0x7f || in.p[i] == '"' ||
			in.p[i] == '\\')
			return false;
	return true;
}

enum status stamp_decode(struct bytes in, struct text *error, struct stamp *out)
{
	struct reader r = { .rest = in };
	uint8_t id = (uint8_t)rd_uint(&r, 1);

	*out = (struct stamp){ .protocol = (enum stamp_protocol)id };
	if (!r.bad && id != STAMP_DOH && id != STAMP_DOT)
		return refuse_protocol(id, error);
	out->properties = read_properties(&r);
	out->address = read_lp(&r);
	out->hash_n = read_vlp(&r, out->hashes, STAMP_HASHES_MAX);
	out->host = read_lp(&r);
	if (id == STAMP_DOH)
		out->path = read_lp(&r);
	if (r.rest.n > 0)
		out->bootstrap_n = read_vlp(&r, out->bootstrap, IMPORT_BOOTSTRAP_MAX);
	if (!r.bad && r.rest.n == 0 && are_hashes(out) && is_plain(out->address) &&
		is_plain(out->host) && is_plain(out->path))
		return STATUS_OK;
	text_add(error, "the stamp does not follow its format");
	return STATUS_MALFORMED;
}

/* Base64 as in URLs; padded or not (RFC 4648 §5). */
static enum status decode_text(const char *text, uint8_t *out, size_t *n)
{
	char base64[BASE64_TEXT_MAX(STAMP_BYTES_MAX) + 4];
	size_t length = strcspn(text, "=");

	if (length + 4 >= sizeof base64 || strlen(text + length) > 2 ||
		text[length + strspn(text + length, "=")] != '\0')
		return STATUS_MALFORMED;
	memcpy(base64, text, length);
	for (size_t i = 0; i < length; i++) {
		if (strchr("+/", base64[i]) != NULL)
			return STATUS_MALFORMED;
		base64[i] = base64[i] == '-' ? '+' : base64[i] == '_' ? '/' : base64[i];
	}
	while (length % 4 != 0)
		base64[length++] = '=';
	return base64_decode(bytes_of(base64, length), out, STAMP_BYTES_MAX, n);
}

enum status stamp_from_text(const char *text, uint8_t out[STAMP_BYTES_MAX],
	struct text *error, struct stamp *stamp)
{
	size_t n;

	if (strncmp(text, SCHEME, strlen(SCHEME)) != 0) {
		text_add(error, "a stamp begins with " SCHEME);
		return STATUS_MALFORMED;
	}
	if (decode_text(text + strlen(SCHEME), out, &n) != STATUS_OK) {
		text_add(error, "the stamp is not Base64 as in URLs");
		return STATUS_MALFORMED;
	}
	return stamp_decode(bytes_of(out, n), error, stamp);
}
