/* Two log lists with a zero byte between, merged. What comes out is a list again, and
 * counts no log whose shard goes on that either list does not let count. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ct/loglist_check.h"
#include "ct/loglist_merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool may_count(const struct loglist *list, const struct ct_log *log, int64_t at_ms)
{
	const struct ct_log *other = loglist_find(list, log->id);
	enum log_standing standing;
	int64_t retired_ms;

	if (other == NULL || other->unfit != NULL || other->mimic)
		return false;
	standing = ct_log_standing(other, at_ms, &retired_ms);
	return standing == STANDING_GOOD || standing == STANDING_RETIRED;
}

static void check_merged(
	const char *json, const struct loglist *a, const struct loglist *b, int64_t at_ms)
{
	char why[512];
	struct text error = text_in(why, sizeof why);
	struct loglist *merged;

	if (loglist_parse(bytes_of_text(json), &error, &merged) != STATUS_OK)
		abort();
	for (size_t i = 0; i < merged->n; i++) {
		const struct ct_log *log = &merged->logs[i];
		int64_t retired_ms;
		enum log_standing standing = ct_log_standing(log, at_ms, &retired_ms);

		if (log->mimic || log->unfit != NULL)
			abort();
		if (log->until_ms > at_ms &&
			(standing == STANDING_GOOD || standing == STANDING_RETIRED) &&
			!(may_count(a, log, at_ms) && may_count(b, log, at_ms)))
			abort();
	}
	loglist_free(merged);
}

static void merge(const struct loglist *a, const struct loglist *b)
{
	int64_t at_s = (b->has_timestamp ? b->timestamp_ms : 1786000000000) / 1000;
	char why[512];
	struct text error = text_in(why, sizeof why);
	struct list_problem *problems;
	char *json, *again;
	size_t n;

	if (loglist_find_problems(a, at_s, &problems, &n) == STATUS_OK)
		free(problems);
	if (loglist_merge(a, b, at_s, &json, &error) != STATUS_OK)
		return;
	check_merged(json, a, b, at_s * 1000);
	if (loglist_merge(a, b, at_s, &again, &error) != STATUS_OK ||
		strcmp(json, again) != 0)
		abort();
	free(json);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
	size_t n = zero != NULL ? (size_t)(zero - data) : size;
	struct bytes rest =
		zero != NULL ? bytes_of(zero + 1, size - n - 1) : bytes_of(data, size);
	char why[512];
	struct text error = text_in(why, sizeof why);
	struct loglist *a, *b = NULL;

	if (loglist_parse(bytes_of(data, n), &error, &a) == STATUS_OK &&
		loglist_parse(rest, &error, &b) == STATUS_OK)
		merge(a, b);
	loglist_free(a);
	loglist_free(b);
	return 0;
}
