/* Which list is in force, and what becomes of one that is offered. */
#include "ct/loglist_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/file.h"
#include "tests/unit/ct/two_logs.h"
#include "tests/unit/rows.h"

/* Around conf/ct-logs.json, whose time this is read from. */
#define OLDER  LIST_OF("2020-01-01T00:00:00Z")
#define NEWER  LIST_OF("2100-01-01T00:00:00Z")
#define NEWEST LIST_OF("2101-01-01T00:00:00Z")

/* When lists are offered: the day of NEWEST. */
#define AT_S INT64_C(4133980800)

enum signer { OURS, THEIRS, NOBODY };

static EVP_PKEY *pairs[2];
static uint8_t key[LIST_KEY_BYTES];
static char directory[] = "/tmp/pintle-store-XXXXXX";

static int make_keys(void **state)
{
	size_t n = sizeof key;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		pairs[i] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return mkdtemp(directory) == NULL ||
	       EVP_PKEY_get_raw_public_key(pairs[OURS], key, &n) != 1;
}

static void empty_directory(void)
{
	struct dirent *entry;
	DIR *dir = opendir(directory);

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[512];

		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		if (entry->d_name[0] != '.')
			assert_int_equal(remove(path), 0);
	}
	closedir(dir);
}

static int remove_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		EVP_PKEY_free(pairs[i]);
	empty_directory();
	return rmdir(directory);
}

static void sign(enum signer signer, const char *list, uint8_t out[64])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t n = 64;

	memset(out, 0, 64);
	if (signer != NOBODY) {
		assert_int_equal(
			EVP_DigestSignInit(context, NULL, NULL, NULL, pairs[signer]), 1);
		assert_int_equal(EVP_DigestSign(context, out, &n, (const uint8_t *)list,
					 strlen(list)),
			1);
	}
	EVP_MD_CTX_free(context);
}

static void path_of(const char *name, char out[512])
{
	snprintf(out, 512, "%s/%s", directory, name);
}

static void write_file(const char *name, const char *content)
{
	char path[512], why[256];
	struct text error = text_in(why, sizeof why);

	path_of(name, path);
	assert_int_equal(
		file_replace(path, bytes_of_text(content), 0600, &error), STATUS_OK);
}

/* NULL if there is none; owned. */
static char *read_file(const char *name)
{
	char path[512], why[256];
	struct text error = text_in(why, sizeof why);
	struct bytes file;
	char *out;

	path_of(name, path);
	if (file_read(path, 1 << 20, &error, &file) != STATUS_OK)
		return NULL;
	out = strndup((const char *)file.p, file.n);
	free((void *)file.p);
	return out;
}

static void store(enum signer signer, const char *list)
{
	char content[4096], line[BASE64_TEXT_MAX(64)];
	uint8_t signature[64];

	sign(signer, list, signature);
	base64_encode(bytes_of(signature, 64), line);
	snprintf(content, sizeof content, "%s\n%s", line, list);
	write_file(LOGLIST_STORE_NAME, content);
}

/* --- choosing ----------------------------------------------------------------- */

static const struct row {
	const char *name;
	const char *file; /* as it stands there, if not signed; NULL: none */
	const char *list;
	enum signer signer;
	bool no_key, no_directory, is_stored;
	const char *warning; /* NULL: none */
} rows[] = {
	{ .name = "newer, signed", .list = NEWER, .is_stored = true },
	{ .name = "older, signed: an upgrade brought a newer one", .list = OLDER },
	{ .name = "nothing stored" },
	{ .name = "no directory configured", .list = NEWER, .no_directory = true },
	{ .name = "no key configured",
		.list = NEWER,
		.no_key = true,
		.warning = "no key" },
	{ .name = "another's signature",
		.list = NEWER,
		.signer = THEIRS,
		.warning = "configured key" },
	{ .name = "a signature of zeros",
		.list = NEWER,
		.signer = NOBODY,
		.warning = "configured key" },
	{ .name = "signed, and no JSON", .list = "{", .warning = "line 1" },
	{ .name = "signed, and no list",
		.list = "{\"operators\": 1}",
		.warning = "operators" },
	{ .name = "signed, without a time", .list = "{\"operators\": []}" },
	{ .name = "no signature", .file = NEWER, .warning = "signature" },
	{ .name = "an empty file", .file = "", .warning = "signature" },
	{ .name = "a line that is no signature",
		.file = "signature\n" NEWER,
		.warning = "signature" },
	{ .name = "only a signature",
		.file = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			"AAAAAAAAAAAAAAAAAAAAAA==",
		.warning = "signature" },
	{ .name = "a signature and no list",
		.file = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			"AAAAAAAAAAAAAAAAAAAAAA==\n",
		.warning = "configured key" },
};

