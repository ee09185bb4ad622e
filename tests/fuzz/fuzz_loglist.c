/* Log lists: read, then every log is asked everything. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ct/horizon.h"
#include "ct/loglist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct loglist *list, size_t at)
{
	struct ct_log *log = &list->logs[at];
	int64_t retired_ms = INT64_MIN;

	if (loglist_find(list, log->id) != log)
		abort();
	if (at > 0 && memcmp(log[-1].id, log->id, sizeof log->id) >= 0)
		abort();
	for (size_t i = 1; i < log->phase_n; i++)
		if (log->phases[i - 1].since_ms > log->phases[i].since_ms)
			abort();
	for (size_t i = 1; i < log->term_n; i++)
		if (log->terms[i - 1].end_ms > log->terms[i].end_ms)
			abort();
	if (ct_log_standing(log, 1700000000000, &retired_ms) == STANDING_RETIRED &&
		(retired_ms == INT64_MIN || retired_ms > 1700000000000))
		abort();
	if (*ct_log_operator_at(log, 1700000000000) == '\0')
		abort();
	/* What was taken as a key is one. */
	if ((ct_log_key(log) != NULL) != (log->unfit == NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ct_policy two = {
		.methods[SCT_EMBEDDED] = { true, 1, true, 2, 3, 2, 0, 0 },
	};
	char why[256] = "";
	struct text error = text_in(why, sizeof why);
	struct loglist *list;

	if (loglist_parse(bytes_of(data, size), &error, &list) != STATUS_OK) {
		if (list != NULL || *why == '\0')
			abort();
		return 0;
	}
	for (size_t i = 0; i < list->n; i++)
		ask(list, i);
	(void)ct_horizon_s(list, &two, 1700000000);
	loglist_free(list);
	return 0;
}
