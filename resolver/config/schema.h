/* The keys of pintle.yaml: a row each. pintle.yaml(5) is held against these
 * rows by a test, so a row and its manual entry change together. */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stddef.h>

#include "base/text.h"
#include "config/config.h"

enum schema_type {
	TYPE_BOOL,      /* bool */
	TYPE_NUMBER,    /* unsigned */
	TYPE_COUNT,     /* the same; 0: auto */
	TYPE_TIME,      /* uint32_t, milliseconds */
	TYPE_IDLE,      /* the same, from a second; 0: auto */
	TYPE_TTL,       /* uint32_t, seconds */
	TYPE_SIZE,      /* size_t, bytes */
	TYPE_WORD,      /* an enum */
	TYPE_PATH,      /* const char *; `max` bytes */
	TYPE_USER,      /* const char * */
	TYPE_NAME,      /* const char * */
	TYPE_HOST,      /* const char * */
	TYPE_HOSTS,     /* const char **, and a count */
	TYPE_LISTEN,    /* struct endpoint *, and a count */
	TYPE_BOOTSTRAP, /* the same, never a wildcard */
	TYPE_SERVERS,   /* the same, with the port of the struct config_upstream */
	TYPE_BLOCKS,    /* struct prefix *, and a count */
	TYPE_PINS,      /* struct pin *, and a count */
	TYPE_POLICY,    /* const struct ct_policy * */
	TYPE_LOG_LIST,  /* const char *; NULL: built in */
	TYPE_ANCHORS,   /* the same */
	TYPE_URL,       /* const char * */
	TYPE_DOH_URL,   /* what stands in a struct config_upstream of a URL */
	TYPE_LIST_KEY,  /* uint8_t[LIST_KEY_BYTES] */
	TYPE_SERVER,    /* struct endpoint, with the port of https */
	TYPE_ZONE,      /* struct name, lower case, not the root */
	TYPE_ZONES,     /* struct name *, and a count */
	TYPE_NAMES,     /* const char **, and a count */
	TYPE_RECORDS,   /* struct config_records */
	TYPE_UPDATE,    /* struct config_update */
	TYPE_UPSTREAMS, /* struct config_upstream *, and a count */
	TYPE_FORWARDS,  /* struct config_forward *, and a count */
	TYPE_LOCALS,    /* struct local_zone *, and a count */
};

struct node;

struct schema_word {
	const char *word; /* NULL ends the list */
	unsigned value;
};

struct schema_row {
	const char *name; /* "timeout", or "limits.timeout" in a section */
	enum schema_type type;
	long long min, max; /* of the value in its unit; of a list, its entries */
	const struct schema_word *words;
	const char *preset; /* the default, written as in the file; NULL: none */
	bool required;
	size_t at, count_at; /* where the value goes, from the table's base */
	const char *help;
};

struct schema {
	const char *prefix; /* before a name in errors and the manual */
	const struct schema_row *rows;
	size_t row_n;
	/* Keys that are settled but not in this version; NULL ends the list. */
	const char *const *later;
};

/* What the whole file is read into; the base of schema_file. */
struct draft {
	struct config config;
	struct tls_policy policy; /* what upstreams start from: tls.*, ct.* */
	const struct node *root;  /* borrowed while it is read */
};

/* What a map of `forward` is read into. */
struct forward_draft {
	struct config_forward forward;
	unsigned plain; /* `protocol` is there, which has one value */
};

/* Rows are read in their order: `upstreams` when its defaults are known, and `forward`
 * when they are. */
extern const struct schema schema_file;
/* The base is a struct config_update. */
extern const struct schema schema_update;
/* The base is a struct config_upstream. */
extern const struct schema schema_upstream;
/* The base is a struct forward_draft. */
extern const struct schema schema_forward;

/* The base is a struct local_zone. */
extern const struct schema schema_local_zone;

/* What may stand there, as errors and the manual say it: "a number from 1 to 9". */
void schema_allowed(const struct schema_row *row, struct text *out);

#endif
