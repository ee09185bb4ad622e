/* Roots that cannot be read are an error at start, with the path in it. */
#include "tls/roots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/make_cert.h"

static struct issuer root;
static char pem[4000];
static char directory[MAKE_DIRECTORY_MAX];

static const char broken_crl[] = "-----BEGIN X509 CRL-----\n"
				 "AAAA\n"
				 "-----END X509 CRL-----\n";

/* What lies in the directory under `file`; PEM: the root's certificate. */
#define PEM ((const char *)1)

static const struct row {
	const char *name;
	bool as_file;         /* as ca_file; else as the file in a ca_path */
	const char *file;     /* NULL: none is written */
	const char *contents; /* PEM, or this */
	bool ok;
} rows[] = {
	{ "file: a certificate", true, "roots.pem", PEM, true },
	{ "file: missing", true, NULL, NULL, false },
	{ "file: empty", true, "roots.pem", "", false },
	{ "file: text", true, "roots.pem", "these are the roots\n", false },
	{ "file: PEM of nothing", true, "roots.pem",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", false },
	{ "file: PEM of something else", true, "roots.pem",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", false },
	{ "file: cut", true, "roots.pem", "-----BEGIN CERTIFICATE-----\nMIIB", false },
	{ "file: a broken CRL", true, "roots.pem", broken_crl, false },

	{ "path: a hashed certificate", false, "9d04f354.0", PEM, true },
	{ "path: a later one of the same hash", false, "9d04f354.12", PEM, true },
	{ "path: empty", false, NULL, NULL, false },
	{ "path: a bundle, not hashed", false, "ca-certificates.crt", PEM, false },
	{ "path: a short hash", false, "9d04f35.0", PEM, false },
	{ "path: a long hash", false, "9d04f3540.0", PEM, false },
	{ "path: capitals", false, "9D04F354.0", PEM, false },
	{ "path: no number", false, "9d04f354.", PEM, false },
	{ "path: a CRL", false, "9d04f354.r0", PEM, false },
	{ "path: a copy of one", false, "9d04f354.0.bak", PEM, false },
	{ "path: a hashed name, empty file", false, "9d04f354.0", "", false },
	{ "path: a hashed name, text", false, "9d04f354.0", "root\n", false },
};

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void open_row(void **state)
{
	const struct row *row = *state;
	char path[MAKE_DIRECTORY_MAX + 30], words[400];
	struct text error = text_in(words, sizeof words);
	X509_STORE *store;
	enum status status;

	make_directory(directory);
	snprintf(path, sizeof path, "%s/%s", directory,
		row->file != NULL ? row->file : "absent");
	if (row->file != NULL)
		write_file(path, row->contents == PEM ? pem : row->contents);
	status = roots_open(row->as_file ? path : NULL, row->as_file ? NULL : directory,
		&error, &store);
	remove_directory(directory);
	assert_int_equal(status, row->ok ? STATUS_OK : STATUS_CONFIG);
	assert_int_equal(store != NULL, row->ok);
	if (!row->ok)
		assert_non_null(strstr(words, directory));
	X509_STORE_free(store);
}

static void assert_no_roots(const char *path)
{
	char words[400];
	struct text error = text_in(words, sizeof words);
	X509_STORE *store;

	assert_int_equal(roots_open(NULL, path, &error, &store), STATUS_CONFIG);
	assert_null(store);
	assert_non_null(strstr(words, path));
}

/* SSL_CTX_load_verify_dir() of it returns 1. */
static void a_directory_that_is_not_there(void **state)
{
	(void)state;
	assert_no_roots("/nonexistent/pintle-test/certs");
}

static void a_directory_that_is_a_file(void **state)
{
	(void)state;
	assert_no_roots("/dev/null");
}

static void a_hashed_name_that_leads_nowhere(void **state)
{
	char path[MAKE_DIRECTORY_MAX + 30];

	(void)state;
	make_directory(directory);
	snprintf(path, sizeof path, "%s/9d04f354.0", directory);
	assert_int_equal(symlink("/nonexistent/pintle-test/root.pem", path), 0);
	assert_no_roots(directory);
	remove_directory(directory);
}

static void a_hashed_name_that_is_a_directory(void **state)
{
	char path[MAKE_DIRECTORY_MAX + 30];

	(void)state;
	make_directory(directory);
	snprintf(path, sizeof path, "%s/9d04f354.0", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_no_roots(directory);
	rmdir(path);
	remove_directory(directory);
}

static void one_readable_root_among_others_is_enough(void **state)
{
	char path[MAKE_DIRECTORY_MAX + 30], words[400];
	struct text error = text_in(words, sizeof words);
	X509_STORE *store;

	(void)state;
	make_directory(directory);
	snprintf(path, sizeof path, "%s/00000000.0", directory);
	write_file(path, "");
	snprintf(path, sizeof path, "%s/11111111.0", directory);
	assert_int_equal(symlink("/nonexistent/pintle-test/root.pem", path), 0);
	make_hashed_file(directory, root.certificate);
	assert_int_equal(roots_open(NULL, directory, &error, &store), STATUS_OK);
	X509_STORE_free(store);
	remove_directory(directory);
}

/* Valid PEM, and nothing in it that anybody could be checked against. */
static void a_bundle_of_a_revocation_list(void **state)
{
	char path[MAKE_DIRECTORY_MAX + 30], words[400];
	struct text error = text_in(words, sizeof words);
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)MAKE_CERT_NOW);
	X509_STORE *store;
	FILE *f;

	(void)state;
	assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
	assert_int_equal(
		X509_CRL_set_issuer_name(crl, X509_get_subject_name(root.certificate)),
		1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, time), 1);
	assert_true(X509_CRL_sign(crl, root.key, EVP_sha256()) > 0);
	make_directory(directory);
	snprintf(path, sizeof path, "%s/crl.pem", directory);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509_CRL(f, crl), 1);
	fclose(f);
	assert_int_equal(roots_open(path, NULL, &error, &store), STATUS_CONFIG);
	assert_null(store);
	assert_non_null(strstr(words, path));
	remove_directory(directory);
	ASN1_TIME_free(time);
	X509_CRL_free(crl);
}

