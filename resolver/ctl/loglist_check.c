/* `loglist check`: can this list be used, and who signed it? */
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/clock.h"
#include "ct/loglist_check.h"
#include "ctl/loglist.h"
#include "ctl/loglist_open.h"
#include "ctl/loglist_proof.h"
#include "ctl/output.h"
#include "tls/report.h"

struct checked {
	const char *path;
	struct bytes file;            /* owned */
	struct bytes json, signature; /* borrowed from it */
	struct list_proof proof;

	struct loglist *list; /* owned; NULL: in error */
	char error[CTL_ERROR_MAX];
	struct list_problem *problems; /* owned */
	size_t problem_n;
};

static enum exit_code check_list(struct checked *c)
{
	struct text error = text_in(c->error, sizeof c->error);
	enum status status = loglist_parse(c->json, &error, &c->list);

	if (status == STATUS_OK)
		status = loglist_find_problems(
			c->list, clock_wall_s(), &c->problems, &c->problem_n);
	if (status == STATUS_NOMEM || status == STATUS_CRYPTO)
		return complain(CTL_FAILED, "%s: %s", c->path, status_text(status));
	return CTL_OK;
}

static bool has_errors(const struct checked *c)
{
	for (size_t i = 0; i < c->problem_n; i++)
		if (c->problems[i].is_error)
			return true;
	return c->list == NULL;
}

/* A list in error must not be used whoever signed it; where a key is given, a list
 * without a signature is as good as one with a bad one. */
static enum exit_code judge(const struct args *args, const struct checked *c)
{
	if (has_errors(c))
		return CTL_CONFIG;
	if (c->proof.verdict == PROOF_BAD)
		return CTL_REFUSED;
	if (c->proof.verdict == PROOF_NONE && args->key != NULL)
		return CTL_REFUSED;
	return CTL_OK;
}

static void print_problem(const struct checked *c, const struct list_problem *problem)
{
	char id[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];

	print_untrusted(c->path);
	fputs(problem->is_error ? ": " : ": warning: ", stdout);
	if (problem->log != NULL) {
		base64_encode(bytes_of(problem->log->id, sizeof problem->log->id), id);
		fputs("log '", stdout);
		print_untrusted(problem->log->name);
		printf("' (%s): ", id);
	}
	puts(problem->what);
}

static void print_signature(const struct checked *c)
{
	static const char *const words[] = {
		[PROOF_NONE] = "not signed",
		[PROOF_UNCHECKED] = "signature not checked: it needs --key",
		[PROOF_GOOD] = "signature good, by",
		[PROOF_BAD] = "signature BAD, not by",
	};

	print_untrusted(c->path);
	printf(": %s", words[c->proof.verdict]);
	if (c->proof.verdict == PROOF_GOOD || c->proof.verdict == PROOF_BAD)
		printf(" %s", c->proof.signer);
	if (c->proof.path[0] != '\0') {
		fputs(" (", stdout);
		print_untrusted(c->proof.path);
		fputs(")", stdout);
	}
	puts("");
}

static void print_text(const struct checked *c)
{
	char at[CLOCK_TEXT_MAX] = "no stated time";

	if (c->list == NULL) {
		print_untrusted(c->path);
		fputs(": ", stdout);
		print_untrusted(c->error);
		puts("");
	}
	for (size_t i = 0; i < c->problem_n; i++)
		print_problem(c, &c->problems[i]);
	if (c->list != NULL) {
		if (c->list->has_timestamp)
			clock_format(c->list->timestamp_ms / 1000, at);
		print_untrusted(c->path);
		printf(": %zu logs, of %s%s\n", c->list->n, at,
			has_errors(c) ? "" : ", well-formed");
	}
	print_signature(c);
}

static json_t *problem_json(const struct list_problem *problem)
{
	char id[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];

	if (problem->log == NULL)
		return json_pack(
			"{s:n, s:n, s:s}", "log", "log_id", "problem", problem->what);
	base64_encode(bytes_of(problem->log->id, sizeof problem->log->id), id);
	return json_pack("{s:s, s:s, s:s}", "log", problem->log->name, "log_id", id,
		"problem", problem->what);
}

static json_t *problems_json(const struct checked *c, bool errors)
{
	const struct list_problem whole = { NULL, true, c->error };
	json_t *out = json_array();
	bool ok = out != NULL;

	if (ok && errors && c->list == NULL)
		ok = json_array_append_new(out, problem_json(&whole)) == 0;
	for (size_t i = 0; ok && i < c->problem_n; i++)
		if (c->problems[i].is_error == errors)
			ok = json_array_append_new(out, problem_json(&c->problems[i])) ==
			     0;
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *checked_json(const struct checked *c, enum exit_code code)
{
	static const char *const words[] = { "none", "unchecked", "good", "bad" };
	char at[CLOCK_TEXT_MAX];
	bool has_time = c->list != NULL && c->list->has_timestamp;

	if (has_time)
		clock_format(c->list->timestamp_ms / 1000, at);
	return json_pack("{s:o, s:b, s:o, s:o, s:s?, s:I, s:{s:s, s:o, s:s?}}", "list",
		json_untrusted(c->path), "ok", code == CTL_OK, "errors",
		problems_json(c, true), "warnings", problems_json(c, false), "timestamp",
		has_time ? at : NULL, "logs",
		(json_int_t)(c->list != NULL ? c->list->n : 0), "signature", "verdict",
		words[c->proof.verdict], "file",
		c->proof.path[0] != '\0' ? json_untrusted(c->proof.path) : json_null(),
		"by", c->proof.signer);
}

enum exit_code loglist_check(const struct args *args, const char *path)
{
	struct checked checked = { .path = path };
	enum exit_code code;

	if (path == NULL)
		return complain(CTL_USAGE, "loglist check needs a FILE");
	code = loglist_open_parts(path, &checked.file, &checked.json, &checked.signature);
	if (code == CTL_OK)
		code = list_proof_check(
			args, path, checked.json, checked.signature, &checked.proof);
	if (code == CTL_OK)
		code = check_list(&checked);
	if (code == CTL_OK) {
		code = judge(args, &checked);
		if (!args->json)
			print_text(&checked);
		else if (print_json(checked_json(&checked, code)) != CTL_OK)
			code = CTL_FAILED;
	}
	loglist_free(checked.list);
	free(checked.problems);
	free((void *)checked.file.p);
	return code;
}
