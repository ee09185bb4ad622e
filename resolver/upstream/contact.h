/* Whose keys stand above an upstream's: kept from its first accepted contact on, so
 * that another issuer does not go unnoticed. With `pin_mode: learn` another one is
 * refused until an operator accepts it; without pins it is a warning. */
#ifndef UPSTREAM_CONTACT_H
#define UPSTREAM_CONTACT_H

#include "config/config.h"
#include "pinning/learned.h"
#include "tls/verdict.h"

struct contact {
	bool known; /* there was one: `learned` is filled in */
	struct learned learned;
	bool unsaved;      /* the disk does not have all of it */
	bool told;         /* … and the log has said so */
	uint64_t tried_ms; /* to write it, last */
	uint64_t changes;  /* of the issuer, without pins, since the start */
};

/* Whose contacts are kept, and where; borrowed. */
struct contact_of {
	const struct config_upstream *config;
	const char *state_dir; /* NULL: in memory alone */
};

/* What is known from before: `before`, or NULL, is that of the same upstream in the
 * configuration in force, which knows better than a disk that could not be written.
 * CONFIG, with words in `error`: it learns, and its record is broken or could not be
 * kept. NOMEM. */
MUST_CHECK enum status contact_open(const struct contact_of *of,
	const struct contact *before, struct text *error, struct contact *out);
/* Tries again to write what the disk would not take, if it learns. In time: unless that
 * was less than a minute ago. Cheap if there is nothing to write. */
void contact_keep(struct contact *contact, const struct contact_of *of);
void contact_keep_in_time(struct contact *contact, const struct contact_of *of);
/* Whether contact_open() would do at a start: reads what it may read, and writes nothing.
 */
MUST_CHECK enum status contact_check(const struct contact_of *of, struct text *error);
/* Whether two hold one upstream to the same keys. */
bool contact_same(const struct contact *a, const struct contact *b);

/* The keys that a policy with `pin_mode: learn` asks for; NULL: none yet. Borrowed
 * from `contact`. */
const struct learned_pins *contact_pins(
	const struct contact *contact, const struct tls_policy *policy);

/* Of a connection that was accepted: whether it would be now, by the keys that bind
 * meanwhile (`pin_mode: learn`). */
bool contact_allows(const struct contact *contact, const struct contact_of *of,
	const struct verdict *verdict);
/* A connection is open under that verdict, or was refused by it. */
void contact_accepted(struct contact *contact, const struct contact_of *of,
	const struct verdict *verdict);
void contact_refused(struct contact *contact, const struct contact_of *of,
	const struct verdict *verdict);

/* Whom an operator means, as in learned_choose(). */
struct contact_choice {
	const struct pin *issuer, *root;
};

/* Takes over the keys that were chosen; `*was`: those before. NOTFOUND: nobody, or not
 * one alone, is meant; IO, NOMEM: they could not be kept, and nothing has changed.
 * `error` has words. */
MUST_CHECK enum status contact_take_over(struct contact *contact,
	const struct contact_of *of, const struct contact_choice *choice,
	struct text *error, struct learned_pins *was);

#endif
