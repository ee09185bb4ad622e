#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
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
#include "base/log.h"
#include "tests/unit/tls/make_cert.h"
#include "upstream/evidence.h"

#define PEM    "-----BEGIN CERTIFICATE-----\n"
#define FILE_1 "quad9-unverified-01000000000000000000000000000000.pem"
/* Files of the kind that is easiest to make. */
#define QUARTER (EVIDENCE_FILES_MAX / 4)

struct place {
	char state_dir[MAKE_DIRECTORY_MAX];
	char evidence[MAKE_DIRECTORY_MAX + 16];
};

static unsigned log_lines;

static void count_line(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
	log_lines++;
}

static uint64_t now_ms(void)
{
	return 0;
}

static int64_t wall_s(void)
{
	return MAKE_CERT_NOW;
}

static int setup(void **state)
{
	static const struct clock_source source = { now_ms, wall_s };
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	make_directory(p->state_dir);
	snprintf(p->evidence, sizeof p->evidence, "%s/evidence", p->state_dir);
	clock_replace(&source);
	log_replace(count_line);
	log_lines = 0;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	if (access(p->evidence, F_OK) == 0)
		remove_directory(p->evidence);
	remove_directory(p->state_dir);
	clock_replace(NULL);
	log_replace(NULL);
	free(p);
	return 0;
}

static void keep_verdict(
	const struct place *p, const char *upstream, unsigned key, bool verified)
{
	struct verdict verdict = { .reason = REASON_PIN_MISMATCH,
		.chain_verified = verified,
		.pkix.ok = RULE_OK,
		.name.ok = RULE_OK,
		.pins = { .configured = 1, .ok = RULE_FAILED } };

	verdict.chain.n = 1;
	verdict.chain.certificates[0].sha256[0] = (uint8_t)key;
	verdict.chain.certificates[0].sha256[1] = (uint8_t)(key >> 8);
	evidence_keep(
		p->state_dir, upstream, "192.0.2.1:853", &verdict, bytes_of_text(PEM));
}

static void keep(const struct place *p, const char *upstream, unsigned key)
{
	keep_verdict(p, upstream, key, false);
}

static const char *path_of(const struct place *p, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", p->evidence, file);
	return path;
}

static bool exists(const struct place *p, const char *file)
{
	struct stat st;

	return lstat(path_of(p, file), &st) == 0;
}

