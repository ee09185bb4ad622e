/* `loglist show`: a list's logs, until when they will do, and what is new in it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "ct/horizon.h"
#include "ctl/listdiff.h"
#include "ctl/listopen.h"
#include "ctl/listview.h"
#include "ctl/loglist.h"
#include "ctl/logs.h"
#include "ctl/output.h"

#define DAY_S 86400

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
	enum exit_code code = list_settings_read(args, false, &settings);

	if (code == CTL_OK && settings.log_list != NULL) {
		text_add(&name, "%s", settings.log_list);
		code = list_open(settings.log_list, &choice.list);
	} else if (code == CTL_OK) {
		if (loglist_choose(settings.state_dir,
			    settings.has_key ? settings.key : NULL, &choice,
			    &warning) != STATUS_OK)
			code = complain(CTL_FAILED, "%s", out->warning);
		if (choice.is_stored)
			text_add(&name, "%s/%s", settings.state_dir, LISTSTORE_NAME);
		else
			text_add(&name, "built in");
	}
	out->list = choice.list;
	list_settings_free(&settings);
	return code;
}

static enum exit_code read_shown(
	const struct args *args, const char *path, struct shown *out)
{
	enum exit_code code = logs_policy(args, &out->policy);

	if (code == CTL_OK)
		code = logs_time(args, &out->at_s);
	if (code == CTL_OK && path != NULL) {
		text_copy(out->name, sizeof out->name, path);
		code = list_open(path, &out->list);
	} else if (code == CTL_OK) {
		code = open_in_force(args, out);
	}
	if (code == CTL_OK && args->compare != NULL)
		code = list_open(args->compare, &out->other);
	if (code == CTL_OK)
		out->horizon_s = ct_horizon_s(out->list, out->policy, out->at_s);
	return code;
}

static bool is_future(const struct shown *s)
{
	return s->list->has_timestamp && s->list->timestamp_ms / 1000 > s->at_s;
}

static long long age_days(const struct shown *s)
{
	return (s->at_s - s->list->timestamp_ms / 1000) / DAY_S;
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

/* What the policy's user should know, in one sentence; empty if nothing. */
static void write_staleness(const struct shown *s, struct text *out)
{
	char until[CLOCK_TEXT_MAX];

	clock_format(s->horizon_s, until);
	if (s->horizon_s == INT64_MIN)
		text_add(out, "no certificate can satisfy %s with this list",
			s->policy->name);
	else if (s->horizon_s < s->at_s)
		text_add(out, "since %s no certificate can satisfy %s with this list",
			until, s->policy->name);
	else if (s->horizon_s - s->at_s < CT_HORIZON_WARN_S)
		text_add(out, "only until %s can a certificate satisfy %s with this list",
			until, s->policy->name);
}

static void print_head(const struct shown *s, const struct ct_log **logs)
{
	char at[CLOCK_TEXT_MAX] = "no stated time", until[CLOCK_TEXT_MAX];
	char why[CTL_ERROR_MAX];
	struct text staleness = text_in(why, sizeof why);

	print_untrusted(s->name);
	if (s->list->has_timestamp)
		clock_format(s->list->timestamp_ms / 1000, at);
	printf(": of %s", at);
	if (s->list->has_timestamp && !is_future(s))
		printf(", %lld days old", age_days(s));
	printf("; %zu logs of %zu operators\n", s->list->n,
		count_operators(logs, s->list->n));
	write_staleness(s, &staleness);
	clock_format(s->horizon_s, until);
	if (why[0] == '\0' && s->horizon_s == INT64_MAX)
		printf("%s can be satisfied without end\n", s->policy->name);
	else if (why[0] == '\0')
		printf("%s can be satisfied until %s\n", s->policy->name, until);
	else
		printf("warning: %s\n", why);
	if (is_future(s))
		puts("warning: the list is dated in the future");
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
		ok = listdiff_print(s->list, s->other, s->at_s);
	}
	return ok ? CTL_OK : complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
}

static json_t *time_or_null(int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	if (at_s == INT64_MIN || at_s == INT64_MAX)
		return json_null();
	clock_format(at_s, text);
	return json_string(text);
}

static json_t *warnings_to_json(const struct shown *s)
{
	json_t *out = json_array();
	char why[CTL_ERROR_MAX];
	struct text staleness = text_in(why, sizeof why);

	write_staleness(s, &staleness);
	if (why[0] != '\0')
		json_array_append_new(out, json_string(why));
	if (is_future(s))
		json_array_append_new(
			out, json_string("the list is dated in the future"));
	if (s->warning[0] != '\0')
		json_array_append_new(out, json_string(s->warning));
	return out;
}

static json_t *to_json(const struct shown *s)
{
	const struct ct_log **in_order = logs_in_order(s->list);
	char sha256[2 * sizeof s->list->sha256 + 1];
	json_t *logs = json_array();
	json_t *difference = NULL;
	bool ok = in_order != NULL;

	hex_encode(bytes_of(s->list->sha256, sizeof s->list->sha256), sha256);
	for (size_t i = 0; ok && i < s->list->n; i++)
		ok = json_array_append_new(logs, log_to_json(in_order[i], s->at_s)) == 0;
	free(in_order);
	if (ok && s->other != NULL) {
		difference = listdiff_to_json(s->list, s->other, s->at_s);
		ok = difference != NULL;
	}
	if (!ok) {
		json_decref(logs);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o*}", "list",
		s->name, "timestamp",
		s->list->has_timestamp ? time_or_null(s->list->timestamp_ms / 1000)
				       : json_null(),
		"age_days",
		s->list->has_timestamp ? json_integer(age_days(s)) : json_null(),
		"sha256", sha256, "policy", s->policy->name, "satisfiable_until",
		time_or_null(s->horizon_s), "warnings", warnings_to_json(s), "logs", logs,
		"difference", difference);
}

enum exit_code loglist_show(const struct args *args, const char *path)
{
	struct shown shown = { .list = NULL };
	enum exit_code code = read_shown(args, path, &shown);

	if (code == CTL_OK)
		code = args->json ? print_json(to_json(&shown))
				  : print_text(&shown, args->compare);
	loglist_free(shown.list);
	loglist_free(shown.other);
	return code;
}
