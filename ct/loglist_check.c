#include "ct/loglist_check.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "ct/age.h"
#include "ct/horizon.h"

/* Of one log, and of the list as a whole. */
#define PER_LOG_MAX  2
#define PER_LIST_MAX 2

struct problems {
	struct list_problem *rows;
	size_t n;
};

static void add(
	struct problems *p, const struct ct_log *log, bool is_error, const char *what)
{
	p->rows[p->n++] = (struct list_problem){ log, is_error, what };
}

static enum status check_log(struct problems *p, const struct ct_log *log)
{
	uint8_t id[SHA256_DIGEST_LENGTH];

	if (SHA256(log->key.p, log->key.n, id) == NULL)
		return STATUS_CRYPTO;
	if (log->mimic)
		add(p, log, true, "a mimic log: its private key is public");
	if (memcmp(id, log->id, sizeof id) != 0)
		add(p, log, true, "its log_id is not the SHA-256 of its key");
	else if (log->unfit != NULL)
		add(p, log, false, log->unfit);
	else if (log->phase_n == 0)
		add(p, log, false, "it has no state");
	return STATUS_OK;
}

static bool is_barren(const struct loglist *list, int64_t at_s)
{
	const struct ct_policy *policy;

	for (size_t i = 0; (policy = ct_policy_at(i)) != NULL; i++)
		if (ct_horizon_s(list, policy, at_s) != INT64_MIN)
			return false;
	return true;
}

enum status loglist_find_problems(
	const struct loglist *list, int64_t at_s, struct list_problem **out, size_t *n)
{
	struct problems p = { .n = 0 };
	enum status status = STATUS_OK;

	*out = NULL;
	*n = 0;
	p.rows = calloc(PER_LIST_MAX + PER_LOG_MAX * list->n, sizeof *p.rows);
	if (p.rows == NULL)
		return STATUS_NOMEM;
	if (!list->has_timestamp)
		add(&p, NULL, false, "it has no log_list_timestamp");
	else if (ct_age_is_future(ct_age_date_s(list), at_s))
		add(&p, NULL, false, "it is dated in the future");
	if (is_barren(list, at_s))
		add(&p, NULL, false, "no certificate could satisfy any policy with it");
	for (size_t i = 0; i < list->n && status == STATUS_OK; i++)
		status = check_log(&p, &list->logs[i]);
	if (status != STATUS_OK || p.n == 0) {
		free(p.rows);
		return status;
	}
	*out = p.rows;
	*n = p.n;
	return STATUS_OK;
}
