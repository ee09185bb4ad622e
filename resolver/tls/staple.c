/* Decodes the response, wants the signature of somebody who may speak for the issuer,
 * and then takes what it says of the leaf. */
#include "tls/staple.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "ct/crypto.h"
#include "tls/asn1time.h"
#include "tls/extension.h"
#include "tls/staple_signer.h"

/* RFC 7633 §4: the number of the TLS extension, status_request (RFC 6066 §8). */
#define FEATURE_STATUS_REQUEST 5

static const char *const words[] = {
	[STAPLE_ABSENT] = "absent",
	[STAPLE_AWAITED] = "awaited",
	[STAPLE_UNUSABLE] = "unusable",
	[STAPLE_UNKNOWN] = "unknown",
	[STAPLE_OLD] = "old",
	[STAPLE_GOOD] = "good",
	[STAPLE_REVOKED] = "revoked",
};

const char *staple_word(enum staple_state state)
{
	return words[state];
}

/* Nothing behind it on the inside either: the response ends with this. */
static bool ends_with(struct bytes der, OCSP_BASICRESP *basic)
{
	unsigned char *again = NULL;
	int n = i2d_OCSP_BASICRESP(basic, &again);
	bool ok = n > 0 && (size_t)n <= der.n &&
		  memcmp(der.p + der.n - (size_t)n, again, (size_t)n) == 0;

	OPENSSL_free(again);
	return ok;
}

static OCSP_BASICRESP *decode_basic(
	struct bytes der, OCSP_RESPONSE *response, const char **problem)
{
	OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);

	if (basic != NULL && ends_with(der, basic))
		return basic;
	*problem = "it is no basic response in DER";
	OCSP_BASICRESP_free(basic);
	return NULL;
}

static OCSP_BASICRESP *decode(struct bytes der, const char **problem)
{
	const unsigned char *p = der.p;
	OCSP_RESPONSE *response =
		der.n > INT_MAX ? NULL : d2i_OCSP_RESPONSE(NULL, &p, (long)der.n);
	OCSP_BASICRESP *basic = NULL;

	if (response == NULL || p != der.p + der.n)
		*problem = "it does not decode";
	else if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		*problem = "the responder had no answer";
	else
		basic = decode_basic(der, response, problem);
	OCSP_RESPONSE_free(response);
	return basic;
}

/* RFC 6960 §4.4: a critical extension that is not understood. None is expected. */
static bool has_critical(OCSP_BASICRESP *basic, OCSP_SINGLERESP *single)
{
	return OCSP_BASICRESP_get_ext_by_critical(basic, 1, -1) >= 0 ||
	       OCSP_SINGLERESP_get_ext_by_critical(single, 1, -1) >= 0;
}

/* Of a "good". RFC 6960 §4.2.2.1. */
static void judge_times(bool bounded, int64_t at_s, struct staple *out)
{
	int64_t end_s =
		bounded ? out->next_update_s : out->this_update_s + STAPLE_UNBOUNDED_S;

	out->state = STAPLE_OLD;
	if (out->this_update_s > at_s + STAPLE_TOLERANCE_S)
		out->problem = "it is from the future";
	else if (end_s < at_s - STAPLE_TOLERANCE_S)
		out->problem = "it has expired";
	else if (end_s < out->this_update_s)
		out->problem = "it ends before it begins";
	else
		out->state = STAPLE_GOOD;
}

static struct staple judge_single(
	OCSP_BASICRESP *basic, OCSP_SINGLERESP *single, int64_t at_s)
{
	ASN1_GENERALIZEDTIME *from = NULL, *to = NULL;
	int said = OCSP_single_get0_status(single, NULL, NULL, &from, &to);
	struct staple out = { .state = STAPLE_UNUSABLE,
		.this_update_s = asn1time_s(from),
		.next_update_s = asn1time_s(to) };

	if (said == V_OCSP_CERTSTATUS_REVOKED)
		out.state = STAPLE_REVOKED;
	else if (out.this_update_s == 0 || (to != NULL && out.next_update_s == 0))
		out.problem = "its times do not decode";
	else if (has_critical(basic, single))
		out.problem = "it has a critical extension that is not known";
	else if (said == V_OCSP_CERTSTATUS_GOOD)
		judge_times(to != NULL, at_s, &out);
	else
		out.state = STAPLE_UNKNOWN;
	return out;
}

/* The extension's value is an OCTET STRING in DER that holds the list (RFC 6962
 * §3.3). */
