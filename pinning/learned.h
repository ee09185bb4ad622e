/* What the accepted contacts of an upstream have shown, on disk: the keys of issuer
 * and root with their dates, a small file an upstream in state_dir/learned.
 *
 *	pintle learned 1
 *	identity: name dns.example
 *	issuer: sha256//B64 2026-06-01T08:00:00Z 2026-11-23T08:00:00Z
 *	root: sha256//B64 2026-06-01T08:00:00Z 2026-11-23T08:00:00Z
 *	was: sha256//ISSUER sha256//ROOT 2026-06-01T08:00:00Z
 *	refused: sha256//ISSUER sha256//ROOT 2026-11-22T21:30:00Z 2026-11-23T07:00:00Z
 *	refused-leaf: CN=dns.example
 *
 * Lines in this order, spaces as they stand there; "identity: address" where the
 * certificate names the address; the last three only where there is something to
 * say, the last two up to LEARNED_REFUSED_MAX times. Issuer, root and who was refused:
 * first seen, last seen. */
#ifndef PINNING_LEARNED_H
#define PINNING_LEARNED_H

#include "base/bytes.h"
#include "base/text.h"
#include "pinning/pin.h"

/* Of one file. */
#define LEARNED_BYTES_MAX 4096
/* Of a certificate's subject, made safe to print. */
#define LEARNED_SUBJECT_MAX 160
#define LEARNED_REFUSED_MAX 4
/* "pintlectl pins accept NAME PIN PIN", with the terminator. */
#define LEARNED_COMMAND_MAX 384

/* What the first contact showed. Both must come again. */
struct learned_pins {
	struct pin issuer, root;
};

struct learned_span {
	int64_t first_s, last_s;
};

/* A pair of keys and its time. */
struct learned_pair {
	bool known;
	struct learned_pins pins;
	int64_t at_s;
};

/* Keys that were refused for being others, and nothing else. */
struct learned_refused {
	struct learned_pins pins;
	struct learned_span seen;
	char leaf[LEARNED_SUBJECT_MAX]; /* of the first certificate */
};

struct learned {
	char name[256]; /* auth_name; "" where it is the address that is named */
	struct learned_pins pins;
	struct learned_span issuer_seen, root_seen;
	struct learned_pair was; /* before the last change, which was then */
	/* Since the last change, distinct, in the order in which they came. */
	struct learned_refused refused[LEARNED_REFUSED_MAX];
	size_t refused_n;
};

/* --- keys ------------------------------------------------------------------ */

bool learned_pins_equal(const struct learned_pins *a, const struct learned_pins *b);
/* Whether it is about an upstream of that `auth_name`; NULL: known by its address. */
bool learned_is_of(const struct learned *learned, const char *auth_name);

/* What a refusal adds: nothing, an hour since it was last noted, a candidate. */
enum learned_news { LEARNED_NOTHING, LEARNED_AGAIN, LEARNED_NEW };

/* Those keys were refused. When the places are taken, the last one is: whoever comes
 * with many keys cannot push out the first, and who really changed comes again. */
enum learned_news learned_refuse(struct learned *learned, const struct learned_pins *pins,
	const char *leaf, int64_t now_s);

/* Whom an operator means by an issuer's pin, and where that is not enough a root's
 * (NULL: any), among those that were refused and those before the last change. Without
 * an `issuer` (NULL): the one that was refused, if it was one. NULL: nobody, or it is
 * not clear who. Borrowed from `learned`. */
const struct learned_pins *learned_choose(
	const struct learned *learned, const struct pin *issuer, const struct pin *root);
/* The command that chooses those, and can choose no others. */
void learned_command(const struct learned *learned, const char *upstream,
	const struct learned_pins *pins, struct text *out);

/* Those are its keys from now on, and what they replace is `was`. */
void learned_change(
	struct learned *learned, const struct learned_pins *pins, int64_t now_s);

/* --- text ------------------------------------------------------------------ */

/* Only what learned_format() writes is taken. MALFORMED: in `*line`, from 1, for
 * `*problem`. */
MUST_CHECK enum status learned_parse(
	struct bytes file, struct learned *out, unsigned *line, const char **problem);
/* `out` has LEARNED_BYTES_MAX for every record. */
void learned_format(const struct learned *learned, struct text *out);

/* --- files ----------------------------------------------------------------- */

/* The file of that upstream. NOTFOUND: none; IO: it cannot be read; CONFIG, with
 * "FILE:LINE: …": it is not one; NOMEM. `error` has words, but for the first and the
 * last. */
MUST_CHECK enum status learned_load(const char *state_dir, const char *upstream,
	struct text *error, struct learned *out);
/* Replaces it whole or not at all. IO, with words; NOMEM. */
MUST_CHECK enum status learned_save(const char *state_dir, const char *upstream,
	const struct learned *learned, struct text *error);
/* Makes state_dir/learned. IO, with words: nothing can be written there. */
MUST_CHECK enum status learned_prepare(const char *state_dir, struct text *error);
/* The same, and writes as much there as a record can have, and removes it: a full disk
 * is IO, too. NOMEM. */
MUST_CHECK enum status learned_try_save(const char *state_dir, struct text *error);
/* Whether learned_prepare() would do, without writing anything. OK: it is there;
 * NOTFOUND: it can be made; UNSUPPORTED: it is somebody else's, who alone may look into
 * it; IO: nothing could be written there. The last two with words. */
MUST_CHECK enum status learned_look(const char *state_dir, struct text *error);

#endif
