/* OpenSSL does it; here stands what is asked of it, and what its answers mean. */
#include "tls/path.h"

#include <fcntl.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "tls/asn1time.h"

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
	X509_VERIFY_PARAM_set_auth_level(param, TLS_SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_depth(param, PEER_CHAIN_MAX - 2);
	X509_VERIFY_PARAM_set_time(param, (time_t)at_s);
	return STATUS_OK;
}

static enum status take_chain(STACK_OF(X509) * chain, struct peer *out)
{
	X509 *issuer = sk_X509_num(chain) > 1 ? sk_X509_value(chain, 1) : NULL;

	if (issuer != NULL && X509_up_ref(issuer) != 1)
		return STATUS_CRYPTO;
	out->issuer = issuer;
	return peer_describe_chain(chain, &out->built);
}

/* The latest notBefore of a chain of which nothing is proven. */
static int64_t latest_start_s(STACK_OF(X509) * chain)
{
	int64_t latest_s = INT64_MIN;

	for (int i = 0; i < sk_X509_num(chain); i++) {
		const X509 *one = sk_X509_value(chain, i);
		int64_t start_s = asn1time_s(X509_get0_notBefore(one));

		if (start_s > latest_s)
			latest_s = start_s;
	}
	return latest_s;
}

static enum status verify_path(const struct tls_policy *policy, X509_STORE_CTX *ctx,
	struct peer *out, int64_t *start_s)
{
	int ok = X509_verify_cert(ctx);

	out->path_error = X509_STORE_CTX_get_error(ctx);
	out->path_depth = X509_STORE_CTX_get_error_depth(ctx);
	*start_s = latest_start_s(X509_STORE_CTX_get0_chain(ctx));
	if (ok == 1 && out->path_error == X509_V_OK)
		return take_chain(X509_STORE_CTX_get0_chain(ctx), out);
	if (roots_unreadable(policy))
		return STATUS_IO;
	if (ok < 0)
		return STATUS_CRYPTO;
	if (out->path_error == X509_V_OK)
		out->path_error = X509_V_ERR_UNSPECIFIED;
	return STATUS_OK;
}

static enum status build_at(const struct tls_policy *policy, X509_STORE *roots,
	STACK_OF(X509) * sent, int64_t at_s, struct peer *out, int64_t *start_s)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum status status = STATUS_CRYPTO;

	if (ctx == NULL)
		return STATUS_NOMEM;
	if (X509_STORE_CTX_init(ctx, roots, sk_X509_value(sent, 0), sent) == 1)
		status = prepare(at_s, ctx);
	if (status == STATUS_OK)
		status = verify_path(policy, ctx, out, start_s);
	X509_STORE_CTX_free(ctx);
	return status;
}

enum status path_build(const struct tls_policy *policy, const struct tls_trust *trust,
	STACK_OF(X509) * sent, struct peer *out)
{
	int64_t start_s, again_s;
	enum status status =
		build_at(policy, trust->roots, sent, out->at_s, out, &start_s);
	int depth = out->path_depth;

	if (status != STATUS_OK || trust->clock == NULL ||
		out->path_error != X509_V_ERR_CERT_NOT_YET_VALID)
		return status;
	status = build_at(policy, trust->roots, sent, start_s, out, &again_s);
	out->is_early = status == STATUS_OK && out->path_error == X509_V_OK;
	out->judged_s = out->is_early ? start_s : out->at_s;
	/* Whatever else was found is a matter of that time; this is of now. */
	out->path_error = X509_V_ERR_CERT_NOT_YET_VALID;
	out->path_depth = depth;
	return status;
}
