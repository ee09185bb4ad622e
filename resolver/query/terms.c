#include "query/terms.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "query/resolver.h"

/* RFC 7873 §4. */
#define CLIENT_COOKIE_BYTES     8
#define SERVER_COOKIE_BYTES_MIN 8
#define SERVER_COOKIE_BYTES_MAX 32
#define COOKIE_VERSION          1 /* RFC 9018 §4.2 */

/* The first of that kind; further ones do not count (RFC 7873 §5.2). */
static bool find_option(
	const struct edns *edns, enum edns_code wanted, struct bytes *value)
{
	struct reader options = { .rest = edns->options };
	uint16_t code;

	/* What another version's options mean is not known. */
	while (edns->present && edns->version == 0 && options.rest.n > 0 &&
		edns_option_next(&options, &code, value))
		if (code == wanted)
			return true;
	return false;
}

static bool is_cookie(size_t n)
{
	return n == CLIENT_COOKIE_BYTES ||
	       (n >= CLIENT_COOKIE_BYTES + SERVER_COOKIE_BYTES_MIN &&
		       n <= CLIENT_COOKIE_BYTES + SERVER_COOKIE_BYTES_MAX);
}

/* RFC 9018 §4: client cookie, version, three bytes of 0, time, and a hash of all that
 * and the client's address under a key of this process. */
static void make_cookie(struct bytes client_cookie, const struct endpoint *client,
	uint8_t out[EDNS_COOKIE_BYTES])
{
	/* The hash has other uses; these bytes begin no other one's. */
	uint8_t hashed[8 + 16 + 16] = "cookie";
	struct writer w = { .p = out, .cap = EDNS_COOKIE_BYTES };
	struct writer h = { .p = hashed, .n = 8, .cap = sizeof hashed };

	wr_bytes(&w, bytes_of(client_cookie.p, CLIENT_COOKIE_BYTES));
	wr_uint(&w, COOKIE_VERSION, 1);
	wr_uint(&w, 0, 3);
	wr_uint(&w, (uint32_t)clock_wall_s(), 4);
	wr_bytes(&h, wr_done(&w));
	wr_bytes(&h, endpoint_address(client));
	wr_uint(&w, hash_bytes(wr_done(&h)), 8);
}

enum status terms_make(const struct resolver *r, const struct message *query,
	const struct endpoint *client, bool udp, struct reply_terms *out)
{
	struct edns_reply *edns = &out->edns;
	struct bytes value;

	out->limit = reply_limit(query, udp);
	edns->keepalive = !udp && find_option(&query->edns, EDNS_TCP_KEEPALIVE, &value);
	edns->keepalive_ms = r->options.tcp_idle_ms;
	edns->cookie = find_option(&query->edns, EDNS_COOKIE, &value);
	if (!edns->cookie)
		return STATUS_OK;
	edns->cookie = is_cookie(value.n);
	if (!edns->cookie)
		return STATUS_MALFORMED;
	make_cookie(value, client, edns->cookie_bytes);
	return STATUS_OK;
}

static bool wants_cookie_alone(const struct message *m)
{
	struct bytes value;

	return m->wire.p[4] == 0 && m->wire.p[5] == 0 &&
	       find_option(&m->edns, EDNS_COOKIE, &value);
}

int rcode_at_once(const struct message *m, enum status terms, const struct ede **ede)
{
	static const struct ede class = {
		.present = true, .code = EDE_NOT_SUPPORTED, .text = "only class IN"
	};
	static const struct ede type = { .present = true,
		.code = EDE_NOT_SUPPORTED,
		.text = "no zone transfers, no meta types" };

	*ede = NULL;
	if (message_opcode(m) != OPCODE_QUERY)
		return RCODE_NOTIMP;
	if (m->edns.present && m->edns.version > 0)
		return RCODE_BADVERS;
	if (terms == STATUS_MALFORMED || m->counts[SECTION_ANSWER] > 0)
		return RCODE_FORMERR;
	/* RFC 7873 §5.4: who has no question may be after a cookie. */
	if (!m->has_question)
		return wants_cookie_alone(m) ? RCODE_NOERROR : RCODE_FORMERR;
	if (m->question.class != CLASS_IN)
		*ede = &class;
	else if (type_is_meta(m->question.type))
		*ede = &type;
	return *ede != NULL ? RCODE_REFUSED : -1;
}