/* The whole file, in a buffer of its own. */
static const char *text_of(const struct place *p, const char *file)
{
	static char text[4096];
	FILE *f = fopen(path_of(p, file), "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void age(const struct place *p, const char *file, time_t mtime_s)
{
	struct timespec times[2] = { { .tv_sec = mtime_s }, { .tv_sec = mtime_s } };

	assert_int_equal(utimensat(AT_FDCWD, path_of(p, file), times, 0), 0);
}

static int is_no_dot(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int count_files(const struct place *p)
{
	struct dirent **entries;
	int n = scandir(p->evidence, &entries, is_no_dot, NULL);

	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return n;
}

static void a_refused_chain_is_written(void **state)
{
	struct place *p = *state;
	struct stat st;

	keep(p, "quad9", 1);
	assert_non_null(strstr(text_of(p, FILE_1), "refused: 2026-06-01T00:00:00Z\n"));
	assert_non_null(strstr(text_of(p, FILE_1), "upstream: quad9\n"));
	assert_non_null(strstr(text_of(p, FILE_1), "address: 192.0.2.1:853\n"));
	assert_non_null(strstr(text_of(p, FILE_1), "verdict: pin_mismatch"));
	assert_non_null(strstr(text_of(p, FILE_1), "\n\n" PEM));
	assert_int_equal(count_files(p), 1); /* and what it was written to is gone */
	assert_int_equal(stat(path_of(p, FILE_1), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(p->evidence, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(log_lines, 0);
}

static void odd_characters_do_not_leave_the_directory(void **state)
{
	struct place *p = *state;

	keep(p, "../a b\n%s", 1);
	assert_true(
		exists(p, "___a_b__s-unverified-01000000000000000000000000000000.pem"));
}

static void the_same_leaf_is_not_written_again(void **state)
{
	struct place *p = *state;
	struct stat st;

	keep(p, "quad9", 1);
	age(p, FILE_1, 1000);
	keep(p, "quad9", 1);
	assert_int_equal(stat(path_of(p, FILE_1), &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000);
	keep(p, "quad9", 2);
	keep(p, "other", 1);
	assert_true(exists(p, "quad9-unverified-02000000000000000000000000000000.pem"));
	assert_true(exists(p, "other-unverified-01000000000000000000000000000000.pem"));
}

static void the_oldest_goes(void **state)
{
	struct place *p = *state;
	char name[64];

	for (unsigned i = 0; i < QUARTER; i++) {
		keep(p, "u", i);
		snprintf(name, sizeof name,
			"u-unverified-%02x000000000000000000000000000000.pem", i);
		age(p, name, 5000 + (i + QUARTER - 7) % QUARTER);
	}
	for (unsigned i = 0; i < QUARTER; i++) {
		snprintf(name, sizeof name,
			"u-unverified-%02x000000000000000000000000000000.pem", i);
		assert_true(exists(p, name));
	}
	keep(p, "u", 0x100);
	assert_true(exists(p, "u-unverified-00010000000000000000000000000000.pem"));
	assert_false(exists(p, "u-unverified-07000000000000000000000000000000.pem"));
	assert_true(exists(p, "u-unverified-06000000000000000000000000000000.pem"));
	assert_true(exists(p, "u-unverified-00000000000000000000000000000000.pem"));
}

/* What anybody can make must not push out what only a CA can. */
static void junk_does_not_push_out_what_verified(void **state)
{
	struct place *p = *state;

	keep_verdict(p, "u", 0x77, true);
	age(p, "u-misissued-77000000000000000000000000000000.pem", 1);
	for (unsigned i = 0; i < 3 * EVIDENCE_FILES_MAX; i++)
		keep(p, "u", i);
	assert_true(exists(p, "u-misissued-77000000000000000000000000000000.pem"));
	/* The same certificate, in a chain that anybody can make, is another file. */
	keep(p, "v", 1);
	keep_verdict(p, "v", 1, true);
	assert_true(exists(p, "v-unverified-01000000000000000000000000000000.pem"));
	assert_true(exists(p, "v-misissued-01000000000000000000000000000000.pem"));
}

/* A certificate for one's own name is to be had from any CA, as many as one likes. */
static void other_names_do_not_push_it_out_either(void **state)
{
	struct verdict verdict = { .reason = REASON_NAME_MISMATCH,
		.pkix.ok = RULE_OK,
		.name.ok = RULE_FAILED,
		.chain_verified = true };
	struct place *p = *state;

	keep_verdict(p, "a-misnamed-b", 0x77, true);
	age(p, "a-misnamed-b-misissued-77000000000000000000000000000000.pem", 1);
	verdict.chain.n = 1;
	for (unsigned i = 0; i < 3 * EVIDENCE_FILES_MAX; i++) {
		verdict.chain.certificates[0].sha256[0] = (uint8_t)i;
		evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(PEM));
	}
	assert_true(
		exists(p, "a-misnamed-b-misissued-77000000000000000000000000000000.pem"));
	assert_true(exists(p, "u-misnamed-5f000000000000000000000000000000.pem"));
	assert_false(exists(p, "u-misnamed-00000000000000000000000000000000.pem"));
}

/* The list's age says nothing against a certificate. */
static void nothing_is_kept_for_the_age_of_the_list(void **state)
{
	struct place *p = *state;
	struct verdict verdict = { .reason = REASON_CT_LOG_LIST_STALE,
		.pkix.ok = RULE_OK,
		.name.ok = RULE_OK,
		.ct = { .mode = CT_MODE_REQUIRE,
			.policy = ct_policy_default(),
			.ok = RULE_FAILED,
			.reason = REASON_CT_LOG_LIST_STALE },
		.chain_verified = true };

	verdict.chain.n = 1;
	evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(PEM));
	assert_int_not_equal(access(p->evidence, F_OK), 0);
	/* The twins: too few SCTs; or another pin, besides. */
	verdict.reason = verdict.ct.reason = REASON_CT_TOO_FEW;
	evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(PEM));
	assert_true(exists(p, "u-misissued-00000000000000000000000000000000.pem"));
	verdict.ct.reason = REASON_CT_LOG_LIST_STALE;
	verdict.reason = REASON_PIN_MISMATCH;
	evidence_keep(p->state_dir, "v", "a", &verdict, bytes_of_text(PEM));
	assert_true(exists(p, "v-misissued-00000000000000000000000000000000.pem"));
}

/* Nor does the clock. */
static void nothing_is_kept_for_the_clock(void **state)
{
	struct place *p = *state;
	struct verdict verdict = { .reason = REASON_CLOCK_SUSPECT,
		.pkix = { .ok = RULE_FAILED, .reason = REASON_CLOCK_SUSPECT },
		.name.ok = RULE_OK };

	verdict.chain.n = 1;
	evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(PEM));
	assert_int_not_equal(access(p->evidence, F_OK), 0);
	/* The twin: something else is wrong, too. */
	verdict.reason = verdict.pkix.reason = REASON_PKIX_NOT_YET_VALID;
	evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(PEM));
	assert_true(exists(p, "u-unverified-00000000000000000000000000000000.pem"));
}

static void a_symbolic_link_is_not_followed(void **state)
{
	struct place *p = *state;
	char target[PATH_MAX];

	assert_int_equal(mkdir(p->evidence, 0700), 0);
	snprintf(target, sizeof target, "%s/target", p->state_dir);
	assert_int_equal(symlink(target, path_of(p, FILE_1)), 0);
	keep(p, "quad9", 1);
	assert_int_not_equal(access(target, F_OK), 0);
	/* What stands in the way goes: there is evidence now. */
	assert_non_null(strstr(text_of(p, FILE_1), PEM));
}

static void nothing_is_written_without_a_certificate(void **state)
{
	struct place *p = *state;
	struct verdict verdict = { .reason = REASON_TLS_PROTOCOL };

	evidence_keep(NULL, "u", "a", &verdict, bytes_of_text(PEM));
	evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(PEM));
	verdict.chain.n = 1;
	evidence_keep(p->state_dir, "u", "a", &verdict, bytes_of_text(""));
	assert_int_not_equal(access(p->evidence, F_OK), 0);
	assert_int_equal(log_lines, 0);
}

static void what_cannot_be_written_is_logged(void **state)
{
	struct place *p = *state;
	int fd = open(p->evidence, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
	keep(p, "quad9", 1);
	assert_int_equal(log_lines, 1);
	assert_int_equal(unlink(p->evidence), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refused_chain_is_written),
		TEST(odd_characters_do_not_leave_the_directory),
		TEST(the_same_leaf_is_not_written_again),
		TEST(the_oldest_goes),
		TEST(junk_does_not_push_out_what_verified),
		TEST(other_names_do_not_push_it_out_either),
		TEST(nothing_is_kept_for_the_age_of_the_list),
		TEST(nothing_is_kept_for_the_clock),
		TEST(a_symbolic_link_is_not_followed),
		TEST(nothing_is_written_without_a_certificate),
		TEST(what_cannot_be_written_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
