#include "dnssec/crypto.h"

#include <openssl/evp.h>
#include <string.h>

/* RFC 8624 §3.1. Left out although getdns might verify them: RSAMD5 (1), DSA (3, 6) and
 * GOST (12) must not be used; what is signed with these alone is insecure. SHA-1 (5, 7)
 * stays: whoever validates has to, as long as zones are signed so. */
bool crypto_has_algorithm(uint8_t algorithm)
{
	static const uint8_t supported[] = { 5, 7, 8, 10, 13, 14, 15, 16 };

	return memchr(supported, algorithm, sizeof supported) != NULL;
}

/* RFC 5702 §2.1 allows up to 4096 bits, RFC 3110 §2 an exponent as long. Nobody has one:
 * of 3072 bits, it makes a check take 50 times as long. */
#define RSA_MODULUS_MAX  (4096 / 8)
#define RSA_EXPONENT_MAX (64 / 8)

bool crypto_key_is_cheap(const struct dnskey *key)
{
	struct reader r = { .rest = key->rdata };
	size_t exponent_n;

	if (key->algorithm > 10) /* no RSA */
		return true;
	rd_take(&r, 4);
	exponent_n = (size_t)rd_uint(&r, 1);
	if (exponent_n == 0)
		exponent_n = (size_t)rd_uint(&r, 2);
	rd_take(&r, exponent_n);
	return !r.bad && exponent_n <= RSA_EXPONENT_MAX && r.rest.n <= RSA_MODULUS_MAX;
}

static const EVP_MD *ds_digest(uint8_t type)
{
	switch (type) {
	case 1:
		return EVP_sha1();
	case 2:
		return EVP_sha256();
	case 4:
		return EVP_sha384();
	default:
		return NULL;
	}
}

bool crypto_has_digest(uint8_t digest_type)
{
	return ds_digest(digest_type) != NULL;
}

bool crypto_ds_matches(
	const struct ds *ds, const struct name *owner, const struct dnskey *key)
{
	const EVP_MD *md = ds_digest(ds->digest_type);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct name lower = *owner;
	unsigned n = 0;
	bool done;

	name_lower(&lower);
	done = md != NULL && ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
	       EVP_DigestUpdate(ctx, lower.wire, lower.n) == 1 &&
	       EVP_DigestUpdate(ctx, key->rdata.p, key->rdata.n) == 1 &&
	       EVP_DigestFinal_ex(ctx, digest, &n) == 1;
	EVP_MD_CTX_free(ctx);
	return done && bytes_equal(ds->digest, bytes_of(digest, n));
}

/* IH(salt, x, 0) = H(x || salt), IH(salt, x, k) = H(IH(salt, x, k - 1) || salt). */
static bool hash_once(EVP_MD_CTX *ctx, struct bytes in, struct bytes salt, uint8_t *out)
{
	return EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
	       EVP_DigestUpdate(ctx, in.p, in.n) == 1 &&
	       EVP_DigestUpdate(ctx, salt.p, salt.n) == 1 &&
	       EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

enum status crypto_nsec3_hash(
	const struct name *name, const struct nsec3 *nsec3, uint8_t out[NSEC3_HASH_BYTES])
{
	struct name lower = *name;
	EVP_MD_CTX *ctx;
	bool done;

	if (nsec3->algorithm != 1)
		return STATUS_UNSUPPORTED;
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL)
		return STATUS_CRYPTO;
	name_lower(&lower);
	done = hash_once(ctx, name_bytes(&lower), nsec3->salt, out);
	for (unsigned i = 0; done && i < nsec3->iterations; i++)
		done = hash_once(ctx, bytes_of(out, NSEC3_HASH_BYTES), nsec3->salt, out);
	EVP_MD_CTX_free(ctx);
	return done ? STATUS_OK : STATUS_CRYPTO;
}
