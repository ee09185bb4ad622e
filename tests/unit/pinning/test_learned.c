/* Records of learned keys: as text, and as files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "pinning/learned.h"
#include "tests/unit/rows.h"
#include "tests/unit/tls/make_cert.h"

#define A      "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define B      "sha256//AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define FIRST  "2026-06-01T08:00:00Z"
#define LAST   "2026-11-23T08:00:00Z"
#define HEAD   "pintle learned 1\n"
#define NAME   "identity: name dns.example\n"
#define ISSUER "issuer: " A " " FIRST " " LAST "\n"
#define ROOT   "root: " B " " FIRST " " LAST "\n"
#define PLAIN  HEAD NAME ISSUER ROOT
#define WAS    "was: " B " " A " " LAST "\n"
#define OTHER  "refused: " B " " B " " FIRST " " LAST "\n"
#define THIRD  "refused: " B " " A " " FIRST " " LAST "\n"
#define LEAF   "refused-leaf: CN=dns.example\n"

#define NO_LINE  "a line is missing"
#define NO_END   "the line has no end"
#define NOT_IT   "it is not the line that belongs here"
#define NO_PIN   "there is no pin where one belongs"
#define NO_TIME  "there is no time where one belongs"
#define TOO_MUCH "there is more in the line than belongs there"
#define NO_NAME  "there is neither \"address\" nor a name"

struct row {
	const char *name, *file;
	unsigned line;       /* 0: it is taken */
	const char *problem; /* in that line */
};

static const struct row rows[] = {
	{ "issuer and root", PLAIN, 0, NULL },
	{ "named by the address", HEAD "identity: address\n" ISSUER ROOT, 0, NULL },
	{ "a host that is called address", HEAD "identity: name address\n" ISSUER ROOT, 0,
		NULL },
	{ "with what it was", PLAIN WAS, 0, NULL },
	{ "with what was refused", PLAIN OTHER LEAF, 0, NULL },
	{ "with everything", PLAIN WAS OTHER LEAF, 0, NULL },
	{ "a leaf without a subject", PLAIN OTHER "refused-leaf: \n", 0, NULL },
	{ "four that were refused",
		PLAIN OTHER LEAF THIRD LEAF OTHER "refused-leaf: \n" THIRD LEAF, 0,
		NULL },
	{ "five", PLAIN OTHER LEAF THIRD LEAF OTHER LEAF THIRD LEAF OTHER LEAF, 13,
		NOT_IT },
	{ "refused at one time", PLAIN "refused: " B " " B " " LAST "\n" LEAF, 5,
		NO_TIME },
	{ "two refused, and one leaf", PLAIN OTHER THIRD LEAF, 6, NOT_IT },
	{ "empty", "", 1, NO_LINE },
	{ "cut in the first line", "pintle learned 1", 1, NO_END },
	{ "another kind of file", "-----BEGIN CERTIFICATE-----\n", 1, NOT_IT },
	{ "a later version", "pintle learned 2\n" NAME ISSUER ROOT, 1, NOT_IT },
	{ "more than the version", "pintle learned 10\n" NAME ISSUER ROOT, 1, TOO_MUCH },
	{ "cut behind the first line", HEAD, 2, NO_LINE },
	{ "no identity", HEAD ISSUER ROOT, 2, NOT_IT },
	{ "an identity without a kind", HEAD "identity: dns.example\n" ISSUER ROOT, 2,
		NO_NAME },
	{ "an identity that is no name", HEAD "identity: name .example\n" ISSUER ROOT, 2,
		NO_NAME },
	{ "an identity that is empty", HEAD "identity: name \n" ISSUER ROOT, 2, NO_NAME },
	{ "no issuer", HEAD NAME ROOT, 3, NOT_IT },
	{ "root before issuer", HEAD NAME ROOT ISSUER, 3, NOT_IT },
	{ "an issuer without a pin", HEAD NAME "issuer: " FIRST " " LAST "\n" ROOT, 3,
		NO_PIN },
	{ "a pin too short", HEAD NAME "issuer: sha256//AAAA " FIRST " " LAST "\n" ROOT,
		3, NO_PIN },
	{ "a pin in another spelling",
		HEAD NAME "issuer: pin-sha256=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			  "AA=\" " FIRST " " LAST "\n" ROOT,
		3, NO_PIN },
	{ "one time", HEAD NAME "issuer: " A " " FIRST "\n" ROOT, 3, NO_TIME },
	{ "a day for a time", HEAD NAME "issuer: " A " 2026-06-01 " LAST "\n" ROOT, 3,
		NO_TIME },
	{ "a time with an offset",
		HEAD NAME "issuer: " A " 2026-06-01T08:00:00+00:00 " LAST "\n" ROOT, 3,
		NO_TIME },
	{ "two spaces", HEAD NAME "issuer:  " A " " FIRST " " LAST "\n" ROOT, 3, NO_PIN },
	{ "a space at the end", HEAD NAME "issuer: " A " " FIRST " " LAST " \n" ROOT, 3,
		TOO_MUCH },
	{ "a fourth word", HEAD NAME "issuer: " A " " FIRST " " LAST " x\n" ROOT, 3,
		TOO_MUCH },
	{ "no root", HEAD NAME ISSUER, 4, NO_LINE },
	{ "a root without an end", HEAD NAME ISSUER "root: " B " " FIRST " " LAST, 4,
		NO_END },
	{ "what it was with one pin", PLAIN "was: " B " " LAST "\n", 5, NO_PIN },
	{ "refused without a leaf", PLAIN OTHER, 6, NO_LINE },
	{ "refused with something else", PLAIN OTHER WAS, 6, NOT_IT },
	{ "a leaf, and nothing refused", PLAIN LEAF, 5, NOT_IT },
	{ "the wrong order", PLAIN OTHER LEAF WAS, 7, NOT_IT },
	{ "an escape sequence", PLAIN OTHER "refused-leaf: \x1b[31m\n", 6,
		"the subject has a character that does not print" },
	{ "an empty line behind", PLAIN "\n", 5, NOT_IT },
	{ "the same again", PLAIN PLAIN, 5, NOT_IT },
};

