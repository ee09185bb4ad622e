/* The lab's CT logs: a private key each, made fresh at every start, and the log
 * lists that name them. The lab has CT code of its own, over OpenSSL: pintle's is
 * what is under test. */
#ifndef LAB_CTLOG_H
#define LAB_CTLOG_H

#include <openssl/types.h>

#include "base/bytes.h"
#include "base/status.h"

enum ctlog {
	CTLOG_NONE,
	CTLOG_ALDER,            /* usable */
	CTLOG_ALDER_SECOND,     /* read-only; the same operator's */
	CTLOG_BIRCH,            /* qualified, with an RSA key */
	CTLOG_CEDAR,            /* usable; a static log */
	CTLOG_SOLD,             /* usable; Alder's until an hour ago */
	CTLOG_RETIRED_LATELY,   /* an hour ago: after the lab's SCTs */
	CTLOG_RETIRED_LATELY_2, /* likewise, another operator's */
	CTLOG_RETIRED,          /* a year ago: before them */
	CTLOG_PENDING,
	CTLOG_REJECTED,
	CTLOG_STATELESS,  /* the list gives it no state */
	CTLOG_PAST_SHARD, /* for certificates that ended last year */
	CTLOG_MIMIC,      /* listed with its true key; what signs for it is another */
	CTLOG_UNLISTED,
	CTLOG_COUNT
};

/* What the lab's SCTs may be younger than: see scts.c. */
#define CTLOG_LATELY_S 3600

struct ctlogs;

MUST_CHECK enum status ctlogs_new(struct ctlogs **out);
void ctlogs_free(struct ctlogs *logs);

#define CTLOG_ID_BYTES 32
/* Borrowed from `logs`. */
EVP_PKEY *ctlogs_key(const struct ctlogs *logs, enum ctlog log);
struct bytes ctlogs_id(const struct ctlogs *logs, enum ctlog log);
bool ctlog_is_static(enum ctlog log);

/* Lists that a reload must refuse: the one in force stays. */
struct ctlogs_refused {
	const char *file;
	int64_t ago_s; /* of its date */
	size_t part;   /* the first 1/`part` of it is there */
	const char *explains;
};
#define CTLOGS_REFUSED_N 2
extern const struct ctlogs_refused ctlogs_refused[CTLOGS_REFUSED_N];

/* Writes into the open directory CTLOGS_FILE, a list of all logs but the unlisted one,
 * dated now, and those that must be refused. */
#define CTLOGS_FILE "ct-logs.json"
MUST_CHECK enum status ctlogs_write(const struct ctlogs *logs, int directory);

#endif
