/* Parse, find the row of the name, write header and question, then what the row
 * says, then an OPT if there was one in the query. */
#include "tests/lab/zone.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dns/message.h"

#define TTL_S            300
#define SOA_MINIMUM_S    60
#define OPT_UDP_BYTES    1232
#define RESPONSE_PAD     468 /* RFC 8467 §4.1 */
#define BIG_STRINGS      12
#define BIG_STRING_BYTES 250

struct asked {
	const struct message *query;
	bool genuine;
	const char *who;
};

struct zone_row {
	const char *name; /* and everything below it */
	uint8_t rcode;
	bool no_data;
	uint32_t ttl_s;
	enum zone_manner manner;
	bool wrong_question;
	void (*write)(const struct asked *asked, uint32_t ttl_s, struct writer *out);
};

static void write_usual(const struct asked *asked, uint32_t ttl_s, struct writer *out);
static void write_big(const struct asked *asked, uint32_t ttl_s, struct writer *out);
static void write_chain(const struct asked *asked, uint32_t ttl_s, struct writer *out);
static void write_echo(const struct asked *asked, uint32_t ttl_s, struct writer *out);

static const struct zone_row rows[] = {
	{ "nx.lab", .rcode = RCODE_NXDOMAIN, .no_data = true },
	{ "nodata.lab", .no_data = true }, { "servfail.lab", .rcode = RCODE_SERVFAIL },
	{ "big.lab", .ttl_s = TTL_S, .write = write_big },
	{ "cname.lab", .ttl_s = TTL_S, .write = write_chain },
	{ "slow.lab", .ttl_s = TTL_S, .manner = ZONE_LATE, .write = write_usual },
	{ "drop.lab", .ttl_s = TTL_S, .manner = ZONE_NEVER, .write = write_usual },
	{ "wrongid.lab", .ttl_s = TTL_S, .manner = ZONE_WRONG_ID_FIRST,
		.write = write_usual },
	{ "wrongq.lab", .ttl_s = TTL_S, .wrong_question = true, .write = write_usual },
	{ "ttl1.lab", .ttl_s = 1, .write = write_usual },
	{ "ttl0.lab", .ttl_s = 0, .write = write_usual },
	{ "ecs.lab", .ttl_s = TTL_S, .write = write_echo },
	{ "lab", .ttl_s = TTL_S, .write = write_usual }, /* the rest; stands last */
};

/* Within the constant names above parsing cannot fail. */
static bool within(const struct name *name, const char *zone)
{
	struct name parsed;

	return name_from_text(zone, &parsed) == STATUS_OK && name_within(name, &parsed);
}

static const struct zone_row *find_row(const struct name *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (within(name, rows[i].name))
			return &rows[i];
	return NULL;
}

static void wr_name(struct writer *out, const char *text)
{
	struct name name;

	if (name_from_text(text, &name) == STATUS_OK)
		wr_bytes(out, name_bytes(&name));
	else
		out->bad = true;
}

/* Owner, type, class, TTL, and room for the length of the data; gives its place. */
static size_t begin_record(
	struct writer *out, struct bytes owner, uint16_t type, uint32_t ttl_s)
{
	wr_bytes(out, owner);
	wr_uint(out, type, 2);
	wr_uint(out, CLASS_IN, 2);
	wr_uint(out, ttl_s, 4);
	wr_uint(out, 0, 2);
	return out->n - 2;
}

static void end_record(struct writer *out, size_t length_at, enum dns_section section)
{
	size_t count_at = 6 + 2 * (size_t)section; /* RFC 1035 §4.1.1 */
	unsigned count;

	if (out->bad)
		return;
	count = out->p[count_at] * 256U + out->p[count_at + 1] + 1;
	wr_patch16(out, length_at, (uint16_t)(out->n - length_at - 2));
	wr_patch16(out, count_at, (uint16_t)count);
}