static void judge(void **state)
{
	const struct row *row = *state;
	char again[LEARNED_BYTES_MAX];
	struct text text = text_in(again, sizeof again);
	struct learned learned;
	const char *problem;
	unsigned line;
	enum status status =
		learned_parse(bytes_of_text(row->file), &learned, &line, &problem);

	if (row->line == 0) {
		assert_int_equal(status, STATUS_OK);
		learned_format(&learned, &text);
		assert_string_equal(again, row->file);
		return;
	}
	assert_int_equal(status, STATUS_MALFORMED);
	assert_string_equal(problem, row->problem);
	assert_int_equal(line, row->line);
}

static void every_value_is_read(void **state)
{
	struct learned l;
	const char *problem;
	unsigned line;
	int64_t at_s;

	(void)state;
	assert_int_equal(
		learned_parse(bytes_of_text(PLAIN WAS OTHER LEAF), &l, &line, &problem),
		STATUS_OK);
	assert_string_equal(l.name, "dns.example");
	assert_int_equal(l.pins.issuer.sha256[31], 0);
	assert_int_equal(l.pins.root.sha256[31], 1);
	assert_int_equal(clock_parse(FIRST, &at_s), 0);
	assert_true(l.issuer_seen.first_s == at_s && l.root_seen.first_s == at_s);
	assert_int_equal(clock_parse(LAST, &at_s), 0);
	assert_true(l.issuer_seen.last_s == at_s && l.root_seen.last_s == at_s);
	assert_true(l.was.known && l.was.at_s == at_s);
	assert_int_equal(l.was.pins.issuer.sha256[0], 1);
	assert_int_equal(l.was.pins.root.sha256[0], 0);
	assert_int_equal(l.refused_n, 1);
	assert_true(l.refused[0].seen.last_s == at_s);
	assert_int_equal(clock_parse(FIRST, &at_s), 0);
	assert_true(l.refused[0].seen.first_s == at_s);
	assert_int_equal(l.refused[0].pins.root.sha256[0], 1);
	assert_string_equal(l.refused[0].leaf, "CN=dns.example");
}

/* --- files ----------------------------------------------------------------- */

struct disk {
	char state_dir[MAKE_DIRECTORY_MAX];
	char words[512];
	struct text error;
};

static int setup(void **state)
{
	struct disk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	make_directory(d->state_dir);
	d->error = text_in(d->words, sizeof d->words);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct disk *d = *state;

	remove_directory(d->state_dir);
	free(d);
	return 0;
}

static const char *path_of(const struct disk *d, const char *file)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/learned/%s", d->state_dir, file);
	return path;
}

static struct learned sample(void)
{
	struct learned l;
	const char *problem;
	unsigned line;

	assert_int_equal(
		learned_parse(bytes_of_text(PLAIN), &l, &line, &problem), STATUS_OK);
	return l;
}

