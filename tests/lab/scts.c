/* What is signed is put together byte by byte: the entry, around it what the log
 * adds. Then the SCT, then the list. */
#include "tests/lab/scts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/clock.h"
#include "tests/lab/key.h"

#define HOUR_S          3600
#define DAY_S           86400
#define BEFORE_NOW_S    600
#define FUTURE_S        (30 * DAY_S) /* a lab may stay up for days */
#define AROUND_ENTRY    128 /* what is signed beside the entry: 95 bytes at most */
#define SIGNATURE_MAX   512
#define HASH_SHA256     4 /* RFC 5246 §7.4.1.4.1 */
#define SIGN_RSA        1
#define SIGN_ECDSA      3
#define HASH_INTRINSIC  8 /* with SIGN_ED25519: RFC 8422 §5.1.3 */
#define SIGN_ED25519    7
#define LEAF_INDEX_TYPE 0 /* static-ct-api: type, length, 40 bits */
#define LEAF_INDEX_SIZE 5

const struct sct_wish scts_usual[] = { { CTLOG_ALDER, SCT_SOUND },
	{ CTLOG_BIRCH, SCT_SOUND }, { CTLOG_CEDAR, SCT_SOUND },
	{ CTLOG_NONE, SCT_SOUND } };
const struct sct_wish scts_none[] = { { CTLOG_NONE, SCT_SOUND } };

/* A certificate as a log enters it. */
struct entry {
	enum sct_entry kind;
	uint8_t issuer_key_hash[SHA256_DIGEST_LENGTH];
	unsigned char *der; /* owned */
	size_t n;
};

static bool hash_key(const X509 *certificate, uint8_t out[SHA256_DIGEST_LENGTH])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	if (n > 0)
		SHA256(der, (size_t)n, out);
	OPENSSL_free(der);
	return n > 0;
}

static bool entry_make(
	struct entry *entry, X509 *x, const X509 *issuer, enum sct_entry kind)
{
	int n;

	*entry = (struct entry){ .kind = kind };
	n = kind == SCT_ENTRY_PRECERT ? i2d_re_X509_tbs(x, &entry->der)
				      : i2d_X509(x, &entry->der);
	entry->n = n > 0 ? (size_t)n : 0;
	return n > 0 && hash_key(issuer != NULL ? issuer : x, entry->issuer_key_hash);
}

/* The same certificate but for its serial number. */
static X509 *another_like(const X509 *x)
{
	X509 *other = X509_dup(x);
	BIGNUM *serial = BN_new();

	if (other == NULL || serial == NULL || !BN_rand(serial, 64, BN_RAND_TOP_ONE, 0) ||
		BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(other)) == NULL) {
		X509_free(other);
		other = NULL;
	}
	BN_free(serial);
	return other;
}

static bool entry_of(struct entry *entry, enum sct_fault fault, X509 *x,
	const X509 *issuer, enum sct_entry kind)
{
	X509 *other = fault == SCT_OF_ANOTHER ? another_like(x) : NULL;
	bool ok;

	if (fault == SCT_OF_ANOTHER && other == NULL)
		return false;
	if (fault == SCT_WRONG_ENTRY)
		kind = kind == SCT_ENTRY_X509 ? SCT_ENTRY_PRECERT : SCT_ENTRY_X509;
	ok = entry_make(entry, other != NULL ? other : x, issuer, kind);
	X509_free(other);
	return ok;
}

/* An hour after the certificate begins, if that has been. */
static int64_t issued_s(const X509 *x)
{
	int64_t now_s = clock_wall_s(), at_s = now_s - BEFORE_NOW_S;
	int days, seconds;

	/* From notBefore until now. */
	if (ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x), NULL) == 1) {
		int64_t begun_s = now_s - ((int64_t)days * DAY_S + seconds);

		if (begun_s + HOUR_S < at_s)
			at_s = begun_s + HOUR_S;
	}
	return at_s;
}

static void write_extensions(struct writer *w, const struct sct_wish *wish)
{
	uint8_t index[4];

	if (!ctlog_is_static(wish->log) || wish->fault == SCT_NO_LEAF_INDEX) {
		wr_uint(w, 0, 2);
		return;
	}
	wr_uint(w, 3 + LEAF_INDEX_SIZE, 2);
	wr_uint(w, LEAF_INDEX_TYPE, 1);
	wr_uint(w, LEAF_INDEX_SIZE, 2);
	w->bad = RAND_bytes(index, sizeof index) != 1 || w->bad;
	wr_uint(w, 0, 1);
	wr_bytes(w, bytes_of(index, sizeof index));
}

/* RFC 6962 §3.2: digitally-signed struct. */
static void write_signed(struct writer *w, const struct entry *entry,
	uint64_t timestamp_ms, struct bytes extensions)
{
	wr_uint(w, 0, 1); /* v1 */
	wr_uint(w, 0, 1); /* certificate_timestamp */
	wr_uint(w, timestamp_ms, 8);
	wr_uint(w, entry->kind, 2);
	if (entry->kind == SCT_ENTRY_PRECERT)
		wr_bytes(w, bytes_of(entry->issuer_key_hash, SHA256_DIGEST_LENGTH));
	wr_uint(w, entry->n, 3);
	wr_bytes(w, bytes_of(entry->der, entry->n));
	wr_bytes(w, extensions);
}

