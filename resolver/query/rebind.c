/* each record -> its addresses -> is one of them inside? */
#include "query/rebind.h"

#include <string.h>

#include "base/text.h"

/* An emptied answer is not kept longer: what is allowed may change. */
#define EMPTY_TTL_S 60
/* RFC 9460 §14.3.2 */
#define KEY_IPV4HINT 4
#define KEY_IPV6HINT 6

struct block {
	uint8_t address[16];
	unsigned bits;
};
/* Of IPv4: RFC 1122 §3.2.1.3 (this network, loopback), RFC 1918 §3, RFC 6598 §7, RFC 3927
 * §2.1, RFC 6333 §5.7 (between a house and its provider), RFC 2544 §C.2.2, RFC 1112
 * §4. */
static const struct block blocks4[] = {
	{ { 0 }, 8 },
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 29 },
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },
	{ { 240 }, 4 },
};
/* RFC 4291 §2.5.2, §2.5.3, §2.5.6, RFC 4193 §3.1, and the site-local ones of before
 * (RFC 3879). */
static const struct block blocks6[] = {
	{ { 0 }, 128 },
	{ { [15] = 1 }, 128 },
	{ { 0xfc }, 7 },
	{ { 0xfe, 0x80 }, 10 },
	{ { 0xfe, 0xc0 }, 10 },
};
/* They hold an IPv4 address, to which what is sent to them goes: compatible and mapped
 * (RFC 4291 §2.5.5), translated (RFC 2765 §2.1), through NAT64 (RFC 6052 §2.1, RFC 8215),
 * by 6to4 (RFC 3056 §2) and by Teredo, which has its bits turned over (RFC 4380 §4). */
