#include "tests/unit/tls/make_ocsp.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/must.h"

#define HOUR_S 3600

static X509_EXTENSION *new_extension(ASN1_OBJECT *oid, int critical, struct bytes value)
{
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *out;

	must(ASN1_OCTET_STRING_set(data, value.p, (int)value.n) == 1, "value");
	out = X509_EXTENSION_create_by_OBJ(NULL, oid, critical, data);
	must(out != NULL, "extension");
	ASN1_OCTET_STRING_free(data);
	return out;
}

static X509_EXTENSION *new_sct_extension(struct bytes value)
{
	return new_extension(OBJ_nid2obj(NID_ct_cert_scts), 0, value);
}

static X509_EXTENSION *new_unknown_extension(void)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	X509_EXTENSION *out = new_extension(oid, 1, bytes_of_text("?"));

	ASN1_OBJECT_free(oid);
	return out;
}

static void add_extensions(OCSP_SINGLERESP *single, const struct ocsp_single *like)
{
	X509_EXTENSION *unknown = new_unknown_extension();

	for (size_t i = 0; i < 2 && like->scts[i].p != NULL; i++) {
		X509_EXTENSION *scts = new_sct_extension(like->scts[i]);

		must(OCSP_SINGLERESP_add_ext(single, scts, -1) == 1, "SCTs");
		X509_EXTENSION_free(scts);
	}
	if (like->critical)
		must(OCSP_SINGLERESP_add_ext(single, unknown, -1) == 1, "critical");
	X509_EXTENSION_free(unknown);
}

static ASN1_TIME *new_time(int64_t at_s)
{
	ASN1_TIME *out = ASN1_GENERALIZEDTIME_set(NULL, (time_t)at_s);

	must(out != NULL, "time");
	return out;
}

/* What OCSP_basic_add1_status() would not take. */
static void set_time(OCSP_SINGLERESP *single, const char *text)
{
	ASN1_GENERALIZEDTIME *from = NULL;

	OCSP_single_get0_status(single, NULL, NULL, &from, NULL);
	must(ASN1_STRING_set(from, text, -1), "time");
}

static void add_single(
	OCSP_BASICRESP *basic, const struct ocsp_single *like, X509 *leaf, X509 *issuer)
{
	const char *digest = like->id_digest != NULL ? like->id_digest : "SHA1";
	int64_t from_s = like->this_update_s, to_s = like->next_update_s;
	ASN1_TIME *from = new_time(from_s != 0 ? from_s : MAKE_CERT_NOW - HOUR_S);
	ASN1_TIME *to = new_time(to_s != 0 ? to_s : MAKE_CERT_NOW + HOUR_S);
	ASN1_TIME *revoked = new_time(MAKE_CERT_NOW - 2 * HOUR_S);
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_get_digestbyname(digest),
		like->leaf != NULL ? like->leaf : leaf,
		like->issuer != NULL ? like->issuer : issuer);
	OCSP_SINGLERESP *single;

	single = OCSP_basic_add1_status(basic, id, like->status,
		OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked, from,
		like->unbounded ? NULL : to);
	must(single != NULL, "SingleResponse");
	if (like->time_text != NULL)
		set_time(single, like->time_text);
	add_extensions(single, like);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(revoked);
	ASN1_TIME_free(to);
	ASN1_TIME_free(from);
}

static void add_response_extensions(OCSP_BASICRESP *basic, const struct ocsp_spec *spec)
{
	X509_EXTENSION *unknown = new_unknown_extension();
	X509_EXTENSION *scts;

	if (spec->critical)
		must(OCSP_BASICRESP_add_ext(basic, unknown, -1) == 1, "critical");
	X509_EXTENSION_free(unknown);
	if (spec->all_scts.p == NULL)
		return;
	scts = new_sct_extension(spec->all_scts);
	must(OCSP_BASICRESP_add_ext(basic, scts, -1) == 1, "SCTs");
	X509_EXTENSION_free(scts);
}

static struct der taken_over(unsigned char *p, int n)
{
	struct der out = { .n = (size_t)n };

	must(n > 0 && (size_t)n <= sizeof out.p, "encoding");
	memcpy(out.p, p, (size_t)n);
	OPENSSL_free(p);
	return out;
}

struct der make_ocsp(const struct ocsp_spec *spec, X509 *leaf, X509 *issuer,
	const struct issuer *signer, X509 *shown)
{
	const char *digest = spec->digest != NULL ? spec->digest : "SHA256";
	unsigned long flags = OCSP_NOCERTS | (spec->by_key ? OCSP_RESPID_KEY : 0);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_RESPONSE *response;
	unsigned char *p = NULL;
	struct der out;
	int n;

	for (size_t i = 0; i < spec->n; i++)
		add_single(basic, &spec->singles[i], leaf, issuer);
	add_response_extensions(basic, spec);
	if (shown != NULL)
		must(OCSP_basic_add1_cert(basic, shown) == 1, "certificate");
	must(OCSP_basic_sign(basic, signer->certificate, signer->key,
		     EVP_get_digestbyname(digest), NULL, flags) == 1,
		"signature");
	response = OCSP_response_create(spec->status, basic);
	must(response != NULL, "response");
	n = i2d_OCSP_RESPONSE(response, &p);
	out = taken_over(p, n);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	return out;
}

struct der make_octets(struct bytes in)
{
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	unsigned char *p = NULL;
	struct der out;
	int n;

	must(ASN1_OCTET_STRING_set(octets, in.p, (int)in.n) == 1, "octets");
	n = i2d_ASN1_OCTET_STRING(octets, &p);
	out = taken_over(p, n);
	ASN1_OCTET_STRING_free(octets);
	return out;
}
