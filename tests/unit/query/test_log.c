/* The query log's lines: text, JSON, and what is left out of them. */
#include "query/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "query/resolver.h"
#include "tests/unit/rows.h"

static char line[8192];
static unsigned line_n;
static uint64_t now_ms;

static uint64_t test_now_ms(void)
{
	return now_ms;
}

static int64_t test_wall_s(void)
{
	return INT64_C(1790000000);
}

static void keep(enum log_level level, const char *text)
{
	(void)level;
	line_n++;
	snprintf(line, sizeof line, "%s", text);
}

struct row {
	const char *name;
	struct told told;
	const char *asked;
	uint16_t type;
	const char *client; /* NULL: a prefetch */
	const char *upstream;
	enum log_queries form;
	enum log_privacy privacy;
	const char *says;
};

#define T LOG_QUERIES_TEXT
#define J LOG_QUERIES_JSON
#define EDE(number, words)                                     \
	{                                                      \
		.present = true, .code = number, .text = words \
	}

static const struct row rows[] = {
	{ "text", { TOLD_UPSTREAM, 0, false, { 0 } }, "a.example.", TYPE_A, "192.0.2.9",
		"quad9", T, LOG_PRIVACY_NONE,
		"query a.example. A from 192.0.2.9: upstream quad9 NOERROR 14 ms" },
	{ "text_secure", { TOLD_CACHE, 3, true, { 0 } }, "a.example.", TYPE_AAAA, "::1",
		NULL, T, LOG_PRIVACY_NONE,
		"query a.example. AAAA from ::1: cache NXDOMAIN 14 ms secure" },
	{ "text_ede", { TOLD_NOBODY, 2, false, EDE(28, "q: pin_mismatch") }, "a.example.",
		65, "192.0.2.9", NULL, T, LOG_PRIVACY_NONE,
		"query a.example. HTTPS from 192.0.2.9: nobody SERVFAIL 14 ms EDE 28 q: "
		"pin_mismatch" },
	{ "text_ede_without_text", { TOLD_STALE, 0, false, EDE(3, "") }, "a.example.",
		TYPE_A, "192.0.2.9", "quad9", T, LOG_PRIVACY_NONE,
		"query a.example. A from 192.0.2.9: stale NOERROR 14 ms EDE 3" },
	{ "text_without_client", { TOLD_HERE, 16, false, { 0 } }, "a.example.", TYPE_A,
		"192.0.2.9", NULL, T, LOG_PRIVACY_CLIENT,
		"query a.example. A from -: here BADVERS 14 ms" },
	{ "text_without_name", { TOLD_LOCAL, 9, false, EDE(0, "a.example. is bad") },
		"a.example.", TYPE_A, "192.0.2.9", NULL, T, LOG_PRIVACY_NAME,
		"query - A from -: local RCODE9 14 ms EDE 0" },
	{ "text_prefetch", { TOLD_UPSTREAM, 0, false, { 0 } }, "a.example.", TYPE_A, NULL,
		"quad9", T, LOG_PRIVACY_NONE,
		"prefetch a.example. A: upstream quad9 NOERROR 14 ms" },
	{ "text_hostile", { TOLD_CACHE, 2, false, EDE(0, "\x1b[2J\n\xff") },
		"a\\010\\027[2J\\255\\\"\\\\.example.", TYPE_A, "192.0.2.9", NULL, T,
		LOG_PRIVACY_NONE,
		"query a\\010\\027[2J\\255\\\"\\\\.example. A from 192.0.2.9: cache "
		"SERVFAIL 14 ms EDE 0 \\x1b[2J\\x0a\\xff" },
	{ "json", { TOLD_UPSTREAM, 0, true, { 0 } }, "a.example.", TYPE_A, "192.0.2.9",
		"quad9", J, LOG_PRIVACY_NONE,
		"{\"time\":\"2026-09-21T14:13:20Z\",\"event\":\"query\",\"name\":"
		"\"a.example.\",\"type\":\"A\",\"client\":\"192.0.2.9\",\"by\":"
		"\"upstream\",\"upstream\":\"quad9\",\"rcode\":\"NOERROR\",\"ms\":14,"
		"\"secure\":true}" },
	{ "json_private", { TOLD_NOBODY, 2, false, EDE(22, "a.example.: none") },
		"a.example.", TYPE_A, "192.0.2.9", NULL, J, LOG_PRIVACY_NAME,
		"{\"time\":\"2026-09-21T14:13:20Z\",\"event\":\"query\",\"type\":\"A\","
		"\"by\":\"nobody\",\"rcode\":\"SERVFAIL\",\"ms\":14,\"secure\":false,"
		"\"ede\":{\"code\":22}}" },
	{ "json_prefetch", { TOLD_NOBODY, 2, false, EDE(22, "\"none\"") }, "a.example.",
		TYPE_A, NULL, NULL, J, LOG_PRIVACY_NONE,
		"{\"time\":\"2026-09-21T14:13:20Z\",\"event\":\"prefetch\",\"name\":"
		"\"a.example.\",\"type\":\"A\",\"by\":\"nobody\",\"rcode\":\"SERVFAIL\","
		"\"ms\":14,\"secure\":false,\"ede\":{\"code\":22,\"text\":"
		"\"\\\"none\\\"\"}}" },
	{ "off", { TOLD_CACHE, 0, false, { 0 } }, "a.example.", TYPE_A, "192.0.2.9", NULL,
		LOG_QUERIES_OFF, LOG_PRIVACY_NONE, "" },
};

