#include "upstream/logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "ct/age.h"
#include "ct/horizon.h"
#include "ct/loglist_store.h"

#define DAY_S 86400
/* A sentence on a list, with a policy's name and a time. */
#define WORDS_MAX 256

const char *logs_source_word(enum logs_source source)
{
	static const char *const words[] = {
		[LOGS_BUILTIN] = "builtin",
		[LOGS_STORED] = "stored",
		[LOGS_FILE] = "file",
	};

	return words[source];
}

/* --- choosing -------------------------------------------------------------- */

/* The policy of those who look at SCTs, which is one for all; NULL: nobody does. */
static const struct ct_policy *find_policy(const struct config *config)
{
	for (size_t i = 0; i < config->upstream_n; i++)
		if (config->upstreams[i].policy.ct != CT_MODE_OFF)
			return config->upstreams[i].policy.ct_policy;
	return NULL;
}

/* What is wrong with a file of the configuration is told with its place there.
 * `warning`: why the stored one was passed over. */
static enum status open_list(const struct config *config, struct text *error,
	struct text *warning, struct logs *logs)
{
	struct list_source source = config_log_lists(config);
	struct list_choice choice;
	enum status status = loglist_in_force(&source, &choice, warning);

	logs->list = choice.list;
	logs->source = source.file != NULL ? LOGS_FILE
		       : choice.is_stored  ? LOGS_STORED
					   : LOGS_BUILTIN;
	if (status == STATUS_OK && warning->n > 0)
		log_warning("log list: %s", warning->p);
	if (status == STATUS_OK || status == STATUS_NOMEM || status == STATUS_CRYPTO)
		return status;
	text_add(error, "%s%s%s", source.file != NULL ? config->log_list_place : "",
		source.file != NULL ? ": " : "", warning->p);
	return STATUS_CONFIG;
}

static void describe_time(int64_t at_ms, char out[CLOCK_TEXT_MAX])
{
	clock_format(at_ms / 1000, out);
}

int64_t logs_newest_ms(const struct logs *logs, int64_t newest_ms)
{
	if (logs == NULL || !logs->list->has_timestamp ||
		logs->list->timestamp_ms < newest_ms)
		return newest_ms;
	return logs->list->timestamp_ms;
}

/* Whoever could put an old list in place of a newer one could bring back logs that
 * were distrusted in between; by way of one without a time, too. */
static enum status check_age(const struct config *config, int64_t newest_ms,
	const struct logs *logs, const struct text *warning, struct text *error)
{
	char then[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];

	if (newest_ms == LOGS_UNDATED ||
		(logs->list->has_timestamp && logs->list->timestamp_ms >= newest_ms))
		return STATUS_OK;
	describe_time(newest_ms, now);
	text_add(error, "%s: the list ", config->log_list_place);
	if (logs->list->has_timestamp) {
		describe_time(logs->list->timestamp_ms, then);
		text_add(error, "is of %s, older", then);
	} else {
		text_add(error, "does not say of when it is, and may be older");
	}
	text_add(error,
		" than the one in force, of %s; a reload takes none that is older, a "
		"restart does%s%s",
		now, warning->n > 0 ? "; " : "", warning->p);
	return STATUS_CONFIG;
}

enum status logs_open(const struct config *config, int64_t newest_ms, struct text *error,
	struct logs **out)
{
	const struct ct_policy *policy = find_policy(config);
	char words[CONFIG_ERROR_MAX];
	struct text warning = text_in(words, sizeof words);
	struct logs *logs;
	enum status status;

	*out = NULL;
	if (policy == NULL)
		return STATUS_OK;
	logs = calloc(1, sizeof *logs);
	if (logs == NULL)
		return STATUS_NOMEM;
	logs->policy = policy;
	status = open_list(config, error, &warning, logs);
	if (status == STATUS_OK)
		status = check_age(config, newest_ms, logs, &warning, error);
	if (status != STATUS_OK) {
		logs_free(logs);
		return status;
	}
	*out = logs;
	return STATUS_OK;
}

void logs_free(struct logs *logs)
{
	if (logs == NULL)
		return;
	loglist_free(logs->list);
	free(logs);
}

bool logs_equal(const struct logs *a, const struct logs *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return memcmp(a->list->sha256, b->list->sha256, sizeof a->list->sha256) == 0;
}

/* --- age ------------------------------------------------------------------- */

int64_t logs_horizon_s(const struct logs *logs, int64_t now_s)
{
	return ct_horizon_lately_s(logs->list, logs->policy, now_s);
}

static void remind_of_horizon(const struct logs *logs, int64_t now_s)
{
	int64_t horizon_s = logs_horizon_s(logs, now_s);
	char words[WORDS_MAX];
	struct text text = text_in(words, sizeof words);

	if (!ct_horizon_is_bad(horizon_s, now_s))
		return;
	ct_horizon_explain(horizon_s, logs->policy->name, now_s, &text);
	log_warning("log list (%s): %s", logs_source_word(logs->source), words);
}

static void remind_of_future(const struct logs *logs, int64_t now_s)
{
	int64_t date_s = ct_age_date_s(logs->list);
	char words[WORDS_MAX];
	struct text text = text_in(words, sizeof words);

	if (!ct_age_is_future(date_s, now_s))
		return;
	ct_age_explain(date_s, now_s, &text);
	log_warning("log list (%s): it is %s: look at the clock",
		logs_source_word(logs->source), words);
}

void logs_remind(struct logs *logs, int64_t now_s)
{
	if (logs->reminded_s != 0 && now_s < logs->reminded_s + DAY_S)
		return;
	logs->reminded_s = now_s;
	remind_of_future(logs, now_s);
	remind_of_horizon(logs, now_s);
}
