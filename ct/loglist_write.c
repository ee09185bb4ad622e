#include "ct/loglist_write.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"

static int compare(const void *left, const void *right)
{
	const struct ct_log *a = left, *b = right;
	int order = strcmp(a->operator_name, b->operator_name);

	if (order == 0)
		order = a->is_static - b->is_static;
	if (order == 0)
		order = strcmp(a->name, b->name);
	return order != 0 ? order : memcmp(a->id, b->id, sizeof a->id);
}

/* jansson knows how to quote. False: no memory. */
static bool write_text(FILE *out, const char *text)
{
	json_t *value = json_string(text);
	bool ok = value != NULL && json_dumpf(value, out, JSON_ENCODE_ANY) == 0;

	json_decref(value);
	return ok;
}

static bool write_member(FILE *out, const char *key, const char *text)
{
	fprintf(out, "          \"%s\": ", key);
	if (!write_text(out, text))
		return false;
	fputs(",\n", out);
	return true;
}

static bool write_base64(FILE *out, const char *key, struct bytes in)
{
	char *text = malloc(BASE64_TEXT_MAX(in.n));
	bool ok = text != NULL;

	if (ok) {
		base64_encode(in, text);
		ok = write_member(out, key, text);
	}
	free(text);
	return ok;
}

/* Within quotes. */
static void write_time(FILE *out, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(ms / 1000, text);
	fprintf(out, "\"%s\": \"%s\"", key, text);
}

static bool write_terms(FILE *out, const struct ct_log *log)
{
	bool ok = true;

	if (log->term_n == 0)
		return true;
	fputs(",\n          \"previous_operators\": [", out);
	for (size_t i = 0; i < log->term_n && ok; i++) {
		fputs(i > 0 ? ", {\"name\": " : "{\"name\": ", out);
		ok = write_text(out, log->terms[i].operator_name);
		fputs(", ", out);
		write_time(out, "end_time", log->terms[i].end_ms);
		fputs("}", out);
	}
	fputs("]", out);
	return ok;
}

static bool write_log(FILE *out, const struct ct_log *log)
{
	bool ok = write_member(out, "description", log->name) &&
		  write_base64(out, "log_id", bytes_of(log->id, sizeof log->id)) &&
		  write_base64(out, "key", log->key) &&
		  write_member(out, log->is_static ? "submission_url" : "url", log->url);

	if (log->is_static)
		ok = ok && write_member(out, "monitoring_url", log->monitoring_url);
	fprintf(out, "          \"mmd\": %llu,\n          \"state\": {\"%s\": {",
		(unsigned long long)log->mmd_s, log_state_word(log->phases[0].state));
	write_time(out, "timestamp", log->phases[0].since_ms);
	fputs("}}", out);
	if (log->from_ms != INT64_MIN || log->until_ms != INT64_MAX) {
		fputs(",\n          \"temporal_interval\": {", out);
		write_time(out, "start_inclusive", log->from_ms);
		fputs(", ", out);
		write_time(out, "end_exclusive", log->until_ms);
		fputs("}", out);
	}
	return ok && write_terms(out, log);
}

static bool write_kind(FILE *out, const char *key, const struct ct_log *logs, size_t n)
{
	fprintf(out, "      \"%s\": [", key);
	for (size_t i = 0; i < n; i++) {
		fputs(i > 0 ? ",\n        {\n" : "\n        {\n", out);
		if (!write_log(out, &logs[i]))
			return false;
		fputs("\n        }", out);
	}
	fputs(n > 0 ? "\n      ]" : "]", out);
	return true;
}

/* The logs of one operator; those of RFC 6962 come first. */
static bool write_operator(FILE *out, const struct ct_log *logs, size_t n)
{
	size_t plain = 0;
	bool ok;

	while (plain < n && !logs[plain].is_static)
		plain++;
	fputs("    {\n      \"name\": ", out);
	ok = write_text(out, logs[0].operator_name);
	fputs(",\n      \"email\": [],\n", out);
	ok = ok && write_kind(out, "logs", logs, plain);
	fputs(",\n", out);
	ok = ok && write_kind(out, "tiled_logs", logs + plain, n - plain);
	fputs("\n    }", out);
	return ok;
}

/* How many at the front are of one operator. */
static size_t count_operator(const struct ct_log *logs, size_t n)
{
	size_t count = 0;

	while (count < n && strcmp(logs[count].operator_name, logs[0].operator_name) == 0)
		count++;
	return count;
}

static bool write_list(FILE *out, const struct ct_log *logs, size_t n, int64_t at_s)
{
	char at[CLOCK_TEXT_MAX];
	bool ok = true;
	size_t taken;

	clock_format(at_s, at);
	fprintf(out, "{\n  \"log_list_timestamp\": \"%s\",\n  \"operators\": [", at);
	for (size_t i = 0; i < n && ok; i += taken) {
		fputs(i > 0 ? ",\n" : "\n", out);
		taken = count_operator(logs + i, n - i);
		ok = write_operator(out, logs + i, taken);
	}
	fputs(n > 0 ? "\n  ]\n}\n" : "]\n}\n", out);
	return ok;
}

enum status loglist_write(struct ct_log *logs, size_t n, int64_t timestamp_s, char **out)
{
	size_t written;
	FILE *file;
	bool ok;

	*out = NULL;
	if (n > 0)
		qsort(logs, n, sizeof *logs, compare);
	file = open_memstream(out, &written);
	if (file == NULL)
		return STATUS_NOMEM;
	ok = write_list(file, logs, n, timestamp_s) && ferror(file) == 0;
	ok = fclose(file) == 0 && ok;
	if (ok)
		return STATUS_OK;
	free(*out);
	*out = NULL;
	return STATUS_NOMEM;
}
