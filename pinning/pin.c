/* Every way to write a pin comes down to 32 bytes in base64 or in hexadecimal,
 * so: take off what stands around them, then decode strictly. */
#include "pinning/pin.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "base/base64.h"

static const struct form {
	const char *before, *after;
	bool hex;
} forms[] = {
	{ "sha256//", "", false },        /* curl */
	{ "sha256/", "", false },         /* OpenWrt */
	{ "pin-sha256=\"", "\"", false }, /* RFC 7469 §2.1 */
	{ "3 1 1 ", "", true },           /* RFC 6698 §2.1: end entity, SPKI, SHA-256 */
	{ "2 1 1 ", "", true },           /* the same, trust anchor */
	{ "", "", true },
	{ "", "", false },
};

/* What stands between the form's ends, or nothing. */
static struct bytes inside(struct bytes text, const struct form *form)
{
	struct bytes before = bytes_of_text(form->before);
	struct bytes after = bytes_of_text(form->after);

	if (text.n < before.n + after.n)
		return bytes_of(NULL, 0);
	if (!bytes_equal(bytes_of(text.p, before.n), before))
		return bytes_of(NULL, 0);
	if (!bytes_equal(bytes_of(text.p + text.n - after.n, after.n), after))
		return bytes_of(NULL, 0);
	return bytes_of(text.p + before.n, text.n - before.n - after.n);
}

enum status pin_parse(const char *text, struct pin *out)
{
	struct bytes in = bytes_of_text(text);

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct bytes body = inside(in, &forms[i]);
		enum status status;
		size_t n;

		if (forms[i].hex)
			status = hex_decode(body, out->sha256, PIN_BYTES, &n);
		else
			status = base64_decode(body, out->sha256, PIN_BYTES, &n);
		if (status == STATUS_OK && n == PIN_BYTES)
			return STATUS_OK;
	}
	return STATUS_MALFORMED;
}

void pin_format(const struct pin *pin, char out[PIN_TEXT_MAX])
{
	static const char before[] = "sha256//";

	memcpy(out, before, sizeof before - 1);
	base64_encode(bytes_of(pin->sha256, PIN_BYTES), out + sizeof before - 1);
}

enum status pin_of_certificate(const X509 *certificate, struct pin *out)
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	/* NULL without memory: OpenSSL 3 fetches the algorithm. */
	bool ok = n > 0 && SHA256(der, (size_t)n, out->sha256) != NULL;

	OPENSSL_free(der);
	return ok ? STATUS_OK : STATUS_CRYPTO;
}

bool pin_equal(const struct pin *a, const struct pin *b)
{
	return memcmp(a->sha256, b->sha256, PIN_BYTES) == 0;
}