static void choose_row(void **state)
{
	const struct row *row = *state;
	char why[512];
	struct text warning = text_in(why, sizeof why);
	struct list_choice choice;

	empty_directory();
	if (row->file != NULL)
		write_file(LOGLIST_STORE_NAME, row->file);
	else if (row->list != NULL)
		store(row->signer, row->list);
	assert_int_equal(loglist_choose(row->no_directory ? NULL : directory,
				 row->no_key ? NULL : key, &choice, &warning),
		STATUS_OK);
	assert_non_null(choice.list);
	assert_int_equal(choice.is_stored, row->is_stored);
	assert_int_equal(choice.list->n == 2, row->is_stored);
	if (row->warning == NULL) {
		assert_string_equal(why, "");
	} else {
		assert_non_null(strstr(why, row->warning));
		assert_non_null(strstr(why, LOGLIST_STORE_NAME));
	}
	loglist_free(choice.list);
}

/* Trouble with the file itself. */
static void choose_unreadable(void **state)
{
	char path[512], why[512];
	struct text warning = text_in(why, sizeof why);
	struct list_choice choice;

	(void)state;
	empty_directory();
	path_of(LOGLIST_STORE_NAME, path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(loglist_choose(directory, key, &choice, &warning), STATUS_OK);
	assert_false(choice.is_stored);
	assert_non_null(strstr(why, path));
	loglist_free(choice.list);
}

/* The directory's owner may have put anything there. */
static void choose_no_file_of_ours(void **state)
{
	char path[512], target[512], why[512];
	struct list_choice choice;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct text warning = text_in(why, sizeof why);

		empty_directory();
		store(OURS, NEWER);
		path_of(LOGLIST_STORE_NAME, path);
		path_of("elsewhere", target);
		assert_int_equal(rename(path, target), 0);
		if (i == 0)
			assert_int_equal(symlink(target, path), 0);
		else
			assert_int_equal(mkfifo(path, 0600), 0);
		alarm(5); /* a pipe that nobody writes */
		assert_int_equal(
			loglist_choose(directory, key, &choice, &warning), STATUS_OK);
		alarm(0);
		assert_false(choice.is_stored);
		assert_non_null(strstr(why, ": not a regular file"));
		loglist_free(choice.list);
	}
}

/* --- offering ------------------------------------------------------------------- */

