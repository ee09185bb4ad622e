/* What leaves without TLS, and what may pass for an answer to it. Pure but for the random
 * numbers.
 *
 * Who is not on the way to the server can forge an answer all the same, if he guesses
 * what it must repeat (RFC 5452 §4): the port, which the kernel chooses, the ID, and
 * which letters of the name are capitals. */
#ifndef TRANSPORT_PLAIN_MESSAGE_H
#define TRANSPORT_PLAIN_MESSAGE_H

#include "dns/message.h"
#include "dns/query.h"

/* The names that may be asked; borrowed. Never the root. */
struct plain_scope {
	const struct name *zones;
	size_t zone_n;
	bool exact; /* these names alone, and nothing below them */
};

bool plain_scope_has(const struct plain_scope *scope, const struct name *name);

/* A query as it leaves. */
struct plain_sent {
	uint8_t frame[2 + QUERY_WIRE_MAX]; /* its length before it, for TCP */
	size_t n;                          /* of the message, behind the length */
	size_t question_end;               /* in the message */
};

/* From `wire`, a DNS query for `question` under any ID, with another ID and case.
 * UNSUPPORTED: its name, as it would leave, is none of `scope`: this is what keeps all
 * others off. MALFORMED: not one question, or another. NOSPACE. */
MUST_CHECK enum status plain_write(const struct plain_scope *scope,
	const struct question *question, struct bytes wire, struct plain_sent *out);
struct bytes plain_datagram(const struct plain_sent *sent);
struct bytes plain_frame(const struct plain_sent *sent);

enum plain_judgement {
	PLAIN_STRANGER, /* not to this query, or not from whom it was sent to */
	PLAIN_MISCASED, /* the ID is right, the name's letters are not, or are missing */
	PLAIN_CUT,      /* the answer is too long for a datagram */
	PLAIN_ANSWER,
};

/* Of `n` bytes at `wire`; `partial`: there were more. With ANSWER its question has
 * `question`'s letters, and `out` is the message, which borrows from `wire`. Over TCP,
 * which cannot be forged from aside, letters do not count, and nothing is CUT. */
enum plain_judgement plain_judge(const struct plain_sent *sent,
	const struct question *question, uint8_t *wire, size_t n, bool partial,
	struct message *out);
enum plain_judgement plain_judge_tcp(const struct plain_sent *sent,
	const struct question *question, struct bytes wire, struct message *out);

/* For when it was CUT and cannot be had whole: "there is more", and nothing else. `room`
 * has that of `sent`'s message. */
MUST_CHECK enum status plain_cut(const struct plain_sent *sent,
	const struct question *question, uint8_t *room, struct message *out);

#endif
