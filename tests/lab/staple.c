/* One single response, signed. */
#include "tests/lab/staple.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#define HOUR_S 3600
#define DAY_S  (24 * HOUR_S)

static const struct {
	int status;                       /* V_OCSP_CERTSTATUS_… */
	int this_update_s, next_update_s; /* relative to now */
} kinds[] = {
	[STAPLE_GOOD] = { V_OCSP_CERTSTATUS_GOOD, -HOUR_S, 7 * DAY_S },
	[STAPLE_OLD] = { V_OCSP_CERTSTATUS_GOOD, -10 * DAY_S, -3 * DAY_S },
	[STAPLE_REVOKED] = { V_OCSP_CERTSTATUS_REVOKED, -HOUR_S, 7 * DAY_S },
	[STAPLE_REVOKED_OLD] = { V_OCSP_CERTSTATUS_REVOKED, -10 * DAY_S, -3 * DAY_S },
	[STAPLE_UNKNOWN] = { V_OCSP_CERTSTATUS_UNKNOWN, -HOUR_S, 7 * DAY_S },
	[STAPLE_OF_ANOTHER] = { V_OCSP_CERTSTATUS_GOOD, -HOUR_S, 7 * DAY_S },
	[STAPLE_BY_DELEGATE] = { V_OCSP_CERTSTATUS_GOOD, -HOUR_S, 7 * DAY_S },
	[STAPLE_BY_CUSTOMER] = { V_OCSP_CERTSTATUS_GOOD, -HOUR_S, 7 * DAY_S },
	[STAPLE_BY_STRANGER] = { V_OCSP_CERTSTATUS_GOOD, -HOUR_S, 7 * DAY_S },
	[STAPLE_REVOKED_BY_STRANGER] = { V_OCSP_CERTSTATUS_REVOKED, -HOUR_S, 7 * DAY_S },
};

static bool add_scts(OCSP_SINGLERESP *single, const struct staple_wish *wish,
	const struct staple_parts *parts)
{
	X509_EXTENSION *extension;
	struct scts scts;
	bool ok;

	if (wish->scts == NULL)
		return true;
	if (scts_make(parts->logs, wish->scts, parts->leaf, parts->issuer, SCT_ENTRY_X509,
		    &scts) != STATUS_OK)
		return false;
	extension = scts_extension(&scts, NID_ct_cert_scts);
	ok = extension != NULL && OCSP_SINGLERESP_add_ext(single, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}

/* `id` is copied. */
static bool add_single(OCSP_BASICRESP *basic, OCSP_CERTID *id,
	const struct staple_wish *wish, const struct staple_parts *parts)
{
	int status = kinds[wish->kind].status;
	bool revoked = status == V_OCSP_CERTSTATUS_REVOKED;
	ASN1_TIME *this_update = X509_gmtime_adj(NULL, kinds[wish->kind].this_update_s);
	ASN1_TIME *next_update = X509_gmtime_adj(NULL, kinds[wish->kind].next_update_s);
	OCSP_SINGLERESP *single = NULL;

	if (this_update != NULL && next_update != NULL)
		single = OCSP_basic_add1_status(basic, id, status,
			revoked ? OCSP_REVOKED_STATUS_KEYCOMPROMISE : 0,
			revoked ? this_update : NULL, this_update, next_update);
	ASN1_TIME_free(this_update);
	ASN1_TIME_free(next_update);
	return single != NULL && add_scts(single, wish, parts);
}

static bool encode(OCSP_BASICRESP *basic, unsigned char **out, size_t *n)
{
	OCSP_RESPONSE *response =
		OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	int length = -1;

	*out = NULL;
	if (response != NULL)
		length = i2d_OCSP_RESPONSE(response, out);
	*n = length > 0 ? (size_t)length : 0;
	OCSP_RESPONSE_free(response);
	return length > 0;
}

enum status staple_make(const struct staple_wish *wish, const struct staple_parts *parts,
	unsigned char **out, size_t *n)
{
	X509 *subject = wish->kind == STAPLE_OF_ANOTHER ? parts->other : parts->leaf;
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, subject, parts->issuer);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	bool ok = id != NULL && basic != NULL && add_single(basic, id, wish, parts) &&
		  OCSP_basic_sign(basic, parts->signer->certificate, parts->signer->key,
			  EVP_sha256(), NULL, 0) &&
		  encode(basic, out, n);

	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	return ok ? STATUS_OK : STATUS_CRYPTO;
}
