#include "ctl/loglist_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "ctl/output.h"
#include "tls/report.h"

static int compare(const void *left, const void *right)
{
	const struct ct_log *a = *(const struct ct_log *const *)left;
	const struct ct_log *b = *(const struct ct_log *const *)right;
	int order = strcmp(a->operator_name, b->operator_name);

	if (order == 0)
		order = a->is_static - b->is_static;
	if (order == 0)
		order = (a->until_ms > b->until_ms) - (a->until_ms < b->until_ms);
	if (order == 0)
		order = strcmp(a->name, b->name);
	return order != 0 ? order : memcmp(a->id, b->id, sizeof a->id);
}

const struct ct_log **logs_in_order(const struct loglist *list)
{
	const struct ct_log **logs = calloc(list->n + 1, sizeof *logs);

	if (logs == NULL)
		return NULL;
	for (size_t i = 0; i < list->n; i++)
		logs[i] = &list->logs[i];
	qsort(logs, list->n, sizeof *logs, compare);
	return logs;
}

const char *log_word(const struct ct_log *log, int64_t at_s, int64_t *since_s)
{
	const struct log_phase *phase = ct_log_phase_at(log, at_s * 1000);
	int64_t retired_ms;

	*since_s = phase != NULL ? phase->since_ms / 1000 : INT64_MIN;
	if (log->mimic)
		return "mimic";
	if (log->unfit != NULL)
		return "unfit";
	if (phase != NULL)
		return log_state_word(phase->state);
	if (log->phase_n == 0)
		return "none";
	/* Only the end of a good state is known. */
	return ct_log_standing(log, at_s * 1000, &retired_ms) == STANDING_GOOD
		       ? "retires"
		       : "not_yet";
}

/* The day; with the time where a shard begins within one. */
static void add_time(struct text *out, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(ms / 1000, text);
	if (strcmp(text + 10, "T00:00:00Z") == 0)
		text[10] = '\0';
	text_add(out, "%s", text);
}

void log_shard(const struct ct_log *log, char out[SHARD_TEXT_MAX])
{
	struct text text = text_in(out, SHARD_TEXT_MAX);

	if (log->from_ms == INT64_MIN && log->until_ms == INT64_MAX) {
		text_add(&text, "-");
		return;
	}
	add_time(&text, log->from_ms);
	text_add(&text, "..");
	add_time(&text, log->until_ms);
}

const char *log_kind_word(const struct ct_log *log)
{
	return log->is_static ? "static" : "rfc6962";
}

void print_log(const struct ct_log *log, int64_t at_s)
{
	char shard[SHARD_TEXT_MAX], since[CLOCK_TEXT_MAX];
	int64_t since_s;
	const char *word = log_word(log, at_s, &since_s);

	clock_format(since_s, since);
	if (strlen(since) > 10)
		since[10] = '\0';
	log_shard(log, shard);
	printf("  %-9s %-10s  %-22s  %-7s  ", word, since, shard, log_kind_word(log));
	print_untrusted(log->name);
	if (log->unfit != NULL && !log->mimic)
		printf(" (%s)", log->unfit);
	puts("");
}

static json_t *shard_json(const struct ct_log *log)
{
	if (log->from_ms == INT64_MIN && log->until_ms == INT64_MAX)
		return json_null();
	return json_pack("{s:o, s:o}", "start_inclusive", time_json(log->from_ms / 1000),
		"end_exclusive", time_json(log->until_ms / 1000));
}

json_t *log_json(const struct ct_log *log, int64_t at_s)
{
	char id[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];
	int64_t since_s;
	const char *word = log_word(log, at_s, &since_s);

	base64_encode(bytes_of(log->id, sizeof log->id), id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s?}", "log", log->name,
		"log_id", id, "operator", log->operator_name, "kind", log_kind_word(log),
		"state", word, "since", time_json(since_s), "shard", shard_json(log),
		"unfit", log->unfit);
}