static bool read_octets(const ASN1_OCTET_STRING *value, struct bytes *out)
{
	const unsigned char *p = ASN1_STRING_get0_data(value);
	int length = ASN1_STRING_length(value), tag = 0, class = 0, form;
	long n = 0;

	form = ASN1_get_object(&p, &n, &tag, &class, length);
	if (form != 0 || tag != V_ASN1_OCTET_STRING || class != V_ASN1_UNIVERSAL ||
		ASN1_object_size(0, (int)n, tag) != length)
		return false;
	*out = bytes_of(p, (size_t)n);
	return true;
}

static void take_list(OCSP_SINGLERESP *single, struct staple_lists *lists)
{
	int at = OCSP_SINGLERESP_get_ext_by_NID(single, NID_ct_cert_scts, -1);
	struct bytes list;

	if (at < 0)
		return;
	if (OCSP_SINGLERESP_get_ext_by_NID(single, NID_ct_cert_scts, at) >= 0 ||
		!read_octets(X509_EXTENSION_get_data(OCSP_SINGLERESP_get_ext(single, at)),
			&list))
		lists->broken = true;
	else if (lists->n < CT_OCSP_LISTS_MAX)
		lists->lists[lists->n++] = list;
}

/* Of several that say the same the newest counts. */
static bool outweighs(const struct staple *one, const struct staple *other)
{
	return one->state > other->state ||
	       (one->state == other->state && one->this_update_s >= other->this_update_s);
}

static void take_singles(OCSP_BASICRESP *basic, OCSP_CERTID *const ids[2], int64_t at_s,
	struct staple *out, struct staple_lists *lists)
{
	struct staple found = { .state = STAPLE_UNUSABLE,
		.problem = "it is about another certificate" };

	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
		const OCSP_CERTID *id = OCSP_SINGLERESP_get0_id(single);
		struct staple said;

		if (OCSP_id_cmp(id, ids[0]) != 0 && OCSP_id_cmp(id, ids[1]) != 0)
			continue;
		said = judge_single(basic, single, at_s);
		if (said.state == STAPLE_GOOD)
			take_list(single, lists);
		if (outweighs(&said, &found))
			found = said;
	}
	found.required = out->required;
	*out = found;
}

/* Responders name a certificate by SHA-1 (RFC 5019 §2.1.1) or SHA-256; it is a name
 * and no proof. */
static enum status take_answer(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer,
	int64_t at_s, struct staple *out, struct staple_lists *lists)
{
	OCSP_CERTID *ids[] = { OCSP_cert_to_id(EVP_sha1(), leaf, issuer),
		OCSP_cert_to_id(EVP_sha256(), leaf, issuer) };
	bool ok = ids[0] != NULL && ids[1] != NULL;

	if (ok)
		take_singles(basic, ids, at_s, out, lists);
	OCSP_CERTID_free(ids[0]);
	OCSP_CERTID_free(ids[1]);
	return ok ? STATUS_OK : STATUS_NOMEM;
}

/* Bytes that are wrong are the server's fault, and lack of memory must not look like
 * them: a "revoked" would be lost. */
static bool ran_out_of_memory(void)
{
	struct crypto_errors errors = crypto_errors_take();

	return errors.no_memory || errors.internal;
}

enum status staple_read(struct bytes der, X509 *leaf, X509 *issuer, int64_t at_s,
	struct staple *out, struct staple_lists *lists)
{
	enum status status = STATUS_OK;
	OCSP_BASICRESP *basic;

	*out = (struct staple){ .state = STAPLE_UNUSABLE, .required = out->required };
	ERR_clear_error();
	basic = decode(der, &out->problem);
	*lists = (struct staple_lists){ .owner = basic };
	if (basic != NULL && !staple_is_strong(basic))
		out->problem = "its signature is too weak";
	else if (basic != NULL && !staple_is_signed(basic, issuer, at_s))
		out->problem = "neither the issuer nor its delegate signed it";
	else if (basic != NULL)
		status = take_answer(basic, leaf, issuer, at_s, out, lists);
	if (ran_out_of_memory() && out->state == STAPLE_UNUSABLE)
		status = STATUS_NOMEM;
	if (out->state != STAPLE_GOOD)
		lists->broken = false;
	if (out->state != STAPLE_GOOD || lists->broken)
		lists->n = 0;
	return status;
}

void staple_lists_deinit(struct staple_lists *lists)
{
	OCSP_BASICRESP_free(lists->owner);
	*lists = (struct staple_lists){ 0 };
}

bool staple_is_required(const X509 *leaf)
{
	bool present;
	TLS_FEATURE *features = extension_read(leaf, NID_tlsfeature, &present);
	bool required = features == NULL && present;

	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		required = required || ASN1_INTEGER_get(sk_ASN1_INTEGER_value(
					       features, i)) == FEATURE_STATUS_REQUEST;
	TLS_FEATURE_free(features);
	return required;
}
