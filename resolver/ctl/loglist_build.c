/* `loglist build`: our list of Apple's and Mozilla's. Neither clock nor network is
 * asked: the same files give the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "ct/loglist_merge.h"
#include "ctl/loglist.h"
#include "ctl/loglist_open.h"
#include "ctl/output.h"
#include "tls/report.h"

#define APPLE_SCHEMA "https://valid.apple.com/"

struct inputs {
	struct loglist *apple, *mozilla; /* owned */
	int64_t at_s;
};

/* Google's list may be used by Chrome only; a version is what it has and
 * Mozilla's has not. */
static enum exit_code check_origin(const struct args *args, const struct inputs *in)
{
	if (strncmp(in->apple->schema, APPLE_SCHEMA, strlen(APPLE_SCHEMA)) != 0)
		return complain(CTL_CONFIG,
			"--apple %s: not Apple's list: its $schema is not at %s",
			args->apple, APPLE_SCHEMA);
	if (in->mozilla->schema[0] != '\0' || in->mozilla->version[0] != '\0' ||
		!in->mozilla->has_timestamp)
		return complain(CTL_CONFIG,
			"--mozilla %s: not Mozilla's list, which states a time but "
			"neither version nor $schema; Google's, which has a version, "
			"must not be used",
			args->mozilla);
	return CTL_OK;
}

static int64_t newest_s(const struct inputs *in)
{
	int64_t newest_ms = in->mozilla->timestamp_ms;

	if (in->apple->has_timestamp && in->apple->timestamp_ms > newest_ms)
		newest_ms = in->apple->timestamp_ms;
	return newest_ms / 1000;
}

static enum exit_code read_time(const struct args *args, struct inputs *in)
{
	char newest[CLOCK_TEXT_MAX];

	in->at_s = newest_s(in);
	if (args->timestamp == NULL)
		return CTL_OK;
	clock_format(in->at_s, newest);
	if (clock_parse(args->timestamp, &in->at_s) != 0)
		return complain(CTL_USAGE,
			"--timestamp '%s' is not a time, such as 2026-11-23T14:05:00Z",
			args->timestamp);
	if (in->at_s < newest_s(in))
		return complain(CTL_USAGE,
			"--timestamp %s: the list cannot be older than what it is made "
			"of, which is of %s",
			args->timestamp, newest);
	return CTL_OK;
}

/* Without a file the list itself is what is printed, and is JSON. */
static enum exit_code write_list(const struct args *args, const char *json, int64_t at_s)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum status status;

	if (args->output == NULL)
		return fputs(json, stdout) < 0 ? CTL_FAILED : CTL_OK;
	status = file_replace(
		args->output, bytes_of_text(json), file_mode_asked(), &error);
	if (status != STATUS_OK)
		return complain(
			CTL_FAILED, "%s", why[0] != '\0' ? why : status_text(status));
	if (!args->json)
		return CTL_OK;
	return print_json(
		json_pack("{s:o, s:o, s:I}", "list", json_untrusted(args->output),
			"timestamp", time_json(at_s), "bytes", (json_int_t)strlen(json)));
}

static enum exit_code merge(const struct args *args, const struct inputs *in)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum exit_code code;
	char *json;
	enum status status =
		loglist_merge(in->apple, in->mozilla, in->at_s, &json, &error);

	if (status != STATUS_OK)
		return complain(
			status == STATUS_CONFIG ? CTL_CONFIG : CTL_FAILED, "%s", why);
	code = write_list(args, json, in->at_s);
	free(json);
	return code;
}

enum exit_code loglist_build(const struct args *args, const char *operand)
{
	struct inputs in = { NULL, NULL, 0 };
	enum exit_code code;

	(void)operand;
	if (args->apple == NULL || args->mozilla == NULL)
		return complain(
			CTL_USAGE, "loglist build needs --apple FILE and --mozilla FILE");
	code = loglist_open(args->apple, &in.apple);
	if (code == CTL_OK)
		code = loglist_open(args->mozilla, &in.mozilla);
	if (code == CTL_OK)
		code = check_origin(args, &in);
	if (code == CTL_OK)
		code = read_time(args, &in);
	if (code == CTL_OK)
		code = merge(args, &in);
	loglist_free(in.apple);
	loglist_free(in.mozilla);
	return code;
}
