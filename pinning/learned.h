/* What the accepted contacts of an upstream have shown, on disk: the keys of issuer
 * and root with their dates, a small file an upstream in state_dir/learned.
 *
 *	pintle learned 1
 *	identity: name dns.example
 *	issuer: sha256//B64 2026-06-01T08:00:00Z 2026-11-23T08:00:00Z
 *	root: sha256//B64 2026-06-01T08:00:00Z 2026-11-23T08:00:00Z
 *	was: sha256//ISSUER sha256//ROOT 2026-06-01T08:00:00Z
 *	refused: sha256//ISSUER sha256//ROOT 2026-11-22T21:30:00Z
 *	refused-leaf: CN=dns.example
 *
 * Lines in this order, spaces as they stand there; "identity: address" where the
 * certificate names the address; the last three only where there is something to
 * say. Issuer and root: first seen, last seen. */
#ifndef PINNING_LEARNED_H
#define PINNING_LEARNED_H

#include "base/bytes.h"
#include "base/text.h"
#include "pinning/pin.h"

/* Of one file. */
#define LEARNED_BYTES_MAX 2048
/* Of a certificate's subject, made safe to print. */
#define LEARNED_SUBJECT_MAX 160

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

struct learned {
	char name[256]; /* auth_name; "" where it is the address that is named */
	struct learned_pins pins;
	struct learned_span issuer_seen, root_seen;
	struct learned_pair was;     /* before the last change, which was then */
	struct learned_pair refused; /* what `pintlectl pins accept` would take over */
	char refused_leaf[LEARNED_SUBJECT_MAX];
};

/* Only what learned_format() writes is taken. MALFORMED: in `*line`, from 1, for
 * `*problem`. */
MUST_CHECK enum status learned_parse(
	struct bytes file, struct learned *out, unsigned *line, const char **problem);
/* `out` has LEARNED_BYTES_MAX for every record. */
void learned_format(const struct learned *learned, struct text *out);

/* Whether it is about an upstream of that `auth_name`; NULL: known by its address. */
bool learned_is_of(const struct learned *learned, const char *auth_name);

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

#endif
