#include "tls/sct_evidence.h"

#include <string.h>

enum status sct_evidence_judge(const struct sct_evidence *evidence, struct loglist *logs,
	const struct ct_policy *policy, int64_t at_s, struct ct_report *out)
{
	struct ct_evidence all = { .tls_list = evidence->shown->tls_scts,
		.ocsp_n = evidence->lists->n,
		.ocsp_broken = evidence->lists->broken };
	unsigned char *der = NULL;
	enum status status;

	if (evidence->leaf != NULL) {
		/* The signed part comes out as it was received: OpenSSL keeps it. */
		int n = i2d_X509(sk_X509_value(evidence->shown->sent, 0), &der);

		if (n <= 0)
			return STATUS_NOMEM;
		all.leaf = bytes_of(der, (size_t)n);
		all.not_before_s = evidence->leaf->not_before_s;
		all.not_after_s = evidence->leaf->not_after_s;
	}
	if (evidence->issuer_key != NULL)
		all.issuer_key_hash = bytes_of(evidence->issuer_key->sha256, PIN_BYTES);
	memcpy(all.ocsp_lists, evidence->lists->lists, sizeof all.ocsp_lists);
	status = ct_verify(logs, policy, &all, at_s, out);
	OPENSSL_free(der);
	/* No certificate is not a broken one. */
	if (evidence->leaf == NULL)
		out->list_broken[SCT_EMBEDDED] = false;
	return status;
}
