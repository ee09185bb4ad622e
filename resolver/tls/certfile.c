/* Reads the file whole, then certificate after certificate as PEM or DER; each
 * is decoded strictly, so that no bytes stand behind it. */
#include "tls/certfile.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/file.h"

/* A SEQUENCE with a length of one to three bytes: what every certificate starts
 * with, and no text. */
static bool is_der(struct bytes in)
{
	return in.n > 4 && in.p[0] == 0x30 && in.p[1] >= 0x81 && in.p[1] <= 0x83;
}

static enum status add(X509 *certificate, STACK_OF(X509) * out, struct text *error)
{
	if (sk_X509_num(out) >= CERTFILE_CERTIFICATES_MAX) {
		X509_free(certificate);
		text_add(error, "more than %d certificates", CERTFILE_CERTIFICATES_MAX);
		return STATUS_LIMIT;
	}
	if (sk_X509_push(out, certificate) > 0)
		return STATUS_OK;
	X509_free(certificate);
	return STATUS_NOMEM;
}

/* Takes one certificate off the front of `rest`. */
static enum status take_der(struct bytes *rest, STACK_OF(X509) * out, struct text *error)
{
	const unsigned char *p = rest->p;
	X509 *certificate = d2i_X509(NULL, &p, (long)rest->n);

	if (certificate == NULL) {
		text_add(error, "certificate %d cannot be decoded", sk_X509_num(out) + 1);
		return STATUS_MALFORMED;
	}
	*rest = bytes_of(p, rest->n - (size_t)(p - rest->p));
	return add(certificate, out, error);
}

static enum status read_der(struct bytes in, STACK_OF(X509) * out, struct text *error)
{
	enum status status = STATUS_OK;

	while (in.n > 0 && status == STATUS_OK)
		status = take_der(&in, out, error);
	return status;
}

/* A certificate needs no password; without this OpenSSL asks the terminal. */
static int no_password(char *out, int size, int writing, void *unused)
{
	(void)out, (void)size, (void)writing, (void)unused;
	return -1;
}

static enum status take_pem(BIO *bio, STACK_OF(X509) * out, struct text *error)
{
	unsigned char *der = NULL;
	long n = 0;
	struct bytes rest;
	enum status status;

	if (PEM_bytes_read_bio(&der, &n, NULL, PEM_STRING_X509, bio, no_password, NULL) !=
		1) {
		if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
			return STATUS_NOTFOUND;
		text_add(error, "certificate %d is broken PEM", sk_X509_num(out) + 1);
		return STATUS_MALFORMED;
	}
	rest = bytes_of(der, (size_t)n);
	status = take_der(&rest, out, error);
	if (status == STATUS_OK && rest.n > 0) {
		text_add(error, "certificate %d has bytes behind it", sk_X509_num(out));
		status = STATUS_MALFORMED;
	}
	OPENSSL_free(der);
	return status;
}

static enum status read_pem(struct bytes in, STACK_OF(X509) * out, struct text *error)
{
	BIO *bio = BIO_new_mem_buf(in.p, (int)in.n);
	enum status status = STATUS_OK;

	if (bio == NULL)
		return STATUS_NOMEM;
	while (status == STATUS_OK)
		status = take_pem(bio, out, error);
	BIO_free(bio);
	if (status == STATUS_NOTFOUND && sk_X509_num(out) > 0)
		return STATUS_OK;
	if (status == STATUS_NOTFOUND)
		text_add(error, "no certificate in it, neither PEM nor DER");
	return status;
}

enum status certfile_parse(struct bytes in, struct text *error, STACK_OF(X509) * *out)
{
	STACK_OF(X509) *certificates = sk_X509_new_null();
	enum status status;

	*out = NULL;
	if (certificates == NULL)
		return STATUS_NOMEM;
	if (in.n > CERTFILE_BYTES_MAX) {
		text_add(error, "larger than %d bytes", CERTFILE_BYTES_MAX);
		status = STATUS_LIMIT;
	} else if (is_der(in)) {
		status = read_der(in, certificates, error);
	} else {
		status = read_pem(in, certificates, error);
	}
	ERR_clear_error();
	if (status != STATUS_OK) {
		certfile_free(certificates);
		return status;
	}
	*out = certificates;
	return STATUS_OK;
}

enum status certfile_read(const char *path, struct text *error, STACK_OF(X509) * *out)
{
	struct bytes file;
	enum status status = file_read(path, CERTFILE_BYTES_MAX, error, &file);

	*out = NULL;
	if (status != STATUS_OK)
		return status;
	text_add(error, "%s: ", path);
	status = certfile_parse(file, error, out);
	if (status == STATUS_NOMEM)
		text_add(error, "%s", status_text(status));
	free((void *)file.p);
	return status;
}

void certfile_free(STACK_OF(X509) * certificates)
{
	sk_X509_pop_free(certificates, X509_free);
}

size_t certfile_count(const STACK_OF(X509) * certificates)
{
	return (size_t)sk_X509_num(certificates);
}

enum status certfile_describe(const STACK_OF(X509) * certificates, size_t at,
	struct peer_certificate *out, bool *is_issuer)
{
	X509 *certificate = sk_X509_value(certificates, (int)at);

	*is_issuer = X509_check_ca(certificate) != 0;
	ERR_clear_error();
	return peer_describe(certificate, out);
}
