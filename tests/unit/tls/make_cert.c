#include "tests/unit/tls/make_cert.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/unit/must.h"

#define DAY_S 86400

EVP_PKEY *make_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	must(key != NULL, "P-256 key");
	return key;
}

EVP_PKEY *make_rsa_key(unsigned bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);

	must(key != NULL, "RSA key");
	return key;
}

EVP_PKEY *make_chimera_key(EVP_PKEY *one, EVP_PKEY *other)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	uint8_t public[200];
	OSSL_PARAM *params;
	BIGNUM *private = NULL;
	size_t n;

	must(EVP_PKEY_get_octet_string_param(
		     one, OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public, &n) == 1,
		"public half");
	must(EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &private) == 1,
		"private half");
	must(OSSL_PARAM_BLD_push_utf8_string(
		     build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
			OSSL_PARAM_BLD_push_octet_string(
				build, OSSL_PKEY_PARAM_PUB_KEY, public, n) == 1 &&
			OSSL_PARAM_BLD_push_BN(
				build, OSSL_PKEY_PARAM_PRIV_KEY, private) == 1,
		"parameters");
	params = OSSL_PARAM_BLD_to_param(build);
	must(EVP_PKEY_fromdata_init(ctx) == 1 &&
			EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1,
		"key of two halves");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_clear_free(private);
	return key;
}

static void add_extension(X509 *x, const struct issuer *by, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, by != NULL ? by->certificate : x, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension != NULL && X509_add_ext(x, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

/* A dNSName that openssl.cnf cannot write, with a NUL in it, say. */
static void add_raw_dns(X509 *x, struct bytes name)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *one = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	must(ASN1_STRING_set(text, name.p, (int)name.n) == 1, "dNSName");
	GENERAL_NAME_set0_value(one, GEN_DNS, text);
	must(sk_GENERAL_NAME_push(names, one) > 0, "dNSName");
	must(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0) == 1, "dNSName");
	GENERAL_NAMES_free(names);
}

static void set_dates(X509 *x, const struct cert_spec *spec)
{
	int64_t from = spec->not_before_s, to = spec->not_after_s;

	must(ASN1_TIME_set(X509_getm_notBefore(x),
		     (time_t)(from != 0 ? from : MAKE_CERT_NOW - DAY_S)) != NULL,
		"notBefore");
	must(ASN1_TIME_set(X509_getm_notAfter(x),
		     (time_t)(to != 0 ? to : MAKE_CERT_NOW + DAY_S)) != NULL,
		"notAfter");
	/* ASN1_TIME_set_string() would refuse what is not a time. */
	if (spec->not_before_text != NULL)
		must(ASN1_STRING_set(X509_getm_notBefore(x), spec->not_before_text, -1),
			"notBefore");
}

static void set_names(X509 *x, const struct cert_spec *spec, const struct issuer *by)
{
	X509_NAME *subject = X509_get_subject_name(x);

	if (spec->cn != NULL)
		must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
			     (const unsigned char *)spec->cn, -1, -1, 0) == 1,
			spec->cn);
	must(X509_set_issuer_name(
		     x, by != NULL ? X509_get_subject_name(by->certificate) : subject),
		"issuer");
}

X509 *make_cert(const struct cert_spec *spec, EVP_PKEY *key, const struct issuer *by,
	EVP_PKEY *signer)
{
	static long serial = 1;
	const char *digest = spec->digest != NULL ? spec->digest : "SHA256";
	X509 *x = X509_new();

	must(x != NULL && X509_set_version(x, X509_VERSION_3) == 1, "certificate");
	must(ASN1_INTEGER_set(X509_get_serialNumber(x), serial++) == 1, "serial");
	set_dates(x, spec);
	set_names(x, spec, by);
	must(X509_set_pubkey(x, key) == 1, "public key");
	add_extension(x, by, NID_basic_constraints, spec->constraints);
	add_extension(x, by, NID_key_usage, spec->usage);
	add_extension(x, by, NID_ext_key_usage, spec->extended_usage);
	add_extension(x, by, NID_name_constraints, spec->names);
	add_extension(x, by, NID_subject_alt_name, spec->san);
	if (spec->raw_dns.n > 0)
		add_raw_dns(x, spec->raw_dns);
	if (signer == NULL)
		signer = by != NULL ? by->key : key;
	must(X509_sign(x, signer, EVP_get_digestbyname(digest)) > 0, "signature");
	return x;
}

struct issuer make_ca(const char *cn, const struct issuer *by)
{
	const struct cert_spec spec = { .cn = cn,
		.constraints = "critical,CA:TRUE",
		.usage = "critical,keyCertSign" };
	struct issuer out = { .key = make_key() };

	out.certificate = make_cert(&spec, out.key, by, NULL);
	return out;
}

void issuer_deinit(struct issuer *issuer)
{
	X509_free(issuer->certificate);
	EVP_PKEY_free(issuer->key);
	*issuer = (struct issuer){ 0 };
}

struct pin make_pin(const X509 *certificate)
{
	struct pin pin;

	must(pin_of_certificate(certificate, &pin) == STATUS_OK, "pin");
	return pin;
}

STACK_OF(X509) * make_list(X509 *const *certificates, size_t n)
{
	STACK_OF(X509) *list = sk_X509_new_null();

	for (size_t i = 0; i < n; i++) {
		X509_up_ref(certificates[i]);
		must(sk_X509_push(list, certificates[i]) > 0, "list");
	}
	return list;
}

void make_hashed_file(const char *directory, X509 *certificate)
{
	char path[PATH_MAX];

	for (int i = 0;; i++) {
		snprintf(path, sizeof path, "%s/%08lx.%d", directory,
			X509_subject_name_hash(certificate), i);
		if (access(path, F_OK) != 0)
			break;
	}
	make_bundle(path, &certificate, 1);
}

void make_bundle(const char *path, X509 *const *certificates, size_t n)
{
	FILE *f = fopen(path, "w");

	must(f != NULL, path);
	for (size_t i = 0; i < n; i++)
		must(PEM_write_X509(f, certificates[i]) == 1, path);
	must(fclose(f) == 0, path);
}

void make_directory(char out[MAKE_DIRECTORY_MAX])
{
	const char *parent = getenv("TMPDIR");
	int n = snprintf(out, MAKE_DIRECTORY_MAX, "%s/pintle-test-XXXXXX",
		parent != NULL ? parent : "/tmp");

	must(n < MAKE_DIRECTORY_MAX && mkdtemp(out) != NULL, out);
}

void remove_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char file[PATH_MAX];

	must(dir != NULL, path);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		if (unlink(file) != 0)
			remove_directory(file);
	}
	closedir(dir);
	rmdir(path);
}
