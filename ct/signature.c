#include "ct/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "ct/crypto.h"

/* SignatureAndHashAlgorithm (RFC 5246 §7.4.1.4.1); those that RFC 6962 §2.1.4
 * allows. */
#define HASH_SHA256     4
#define SIGNATURE_RSA   1
#define SIGNATURE_ECDSA 3
/* Of the curves of that size ct_log_key_judge_spki() takes only P-256. To ask OpenSSL for
 * its name needs memory; kind and size it keeps with the key. */
#define P256_BITS 256

#define SIGNATURE_TYPE_CERTIFICATE_TIMESTAMP 0
#define KEY_HASH_BYTES                       32
#define CERTIFICATE_MAX                      0xffffffu
#define EXTENSIONS_MAX                       0xffffu

#define PIECES 4

/* The digitally-signed struct of RFC 6962 §3.2, in the order of `pieces`; the
 * certificate is not copied. */
struct signed_struct {
	uint8_t before[1 + 1 + 8 + 2 + KEY_HASH_BYTES + 3];
	uint8_t between[2];
	struct bytes pieces[PIECES];
};

bool ct_signature_supported(const struct sct *sct, const EVP_PKEY *key)
{
	if (sct->version != 0 || sct->hash != HASH_SHA256)
		return false;
	if (sct->algorithm == SIGNATURE_RSA)
		return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
		       EVP_PKEY_get_bits(key) >= CRYPTO_RSA_BITS_MIN;
	return sct->algorithm == SIGNATURE_ECDSA &&
	       EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	       EVP_PKEY_get_bits(key) == P256_BITS;
}

/* False: no log can sign that, it does not fit the struct. */
static bool signed_struct_init(
	struct signed_struct *s, const struct sct *sct, const struct ct_entry *entry)
{
	struct writer before = { .p = s->before, .cap = sizeof s->before };
	struct writer between = { .p = s->between, .cap = sizeof s->between };

	wr_uint(&before, sct->version, 1);
	wr_uint(&before, SIGNATURE_TYPE_CERTIFICATE_TIMESTAMP, 1);
	wr_uint(&before, sct->timestamp_ms, 8);
	wr_uint(&before, entry->type, 2);
	if (entry->type == CT_ENTRY_PRECERT) {
		before.bad = entry->issuer_key_hash.n != KEY_HASH_BYTES;
		wr_bytes(&before, entry->issuer_key_hash);
	}
	if (entry->certificate.n == 0 || entry->certificate.n > CERTIFICATE_MAX ||
		sct->extensions.n > EXTENSIONS_MAX)
		before.bad = true;
	wr_uint(&before, entry->certificate.n, 3);
	wr_uint(&between, sct->extensions.n, 2);
	s->pieces[0] = wr_done(&before);
	s->pieces[1] = entry->certificate;
	s->pieces[2] = wr_done(&between);
	s->pieces[3] = sct->extensions;
	return !before.bad;
}

/* All places where memory may end leave an error, but for copies of the context, which
 * FINALISE avoids. */
static enum status signature_finish(EVP_MD_CTX *ctx, struct bytes signature, bool *valid)
{
	*valid = EVP_DigestVerifyFinal(ctx, signature.p, signature.n) == 1;
	return *valid ? STATUS_OK : crypto_failure(STATUS_OK);
}

enum status ct_signature_check(
	const struct sct *sct, const struct ct_entry *entry, EVP_PKEY *key, bool *valid)
{
	struct signed_struct s;
	EVP_MD_CTX *ctx;
	enum status status;
	int ok;

	*valid = false;
	ERR_clear_error();
	if (!ct_signature_supported(sct, key) || !signed_struct_init(&s, sct, entry))
		return STATUS_OK;
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return crypto_failure(STATUS_CRYPTO);
	ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key);
	EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);
	for (size_t i = 0; i < PIECES && ok == 1; i++)
		ok = EVP_DigestVerifyUpdate(ctx, s.pieces[i].p, s.pieces[i].n);
	status = ok == 1 ? signature_finish(ctx, sct->signature, valid)
			 : crypto_failure(STATUS_CRYPTO);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return status;
}

/* What fits the struct tells its own lengths, and the signature stands last: no two
 * are alike. What does not fit is kept apart, and is invalid in every case. */
static bool digest_all(EVP_MD_CTX *ctx, const struct sct *sct,
	const struct ct_entry *entry, uint8_t digest[CT_SIGNATURE_DIGEST_BYTES])
{
	struct signed_struct s;
	const uint8_t numbers[] = { signed_struct_init(&s, sct, entry), sct->hash,
		sct->algorithm };
	int ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
		 EVP_DigestUpdate(ctx, numbers, sizeof numbers) == 1;

	for (size_t i = 0; i < PIECES && ok == 1; i++)
		ok = EVP_DigestUpdate(ctx, s.pieces[i].p, s.pieces[i].n);
	return ok == 1 && EVP_DigestUpdate(ctx, sct->log_id.p, sct->log_id.n) == 1 &&
	       EVP_DigestUpdate(ctx, sct->signature.p, sct->signature.n) == 1 &&
	       EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
}

enum status ct_signature_digest(const struct sct *sct, const struct ct_entry *entry,
	uint8_t digest[CT_SIGNATURE_DIGEST_BYTES])
{
	EVP_MD_CTX *ctx;
	bool ok;

	ERR_clear_error();
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return crypto_failure(STATUS_CRYPTO);
	ok = digest_all(ctx, sct, entry, digest);
	EVP_MD_CTX_free(ctx);
	return ok ? STATUS_OK : crypto_failure(STATUS_CRYPTO);
}