static const struct offer_row {
	const char *name;
	const char *stored; /* by us; NULL: nothing */
	const char *offered;
	enum signer signer;
	enum list_offer offer;
	const char *why; /* NULL: nothing is said */
} offer_rows[] = {
	{ "newer than the built-in", NULL, NEWER, OURS, OFFER_TAKEN, NULL },
	{ "newer than the stored", NEWER, NEWEST, OURS, OFFER_TAKEN, NULL },
	{ "the stored again", NEWER, NEWER, OURS, OFFER_SAME, NULL },
	{ "in place of what is older than the built-in", OLDER, NEWER, OURS, OFFER_TAKEN,
		NULL },

	{ "a day ahead of the clock", NEWER, LIST_OF("2101-01-02T00:00:00Z"), OURS,
		OFFER_TAKEN, NULL },
	{ "of a broken clock, or to stop all that come after it", NEWER,
		LIST_OF("2101-01-02T00:00:01Z"), OURS, OFFER_FUTURE, "2101-01-02" },
	{ "of the last year that there is", NULL, LIST_OF("9999-12-31T23:59:59Z"), OURS,
		OFFER_FUTURE, "future" },
	{ "another's, and of the future", NEWER, LIST_OF("2200-01-01T00:00:00Z"), THEIRS,
		OFFER_FORGED, "configured key" },
	{ "the stored again, of the future", LIST_OF("2200-01-01T00:00:00Z"),
		LIST_OF("2200-01-01T00:00:00Z"), OURS, OFFER_SAME, NULL },

	{ "older than the built-in", NULL, OLDER, OURS, OFFER_OLDER, "2020-01-01" },
	{ "older than the stored", NEWEST, NEWER, OURS, OFFER_OLDER, "2101-01-01" },
	{ "as old, but another", NEWER, NEWER " ", OURS, OFFER_OLDER, "2100-01-01" },
	{ "another's", NEWER, NEWEST, THEIRS, OFFER_FORGED, "configured key" },
	{ "nobody's", NEWER, NEWEST, NOBODY, OFFER_FORGED, "configured key" },
	{ "another's, and older", NEWER, OLDER, THEIRS, OFFER_FORGED, "configured key" },
	{ "another's, and broken", NEWER, "{", THEIRS, OFFER_FORGED, "configured key" },
	{ "no JSON", NEWER, "{", OURS, OFFER_BROKEN, "line 1" },
	{ "nothing", NEWER, "", OURS, OFFER_BROKEN, "it is empty" },
	{ "no list", NEWER, "{\"operators\": {}}", OURS, OFFER_BROKEN, "operators" },
	{ "no time", NEWER, "{\"operators\": []}", OURS, OFFER_BROKEN,
		"log_list_timestamp" },
	{ "no logs", NEWER, BARREN_OF("2101-01-01T00:00:00Z"), OURS, OFFER_BARREN,
		"no certificate could satisfy strict" },
	{ "no logs, and older", NEWEST, BARREN_OF("2100-01-01T00:00:00Z"), OURS,
		OFFER_OLDER, "2101-01-01" },
	{ "no logs, and another's", NEWER, BARREN_OF("2101-01-01T00:00:00Z"), THEIRS,
		OFFER_FORGED, "configured key" },
	{ "a time that is none", NEWER, LIST_OF("2101"), OURS, OFFER_BROKEN,
		"log_list_timestamp" },
};

