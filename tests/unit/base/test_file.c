/* Files read whole and replaced whole. */
#include "base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/pintle-file-XXXXXX";
static char path[64];

static int make_directory(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/file", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	unlink(path);
	/* Only empty if nothing was left beside the file. */
	return rmdir(directory);
}

static void expect_content(const char *content)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct bytes file;

	assert_int_equal(file_read(path, 1 << 20, &error, &file), STATUS_OK);
	assert_true(bytes_equal(file, bytes_of_text(content)));
	assert_non_null(file.p);
	free((void *)file.p);
}

static enum status replace(const char *at, struct bytes content, char why[256])
{
	struct text error = text_in(why, 256);

	return file_replace(at, content, 0640, &error);
}

static void test_replace(void **state)
{
	char why[256];
	struct stat before, after;

	(void)state;
	umask(077); /* the mode is the one given */
	assert_int_equal(replace(path, bytes_of_text("first"), why), STATUS_OK);
	expect_content("first");
	stat(path, &before);
	assert_int_equal(before.st_mode & 07777, 0640);
	assert_int_equal(replace(path, bytes_of_text(""), why), STATUS_OK);
	expect_content("");
	stat(path, &after);
	/* Whoever had the first open still has all of it. */
	assert_int_not_equal(before.st_ino, after.st_ino);
}

static void test_relative(void **state)
{
	char why[256];

	(void)state;
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(replace("file", bytes_of_text("here"), why), STATUS_OK);
	expect_content("here");
	assert_int_equal(chdir("/"), 0);
}

static void test_replace_fails(void **state)
{
	char why[256], at[96];

	(void)state;
	assert_int_equal(replace(path, bytes_of_text("kept"), why), STATUS_OK);
	assert_int_equal(
		replace("/nonexistent/file", bytes_of_text("x"), why), STATUS_IO);
	assert_non_null(strstr(why, "/nonexistent/file: No such file"));
	snprintf(at, sizeof at, "%s/below", path);
	assert_int_equal(replace(at, bytes_of_text("x"), why), STATUS_IO);
	assert_non_null(strstr(why, "Not a directory"));
	assert_int_equal(replace(directory, bytes_of_text("x"), why), STATUS_IO);
	expect_content("kept");
}

/* As root, rename() would do it to /dev/null. */
static void test_only_regular_files(void **state)
{
	char why[256], at[96], target[96];
	struct stat st;

	(void)state;
	snprintf(at, sizeof at, "%s/fifo", directory);
	assert_int_equal(mkfifo(at, 0600), 0);
	assert_int_equal(replace(at, bytes_of_text("x"), why), STATUS_IO);
	assert_non_null(strstr(why, "/fifo: not a regular file"));
	assert_int_equal(lstat(at, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(unlink(at), 0);

	assert_int_equal(replace(path, bytes_of_text("kept"), why), STATUS_OK);
	snprintf(at, sizeof at, "%s/link", directory);
	snprintf(target, sizeof target, "%s", path);
	for (size_t i = 0; i < 2; i++) { /* of something, and of nothing */
		assert_int_equal(symlink(target, at), 0);
		assert_int_equal(replace(at, bytes_of_text("x"), why), STATUS_IO);
		assert_non_null(strstr(why, "/link: not a regular file"));
		assert_int_equal(lstat(at, &st), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_int_equal(unlink(at), 0);
		snprintf(target, sizeof target, "%s/none", directory);
	}
	expect_content("kept");
}

static void test_mode_asked(void **state)
{
	(void)state;
	umask(027);
	assert_int_equal(file_mode_asked(), 0640);
	assert_int_equal(umask(0), 027);
	assert_int_equal(file_mode_asked(), 0666);
}

static void test_disk_full(void **state)
{
	static const char large[8192];
	struct rlimit before, small;
	char why[256];

	(void)state;
	assert_int_equal(replace(path, bytes_of_text("kept"), why), STATUS_OK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){ 4096, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(replace(path, bytes_of(large, sizeof large), why), STATUS_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(why, "File too large"));
	expect_content("kept");
}

static enum status read_at_most(const char *at, size_t max, char why[256], size_t *n)
{
	struct text error = text_in(why, 256);
	struct bytes file;
	enum status status = file_read(at, max, &error, &file);

	*n = file.n;
	free((void *)file.p);
	return status;
}

static void test_read(void **state)
{
	static char large[100000];
	char why[256];
	size_t n;

	(void)state;
	memset(large, 'x', sizeof large);
	assert_int_equal(replace(path, bytes_of(large, sizeof large), why), STATUS_OK);
	assert_int_equal(read_at_most(path, sizeof large, why, &n), STATUS_OK);
	assert_int_equal(n, sizeof large);
	assert_int_equal(read_at_most(path, sizeof large - 1, why, &n), STATUS_LIMIT);
	assert_non_null(strstr(why, "longer than 99999 bytes"));
	assert_int_equal(read_at_most(path, 0, why, &n), STATUS_LIMIT);
	assert_int_equal(read_at_most("/dev/null", 0, why, &n), STATUS_OK);
	/* Without an end, and of a size that stat() does not tell. */
	assert_int_equal(read_at_most("/dev/zero", 5000, why, &n), STATUS_LIMIT);
	assert_int_equal(read_at_most("/nonexistent", 9, why, &n), STATUS_NOTFOUND);
	assert_non_null(strstr(why, "/nonexistent: No such file"));
	assert_int_equal(read_at_most(directory, 9, why, &n), STATUS_IO);
	assert_non_null(strstr(why, "Is a directory"));
}

static enum status read_state(const char *at, size_t max, char why[256])
{
	struct text error = text_in(why, 256);
	struct bytes file;
	enum status status = file_read_state(at, max, &error, &file);

	assert_int_equal(file.p != NULL, status == STATUS_OK);
	free((void *)file.p);
	return status;
}

/* Whoever owns the directory may have put anything there. */
static void test_read_state(void **state)
{
	char why[256], at[96];

	(void)state;
	assert_int_equal(replace(path, bytes_of_text("mine"), why), STATUS_OK);
	assert_int_equal(read_state(path, 4, why), STATUS_OK);
	assert_int_equal(read_state(path, 3, why), STATUS_LIMIT);
	assert_non_null(strstr(why, "longer than 3 bytes"));
	assert_int_equal(read_state("/nonexistent", 9, why), STATUS_NOTFOUND);
	assert_int_equal(read_state(directory, 9, why), STATUS_IO);
	assert_non_null(strstr(why, ": not a regular file"));
	assert_int_equal(read_state("/dev/null", 9, why), STATUS_IO);

	snprintf(at, sizeof at, "%s/link", directory);
	assert_int_equal(symlink(path, at), 0);
	assert_int_equal(read_state(at, 9, why), STATUS_IO);
	assert_non_null(strstr(why, "/link: not a regular file"));
	assert_int_equal(unlink(at), 0);

	/* Nobody writes: to open it would wait for ever. */
	snprintf(at, sizeof at, "%s/fifo", directory);
	assert_int_equal(mkfifo(at, 0600), 0);
	alarm(5);
	assert_int_equal(read_state(at, 9, why), STATUS_IO);
	alarm(0);
	assert_non_null(strstr(why, "/fifo: not a regular file"));
	assert_int_equal(unlink(at), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_relative),
		cmocka_unit_test(test_replace_fails),
		cmocka_unit_test(test_only_regular_files),
		cmocka_unit_test(test_mode_asked),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_state),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
