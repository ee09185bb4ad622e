#include "ct/loglist_sign.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "ct/crypto.h"

/* https://www.gstatic.com/ct/log_list/v3/log_list_pubkey.pem; SPKI SHA-256
 * f1d8b68e50210d8e73d9a3e97f571773c52d7f28c0b1a71beee81d8562e6fd85. */
static const char google_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAsu0BHGnQ++W2CTdyZyxv\n"
	"HHRALOZPlnu/VMVgo2m+JZ8MNbAOH2cgXb8mvOj8flsX/qPMuKIaauO+PwROMjiq\n"
	"fUpcFm80Kl7i97ZQyBDYKm3MkEYYpGN+skAR2OebX9G2DfDqFY8+jUpOOWtBNr3L\n"
	"rmVcwx+FcFdMjGDlrZ5JRmoJ/SeGKiORkbbu9eY1Wd0uVhz/xI5bQb0OgII7hEj+\n"
	"i/IPbJqOHgB8xQ5zWAJJ0DmG+FM6o7gk403v6W3S8qRYiR84c50KppGwe4YqSMkF\n"
	"bLDleGQWLoaDSpEWtESisb4JiLaY4H+Kk0EyAhPSb+49JfUozYl+lf7iFN3qRq/S\n"
	"IXXTh6z0S7Qa8EYDhKGCrpI03/+qprwy+my6fpWHi6aUIk4holUCmWvFxZDfixox\n"
	"K0RlqbFDl2JXMBquwlQpm8u5wrsic1ksIv9z8x9zh4PJqNpCah0ciemI3YGRQqSe\n"
	"/mRRXBiSn9YQBUPcaeqCYan+snGADFwHuXCd9xIAdFBolw9R9HTedHGUfVXPJDiF\n"
	"4VusfX6BRR/qaadB+bqEArF/TzuDUr6FvOR4o8lUUxgLuZ/7HO+bHnaPFKYHHSm+\n"
	"+z1lVDhhYuSZ8ax3T0C3FZpb7HMjZtpEorSV5ElKJEJwrhrBCMOD8L01EoSPrGlS\n"
	"1w22i9uGHMn/uGQKo28u7AsCAwEAAQ==\n"
	"-----END PUBLIC KEY-----\n";

struct list_key {
	EVP_PKEY *pkey; /* owned */
};

/* Takes `pkey` over. */
static enum status wrap(EVP_PKEY *pkey, struct list_key **out)
{
	struct list_key *key = malloc(sizeof *key);

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return STATUS_NOMEM;
	}
	key->pkey = pkey;
	*out = key;
	return STATUS_OK;
}

enum status list_key_new(const uint8_t raw[LIST_KEY_BYTES], struct list_key **out)
{
	EVP_PKEY *pkey;

	*out = NULL;
	ERR_clear_error();
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, LIST_KEY_BYTES);
	return pkey == NULL ? crypto_failure(STATUS_CRYPTO) : wrap(pkey, out);
}

static bool is_taken(const EVP_PKEY *pkey)
{
	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519)
		return true;
	return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA &&
	       EVP_PKEY_get_bits(pkey) >= CRYPTO_RSA_BITS_MIN;
}

/* A public key needs no password; without this OpenSSL asks the terminal. */
static int no_password(char *out, int size, int writing, void *unused)
{
	(void)out, (void)size, (void)writing, (void)unused;
	return -1;
}

static enum status read_pem(struct bytes pem, EVP_PKEY **out)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);

	*out = NULL;
	if (bio == NULL)
		return STATUS_NOMEM;
	ERR_clear_error();
	*out = PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
	BIO_free(bio);
	if (*out == NULL)
		return crypto_failure(STATUS_MALFORMED);
	/* Where memory ends, OpenSSL 3.0 may return a key that knows no size. */
	if (EVP_PKEY_get_bits(*out) > 0)
		return STATUS_OK;
	EVP_PKEY_free(*out);
	return STATUS_CRYPTO;
}

enum status list_key_new_pem(struct bytes pem, struct list_key **out)
{
	enum status status;
	EVP_PKEY *pkey;

