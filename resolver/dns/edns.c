#include "dns/edns.h"

#include <string.h>

#include "dns/query.h"

#define EDNS_VERSION       0
#define EDNS_DO            0x8000
#define OPTION_HEAD_BYTES  4   /* code and length */
#define KEEPALIVE_UNIT_MS  100 /* RFC 7828 §3.1 */
#define KEEPALIVE_BYTES    2
#define SUBNET_FAMILY_IPV4 1 /* RFC 7871 §6 */

enum status edns_decode(
	uint16_t class, uint32_t ttl, struct bytes rdata, struct edns *out)
{
	struct reader r = { .rest = rdata };
	struct bytes value;
	uint16_t code;

	out->present = true;
	out->udp_size = class;
	out->rcode_high = (uint8_t)(ttl >> 24);
	out->version = (uint8_t)(ttl >> 16);
	out->dnssec_ok = (ttl & EDNS_DO) != 0;
	out->options = rdata;
	while (edns_option_next(&r, &code, &value))
		;
	return r.bad ? STATUS_MALFORMED : STATUS_OK;
}

bool edns_option_next(struct reader *rest, uint16_t *code, struct bytes *value)
{
	if (rest->bad || rest->rest.n == 0)
		return false;
	*code = (uint16_t)rd_uint(rest, 2);
	*value = rd_take(rest, (size_t)rd_uint(rest, 2));
	return !rest->bad;
}

/* RFC 8914 §2: the text is not terminated. */
static void write_ede(struct writer *w, const struct ede *ede)
{
	size_t text_n = strnlen(ede->text, sizeof ede->text);

	wr_uint(w, EDNS_EDE, 2);
	wr_uint(w, 2 + text_n, 2);
	wr_uint(w, ede->code, 2);
	wr_bytes(w, bytes_of(ede->text, text_n));
}

size_t edns_reply_size(const struct edns_reply *reply)
{
	size_t n = 0;

	if (reply->cookie)
		n += OPTION_HEAD_BYTES + EDNS_COOKIE_BYTES;
	if (reply->keepalive)
		n += OPTION_HEAD_BYTES + KEEPALIVE_BYTES;
	return n;
}

static void write_reply_options(struct writer *w, const struct edns_reply *reply)
{
	if (reply->cookie) {
		wr_uint(w, EDNS_COOKIE, 2);
		wr_uint(w, EDNS_COOKIE_BYTES, 2);
		wr_bytes(w, bytes_of(reply->cookie_bytes, EDNS_COOKIE_BYTES));
	}
	if (reply->keepalive) {
		uint32_t units = reply->keepalive_ms / KEEPALIVE_UNIT_MS;

		wr_uint(w, EDNS_TCP_KEEPALIVE, 2);
		wr_uint(w, KEEPALIVE_BYTES, 2);
		wr_uint(w, units < UINT16_MAX ? units : UINT16_MAX, 2);
	}
}

/* RFC 7830 §3: the bytes are zero. What is filled up counts the option's own
 * head, which may leave nothing to add. */
static void write_padding(struct writer *w, unsigned pad_to)
{
	size_t rest = (w->n + OPTION_HEAD_BYTES) % pad_to;
	size_t n = rest == 0 ? 0 : pad_to - rest;

	wr_uint(w, EDNS_PADDING, 2);
	wr_uint(w, n, 2);
	wr_zeros(w, n);
}

/* Up to its length, whose place is returned. */
static size_t begin(struct writer *w, uint16_t udp_size, unsigned rcode, bool dnssec_ok)
{
	size_t length_at;

	wr_uint(w, 0, 1); /* the root */
	wr_uint(w, TYPE_OPT, 2);
	wr_uint(w, udp_size, 2);
	wr_uint(w, rcode >> 4, 1);
	wr_uint(w, EDNS_VERSION, 1);
	wr_uint(w, dnssec_ok ? EDNS_DO : 0, 2);
	length_at = w->n;
	wr_uint(w, 0, 2);
	return length_at;
}

static void end(struct writer *w, size_t length_at)
{
	wr_patch16(w, length_at, (uint16_t)(w->n - length_at - 2));
}

void edns_write(struct writer *w, uint16_t udp_size, unsigned rcode, bool dnssec_ok,
	const struct ede *ede, unsigned pad_to)
{
	size_t length_at = begin(w, udp_size, rcode, dnssec_ok);

	if (ede != NULL && ede->present)
		write_ede(w, ede);
	if (pad_to > 0)
		write_padding(w, pad_to);
	end(w, length_at);
}

void edns_write_reply(struct writer *w, unsigned rcode, bool dnssec_ok,
	const struct edns_reply *reply, const struct ede *ede)
{
	size_t length_at = begin(w, DNS_UDP_MAX, rcode, dnssec_ok);

	write_reply_options(w, reply);
	if (ede != NULL && ede->present)
		write_ede(w, ede);
	end(w, length_at);
}

/* RFC 7871 §7.1.2: a source prefix of no bits at all. Of which family is all the same. */
static void write_subnet_opt_out(struct writer *w)
{
	wr_uint(w, EDNS_CLIENT_SUBNET, 2);
	wr_uint(w, 4, 2);
	wr_uint(w, SUBNET_FAMILY_IPV4, 2);
	wr_uint(w, 0, 2); /* SOURCE and SCOPE PREFIX-LENGTH */
}

void edns_write_query(struct writer *w, const struct query_options *options)
{
	size_t length_at = begin(w, DNS_UDP_MAX, 0, options->dnssec_ok);

	if (options->subnet_opt_out)
		write_subnet_opt_out(w);
	if (options->keepalive) {
		/* Without content it asks (RFC 7828 §3.2.1). */
		wr_uint(w, EDNS_TCP_KEEPALIVE, 2);
		wr_uint(w, 0, 2);
	}
	if (options->pad_to > 0)
		write_padding(w, options->pad_to);
	end(w, length_at);
}

static void take_text(struct bytes text, char out[EDE_TEXT_MAX])
{
	size_t n = text.n < EDE_TEXT_MAX ? text.n : EDE_TEXT_MAX - 1;

	/* RFC 8914 §2: some terminate it. */
	if (n > 0 && text.p[n - 1] == '\0')
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = text.p[i] >= ' ' && text.p[i] < 0x7f ? (char)text.p[i] : '?';
	out[n] = '\0';
}

void edns_ede(const struct edns *edns, struct ede *out)
{
	struct reader options = { .rest = edns->options };
	struct bytes value;
	uint16_t code;

	out->present = false;
	while (edns->present && edns_option_next(&options, &code, &value)) {
		struct reader r = { .rest = value };

		if (code != EDNS_EDE || value.n < 2)
			continue;
		out->present = true;
		out->code = (uint16_t)rd_uint(&r, 2);
		take_text(r.rest, out->text);
		return;
	}
}

int64_t edns_keepalive_ms(const struct edns *edns)
{
	struct reader options = { .rest = edns->options };
	struct bytes value;
	uint16_t code;

	while (edns->present && edns_option_next(&options, &code, &value))
		if (code == EDNS_TCP_KEEPALIVE && value.n == 2)
			return (int64_t)get16(value.p) * KEEPALIVE_UNIT_MS;
	return -1;
}