static size_t count_files(void)
{
	struct dirent *entry;
	DIR *dir = opendir(directory);
	size_t n = 0;

	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void expect_taken(const struct offer_row *row, const char *before)
{
	char *now = read_file(LOGLIST_STORE_NAME),
	     *old = read_file(LOGLIST_STORE_OLD_NAME);

	assert_non_null(now);
	assert_string_equal(now + BASE64_TEXT_MAX(64), row->offered);
	assert_int_equal(old != NULL, before != NULL);
	if (before != NULL)
		assert_string_equal(old, before);
	assert_int_equal(count_files(), before != NULL ? 2 : 1);
	free(now);
	free(old);
}

static void expect_untouched(const char *before)
{
	char *now = read_file(LOGLIST_STORE_NAME);

	assert_int_equal(now != NULL, before != NULL);
	if (before != NULL)
		assert_string_equal(now, before);
	assert_int_equal(count_files(), before != NULL ? 1 : 0);
	free(now);
}

static void offer_row(void **state)
{
	const struct offer_row *row = *state;
	uint8_t signature[64];
	char said[512], *before;
	struct text why = text_in(said, sizeof said);
	enum list_offer offer;

	empty_directory();
	if (row->stored != NULL)
		store(OURS, row->stored);
	before = read_file(LOGLIST_STORE_NAME);
	sign(row->signer, row->offered, signature);
	assert_int_equal(
		loglist_store_offer(directory, key, ct_policy_default(),
			bytes_of_text(row->offered),
			bytes_of(signature, sizeof signature), AT_S, &offer, &why),
		STATUS_OK);
	assert_int_equal(offer, row->offer);
	if (row->why != NULL)
		assert_non_null(strstr(said, row->why));
	else
		assert_string_equal(said, "");
	if (offer == OFFER_TAKEN)
		expect_taken(row, before);
	else
		expect_untouched(before);
	free(before);
}

static void offer_nowhere(void **state)
{
	uint8_t signature[64];
	char said[512];
	struct text why = text_in(said, sizeof said);
	enum list_offer offer;

	(void)state;
	sign(OURS, NEWER, signature);
	assert_int_equal(loglist_store_offer("/nonexistent", key, ct_policy_default(),
				 bytes_of_text(NEWER), bytes_of(signature, 64), AT_S,
				 &offer, &why),
		STATUS_IO);
	assert_non_null(strstr(said, "/nonexistent"));
}

static enum status offer(const char *list, char said[512], enum list_offer *out)
{
	struct text why = text_in(said, 512);
	uint8_t signature[64];

	sign(OURS, list, signature);
	return loglist_store_offer(directory, key, ct_policy_default(),
		bytes_of_text(list), bytes_of(signature, 64), AT_S, out, &why);
}

/* Who may read the offerer's files is not for the directory's owner to say. */
static void offer_over_a_link(void **state)
{
	char path[512], secret[512], said[512];
	enum list_offer outcome;

	(void)state;
	empty_directory();
	write_file("secret", "not for everybody");
	path_of("secret", secret);
	path_of(LOGLIST_STORE_NAME, path);
	assert_int_equal(symlink(secret, path), 0);
	/* Whether or not the link gives way. */
	if (offer(NEWER, said, &outcome) == STATUS_OK)
		assert_int_equal(outcome, OFFER_TAKEN);
	else
		assert_non_null(strstr(said, LOGLIST_STORE_NAME));
	assert_null(read_file(LOGLIST_STORE_OLD_NAME));
}

static void only_what_is_signed_is_kept(void **state)
{
	char said[512];
	enum list_offer outcome;

	(void)state;
	empty_directory();
	write_file(LOGLIST_STORE_NAME, NEWER);
	assert_int_equal(offer(NEWER, said, &outcome), STATUS_OK);
	assert_int_equal(outcome, OFFER_TAKEN);
	assert_null(read_file(LOGLIST_STORE_OLD_NAME));
	store(THEIRS, NEWEST);
	assert_int_equal(offer(NEWER, said, &outcome), STATUS_OK);
	assert_int_equal(outcome, OFFER_TAKEN);
	assert_null(read_file(LOGLIST_STORE_OLD_NAME));
	assert_int_equal(count_files(), 1);
}

/* Somebody holds the lock and does not let go. */
static void offer_while_locked(void **state)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char said[512];
	enum list_offer outcome;

	(void)state;
	empty_directory();
	assert_int_equal(flock(fd, LOCK_EX), 0);
	alarm(10);
	assert_int_equal(offer(NEWER, said, &outcome), STATUS_IO);
	alarm(0);
	assert_non_null(strstr(said, directory));
	assert_non_null(strstr(said, "locked"));
	assert_int_equal(count_files(), 0);
	close(fd);
	assert_int_equal(offer(NEWER, said, &outcome), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choose_unreadable),
		cmocka_unit_test(choose_no_file_of_ours),
		cmocka_unit_test(offer_nowhere),
		cmocka_unit_test(offer_over_a_link),
		cmocka_unit_test(only_what_is_signed_is_kept),
		cmocka_unit_test(offer_while_locked),
	};
	int failed;

	if (make_keys(NULL) != 0)
		return 1;
	failed = run_rows("loglist_choose", rows, sizeof *rows, ROWS(rows), choose_row) +
		 run_rows("loglist_store_offer", offer_rows, sizeof *offer_rows,
			 ROWS(offer_rows), offer_row) +
		 cmocka_run_group_tests(tests, NULL, NULL);
	return failed + remove_keys(NULL);
}