static const struct embedding {
	struct block block;
	uint8_t at, mask;
} embeddings[] = {
	{ { { 0 }, 96 }, 12, 0 },
	{ { { [10] = 0xff, [11] = 0xff }, 96 }, 12, 0 },
	{ { { [8] = 0xff, [9] = 0xff }, 96 }, 12, 0 },
	{ { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12, 0 },
	{ { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48 }, 12, 0 },
	{ { { 0x20, 0x02 }, 16 }, 2, 0 },
	{ { { 0x20, 0x01 }, 32 }, 12, 0xff },
};

static bool is_in(const struct block *blocks, size_t n, const uint8_t *address)
{
	for (size_t i = 0; i < n; i++) {
		size_t whole = blocks[i].bits / 8, rest = blocks[i].bits % 8;
		uint8_t mask = (uint8_t)(0xff00 >> rest);

		if (memcmp(blocks[i].address, address, whole) == 0 &&
			(rest == 0 || ((blocks[i].address[whole] ^ address[whole]) &
					      mask) == 0))
			return true;
	}
	return false;
}

#define IS_IN(blocks, address) is_in(blocks, sizeof(blocks) / sizeof *(blocks), address)

static bool holds_one(const uint8_t *address)
{
	for (size_t i = 0; i < sizeof embeddings / sizeof *embeddings; i++) {
		const struct embedding *it = &embeddings[i];
		uint8_t held[4];

		for (size_t j = 0; j < sizeof held; j++)
			held[j] = address[it->at + j] ^ it->mask;
		if (is_in(&it->block, 1, address) && IS_IN(blocks4, held))
			return true;
	}
	return false;
}

bool rebind_is_inside(struct bytes address)
{
	if (address.n == 4)
		return IS_IN(blocks4, address.p);
	return IS_IN(blocks6, address.p) || holds_one(address.p);
}

/* A list of addresses of that length; true if one is inside, or there is half a one. */
static bool look_at(struct bytes list, size_t n, char words[ENDPOINT_TEXT_MAX])
{
	struct reader r = { .rest = list };
	struct endpoint e = { .sa = { .sa_family = n == 4 ? AF_INET : AF_INET6 } };

	while (r.rest.n > 0) {
		struct bytes address = rd_take(&r, n);

		if (r.bad)
			return true;
		if (!rebind_is_inside(address))
			continue;
		memcpy(n == 4 ? (void *)&e.in.sin_addr : (void *)&e.in6.sin6_addr,
			address.p, n);
		endpoint_format_address(&e, words);
		return true;
	}
	return false;
}

/* RFC 9460 §2.2: priority, target, and parameters. */
static bool look_at_hints(
	struct bytes wire, struct bytes rdata, char words[ENDPOINT_TEXT_MAX])
{
	struct reader r = { .rest = rdata };
	struct name target;

	rd_take(&r, 2);
	if (r.bad || name_read(wire, &r, &target) != STATUS_OK)
		return true;
	while (r.rest.n > 0) {
		unsigned key = (unsigned)rd_uint(&r, 2);
		struct bytes value = rd_take(&r, (size_t)rd_uint(&r, 2));

		if (r.bad)
			return true;
		if (key == KEY_IPV4HINT && look_at(value, 4, words))
			return true;
		if (key == KEY_IPV6HINT && look_at(value, 16, words))
			return true;
	}
	return false;
}

static bool look_at_record(
	struct bytes wire, const struct record *record, char words[ENDPOINT_TEXT_MAX])
{
	switch (record->type) {
	case TYPE_A:
		return look_at(record->rdata, 4, words);
	case TYPE_AAAA:
		return look_at(record->rdata, 16, words);
	case TYPE_SVCB:
	case TYPE_HTTPS:
		return look_at_hints(wire, record->rdata, words);
	default:
		return false;
	}
}

bool rebind_find(const struct answer *answer, char words[ENDPOINT_TEXT_MAX])
{
	struct message m;
	struct record_walk walk;
	struct record record;

	text_copy(words, ENDPOINT_TEXT_MAX, "what cannot be read");
	if (message_parse(answer->wire, &m) != STATUS_OK)
		return true;
	walk = record_walk(&m);
	while (record_next(&walk, &record))
		if (look_at_record(m.wire, &record, words))
			return true;
	return false;
}

/* RFC 2308 §3: without a SOA nobody would keep it, and everybody ask again at once. */
static void write_soa(struct writer *w, uint32_t ttl_s, uint16_t *ttl_at)
{
	static const uint32_t times_s[] = { 3600, 600, 86400 };

	wr_uint(w, 0xc000 | DNS_HEADER_BYTES, 2);
	wr_uint(w, TYPE_SOA, 2);
	wr_uint(w, CLASS_IN, 2);
	*ttl_at = (uint16_t)w->n;
	wr_uint(w, ttl_s, 4);
	wr_uint(w, 22, 2);
	wr_uint(w, 0, 2); /* the root for both names */
	wr_uint(w, 1, 4);
	for (size_t i = 0; i < sizeof times_s / sizeof *times_s; i++)
		wr_uint(w, times_s[i], 4);
	wr_uint(w, ttl_s, 4);
}

void rebind_empty(
	struct answer *answer, uint8_t *wire, uint16_t *ttl_at, const char *words)
{
	struct writer w = { .p = wire,
		.n = answer->question_end,
		.cap = answer->question_end + REBIND_ROOM };
	struct text text = text_in(answer->ede.text, sizeof answer->ede.text);

	if (answer->ttl_s > EMPTY_TTL_S)
		answer->ttl_s = EMPTY_TTL_S;
	wire[3] = (uint8_t)((wire[3] & 0xf0) | RCODE_NOERROR);
	memset(wire + 6, 0, 6);
	wire[9] = 1;
	write_soa(&w, answer->ttl_s, ttl_at);
	answer->wire = wr_done(&w);
	answer->ttl_at = ttl_at;
	answer->ttl_n = 1;
	answer->rcode = RCODE_NOERROR;
	answer->authenticated = false;
	answer->ede.present = true;
	answer->ede.code = EDE_BLOCKED;
	text_add(&text, "rebind_protection: %s", words);
}
