#include "ct/listcheck.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

/* Of one log, and of the list as a whole. */
#define PER_LOG_MAX  2
#define PER_LIST_MAX 1

struct problems {
	struct list_problem *rows;
	size_t n;
};

static void add(
	struct problems *p, const struct ct_log *log, bool is_error, const char *what)
{
	p->rows[p->n++] = (struct list_problem){ log, is_error, what };
}

static bool is_id_of_key(const struct ct_log *log)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	SHA256(log->key.p, log->key.n, digest);
	return memcmp(digest, log->id, sizeof log->id) == 0;
}

static void check_log(struct problems *p, const struct ct_log *log)
{
	bool is_of_key = is_id_of_key(log);

	if (log->mimic)
		add(p, log, true, "a mimic log: its private key is public");
	if (!is_of_key)
		add(p, log, true, "its log_id is not the SHA-256 of its key");
	else if (log->unfit != NULL)
		add(p, log, false, log->unfit);
	else if (log->phase_n == 0)
		add(p, log, false, "it has no state");
}

enum status listcheck(
	const struct loglist *list, int64_t at_s, struct list_problem **out, size_t *n)
{
	struct problems p = { .n = 0 };

	*out = NULL;
	*n = 0;
	p.rows = calloc(PER_LIST_MAX + PER_LOG_MAX * list->n, sizeof *p.rows);
	if (p.rows == NULL)
		return STATUS_NOMEM;
	if (!list->has_timestamp)
		add(&p, NULL, false, "it has no log_list_timestamp");
	else if (list->timestamp_ms / 1000 > at_s)
		add(&p, NULL, false, "it is dated in the future");
	for (size_t i = 0; i < list->n; i++)
		check_log(&p, &list->logs[i]);
	if (p.n == 0) {
		free(p.rows);
		return STATUS_OK;
	}
	*out = p.rows;
	*n = p.n;
	return STATUS_OK;
}