static void write_address(const struct asked *asked, struct bytes owner, uint16_t type,
	uint32_t ttl_s, struct writer *out)
{
	bool v4 = type == TYPE_A;
	const char *genuine = v4 ? ZONE_A_GENUINE : ZONE_AAAA_GENUINE;
	const char *spoofed = v4 ? ZONE_A_SPOOFED : ZONE_AAAA_SPOOFED;
	uint8_t address[16];
	size_t at;

	if (inet_pton(v4 ? AF_INET : AF_INET6, asked->genuine ? genuine : spoofed,
		    address) != 1)
		return;
	at = begin_record(out, owner, type, ttl_s);
	wr_bytes(out, bytes_of(address, v4 ? 4 : 16));
	end_record(out, at, SECTION_ANSWER);
}

static void wr_string(struct writer *out, const char *text)
{
	size_t n = strlen(text);

	wr_uint(out, n, 1);
	wr_bytes(out, bytes_of(text, n));
}

/* RFC 2308 §2: NXDOMAIN and no data carry the zone's SOA. */
static void write_soa(struct writer *out)
{
	struct name lab;
	size_t at;

	if (name_from_text("lab", &lab) != STATUS_OK)
		return;
	at = begin_record(out, name_bytes(&lab), TYPE_SOA, TTL_S);
	wr_name(out, "ns.lab");
	wr_name(out, "hostmaster.lab");
	wr_uint(out, 1, 4);     /* serial */
	wr_uint(out, 3600, 4);  /* refresh */
	wr_uint(out, 600, 4);   /* retry */
	wr_uint(out, 86400, 4); /* expire */
	wr_uint(out, SOA_MINIMUM_S, 4);
	end_record(out, at, SECTION_AUTHORITY);
}

static void write_usual(const struct asked *asked, uint32_t ttl_s, struct writer *out)
{
	const struct question *q = &asked->query->question;
	size_t at;

	if (q->type == TYPE_A || q->type == TYPE_AAAA) {
		write_address(asked, name_bytes(&q->name), q->type, ttl_s, out);
	} else if (q->type == TYPE_TXT) {
		at = begin_record(out, name_bytes(&q->name), TYPE_TXT, ttl_s);
		wr_string(out, asked->who);
		end_record(out, at, SECTION_ANSWER);
	} else {
		write_soa(out);
	}
}

static void write_big(const struct asked *asked, uint32_t ttl_s, struct writer *out)
{
	char string[BIG_STRING_BYTES + 1];
	size_t at;

	if (asked->query->question.type != TYPE_TXT) {
		write_usual(asked, ttl_s, out);
		return;
	}
	at = begin_record(out, name_bytes(&asked->query->question.name), TYPE_TXT, ttl_s);
	for (int i = 0; i < BIG_STRINGS; i++) {
		memset(string, 'a' + i, BIG_STRING_BYTES);
		string[BIG_STRING_BYTES] = '\0';
		wr_string(out, string);
	}
	end_record(out, at, SECTION_ANSWER);
}

static void write_cname(
	struct bytes owner, const char *target, uint32_t ttl_s, struct writer *out)
{
	size_t at = begin_record(out, owner, TYPE_CNAME, ttl_s);

	wr_name(out, target);
	end_record(out, at, SECTION_ANSWER);
}

/* The name asked -> middle.lab -> example.lab, the last with the shortest TTL. */
static void write_chain(const struct asked *asked, uint32_t ttl_s, struct writer *out)
{
	const struct question *q = &asked->query->question;
	struct name middle, end;

	if (name_from_text("middle.lab", &middle) != STATUS_OK ||
		name_from_text("example.lab", &end) != STATUS_OK)
		return;
	write_cname(name_bytes(&q->name), "middle.lab", ttl_s, out);
	if (q->type == TYPE_CNAME)
		return;
	write_cname(name_bytes(&middle), "example.lab", ttl_s, out);
	if (q->type == TYPE_A || q->type == TYPE_AAAA)
		write_address(asked, name_bytes(&end), q->type, ttl_s / 2, out);
	else
		write_soa(out);
}

