/* `loglist show`: a list's logs, until when they will do, and what is new in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "ct/age.h"
#include "ct/horizon.h"
#include "ctl/ct_options.h"
#include "ctl/loglist.h"
#include "ctl/loglist_diff.h"
#include "ctl/loglist_open.h"
#include "ctl/loglist_view.h"
#include "ctl/output.h"
#include "tls/report.h"

/* A sentence on a list, with a policy's name and a time. */
#define WORDS_MAX 256
#define FUTURE    "the list is dated in the future"

struct shown {
	struct loglist *list;  /* owned */
	struct loglist *other; /* owned; NULL: not compared */
	char name[CTL_ERROR_MAX];
	char warning[CTL_ERROR_MAX]; /* of a stored list that was passed over */
	const struct ct_policy *policy;
	int64_t at_s;
	int64_t horizon_s;
};

static enum exit_code open_in_force(const struct args *args, struct shown *out)
{
	struct text warning = text_in(out->warning, sizeof out->warning);
	struct text name = text_in(out->name, sizeof out->name);
	struct list_settings settings;
	struct list_choice choice = { NULL, false };
	enum exit_code code = list_settings_read(args, &settings);

	if (code == CTL_OK)
		code = loglist_open_in_force(&settings.source, &choice, &warning);
	if (settings.source.file != NULL)
		text_add(&name, "%s", settings.source.file);
	else if (choice.is_stored)
		text_add(&name, "%s/%s", settings.source.state_dir, LOGLIST_STORE_NAME);
	else
		text_add(&name, "built in");
	out->list = choice.list;
	list_settings_free(&settings);
	return code;
}

/* They say which list is in force, and FILE is none of it. */
static enum exit_code check_file_options(const struct args *args)
{
	const char *wrong = args->key != NULL         ? "--key"
			    : args->state_dir != NULL ? "--state-dir"
			    : args->config != NULL    ? "-c"
						      : NULL;

	if (wrong == NULL)
		return CTL_OK;
	return complain(CTL_USAGE, "loglist show FILE takes no %s", wrong);
}

static enum exit_code read_shown(
	const struct args *args, const char *path, struct shown *out)
{
	enum exit_code code = ct_option_policy(args, &out->policy);

	if (code == CTL_OK)
		code = ct_option_time(args, &out->at_s);
	if (code == CTL_OK && path != NULL)
		code = check_file_options(args);
	if (code == CTL_OK && path != NULL) {
		text_copy(out->name, sizeof out->name, path);
		code = loglist_open(path, &out->list);
	} else if (code == CTL_OK) {
		code = open_in_force(args, out);
	}
	if (code == CTL_OK && args->compare != NULL)
		code = loglist_open(args->compare, &out->other);
	if (code == CTL_OK)
		out->horizon_s = ct_horizon_s(out->list, out->policy, out->at_s);
	return code;
}

static bool is_future(const struct shown *s)
{
	return ct_age_is_future(ct_age_date_s(s->list), s->at_s);
}

static size_t count_operators(const struct ct_log **logs, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (i == 0 ||
			strcmp(logs[i]->operator_name, logs[i - 1]->operator_name) != 0)
			count++;
	return count;
}

static void print_head(const struct shown *s, const struct ct_log **logs)
{
	char words[WORDS_MAX];
	struct text text = text_in(words, sizeof words);

	print_untrusted(s->name);
	ct_age_explain(ct_age_date_s(s->list), s->at_s, &text);
	printf(": %s; %zu logs of %zu operators\n", words, s->list->n,
		count_operators(logs, s->list->n));
	text = text_in(words, sizeof words);
	ct_horizon_explain(s->horizon_s, s->policy->name, s->at_s, &text);
	printf("%s%s\n", ct_horizon_is_bad(s->horizon_s, s->at_s) ? "warning: " : "",
		words);
	if (is_future(s))
		puts("warning: " FUTURE);
	if (s->warning[0] != '\0') {
		fputs("warning: ", stdout);
		print_untrusted(s->warning);
		puts("");
	}
}

static enum exit_code print_text(const struct shown *s, const char *other_name)
{
	const struct ct_log **logs = logs_in_order(s->list);
	bool ok = logs != NULL;

	if (ok)
		print_head(s, logs);
	for (size_t i = 0; ok && i < s->list->n; i++) {
		if (i == 0 ||
			strcmp(logs[i]->operator_name, logs[i - 1]->operator_name) != 0) {
			puts("");
			print_untrusted(logs[i]->operator_name);
			puts("");
		}
		print_log(logs[i], s->at_s);
	}
	free(logs);
	if (ok && s->other != NULL) {
		fputs("\ncompared with ", stdout);
		print_untrusted(other_name);
		puts(":");
		ok = loglist_diff_print(s->list, s->other, s->at_s);
	}
	return ok ? CTL_OK : complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
}

static json_t *warnings_json(const struct shown *s)
{
	json_t *out = json_array();
	char words[WORDS_MAX];
	struct text text = text_in(words, sizeof words);
	bool ok = out != NULL;

	ct_horizon_explain(s->horizon_s, s->policy->name, s->at_s, &text);
	if (ok && ct_horizon_is_bad(s->horizon_s, s->at_s))
		ok = json_array_append_new(out, json_string(words)) == 0;
	if (ok && is_future(s))
		ok = json_array_append_new(out, json_string(FUTURE)) == 0;
	if (ok && s->warning[0] != '\0')
		ok = json_array_append_new(out, json_untrusted(s->warning)) == 0;
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

/* What there is to say of the list as a whole. */
static json_t *head_json(const struct shown *s)
{
	char sha256[2 * sizeof s->list->sha256 + 1];
	int64_t date_s = ct_age_date_s(s->list), days;
	bool has_age = ct_age_days(date_s, s->at_s, &days);

	hex_encode(bytes_of(s->list->sha256, sizeof s->list->sha256), sha256);
	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:b, s:o}", "list",
		json_untrusted(s->name), "timestamp", time_json(date_s), "age_days",
		has_age ? json_integer(days) : json_null(), "sha256", sha256, "policy",
		s->policy->name, "satisfiable_until", time_json(s->horizon_s),
		"satisfiable", (int)(s->horizon_s != INT64_MIN), "warnings",
		warnings_json(s));
}

static json_t *logs_json(const struct shown *s)
{
	const struct ct_log **in_order = logs_in_order(s->list);
	json_t *out = json_array();
	bool ok = in_order != NULL && out != NULL;

	for (size_t i = 0; ok && i < s->list->n; i++)
		ok = json_array_append_new(out, log_json(in_order[i], s->at_s)) == 0;
	free(in_order);
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *shown_json(const struct shown *s)
{
	json_t *out = head_json(s);
	bool ok = out != NULL && json_object_set_new(out, "logs", logs_json(s)) == 0;

	if (ok && s->other != NULL)
		ok = json_object_set_new(out, "difference",
			     loglist_diff_json(s->list, s->other, s->at_s)) == 0;
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

enum exit_code loglist_show(const struct args *args, const char *path)
{
	struct shown shown = { .list = NULL };
	enum exit_code code = read_shown(args, path, &shown);

	if (code == CTL_OK)
		code = args->json ? print_json(shown_json(&shown))
				  : print_text(&shown, args->compare);
	loglist_free(shown.list);
	loglist_free(shown.other);
	return code;
}