/* A resolver of which nothing but its options is looked at. */
static void log_one(const struct row *row, const struct name *name)
{
	struct resolver *r = calloc(1, sizeof *r);
	struct question question = { .type = row->type, .class = CLASS_IN };
	struct endpoint client;

	assert_non_null(r);
	r->options.log_queries = row->form;
	r->options.log_privacy = row->privacy;
	r->told.by = row->told.by;
	log_tell(r, row->told.rcode, row->told.authenticated, &row->told.ede);
	question.name = *name;
	if (row->client != NULL)
		assert_int_equal(endpoint_parse(row->client, 53, &client), STATUS_OK);
	line[0] = '\0';
	line_n = 0;
	log_told(r, &question, row->client != NULL ? &client : NULL, row->upstream,
		now_ms - 14);
	free(r);
}

static void log_row(void **state)
{
	const struct row *row = *state;
	struct name name;

	assert_int_equal(name_from_text(row->asked, &name), STATUS_OK);
	log_one(row, &name);
	assert_string_equal(line, row->says);
	assert_int_equal(line_n, row->form != LOG_QUERIES_OFF);
}

/* A name of 255 bytes, all of them `byte`. */
static void make_long_name(uint8_t byte, struct name *out)
{
	uint8_t wire[NAME_WIRE_MAX] = { 0 };
	struct reader r = { .rest = bytes_of(wire, sizeof wire) };

	for (size_t at = 0; at + 1 < sizeof wire; at += 64) {
		size_t n = sizeof wire - 2 - at < 63 ? sizeof wire - 2 - at : 63;

		wire[at] = (uint8_t)n;
		memset(wire + at + 1, byte, n);
	}
	assert_int_equal(name_read(r.rest, &r, out), STATUS_OK);
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Every byte in a name and in an upstream's text, as long as they can be: one line that
 * is a JSON object in ASCII, and says the name in the form that can be read back. */
static void json_of_each_byte(void **state)
{
	struct row row = { .told = { TOLD_UPSTREAM, 2, false, { true, 0, "" } },
		.type = 65280,
		.client = "fe80::1",
		.upstream = "an-upstream-of-thirty-two-letters",
		.form = LOG_QUERIES_JSON };

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		struct name name, back;
		json_t *json;

		make_long_name((uint8_t)byte, &name);
		memset(row.told.ede.text, (int)byte, EDE_TEXT_MAX);
		log_one(&row, &name);
		for (const char *c = line; *c != '\0'; c++)
			assert_true(*c >= 0x20 && *c < 0x7f);
		json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		assert_true(json_is_object(json));
		assert_int_equal(name_from_text(member(json, "name"), &back), STATUS_OK);
		assert_true(name_equal(&name, &back));
		assert_string_equal(member(json, "type"), "TYPE65280");
		json_decref(json);
	}
}

static int setup(void **state)
{
	static const struct clock_source source = { test_now_ms, test_wall_s };

	(void)state;
	now_ms = 5000;
	clock_replace(&source);
	log_replace(keep);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_replace(NULL);
	clock_replace(NULL);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(json_of_each_byte) };
	int failed;

	setup(NULL);
	failed = run_rows("query log", rows, sizeof *rows, ROWS(rows), log_row);
	failed += cmocka_run_group_tests_name("query log", tests, setup, teardown);
	return failed;
}
