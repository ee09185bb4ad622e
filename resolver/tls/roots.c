#include "tls/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "base/hash.h"
#include "ct/certificate.h"

/* "9d04f354.0": what c_rehash makes of a certificate's subject. */
static bool is_hashed_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       name[9] != '\0' && strspn(name + 9, "0123456789") == strlen(name + 9);
}

/* As far as Certificate Transparency reads it, or, for the forms that only OpenSSL knows,
 * whatever OpenSSL takes: that asks all its decoders about the key. */
static bool is_certificate_der(struct bytes der)
{
	struct ct_certificate read;
	const unsigned char *p = der.p;
	X509 *certificate;

	if (ct_certificate_read(der, &read) == STATUS_OK)
		return true;
	certificate = d2i_X509_AUX(NULL, &p, (long)der.n);
	X509_free(certificate);
	return certificate != NULL;
}

/* The first certificate of a file in PEM, of any of the three names that it may have. */
static bool holds_pem_certificate(FILE *f)
{
	BIO *bio = BIO_new_fp(f, BIO_NOCLOSE);
	unsigned char *der = NULL;
	bool is = false;
	long n = 0;

	if (bio != NULL && PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_X509_TRUSTED,
				   bio, NULL, NULL) == 1)
		is = is_certificate_der(bytes_of(der, (size_t)n));
	OPENSSL_free(der);
	BIO_free(bio);
	return is;
}

static bool is_certificate(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	bool is;

	if (f == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	is = holds_pem_certificate(f);
	fclose(f);
	return is;
}

static bool has_hashed_certificate(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_hashed_name(entry->d_name) &&
			is_certificate(dirfd(dir), entry->d_name);
	closedir(dir);
	return found;
}

/* A bundle may hold revocation lists alone: it loads, and trusts nobody. */
static bool holds_certificate(X509_STORE *store)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);

	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++)
		if (X509_OBJECT_get_type(sk_X509_OBJECT_value(objects, i)) ==
			X509_LU_X509)
			return true;
	return false;
}

/* A FIFO or a device would be waited for. */
static bool is_regular(const char *path)
{
	struct stat st;

	errno = 0;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static enum status load_file(X509_STORE *store, const char *path, struct text *error)
{
	if (!is_regular(path)) {
		text_add(error, "%s: no certificates can be read from it (%s)", path,
			errno != 0 ? strerror(errno) : "not a regular file");
		return STATUS_CONFIG;
	}
	if (X509_STORE_load_file(store, path) != 1 || !holds_certificate(store)) {
		text_add(error, "%s: no certificates can be read from it (%s)", path,
			errno != 0 ? strerror(errno) : "none in PEM");
		return STATUS_CONFIG;
	}
	/* The user chose these certificates one by one: a chain may end at any. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return STATUS_OK;
}

static enum status load_path(X509_STORE *store, const char *path, struct text *error)
{
	if (!has_hashed_certificate(path)) {
		text_add(error,
			"%s: no hashed certificates in it (install ca-certificates)",
			path);
		return STATUS_CONFIG;
	}
	return X509_STORE_load_path(store, path) == 1 ? STATUS_OK : STATUS_CRYPTO;
}

enum status roots_open(
	const char *ca_file, const char *ca_path, struct text *error, X509_STORE **out)
{
	X509_STORE *store = X509_STORE_new();
	enum status status;

	*out = NULL;
	if (store == NULL)
		return STATUS_NOMEM;
	errno = 0;
	if (ca_file != NULL)
		status = load_file(store, ca_file, error);
	else
		status = load_path(store, ca_path, error);
	ERR_clear_error();
	if (status != STATUS_OK) {
		X509_STORE_free(store);
		return status;
	}
	*out = store;
	return STATUS_OK;
}

X509_STORE *roots_share(X509_STORE *roots)
{
	if (roots != NULL)
		X509_STORE_up_ref(roots);
	return roots;
}

void roots_free(X509_STORE *roots)
{
	X509_STORE_free(roots);
}

/* What a look at the files has found. */
struct look {
	uint64_t sum; /* a directory has no order */
	int64_t newest_s;
};

static void note_change(struct look *look, const struct stat *st)
{
	if (st->st_ctim.tv_sec > look->newest_s)
		look->newest_s = st->st_ctim.tv_sec;
}

/* Links are followed: /etc/ssl/certs is made of them. */
static void look_at_file(struct look *look, int directory, const char *name)
{
	struct stamp {
		uint64_t device, inode, size;
		int64_t modified_s, modified_ns, changed_s, changed_ns;
		uint64_t name;
	} s = { .name = hash_bytes(bytes_of_text(name)) };
	struct stat st;

	if (fstatat(directory, name, &st, 0) != 0) {
		/* Nobody says since when it is missing. */
		look->newest_s = INT64_MAX;
		return;
	}
	s.device = st.st_dev;
	s.inode = st.st_ino;
	s.size = (uint64_t)st.st_size;
	s.modified_s = st.st_mtim.tv_sec;
	s.modified_ns = st.st_mtim.tv_nsec;
	s.changed_s = st.st_ctim.tv_sec;
	s.changed_ns = st.st_ctim.tv_nsec;
	look->sum += hash_bytes(bytes_of(&s, sizeof s));
	note_change(look, &st);
}

/* When a name was added or removed, the directory itself says. */
static void look_at_directory(struct look *look, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return;
	if (fstat(dirfd(dir), &st) == 0)
		note_change(look, &st);
	/* A link that leads to another directory since. */
	if (lstat(path, &st) == 0)
		note_change(look, &st);
	while ((entry = readdir(dir)) != NULL)
		if (is_hashed_name(entry->d_name))
			look_at_file(look, dirfd(dir), entry->d_name);
	closedir(dir);
}

static struct look look_at(const char *ca_file, const char *ca_path)
{
	struct look look = { 0, INT64_MIN };

	if (ca_file != NULL)
		look_at_file(&look, AT_FDCWD, ca_file);
	else
		look_at_directory(&look, ca_path);
	return look;
}

uint64_t roots_stamp(const char *ca_file, const char *ca_path)
{
	return look_at(ca_file, ca_path).sum;
}

uint64_t roots_stamp_of_before(const char *ca_file, const char *ca_path, int64_t at_s)
{
	struct look look = look_at(ca_file, ca_path);

	return look.newest_s < at_s ? look.sum : 0;
}