/* /etc/ssl/certs is made of links: what they lead to is what is trusted. */
static void a_root_behind_a_link_is_in_the_stamp(void **state)
{
	char links[MAKE_DIRECTORY_MAX], store[MAKE_DIRECTORY_MAX];
	char target[MAKE_DIRECTORY_MAX + 16], link[MAKE_DIRECTORY_MAX + 16];
	uint64_t with, changed;

	(void)state;
	make_directory(links);
	make_directory(store);
	snprintf(target, sizeof target, "%s/root.pem", store);
	snprintf(link, sizeof link, "%s/9d04f354.0", links);
	write_file(target, pem);
	assert_int_equal(symlink(target, link), 0);
	with = roots_stamp(NULL, links);
	assert_int_not_equal(with, 0);
	assert_true(roots_stamp(NULL, links) == with);
	assert_true(roots_stamp_of_before(NULL, links, time(NULL) + 1) == with);
	assert_int_equal(roots_stamp_of_before(NULL, links, 1000), 0);
	write_file(target, "another");
	changed = roots_stamp(NULL, links);
	assert_true(changed != with);
	assert_int_equal(unlink(target), 0);
	assert_int_equal(roots_stamp_of_before(NULL, links, time(NULL) + 1), 0);
	assert_true(roots_stamp(NULL, links) != changed);
	assert_true(roots_stamp(NULL, links) != with);
	remove_directory(links);
	remove_directory(store);
}

static void a_file_of_roots_has_a_stamp(void **state)
{
	char path[MAKE_DIRECTORY_MAX + 16], place[MAKE_DIRECTORY_MAX];
	uint64_t before;

	(void)state;
	make_directory(place);
	snprintf(path, sizeof path, "%s/roots.pem", place);
	assert_int_equal(roots_stamp(path, NULL), 0);
	write_file(path, pem);
	before = roots_stamp(path, NULL);
	assert_int_not_equal(before, 0);
	write_file(path, "another");
	assert_true(roots_stamp(path, NULL) != before);
	remove_directory(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_that_is_not_there),
		cmocka_unit_test(a_directory_that_is_a_file),
		cmocka_unit_test(a_hashed_name_that_leads_nowhere),
		cmocka_unit_test(a_hashed_name_that_is_a_directory),
		cmocka_unit_test(a_root_behind_a_link_is_in_the_stamp),
		cmocka_unit_test(a_file_of_roots_has_a_stamp),
		cmocka_unit_test(a_bundle_of_a_revocation_list),
		cmocka_unit_test(one_readable_root_among_others_is_enough),
	};
	char path[MAKE_DIRECTORY_MAX + 30];
	FILE *f;
	int failed;

	root = make_ca("Root", NULL);
	make_directory(directory);
	snprintf(path, sizeof path, "%s/root.pem", directory);
	make_bundle(path, &root.certificate, 1);
	f = fopen(path, "r");
	if (f == NULL || fread(pem, 1, sizeof pem - 1, f) == 0)
		return 1;
	fclose(f);
	remove_directory(directory);
	failed = run_rows("roots_open", rows, sizeof *rows, ROWS(rows), open_row);
	failed += cmocka_run_group_tests_name("roots", tests, NULL, NULL);
	issuer_deinit(&root);
	return failed;
}