static void write_file(const struct disk *d, const char *file, const char *text)
{
	FILE *f = fopen(path_of(d, file), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void what_was_saved_is_loaded(void **state)
{
	struct disk *d = *state;
	struct learned l = sample(), again;
	struct stat st;

	assert_int_equal(
		learned_load(d->state_dir, "quad9", &d->error, &again), STATUS_NOTFOUND);
	assert_int_equal(learned_save(d->state_dir, "quad9", &l, &d->error), STATUS_OK);
	assert_int_equal(
		learned_load(d->state_dir, "quad9", &d->error, &again), STATUS_OK);
	assert_string_equal(d->words, "");
	assert_string_equal(again.name, "dns.example");
	assert_true(pin_equal(&again.pins.root, &l.pins.root));
	assert_int_equal(stat(path_of(d, "quad9"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(path_of(d, "."), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void names_do_not_leave_the_directory(void **state)
{
	static const char *const names[][2] = {
		{ "../a", "%2E.%2Fa" },
		{ ".hidden", "%2Ehidden" },
		{ "a.b-c_D9", "a.b-c_D9" },
		{ "a b%", "a%20b%25" },
		{ "\xc3\xa4", "%C3%A4" },
	};
	struct disk *d = *state;
	struct learned l = sample(), again;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(learned_save(d->state_dir, names[i][0], &l, &d->error),
			STATUS_OK);
		assert_int_equal(access(path_of(d, names[i][1]), F_OK), 0);
		assert_int_equal(
			learned_load(d->state_dir, names[i][0], &d->error, &again),
			STATUS_OK);
	}
}

static void a_broken_file_is_told_with_its_line(void **state)
{
	struct disk *d = *state;
	struct learned l;

	assert_int_equal(learned_prepare(d->state_dir, &d->error), STATUS_OK);
	write_file(d, "a", HEAD NAME "issuer: x\n" ROOT);
	assert_int_equal(learned_load(d->state_dir, "a", &d->error, &l), STATUS_CONFIG);
	assert_ptr_equal(strstr(d->words, path_of(d, "a:3: ")), d->words);
	assert_non_null(strstr(d->words, NO_PIN));
}

/* Nor is what it points at, nor is a writer waited for. */
static void a_link_or_a_pipe_is_not_read(void **state)
{
	struct disk *d = *state;
	struct learned l = sample(), again;
	char target[512];

	assert_int_equal(learned_save(d->state_dir, "other", &l, &d->error), STATUS_OK);
	snprintf(target, sizeof target, "%s", path_of(d, "other"));
	assert_int_equal(symlink(target, path_of(d, "a")), 0);
	assert_int_equal(learned_load(d->state_dir, "a", &d->error, &again), STATUS_IO);
	assert_non_null(strstr(d->words, "/a: not a regular file"));
	assert_int_equal(unlink(path_of(d, "a")), 0);
	assert_int_equal(mkfifo(path_of(d, "a"), 0600), 0);
	alarm(5);
	assert_int_equal(learned_load(d->state_dir, "a", &d->error, &again), STATUS_IO);
	alarm(0);
}

static void an_endless_file_is_refused(void **state)
{
	struct disk *d = *state;
	static char junk[LEARNED_BYTES_MAX + 2];
	struct learned l;

	memset(junk, 'x', sizeof junk - 1);
	assert_int_equal(learned_prepare(d->state_dir, &d->error), STATUS_OK);
	write_file(d, "a", junk);
	assert_int_equal(learned_load(d->state_dir, "a", &d->error, &l), STATUS_CONFIG);
	assert_non_null(strstr(d->words, "longer than"));
}

static void a_directory_in_the_way(void **state)
{
	struct disk *d = *state;
	struct learned l = sample();

	assert_int_equal(learned_prepare(d->state_dir, &d->error), STATUS_OK);
	assert_int_equal(mkdir(path_of(d, "a"), 0700), 0);
	assert_int_equal(learned_load(d->state_dir, "a", &d->error, &l), STATUS_IO);
	d->error = text_in(d->words, sizeof d->words);
	assert_int_equal(learned_save(d->state_dir, "a", &l, &d->error), STATUS_IO);
	assert_non_null(strstr(d->words, path_of(d, "a")));
}

static void no_place_to_keep_it(void **state)
{
	struct disk *d = *state;
	struct learned l = sample();
	char nowhere[MAKE_DIRECTORY_MAX + 16];

	snprintf(nowhere, sizeof nowhere, "%s/none", d->state_dir);
	assert_int_equal(learned_prepare(nowhere, &d->error), STATUS_IO);
	assert_non_null(strstr(d->words, "/none/learned: No such file"));
	assert_int_equal(learned_save(nowhere, "a", &l, &d->error), STATUS_IO);
}

static enum status look(struct disk *d, const char *below)
{
	char state_dir[MAKE_DIRECTORY_MAX + 16];

	snprintf(state_dir, sizeof state_dir, "%s%s", d->state_dir, below);
	d->error = text_in(d->words, sizeof d->words);
	return learned_look(state_dir, &d->error);
}

/* Where a start could keep it, and nothing is made meanwhile. */
static void a_look_writes_nothing(void **state)
{
	struct disk *d = *state;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(look(d, ""), STATUS_NOTFOUND);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(look(d, "/none"), STATUS_NOTFOUND);
	assert_int_equal(look(d, "/none//"), STATUS_NOTFOUND);
	assert_int_equal(look(d, "/none/none"), STATUS_IO);
	assert_non_null(strstr(d->words, "/none: No such file"));
	assert_int_equal(learned_prepare(d->state_dir, &d->error), STATUS_OK);
	assert_int_equal(look(d, ""), STATUS_OK);
	assert_string_equal(d->words, "");
	write_file(d, "a", "");
	assert_int_equal(look(d, "/learned/a"), STATUS_IO);
	assert_non_null(strstr(d->words, "Not a directory"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_read),
		TEST(what_was_saved_is_loaded),
		TEST(names_do_not_leave_the_directory),
		TEST(a_broken_file_is_told_with_its_line),
		TEST(a_link_or_a_pipe_is_not_read),
		TEST(an_endless_file_is_refused),
		TEST(a_directory_in_the_way),
		TEST(no_place_to_keep_it),
		TEST(a_look_writes_nothing),
	};
	int failed = run_rows("learned", rows, sizeof *rows, ROWS(rows), judge);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