static bool sign(EVP_PKEY *key, struct bytes in, uint8_t out[SIGNATURE_MAX], size_t *n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL &&
		  EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1;

	*n = SIGNATURE_MAX;
	ok = ok && EVP_DigestSign(ctx, out, n, in.p, in.n) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* A stranger's signature is ECDSA: not for a log with an RSA key. */
static bool sign_for(const struct ctlogs *logs, const struct sct_wish *wish,
	struct bytes in, uint8_t out[SIGNATURE_MAX], size_t *n)
{
	EVP_PKEY *stranger = NULL;
	bool ok = wish->fault != SCT_BY_STRANGER ||
		  key_make(KEY_P256, &stranger) == STATUS_OK;

	ok = ok &&
	     sign(stranger != NULL ? stranger : ctlogs_key(logs, wish->log), in, out, n);
	EVP_PKEY_free(stranger);
	return ok;
}

static void write_signature(struct writer *w, const struct ctlogs *logs,
	const struct sct_wish *wish, struct bytes in)
{
	bool rsa = EVP_PKEY_get_base_id(ctlogs_key(logs, wish->log)) == EVP_PKEY_RSA;
	bool unknown = wish->fault == SCT_UNKNOWN_ALGORITHM;
	uint8_t signature[SIGNATURE_MAX];
	size_t n = 0;

	if (!sign_for(logs, wish, in, signature, &n))
		w->bad = true;
	wr_uint(w, unknown ? HASH_INTRINSIC : HASH_SHA256, 1);
	wr_uint(w, unknown ? SIGN_ED25519 : rsa ? SIGN_RSA : SIGN_ECDSA, 1);
	wr_uint(w, n, 2);
	wr_bytes(w, bytes_of(signature, n));
}

/* RFC 6962 §3.2: SignedCertificateTimestamp, behind its length in the list. */
static void write_sct(struct writer *w, const struct ctlogs *logs,
	const struct sct_wish *wish, const struct entry *entry, int64_t at_s)
{
	struct writer in = { .p = malloc(entry->n + AROUND_ENTRY),
		.cap = entry->n + AROUND_ENTRY };
	uint64_t timestamp_ms =
		(uint64_t)(wish->fault == SCT_FUTURE ? clock_wall_s() + FUTURE_S : at_s) *
		1000;
	size_t start = w->n, extensions;

	if (in.p == NULL) {
		w->bad = true;
		return;
	}
	wr_uint(w, 0, 2); /* the length, in the end */
	wr_uint(w, 0, 1); /* v1 */
	wr_bytes(w, ctlogs_id(logs, wish->log));
	wr_uint(w, timestamp_ms, 8);
	extensions = w->n;
	write_extensions(w, wish);
	write_signed(
		&in, entry, timestamp_ms, bytes_of(w->p + extensions, w->n - extensions));
	if (in.bad)
		w->bad = true;
	else
		write_signature(w, logs, wish, wr_done(&in));
	wr_patch16(w, start, (uint16_t)(w->n - start - 2));
	free(in.p);
}

enum status scts_make(const struct ctlogs *logs, const struct sct_wish *wish,
	X509 *certificate, const X509 *issuer, enum sct_entry kind, struct scts *out)
{
	struct writer w = { .p = out->p, .cap = sizeof out->p };
	int64_t at_s = issued_s(certificate);
	bool ok = true;

	out->n = 0;
	if (wish->log == CTLOG_NONE)
		return STATUS_OK;
	wr_uint(&w, 0, 2); /* the length, in the end */
	for (; ok && wish->log != CTLOG_NONE; wish++, at_s--) {
		struct entry entry = { 0 };

		if (wish->fault == SCT_EMPTY) {
			wr_uint(&w, 0, 2);
			continue;
		}
		ok = entry_of(&entry, wish->fault, certificate, issuer, kind);
		if (ok)
			write_sct(&w, logs, wish, &entry, at_s);
		OPENSSL_free(entry.der);
	}
	wr_patch16(&w, 0, (uint16_t)(w.n - 2));
	if (!ok || w.bad)
		return STATUS_CRYPTO;
	out->n = w.n;
	return STATUS_OK;
}

/* One OCTET STRING in another (RFC 6962 §3.3). */
X509_EXTENSION *scts_extension(const struct scts *scts, int nid)
{
	ASN1_OCTET_STRING *inner = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING *outer = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	unsigned char *der = NULL;
	int n = 0;

	if (inner != NULL && outer != NULL &&
		ASN1_OCTET_STRING_set(inner, scts->p, (int)scts->n))
		n = i2d_ASN1_OCTET_STRING(inner, &der);
	if (n > 0 && ASN1_OCTET_STRING_set(outer, der, n))
		extension = X509_EXTENSION_create_by_NID(NULL, nid, 0, outer);
	OPENSSL_free(der);
	ASN1_OCTET_STRING_free(outer);
	ASN1_OCTET_STRING_free(inner);
	return extension;
}
