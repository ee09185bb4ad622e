#include "tests/unit/ct/make_sct.h"

#include <stdlib.h>

#include <openssl/sha.h>

#include "tests/unit/must.h"

struct bytes der_bytes(const struct der *der)
{
	return bytes_of(der->p, der->n);
}

static struct der taken_over(unsigned char *p, int n, const char *what)
{
	struct der out = { .n = (size_t)n };
	struct writer w = { .p = out.p, .cap = sizeof out.p };

	must(n > 0, what);
	wr_bytes(&w, bytes_of(p, (size_t)n));
	must(!w.bad, what);
	OPENSSL_free(p);
	return out;
}

struct test_log make_log(EVP_PKEY *key)
{
	struct test_log log = { .key = key };
	unsigned char *p = NULL;
	int n = i2d_PUBKEY(key, &p);

	log.spki = taken_over(p, n, "log key");
	SHA256(log.spki.p, log.spki.n, log.id);
	return log;
}

void test_log_deinit(struct test_log *log)
{
	EVP_PKEY_free(log->key);
	*log = (struct test_log){ 0 };
}

struct der make_certificate_der(X509 *certificate)
{
	unsigned char *p = NULL;
	int n = i2d_X509(certificate, &p);

	return taken_over(p, n, "certificate");
}

struct der make_tbs(X509 *certificate)
{
	unsigned char *p = NULL;
	int n = i2d_re_X509_tbs(certificate, &p);

	return taken_over(p, n, "TBSCertificate");
}

void make_key_hash(const X509 *certificate, uint8_t out[32])
{
	unsigned char *p = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &p);
	struct der spki = taken_over(p, n, "issuer's key");

	SHA256(spki.p, spki.n, out);
}

static struct der signed_data(
	uint64_t timestamp_ms, struct bytes extensions, const struct ct_entry *entry)
{
	struct der out = { 0 };
	struct writer w = { .p = out.p, .cap = sizeof out.p };

	wr_uint(&w, 0, 1); /* v1 */
	wr_uint(&w, 0, 1); /* certificate_timestamp */
	wr_uint(&w, timestamp_ms, 8);
	wr_uint(&w, entry->type, 2);
	if (entry->type == CT_ENTRY_PRECERT)
		wr_bytes(&w, entry->issuer_key_hash);
	wr_uint(&w, entry->certificate.n, 3);
	wr_bytes(&w, entry->certificate);
	wr_uint(&w, extensions.n, 2);
	wr_bytes(&w, extensions);
	must(!w.bad, "signed data");
	out.n = w.n;
	return out;
}

struct der make_sct(const struct test_log *log, uint64_t timestamp_ms,
	struct bytes extensions, const struct ct_entry *entry)
{
	struct der data = signed_data(timestamp_ms, extensions, entry), out = { 0 };
	struct writer w = { .p = out.p, .cap = sizeof out.p };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t n = sizeof signature;

	must(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, log->key) == 1 &&
			EVP_DigestSign(ctx, signature, &n, data.p, data.n) == 1,
		"signature");
	EVP_MD_CTX_free(ctx);
	wr_uint(&w, 0, 1);
	wr_bytes(&w, bytes_of(log->id, sizeof log->id));
	wr_uint(&w, timestamp_ms, 8);
	wr_uint(&w, extensions.n, 2);
	wr_bytes(&w, extensions);
	wr_uint(&w, 4, 1); /* sha256 */
	wr_uint(&w, EVP_PKEY_is_a(log->key, "RSA") ? 1 : 3, 1);
	wr_uint(&w, n, 2);
	wr_bytes(&w, bytes_of(signature, n));
	must(!w.bad, "SCT");
	out.n = w.n;
	return out;
}

struct der make_sct_list(const struct der *scts, size_t n)
{
	struct der out = { 0 };
	struct writer w = { .p = out.p, .cap = sizeof out.p };

	wr_uint(&w, 0, 2);
	for (size_t i = 0; i < n; i++) {
		wr_uint(&w, scts[i].n, 2);
		wr_bytes(&w, der_bytes(&scts[i]));
	}
	wr_patch16(&w, 0, (uint16_t)(w.n - 2));
	must(!w.bad, "SCT list");
	out.n = w.n;
	return out;
}

void make_extension(
	X509 *certificate, const char *oid, bool critical, struct bytes value, int place)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	must(ASN1_OCTET_STRING_set(data, value.p, (int)value.n) == 1, "extension");
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, critical, data);
	must(X509_add_ext(certificate, extension, place) == 1, "extension");
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(object);
}

struct der make_octet_string(struct bytes contents)
{
	struct der out = { 0 };
	struct writer w = { .p = out.p, .cap = sizeof out.p };
	unsigned width = contents.n > 0xff ? 2 : 1;

	wr_uint(&w, V_ASN1_OCTET_STRING, 1);
	if (contents.n >= 0x80)
		wr_uint(&w, 0x80 | width, 1);
	wr_uint(&w, contents.n, width);
	wr_bytes(&w, contents);
	must(!w.bad, "octet string");
	out.n = w.n;
	return out;
}

#define LOGS_MAX 8

void make_logged(X509 *certificate, const struct issuer *by, const struct test_log *logs,
	size_t n, uint64_t timestamp_ms)
{
	struct der tbs = make_tbs(certificate), list, value;
	struct der scts[LOGS_MAX];
	uint8_t key_hash[32];
	struct ct_entry entry = { .type = CT_ENTRY_PRECERT,
		.issuer_key_hash = bytes_of(key_hash, sizeof key_hash),
		.certificate = der_bytes(&tbs) };

	must(n <= LOGS_MAX, "too many logs");
	make_key_hash(by->certificate, key_hash);
	for (size_t i = 0; i < n; i++)
		scts[i] = make_sct(&logs[i], timestamp_ms, bytes_of(NULL, 0), &entry);
	list = make_sct_list(scts, n);
	value = make_octet_string(der_bytes(&list));
	make_extension(certificate, MAKE_SCT_OID, false, der_bytes(&value), -1);
	must(X509_sign(certificate, by->key, EVP_sha256()) > 0, "certificate");
}