	*out = NULL;
	if (pem.n > LIST_KEY_PEM_MAX)
		return STATUS_MALFORMED;
	status = read_pem(pem, &pkey);
	/* Some of OpenSSL's decoders keep no error: it may have been memory. */
	if (status == STATUS_MALFORMED)
		status = read_pem(pem, &pkey);
	if (status != STATUS_OK)
		return status;
	if (!is_taken(pkey)) {
		EVP_PKEY_free(pkey);
		return STATUS_UNSUPPORTED;
	}
	return wrap(pkey, out);
}

enum status list_key_new_google(struct list_key **out)
{
	return list_key_new_pem(bytes_of_text(google_pem), out);
}

void list_key_free(struct list_key *key)
{
	if (key != NULL)
		EVP_PKEY_free(key->pkey);
	free(key);
}

static bool is_ed25519(const struct list_key *key)
{
	return EVP_PKEY_get_base_id(key->pkey) == EVP_PKEY_ED25519;
}

enum status list_key_from_text(const char *text, uint8_t raw[LIST_KEY_BYTES])
{
	size_t n;

	if (base64_decode(bytes_of_text(text), raw, LIST_KEY_BYTES, &n) != STATUS_OK ||
		n != LIST_KEY_BYTES)
		return STATUS_MALFORMED;
	return STATUS_OK;
}

/* Without white space; false if it does not fit. */
static bool strip(struct bytes in, char *out, size_t cap, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (memchr(" \t\r\n", in.p[i], 4) != NULL)
			continue;
		if (*n == cap)
			return false;
		out[(*n)++] = (char)in.p[i];
	}
	return true;
}

/* `want` bytes as they are, or as base64. `buffer` holds LIST_SIGNATURE_FILE_MAX. */
static bool decode(struct bytes in, size_t want, uint8_t *buffer, struct bytes *out)
{
	char text[LIST_SIGNATURE_FILE_MAX];
	size_t n;

	*out = in;
	if (in.n == want)
		return true;
	if (!strip(in, text, sizeof text, &n) ||
		base64_decode(bytes_of(text, n), buffer, LIST_SIGNATURE_FILE_MAX, &n) !=
			STATUS_OK)
		return false;
	*out = bytes_of(buffer, n);
	return n == want;
}

bool list_signature_decode(struct bytes in, uint8_t out[LIST_SIGNATURE_BYTES])
{
	uint8_t buffer[LIST_SIGNATURE_FILE_MAX];
	struct bytes signature;

	if (!decode(in, LIST_SIGNATURE_BYTES, buffer, &signature))
		return false;
	memcpy(out, signature.p, LIST_SIGNATURE_BYTES);
	return true;
}

static enum status check_once(
	const struct list_key *key, struct bytes list, struct bytes signature, bool *good)
{
	/* RSA's default padding is that of PKCS#1 v1.5. */
	const EVP_MD *digest = is_ed25519(key) ? NULL : EVP_sha256();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	enum status status = STATUS_OK;

	if (context == NULL)
		return STATUS_NOMEM;
	ERR_clear_error();
	if (EVP_DigestVerifyInit(context, NULL, digest, NULL, key->pkey) != 1)
		status = crypto_failure(STATUS_CRYPTO);
	/* It would be copied to be finished, and that fails in silence. */
	EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE);
	*good = status == STATUS_OK &&
		EVP_DigestVerify(context, signature.p, signature.n, list.p, list.n) == 1;
	if (status == STATUS_OK && !*good)
		status = crypto_failure(STATUS_OK);
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return status;
}

enum status list_key_check(
	const struct list_key *key, struct bytes list, struct bytes signature, bool *good)
{
	uint8_t buffer[LIST_SIGNATURE_FILE_MAX];
	enum status status;

	*good = false;
	if (!decode(signature, (size_t)EVP_PKEY_get_size(key->pkey), buffer, &signature))
		return STATUS_OK;
	status = check_once(key, list, signature, good);
	/* Ed25519 within OpenSSL leaves no error: it may have been memory. */
	if (status == STATUS_OK && !*good)
		status = check_once(key, list, signature, good);
	return status;
}
