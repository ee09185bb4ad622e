/* Fields first, then extensions, then the signature; with it what the logs sign is
 * known, and their SCTs go in under a second signature. Every step can only fail
 * for lack of memory or inside libcrypto, so all share one status. */
#include "tests/lab/certificate.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/base64.h"

#define FROM_DAYS_DEFAULT (-1)
#define TO_DAYS_DEFAULT   90
#define SERIAL_BITS       127 /* random, positive, under 20 bytes (RFC 5280 §4.1.2.2) */

/* Below the private enterprise number for documentation (RFC 5612). */
#define UNKNOWN_OID "1.3.6.1.4.1.32473.1"
/* RFC 6962 §3.1. */
#define POISON_OID "1.3.6.1.4.1.11129.2.4.3"

static bool set_serial(X509 *x)
{
	BIGNUM *number = BN_new();
	bool ok = number != NULL && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, 0) &&
		  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;

	BN_free(number);
	return ok;
}

static bool set_names(X509 *x, const struct wish *wish, const X509 *issuer)
{
	X509_NAME *subject = X509_NAME_new();
	const char *cn = wish->cn != NULL ? wish->cn : wish->dns[0];
	bool ok = subject != NULL &&
		  X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
			  (const unsigned char *)"pintle lab", -1, -1, 0) &&
		  (cn == NULL || X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
					 (const unsigned char *)cn, -1, -1, 0)) &&
		  X509_set_subject_name(x, subject) &&
		  X509_set_issuer_name(
			  x, issuer != NULL ? X509_get_subject_name(issuer) : subject);

	X509_NAME_free(subject);
	return ok;
}

static bool set_dates(X509 *x, const struct wish *wish)
{
	bool usual = wish->from_days == 0 && wish->to_days == 0;
	int from = usual ? FROM_DAYS_DEFAULT : wish->from_days;
	int to = usual ? TO_DAYS_DEFAULT : wish->to_days;

	return X509_time_adj_ex(X509_getm_notBefore(x), from, 0, NULL) != NULL &&
	       X509_time_adj_ex(X509_getm_notAfter(x), to, 0, NULL) != NULL;
}

static bool add_extension(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	bool ok = extension != NULL && X509_add_ext(x, extension, -1);

	X509_EXTENSION_free(extension);
	return ok;
}

static bool add_critical_null(X509 *x, const char *oid_text)
{
	static const unsigned char null_value[] = { 0x05, 0x00 }; /* DER NULL */
	ASN1_OBJECT *oid = OBJ_txt2obj(oid_text, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	bool ok =
		oid != NULL && value != NULL &&
		ASN1_OCTET_STRING_set(value, null_value, sizeof null_value) &&
		(extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value)) != NULL &&
		X509_add_ext(x, extension, -1);

	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return ok;
}

/* `value` is handed over whether it works or not. */
static bool push_name(GENERAL_NAMES *names, int type, ASN1_STRING *value)
{
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (name == NULL || value == NULL) {
		GENERAL_NAME_free(name);
		ASN1_STRING_free(value);
		return false;
	}
	GENERAL_NAME_set0_value(name, type, value);
	if (sk_GENERAL_NAME_push(names, name) > 0)
		return true;
	GENERAL_NAME_free(name);
	return false;
}

static bool push_dns(GENERAL_NAMES *names, const char *dns, bool with_nul)
{
	static const char tail[] = "\0.evil.lab";
	char text[256];
	size_t n = strlen(dns);
	ASN1_STRING *value = ASN1_STRING_type_new(V_ASN1_IA5STRING);

	if (n + sizeof tail > sizeof text) {
		ASN1_STRING_free(value);
		return false;
	}
	memcpy(text, dns, n);
	memcpy(text + n, tail, sizeof tail - 1);
	if (with_nul)
		n += sizeof tail - 1;
	if (value != NULL && !ASN1_STRING_set(value, text, (int)n)) {
		ASN1_STRING_free(value);
		value = NULL;
	}
	return push_name(names, GEN_DNS, value);
}

static bool add_alternative_names(X509 *x, const struct wish *wish)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	bool ok = names != NULL;

	for (size_t i = 0; ok && i < 2 && wish->dns[i] != NULL; i++)
		ok = push_dns(names, wish->dns[i], wish->nul_after_name && i == 0);
	for (size_t i = 0; ok && i < 2 && wish->ip[i] != NULL; i++)
		ok = push_name(names, GEN_IPADD, a2i_IPADDRESS(wish->ip[i]));
	if (ok && sk_GENERAL_NAME_num(names) > 0)
		ok = X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0) == 1;
	GENERAL_NAMES_free(names);
	return ok;
}

