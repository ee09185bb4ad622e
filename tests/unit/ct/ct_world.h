/* A CA, logs, a list of them, and a certificate with SCTs that come any way: what
 * ct_verify() is given, signed by OpenSSL and not by ct/. Any failure ends the
 * process. "Now" is MAKE_CERT_NOW. */
#ifndef TESTS_UNIT_CT_CT_WORLD_H
#define TESTS_UNIT_CT_CT_WORLD_H

#include "ct/verify.h"
#include "tests/unit/ct/make_sct.h"

#define WORLD_LOGS 4

struct ct_world {
	struct issuer ca, other_ca;
	EVP_PKEY *leaf_key;
	struct test_log logs[WORLD_LOGS]; /* P-256 */
	struct test_log rsa, small_rsa, p384;
	struct der other_leaf; /* another certificate, of `ca` */
};

void ct_world_init(struct ct_world *world);
void ct_world_deinit(struct ct_world *world);

#define LISTED_USABLE "{\"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}}"

/* A log as a list has it. */
struct listed {
	const struct test_log *log;
	const char *operator_name;
	const char *name; /* NULL: none */
	bool is_static;
	const char *state; /* JSON; NULL: LISTED_USABLE; "": none */
	const char *more;  /* members more, as JSON that begins with a comma; NULL */
	const uint8_t *id; /* in place of its own; NULL */
};

/* Owned: loglist_free(). */
struct loglist *make_loglist(const struct listed *logs, size_t n);

/* What an SCT is signed over. */
enum planned_entry {
	ENTRY_RIGHT,        /* for the way it comes */
	ENTRY_OTHER_LEAF,   /* another certificate of the same CA */
	ENTRY_OTHER_ISSUER, /* the precertificate, but under another CA's key */
	ENTRY_NOT_PRECERT,  /* the certificate that the SCTs are put into, as it is */
	ENTRY_PRECERT,      /* the precertificate, whatever way it comes */
};

struct planned {
	const struct test_log *log;
	enum sct_source source;
	uint64_t timestamp_ms; /* 0: PLANNED_MS */
	struct bytes extensions;
	enum planned_entry entry;
	void (*spoil)(struct der *sct); /* changes what has been signed; NULL */
};

#define PLANNED_MS (MAKE_SCT_NOW_MS - 86400000)

/* {leaf_index 12345}, as static logs have it. */
extern const struct bytes planned_leaf_index;
#define PLANNED_LEAF_INDEX 12345

/* Where an SCT has its parts. */
#define SCT_AT_ID         1
#define SCT_AT_TIME       33
#define SCT_AT_EXTENSIONS 41
/* Without extensions. */
#define SCT_AT_HASH      43
#define SCT_AT_ALGORITHM 44
#define SCT_AT_SIGNATURE 47

/* Evidence, and the memory of what it points to. */
struct ct_scene {
	struct ct_evidence evidence;
	struct der leaf, tls, ocsp;
	uint8_t key_hash[32];
};

/* A certificate that began a day before now. */
void make_scene(const struct ct_world *world, const struct planned *scts, size_t n,
	int64_t not_after_s, struct ct_scene *out);
/* The same with an SCT extension of that value, as it stands. */
void make_scene_with(const struct ct_world *world, struct bytes value, int times,
	struct ct_scene *out);

#endif
