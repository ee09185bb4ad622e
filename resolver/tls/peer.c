/* Reads the certificates, has the path verified, compares the name; then, of a path
 * that holds, reads the staple and has the SCTs checked. Judges nothing: that is
 * verdict.c. */
#include "tls/peer.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "ct/horizon.h"
#include "tls/asn1time.h"
#include "tls/path.h"
#include "tls/sct_evidence.h"

void peer_describe_name(const X509_NAME *name, char out[PEER_SUBJECT_MAX])
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
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
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
	peer_describe_name(X509_get_subject_name(certificate), out->subject);
	out->not_before_s = asn1time_s(X509_get0_notBefore(certificate));
	out->not_after_s = asn1time_s(X509_get0_notAfter(certificate));
	if (X509_digest(certificate, EVP_sha256(), out->sha256, NULL) != 1)
		return STATUS_CRYPTO;
	return pin_of_certificate(certificate, &out->pin);
}

enum status peer_describe_chain(STACK_OF(X509) * from, struct peer_chain *out)
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
	if (key == NULL || EVP_PKEY_get_security_bits(key) < TLS_SECURITY_BITS_MIN)
		return X509_V_ERR_EE_KEY_TOO_SMALL;
	return X509_V_OK;
}

/* The whole chain of pins_only is the leaf. */
static void look_at_early_leaf(
	const struct tls_trust *trust, X509 *leaf, struct peer *out)
{
	int64_t start_s = out->sent.certificates[0].not_before_s;

	if (trust->clock == NULL || out->leaf_error != X509_V_ERR_CERT_NOT_YET_VALID)
		return;
	out->is_early = check_leaf(leaf, start_s) == X509_V_OK;
	out->judged_s = out->is_early ? start_s : out->at_s;
}

/* The list can be described whatever the chain is worth. */
static void describe_logs(
	const struct tls_policy *policy, const struct tls_trust *trust, struct peer *out)
{
	out->list_timestamp_s = INT64_MIN;
	out->list_horizon_s = INT64_MAX;
	if (policy->ct == CT_MODE_OFF || trust->logs == NULL)
		return;
	if (trust->logs->has_timestamp)
		out->list_timestamp_s = trust->logs->timestamp_ms / 1000;
	out->list_horizon_s =
		ct_horizon_lately_s(trust->logs, policy->ct_policy, out->scts_s);
}

static enum status check_scts(const struct tls_policy *policy,
	const struct tls_trust *trust, const struct peer_shown *shown,
	const struct staple_lists *lists, struct peer *out)
{
	const struct peer_certificate *built = out->built.certificates;
	const struct sct_evidence evidence = { .shown = shown,
		.leaf = &built[0],
		.issuer_key = out->built.n > 1 ? &built[1].pin : NULL,
		.lists = lists };
	enum status status = sct_evidence_judge(
		&evidence, trust->logs, policy->ct_policy, out->scts_s, &out->ct);

	out->has_ct = status == STATUS_OK;
	return status;
}

static enum status read_staple(
	const struct peer_shown *shown, struct peer *out, struct staple_lists *lists)
{
	struct staple *staple = &out->staple;

	*staple = (struct staple){ .state = STAPLE_ABSENT, .required = staple->required };
	if (shown->staple_awaited)
		staple->state = STAPLE_AWAITED;
	if (shown->staple_awaited || shown->staple.p == NULL)
		return STATUS_OK;
	if (out->issuer != NULL)
		return staple_read(shown->staple, sk_X509_value(shown->sent, 0),
			out->issuer, out->judged_s, staple, lists);
	staple->state = STAPLE_UNUSABLE;
	staple->problem = "the certificate is trusted itself: it has no issuer";
	return STATUS_OK;
}

/* Staple and SCTs, of a path that holds. Without SCTs in the staple nothing new is
 * known about them. */
static enum status take_extras(const struct tls_policy *policy,
	const struct tls_trust *trust, const struct peer_shown *shown, struct peer *out)
{
	struct staple_lists lists = { 0 };
	enum status status = read_staple(shown, out, &lists);
	bool on = policy->ct != CT_MODE_OFF && trust->logs != NULL;

	if (status == STATUS_OK && on && (!out->has_ct || lists.n > 0 || lists.broken))
		status = check_scts(policy, trust, shown, &lists, out);
	staple_lists_deinit(&lists);
	return status;
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
	out->at_s = out->judged_s = out->scts_s = at_s;
	out->floor_s = trust->clock != NULL ? trust->clock->floor_s : 0;
	if (sk_X509_num(sent) <= 0)
		return STATUS_MALFORMED;
	leaf = sk_X509_value(sent, 0);
	status = peer_describe_chain(sent, &out->sent);
	if (status != STATUS_OK)
		return status;
	out->name_ok = names(policy, leaf, address);
	out->leaf_error = check_leaf(leaf, at_s);
	describe_logs(policy, trust, out);
	if (policy->pkix == PKIX_PINS_ONLY) {
		look_at_early_leaf(trust, leaf, out);
		return STATUS_OK;
	}
	status = path_build(policy, trust, sent, out);
	if (out->is_early)
		out->scts_s = out->judged_s + PEER_EARLY_SCTS_S;
	if (status != STATUS_OK || (out->path_error != X509_V_OK && !out->is_early))
		return status;
	out->staple.required = staple_is_required(leaf);
	return take_extras(policy, trust, shown, out);
}

enum status peer_take_staple(const struct tls_policy *policy,
	const struct tls_trust *trust, const struct peer_shown *shown, struct peer *peer)
{
	struct peer_shown now = *shown;

	now.staple_awaited = false;
	if (peer->staple.state != STAPLE_AWAITED)
		return STATUS_OK;
	return take_extras(policy, trust, &now, peer);
}

void peer_deinit(struct peer *peer)
{
	X509_free(peer->issuer);
	peer->issuer = NULL;
}
