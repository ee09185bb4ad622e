/* One validation on its way, shared by the files of the room.
 *
 * Nothing is resumed in the middle: each step judges the answer from its beginning. What
 * was fetched, checked or proven before is found again, so that costs little, and ends
 * where something is missing: a message (TRUST_NEEDS), or a signature checked
 * (TRUST_WORK), which is done only in validation_work(). */
#ifndef DNSSEC_STATE_H
#define DNSSEC_STATE_H

#include "dnssec/dnssec.h"
#include "dnssec/packet.h"
#include "dnssec/zone.h"

struct fetched {
	struct question question;
	struct packet *packet; /* owned; NULL: could not be had */
	struct fetched *next;
};

struct validation {
	const struct dnssec_policy *policy; /* borrowed, as is `keys` */
	struct dnssec_keys *keys;
	int64_t now_s;
	struct packet *answer; /* owned, as are the next two */
	struct fetched *fetched;
	struct list zones;
	struct question need;
	bool may_work; /* this is validation_work() */
	unsigned needs, checks, hashes_left;
	enum validation_step step;
	bool asked;          /* `step` holds until what it says is done */
	struct ede insecure; /* why, where pintle is the reason */
	struct validation_result result;
};

/* Notes why it is bogus, in words for a person, and returns TRUST_BOGUS. */
enum trust bogus(struct validation *v, enum ede_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
enum trust unknown(struct validation *v, enum ede_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
enum trust insecure(struct validation *v, enum ede_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void note(struct ede *ede, enum ede_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "www.example. A", for texts. */
#define SUBJECT_MAX (NAME_TEXT_MAX + TYPE_TEXT_MAX)
struct subject {
	char text[SUBJECT_MAX];
};
struct subject subject(const struct name *name, uint16_t type);
struct subject subject_name(const struct name *name);

/* The response to that question. NEEDS: it has to be asked; UNKNOWN: it could not be
 * had; BOGUS: too many questions. SECURE: it is `*out`. */
enum trust validation_fetch(struct validation *v, const struct name *name, uint16_t type,
	struct packet **out);

#endif
