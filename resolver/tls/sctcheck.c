#include "tls/sctcheck.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "ct/verify.h"

X509 *sctcheck_issuer(const STACK_OF(X509) * candidates, const STACK_OF(X509) * chain)
{
	X509 *leaf = sk_X509_value(chain, 0);
	X509 *found = NULL;

	for (int i = 0; leaf != NULL && i < sk_X509_num(candidates) && found == NULL;
		i++) {
		X509 *one = sk_X509_value(candidates, i);

		if (X509_check_issued(one, leaf) == X509_V_OK &&
			X509_verify(leaf, X509_get0_pubkey(one)) == 1)
			found = one;
	}
	ERR_clear_error();
	return found;
}

/* All that is judged, with what its views are borrowed from. */
struct material {
	struct ct_evidence evidence;
	struct pin issuer_key;
	unsigned char *leaf_der; /* owned */
	struct staple_lists lists;
};

static enum status gather(const struct peer_shown *shown, X509 *issuer, int64_t at_s,
	struct material *out, struct staple *staple)
{
	X509 *leaf = sk_X509_value(shown->sent, 0);
	struct peer_certificate brief;
	enum status status;
	int n;

	out->evidence.tls_list = shown->tls_scts;
	if (leaf == NULL)
		return STATUS_OK;
	status = peer_describe(leaf, &brief);
	if (status != STATUS_OK)
		return status;
	n = i2d_X509(leaf, &out->leaf_der);
	if (n < 0)
		return STATUS_CRYPTO;
	out->evidence.leaf = bytes_of(out->leaf_der, (size_t)n);
	out->evidence.not_before_s = brief.not_before_s;
	out->evidence.not_after_s = brief.not_after_s;
	if (issuer == NULL)
		return STATUS_OK;
	status = pin_of_certificate(issuer, &out->issuer_key);
	out->evidence.issuer_key_hash = bytes_of(out->issuer_key.sha256, PIN_BYTES);
	/* Whose staple it is nobody can tell without the issuer. */
	if (status == STATUS_OK && shown->staple.p != NULL)
		status = staple_read(
			shown->staple, leaf, issuer, at_s, staple, &out->lists);
	memcpy(out->evidence.ocsp_lists, out->lists.lists,
		sizeof out->evidence.ocsp_lists);
	out->evidence.ocsp_n = out->lists.n;
	out->evidence.ocsp_broken = out->lists.broken;
	return status;
}

enum status sctcheck_run(struct loglist *logs, const struct ct_policy *policy,
	const struct peer_shown *shown, X509 *issuer, int64_t at_s, struct sctcheck *out)
{
	struct material material = { 0 };
	enum status status;

	memset(out, 0, sizeof *out);
	status = gather(shown, issuer, at_s, &material, &out->staple);
	if (status == STATUS_OK)
		status = ct_verify(logs, policy, &material.evidence, at_s, &out->report);
	/* No certificate is not a broken one. */
	if (material.leaf_der == NULL)
		out->report.list_broken[SCT_EMBEDDED] = false;
	OPENSSL_free(material.leaf_der);
	staple_lists_deinit(&material.lists);
	return status;
}
