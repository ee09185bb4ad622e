/* Reads the certificates, builds and verifies the path, compares the name.
 * Judges nothing: that is verdict.c. */
#include "tls/peer.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/text.h"

/* Bits of security that level 2 asks of a key (SSL_CTX_set_security_level(3)). */
#define LEVEL               2
#define LEVEL_SECURITY_BITS 112

static int64_t time_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return clock_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec);
}

static void describe_subject(const X509 *certificate, char out[PEER_SUBJECT_MAX])
{
	struct text text = text_in(out, PEER_SUBJECT_MAX);
	BIO *bio = BIO_new(BIO_s_mem());
	char *line;
	long n;

	if (bio == NULL)
		return;
	/* RFC 2253 with ESC_CTRL and ESC_MSB (both are in XN_FLAG_RFC2253) is
	 * printable ASCII, whose backslashes are its own: not escaped again. The
	 * loop holds that to be true. */
	if (X509_NAME_print_ex(
		    bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0) {
		n = BIO_get_mem_data(bio, &line);
		for (long i = 0; i < n && !text.cut; i++)
			text_add(&text, "%c",
				line[i] >= 0x20 && line[i] < 0x7f ? line[i] : '?');
	}
	BIO_free(bio);
}

enum status peer_describe(const X509 *certificate, struct peer_certificate *out)
{
	memset(out, 0, sizeof *out);
	describe_subject(certificate, out->subject);
	out->not_before_s = time_of(X509_get0_notBefore(certificate));
	out->not_after_s = time_of(X509_get0_notAfter(certificate));
	if (X509_digest(certificate, EVP_sha256(), out->sha256, NULL) != 1)
		return STATUS_CRYPTO;
	return pin_of_certificate(certificate, &out->pin);
}

static enum status describe_chain(STACK_OF(X509) * from, struct peer_chain *out)
{
	enum status status = STATUS_OK;

	out->n = 0;
	for (int i = 0;
		i < sk_X509_num(from) && i < PEER_CHAIN_MAX && status == STATUS_OK; i++) {
		status = peer_describe(sk_X509_value(from, i), &out->certificates[i]);
		out->n++;
	}
	return status;
}

/* Lack of file descriptors while a root is looked up must not look like a missing
 * root: one is trouble of ours, the other a verdict. OpenSSL forgets why it could
 * not open a file, so: can the directory be opened now? */
static bool roots_unreadable(const struct tls_policy *policy)
{
	int fd;

	if (policy->ca_file != NULL || policy->ca_path == NULL)
		return false;
	fd = open(policy->ca_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return true;
	close(fd);
	return false;
}

static enum status prepare(int64_t at_s, X509_STORE_CTX *ctx)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	if (X509_STORE_CTX_set_default(ctx, "ssl_server") != 1 ||
		X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER) != 1 ||
		X509_VERIFY_PARAM_set_trust(param, X509_TRUST_SSL_SERVER) != 1)
		return STATUS_CRYPTO;
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	X509_VERIFY_PARAM_set_depth(param, PEER_CHAIN_MAX - 2);
	X509_VERIFY_PARAM_set_time(param, (time_t)at_s);
	return STATUS_OK;
}

static enum status verify_path(
	const struct tls_policy *policy, X509_STORE_CTX *ctx, struct peer *out)
{
	int ok = X509_verify_cert(ctx);

	out->path_error = X509_STORE_CTX_get_error(ctx);
	out->path_depth = X509_STORE_CTX_get_error_depth(ctx);
	if (ok == 1 && out->path_error == X509_V_OK)
		return describe_chain(X509_STORE_CTX_get0_chain(ctx), &out->built);
	if (roots_unreadable(policy))
		return STATUS_IO;
	if (ok < 0)
		return STATUS_CRYPTO;
	if (out->path_error == X509_V_OK)
		out->path_error = X509_V_ERR_UNSPECIFIED;
	return STATUS_OK;
}

static enum status build_path(const struct tls_policy *policy, X509_STORE *roots,
	STACK_OF(X509) * sent, int64_t at_s, struct peer *out)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum status status = STATUS_CRYPTO;

	if (ctx == NULL)
		return STATUS_NOMEM;
	if (X509_STORE_CTX_init(ctx, roots, sk_X509_value(sent, 0), sent) == 1)
		status = prepare(at_s, ctx);
	if (status == STATUS_OK)
		status = verify_path(policy, ctx, out);
	X509_STORE_CTX_free(ctx);
	return status;
}

/* subjectAltName only, no partial wildcards (RFC 9525 §6.3, §6.4). Whoever filled
 * in the policy has looked at auth_name, and it is looked at again: OpenSSL takes
 * ".lab" for any subdomain. */
static bool names(const struct tls_policy *policy, X509 *leaf, struct bytes address)
{
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
			       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

	switch (policy->identity) {
	case IDENTITY_NAME:
		return auth_name_problem(policy->auth_name) == NULL &&
		       X509_check_host(leaf, policy->auth_name, strlen(policy->auth_name),
			       flags, NULL) == 1;
	case IDENTITY_ADDRESS:
		return X509_check_ip(leaf, address.p, address.n, flags) == 1;
	case IDENTITY_NONE:
		return false;
	}
	return false;
}

/* With the function that path verification uses: the same answer to the second,
 * and none for what is not a time (0). */
static int check_dates(const X509 *leaf, int64_t at_s)
{
	time_t at = (time_t)at_s;
	int from = X509_cmp_time(X509_get0_notBefore(leaf), &at);
	int to = X509_cmp_time(X509_get0_notAfter(leaf), &at);

	if (from == 0)
		return X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD;
	if (from > 0)
		return X509_V_ERR_CERT_NOT_YET_VALID;
	if (to == 0)
		return X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
	return to < 0 ? X509_V_ERR_CERT_HAS_EXPIRED : X509_V_OK;
}

static int check_leaf(X509 *leaf, int64_t at_s)
{
	const EVP_PKEY *key = X509_get0_pubkey(leaf);
	int error = check_dates(leaf, at_s);

	if (error != X509_V_OK)
		return error;
	if (key == NULL || EVP_PKEY_get_security_bits(key) < LEVEL_SECURITY_BITS)
		return X509_V_ERR_EE_KEY_TOO_SMALL;
	return X509_V_OK;
}

enum status peer_collect(const struct tls_policy *policy, const struct tls_trust *trust,
	const struct peer_shown *shown, struct bytes address, int64_t at_s,
	struct peer *out)
{
	STACK_OF(X509) *sent = shown->sent;
	enum status status;
	X509 *leaf;

	memset(out, 0, sizeof *out);
	out->path_error = out->leaf_error = X509_V_ERR_UNSPECIFIED;
	if (sk_X509_num(sent) <= 0)
		return STATUS_MALFORMED;
	leaf = sk_X509_value(sent, 0);
	status = describe_chain(sent, &out->sent);
	if (status != STATUS_OK)
		return status;
	out->name_ok = names(policy, leaf, address);
	out->leaf_error = check_leaf(leaf, at_s);
	if (policy->pkix == PKIX_PINS_ONLY)
		return STATUS_OK;
	return build_path(policy, trust->roots, sent, at_s, out);
}