static bool has_option(const struct message *query, uint16_t wanted)
{
	struct reader rest = { .rest = query->edns.options };
	struct bytes value;
	uint16_t code;

	while (query->edns.present && edns_option_next(&rest, &code, &value))
		if (code == wanted)
			return true;
	return false;
}

static void wr_flag(struct writer *out, const char *name, bool value)
{
	char string[32];

	snprintf(string, sizeof string, "%s=%s", name, value ? "yes" : "no");
	wr_string(out, string);
}

static void write_echo(const struct asked *asked, uint32_t ttl_s, struct writer *out)
{
	const struct message *query = asked->query;
	char length[32];
	size_t at;

	if (query->question.type != TYPE_TXT) {
		write_usual(asked, ttl_s, out);
		return;
	}
	snprintf(length, sizeof length, "length=%zu", query->wire.n);
	at = begin_record(out, name_bytes(&query->question.name), TYPE_TXT, ttl_s);
	wr_string(out, length);
	wr_flag(out, "subnet", has_option(query, EDNS_CLIENT_SUBNET));
	wr_flag(out, "cookie", has_option(query, EDNS_COOKIE));
	wr_flag(out, "padding", has_option(query, EDNS_PADDING));
	wr_flag(out, "edns", query->edns.present);
	wr_flag(out, "do", query->edns.present && query->edns.dnssec_ok);
	wr_flag(out, "cd", (query->flags & DNS_FLAG_CD) != 0);
	wr_flag(out, "ad", (query->flags & DNS_FLAG_AD) != 0);
	end_record(out, at, SECTION_ANSWER);
}

static void write_head(const struct message *query, unsigned rcode, bool wrong_question,
	struct writer *out)
{
	unsigned kept = query->flags & (DNS_FLAG_RD | DNS_FLAG_CD);

	wr_uint(out, query->id, 2);
	wr_uint(out, DNS_FLAG_QR | DNS_FLAG_RA | kept | (rcode & 15), 2);
	wr_uint(out, 1, 2);
	wr_uint(out, 0, 6);
	if (wrong_question)
		wr_name(out, "another.lab");
	else
		wr_bytes(out, name_bytes(&query->question.name));
	wr_uint(out, query->question.type, 2);
	wr_uint(out, query->question.class, 2);
}

static void write_answer(
	const struct asked *asked, const struct zone_row *row, struct writer *out)
{
	static const struct zone_row outside = { .rcode = RCODE_REFUSED };
	const struct message *query = asked->query;
	bool padded = has_option(query, EDNS_PADDING);

	if (row == NULL || query->question.class != CLASS_IN)
		row = &outside;
	write_head(query, row->rcode, row->wrong_question, out);
	if (row->no_data)
		write_soa(out);
	else if (row->write != NULL)
		row->write(asked, row->ttl_s, out);
	if (!query->edns.present || out->bad)
		return;
	wr_patch16(out, 10, 1); /* ARCOUNT (RFC 1035 §4.1.1) */
	edns_write(out, OPT_UDP_BYTES, row->rcode, query->edns.dnssec_ok, NULL,
		padded ? RESPONSE_PAD : 0);
}

enum status zone_answer(struct bytes query, bool genuine, const char *who,
	struct writer *out, enum zone_manner *manner)
{
	struct message m;
	struct asked asked = { &m, genuine, who };
	const struct zone_row *row;

	if (message_parse(query, &m) != STATUS_OK || (m.flags & DNS_FLAG_QR) != 0 ||
		!m.has_question || message_opcode(&m) != OPCODE_QUERY)
		return STATUS_MALFORMED;
	row = find_row(&m.question.name);
	*manner = row != NULL ? row->manner : ZONE_NOW;
	write_answer(&asked, row, out);
	return out->bad ? STATUS_NOSPACE : STATUS_OK;
}
