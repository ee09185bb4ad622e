/* DNS messages as they are on the wire (RFC 1035 §4, RFC 6891 §6).
 *
 * Glossary (RFC 9499): *message*, header to last record; *question*, its name,
 * type and class; *record*, a resource record; *OPT*, the pseudo record that
 * carries EDNS; *rcode*, the response code, 12 bits with EDNS. */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "dns/edns.h"
#include "dns/name.h"

#define DNS_HEADER_BYTES 12
#define DNS_MESSAGE_MAX  65535
/* The largest answer sent over UDP, and the size offered to upstreams:
 * fits every path's MTU (RFC 9715 §3). */
#define DNS_UDP_MAX 1232
/* What a client without EDNS can take over UDP (RFC 1035 §4.2.1). */
#define DNS_UDP_CLASSIC 512

enum dns_flag {
	DNS_FLAG_QR = 0x8000,
	DNS_FLAG_AA = 0x0400,
	DNS_FLAG_TC = 0x0200,
	DNS_FLAG_RD = 0x0100,
	DNS_FLAG_RA = 0x0080,
	DNS_FLAG_AD = 0x0020,
	DNS_FLAG_CD = 0x0010,
};

enum dns_rcode {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_BADVERS = 16,
};

enum dns_type {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_PTR = 12,
	TYPE_HINFO = 13,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_AAAA = 28,
	TYPE_DNAME = 39,
	TYPE_OPT = 41,
	TYPE_DS = 43,
	TYPE_RRSIG = 46,
	TYPE_NSEC = 47,
	TYPE_DNSKEY = 48,
	TYPE_NSEC3 = 50,
	TYPE_SVCB = 64,
	TYPE_HTTPS = 65,
	TYPE_IXFR = 251,
	TYPE_AXFR = 252,
	TYPE_ANY = 255,
};

enum dns_class { CLASS_IN = 1, CLASS_CH = 3, CLASS_ANY = 255 };

#define OPCODE_QUERY 0

struct question {
	struct name name;
	uint16_t type;
	uint16_t class;
};

enum dns_section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL };

/* One record; the views borrow from the message. */
struct record {
	enum dns_section section;
	struct name owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	size_t start, end; /* offsets of the whole record in the message */
	size_t ttl_at;     /* offset of its TTL */
	struct bytes rdata;
};

/* A message whose every byte was looked at: names, counts and lengths hold,
 * nothing follows the last record. Borrows from the wire. */
struct message {
	struct bytes wire;
	uint16_t id;
	uint16_t flags; /* the header's second word: flags, opcode, low rcode */
	bool has_question;
	struct question question;
	size_t question_end; /* offset behind the question */
	uint16_t counts[3];  /* records a section */
	struct edns edns;    /* edns.present: there is an OPT */
	size_t opt_start, opt_end;
};

/* The header alone, for a reply to something that cannot be parsed further.
 * MALFORMED: under 12 bytes. */
MUST_CHECK enum status message_header(struct bytes wire, uint16_t *id, uint16_t *flags);

/* MALFORMED: cut, bytes left over, more than one question, a bad name, a bad
 * or second OPT, or an OPT outside the additional section; of class IN also an
 * A, AAAA, NS, CNAME, SOA, PTR or MX whose RDATA is not of that form. A message
 * without a question is well-formed. The question's name is never compressed:
 * there is nothing it could point to. */
MUST_CHECK enum status message_parse(struct bytes wire, struct message *out);

unsigned message_opcode(const struct message *m);
/* 12 bits, the upper 8 out of the OPT. */
unsigned message_rcode(const struct message *m);

/* Same name but for case, same type and class. */
bool question_equal(const struct question *a, const struct question *b);

/* Whether `m` is a response to a query for `question` (RFC 5452 §9.1); its ID is the
 * caller's to compare. Only an error may leave the question out: a server that could not
 * read the query has none to repeat (RFC 7766 §7). */
bool message_answers(const struct message *m, const struct question *question);

/* Takes `age_s` off the TTL of each record, down to 0, but not off an OPT, where other
 * things stand in its place. `wire` is the message's own, parsed as `m`. */
void message_age(const struct message *m, uint8_t *wire, uint32_t age_s);

/* Walks the records of a parsed message in order, OPT included.
 *
 *	struct record_walk walk = record_walk(m);
 *	while (record_next(&walk, &record)) … */
struct record_walk {
	const struct message *message;
	struct reader reader;
	unsigned section;
	unsigned left;
};
struct record_walk record_walk(const struct message *m);
bool record_next(struct record_walk *walk, struct record *out);

/* Zone transfers and meta types other than ANY: nothing an upstream resolver
 * would answer (RFC 6895 §3.1). */
bool type_is_meta(uint16_t type);

/* "A", "AAAA", "TYPE65280" (RFC 3597 §5). */
#define TYPE_TEXT_MAX 16
void type_to_text(uint16_t type, char out[TYPE_TEXT_MAX]);
/* NOTFOUND for a word that is neither. Case is ignored. */
MUST_CHECK enum status type_from_text(const char *text, uint16_t *type);

#endif
