#include "transport/doh_response.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

#define FIELDS_MAX 6
#define OK         ":status", "200"
#define TYPE       "content-type", "application/dns-message"

/* Names and values by turns. */
struct row {
	const char *name;
	const char *fields[2 * FIELDS_MAX];
	const char *why; /* NULL: good */
	bool again;
	uint32_t age_s;
};

static const struct row heads[] = {
	{ "the least", { OK, TYPE }, NULL, false, 0 },
	{ "a parameter", { OK, "content-type", "application/dns-message; q=1" }, NULL,
		false, 0 },
	{ "a parameter, no space", { OK, "content-type", "application/dns-message;q=1" },
		NULL, false, 0 },
	{ "a space before a parameter",
		{ OK, "content-type", "application/dns-message ;q=1" }, NULL, false, 0 },
	{ "capitals", { OK, "content-type", "Application/DNS-Message" }, NULL, false, 0 },
	{ "fields nobody asked for",
		{ OK, "server", "x", TYPE, "set-cookie", "a=b", "cache-control",
			"max-age=3" },
		NULL, false, 0 },
	{ "the largest message", { OK, TYPE, "content-length", "65535" }, NULL, false,
		0 },
	{ "an age", { OK, TYPE, "age", "250" }, NULL, false, 250 },
	{ "a great age", { OK, TYPE, "age", "99999999999999999999999" }, NULL, false,
		2147483648u },
	{ "two ages", { OK, "age", "7", TYPE, "age", "9" }, NULL, false, 7 },
	{ "an age below 0", { OK, TYPE, "age", "-1" }, NULL, false, 0 },
	{ "an age with a fraction", { OK, TYPE, "age", "1.5" }, NULL, false, 0 },
	{ "an age in words", { OK, TYPE, "age", "ten" }, NULL, false, 0 },
	{ "an empty age", { OK, TYPE, "age", "" }, NULL, false, 0 },
	{ "an age with a space", { OK, TYPE, "age", "1 " }, NULL, false, 0 },
	{ "an age in a list", { OK, TYPE, "age", "1, 2" }, NULL, false, 0 },

	{ "no type", { OK }, "HTTP content is not application/dns-message", false, 0 },
	{ "an empty type", { OK, "content-type", "" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "JSON", { OK, "content-type", "application/dns-json" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "another type of that length",
		{ OK, "content-type", "application/dns-massage" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "a longer type", { OK, "content-type", "application/dns-messages" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "a shorter type", { OK, "content-type", "application/dns-messag" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "two types in one",
		{ OK, "content-type", "application/dns-message, text/html" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "two types", { OK, TYPE, "content-type", "text/html" },
		"HTTP content is not application/dns-message", false, 0 },
	{ "the same type twice", { OK, TYPE, TYPE },
		"HTTP content is not application/dns-message", false, 0 },
	{ "compressed", { OK, TYPE, "content-encoding", "gzip" },
		"HTTP content is encoded", false, 0 },
	{ "too long", { OK, TYPE, "content-length", "65536" },
		"HTTP content is larger than a DNS message", false, 0 },
	{ "far too long", { OK, TYPE, "content-length", "18446744073709551616" },
		"HTTP content is larger than a DNS message", false, 0 },

	{ "051", { ":status", "051", TYPE }, "HTTP status 51", false, 0 },
	{ "201", { ":status", "201", TYPE }, "HTTP status 201", false, 0 },
	{ "204", { ":status", "204", TYPE }, "HTTP status 204", false, 0 },
	{ "206", { ":status", "206", TYPE }, "HTTP status 206", false, 0 },
	{ "301", { ":status", "301", TYPE, "location", "https://x.example/" },
		"HTTP status 301", false, 0 },
	{ "307", { ":status", "307", TYPE }, "HTTP status 307", false, 0 },
	{ "400", { ":status", "400", TYPE }, "HTTP status 400", false, 0 },
	{ "401", { ":status", "401", TYPE }, "HTTP status 401", false, 0 },
	{ "404", { ":status", "404", TYPE }, "HTTP status 404", false, 0 },
	{ "413", { ":status", "413", TYPE }, "HTTP status 413", false, 0 },
	{ "415", { ":status", "415", TYPE }, "HTTP status 415", false, 0 },
	{ "429", { ":status", "429", TYPE }, "HTTP status 429", true, 0 },
	{ "500", { ":status", "500", TYPE }, "HTTP status 500", true, 0 },
	{ "502", { ":status", "502" }, "HTTP status 502", true, 0 },
	{ "503", { ":status", "503", "retry-after", "9" }, "HTTP status 503", true, 0 },
	{ "504", { ":status", "504" }, "HTTP status 504", true, 0 },
};

static enum status take(struct doh_response *r, const char *name, const char *value)
{
	return doh_response_field(r, bytes_of_text(name), bytes_of_text(value));
}

static void head(void **state)
{
	const struct row *row = *state;
	struct doh_response r = { 0 };
	struct failure why;
	bool again;

	assert_int_equal(doh_response_begin(&r), STATUS_OK);
	assert_false(doh_response_is_final(&r));
	for (size_t i = 0; row->fields[i] != NULL; i += 2)
		assert_int_equal(take(&r, row->fields[i], row->fields[i + 1]), STATUS_OK);
	assert_true(doh_response_is_final(&r));
	assert_int_equal(doh_response_is_good(&r, &why, &again), row->why == NULL);
	assert_int_equal(again, row->again);
	if (row->why != NULL)
		assert_string_equal(why.text, row->why);
	else
		assert_int_equal(r.age_s, row->age_s);
}

/* RFC 9110 §15.2: what they say does not count for the final one. */
static void informational_ones_are_bounded(void **state)
{
	struct doh_response r = { 0 };

	(void)state;
	for (int i = 0; i < DOH_INTERIM_MAX; i++) {
		assert_int_equal(doh_response_begin(&r), STATUS_OK);
		assert_int_equal(take(&r, ":status", "103"), STATUS_OK);
		assert_int_equal(take(&r, "age", "100"), STATUS_OK);
		assert_int_equal(take(&r, "content-encoding", "x"), STATUS_OK);
		assert_false(doh_response_is_final(&r));
	}
	assert_int_equal(doh_response_begin(&r), STATUS_OK);
	assert_int_equal(r.age_s, 0);
	assert_false(r.is_encoded);
	assert_int_equal(take(&r, ":status", "103"), STATUS_OK);
	assert_int_equal(doh_response_begin(&r), STATUS_LIMIT);
}

static void the_header_is_bounded(void **state)
{
	static uint8_t value[DOH_HEADER_BYTES_MAX];
	struct doh_response r = { 0 };
	struct bytes name = bytes_of_text("x");

	(void)state;
	assert_int_equal(doh_response_begin(&r), STATUS_OK);
	assert_int_equal(doh_response_field(&r, name, bytes_of(value, sizeof value - 33)),
		STATUS_OK);
	assert_int_equal(doh_response_field(&r, name, bytes_of(value, 0)), STATUS_LIMIT);

	/* Empty fields cost, too, and so do those of informational responses. */
	r = (struct doh_response){ 0 };
	for (size_t i = 0; i < DOH_HEADER_BYTES_MAX / 32; i++) {
		if (i % 100 == 0)
			assert_int_equal(doh_response_begin(&r), STATUS_OK);
		assert_int_equal(doh_response_field(&r, bytes_of("", 0), bytes_of("", 0)),
			STATUS_OK);
	}
	assert_int_equal(
		doh_response_field(&r, bytes_of("", 0), bytes_of("", 0)), STATUS_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(informational_ones_are_bounded),
		cmocka_unit_test(the_header_is_bounded),
	};
	int failed = run_rows("heads", heads, sizeof *heads, ROWS(heads), head);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
