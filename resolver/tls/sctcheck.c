#include "tls/sctcheck.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/sct_evidence.h"

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
	struct sct_evidence evidence;
	struct peer_certificate leaf;
	struct pin issuer_key;
	struct staple_lists lists;
};

static enum status gather(const struct peer_shown *shown, X509 *issuer, int64_t at_s,
	struct material *out, struct staple *staple)
{
	X509 *leaf = sk_X509_value(shown->sent, 0);
	enum status status;

	out->evidence.shown = shown;
	out->evidence.lists = &out->lists;
	if (leaf == NULL)
		return STATUS_OK;
	status = peer_describe(leaf, &out->leaf);
	out->evidence.leaf = &out->leaf;
	if (status != STATUS_OK || issuer == NULL)
		return status;
	status = pin_of_certificate(issuer, &out->issuer_key);
	out->evidence.issuer_key = &out->issuer_key;
	/* Whose staple it is nobody can tell without the issuer. */
	if (status == STATUS_OK && shown->staple.p != NULL)
		status = staple_read(
			shown->staple, leaf, issuer, at_s, staple, &out->lists);
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
		status = sct_evidence_judge(
			&material.evidence, logs, policy, at_s, &out->report);
	staple_lists_deinit(&material.lists);
	return status;
}