static bool add_usage(X509 *x, X509V3_CTX *ctx, const struct wish *wish)
{
	const char *key_usage = "critical,digitalSignature,keyEncipherment";
	const char *purpose = "serverAuth";

	if (wish->ca)
		key_usage = wish->may_not_sign ? "critical,cRLSign"
					       : "critical,keyCertSign,cRLSign";
	else if (wish->may_sign)
		key_usage = "critical,digitalSignature,keyCertSign";
	if (!add_extension(x, ctx, NID_key_usage, key_usage))
		return false;
	if (wish->client_only)
		purpose = "clientAuth";
	else if (wish->ocsp_signing)
		purpose = "OCSPSigning";
	return wish->ca || add_extension(x, ctx, NID_ext_key_usage, purpose);
}

static bool add_extensions(X509 *x, const struct wish *wish, const X509 *issuer)
{
	const char *constraints = "critical,CA:FALSE";
	char permitted[128];
	X509V3_CTX ctx;

	if (wish->ca)
		constraints = wish->path_length_zero ? "critical,CA:TRUE,pathlen:0"
						     : "critical,CA:TRUE";
	/* The parameter is only read. */
	X509V3_set_ctx(&ctx, issuer != NULL ? (X509 *)issuer : x, x, NULL, NULL, 0);
	if (!add_extension(x, &ctx, NID_basic_constraints, constraints) ||
		!add_usage(x, &ctx, wish) || !add_alternative_names(x, wish) ||
		!add_extension(x, &ctx, NID_subject_key_identifier, "hash"))
		return false;
	if (issuer != NULL &&
		!add_extension(x, &ctx, NID_authority_key_identifier, "keyid:always"))
		return false;
	if (wish->permitted != NULL) {
		snprintf(permitted, sizeof permitted, "critical,permitted;DNS:%s",
			wish->permitted);
		if (!add_extension(x, &ctx, NID_name_constraints, permitted))
			return false;
	}
	if (wish->must_staple &&
		!add_extension(x, &ctx, NID_tlsfeature, "status_request"))
		return false;
	if (wish->poison && !add_critical_null(x, POISON_OID))
		return false;
	return !wish->unknown_critical || add_critical_null(x, UNKNOWN_OID);
}

static bool sign(X509 *x, const struct wish *wish, EVP_PKEY *key)
{
	return X509_sign(x, key, wish->sha1 ? EVP_sha1() : EVP_sha256()) > 0;
}

static bool add_scts(
	X509 *x, const struct wish *wish, const X509 *issuer, const struct ctlogs *logs)
{
	const struct sct_wish *wished = wish->ca || wish->poison ? scts_none : scts_usual;
	X509_EXTENSION *extension;
	struct scts scts;
	bool ok;

	if (wish->scts != NULL)
		wished = wish->scts;
	if (scts_make(logs, wished, x, issuer, SCT_ENTRY_PRECERT, &scts) != STATUS_OK)
		return false;
	if (scts.n == 0)
		return true;
	extension = scts_extension(&scts, NID_ct_precert_scts);
	ok = extension != NULL && X509_add_ext(x, extension, -1) &&
	     (!wish->scts_twice || X509_add_ext(x, extension, -1));
	X509_EXTENSION_free(extension);
	return ok;
}

enum status certificate_make(const struct wish *wish, EVP_PKEY *subject_key,
	const X509 *issuer, EVP_PKEY *signing_key, const struct ctlogs *logs, X509 **out)
{
	X509 *x = X509_new();

	if (x == NULL)
		return STATUS_NOMEM;
	if (X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
		set_names(x, wish, issuer) && set_dates(x, wish) &&
		X509_set_pubkey(x, subject_key) && add_extensions(x, wish, issuer) &&
		sign(x, wish, signing_key) && add_scts(x, wish, issuer, logs) &&
		sign(x, wish, signing_key)) {
		*out = x;
		return STATUS_OK;
	}
	X509_free(x);
	return STATUS_CRYPTO;
}

enum status certificate_pin(const X509 *certificate, char out[LAB_PIN_TEXT_MAX])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	if (n <= 0)
		return STATUS_CRYPTO;
	SHA256(der, (size_t)n, digest);
	OPENSSL_free(der);
	memcpy(out, "sha256//", 8);
	base64_encode(bytes_of(digest, sizeof digest), out + 8);
	return STATUS_OK;
}

void credential_deinit(struct credential *credential)
{
	X509_free(credential->certificate);
	EVP_PKEY_free(credential->key);
	*credential = (struct credential){ 0 };
}
