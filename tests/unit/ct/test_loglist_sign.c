/* Keys and detached signatures. The Ed25519 vectors are those of RFC 8032 §7.1. */
#include "ct/loglist_sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "tests/unit/rows.h"

/* TEST 3: the message is af82. */
#define PUBLIC_3 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
#define SIGNATURE_3                                                        \
	"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" \
	"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
#define MESSAGE_3 "af82"
/* TEST 1, whose message is empty: another key and another signature. */
#define PUBLIC_1 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define SIGNATURE_1                                                        \
	"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" \
	"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"

/* SIGNATURE_3 in base64, with a line end. */
#define BASE64_3                                                           \
	"YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/5tTjRbykK5n92CYTcZZ" \
	"SnwV6XFu0o3AJ77O6h7ECg=="

enum change { AS_IS, FLIP_FIRST, FLIP_LAST, CUT, EXTEND, EMPTY, AS_TEXT };

static const struct row {
	const char *name;
	const char *key, *signature, *message; /* hexadecimal */
	enum change signature_change, message_change;
	const char *text; /* with AS_TEXT, in place of the signature */
	bool good;
} rows[] = {
	{ "the vector", PUBLIC_3, SIGNATURE_3, MESSAGE_3, .good = true },
	{ "the vector without a message", PUBLIC_1, SIGNATURE_1, "", .good = true },
	{ "base64", PUBLIC_3, "", MESSAGE_3, AS_TEXT, .text = BASE64_3, .good = true },
	{ "base64 with a line's end", PUBLIC_3, "", MESSAGE_3, AS_TEXT,
		.text = BASE64_3 "\n", .good = true },
	{ "base64 in two lines", PUBLIC_3, "", MESSAGE_3, AS_TEXT,
		.text = "YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/5tTjRbykK5n92CYTcZZ"
			"\r\nSnwV6XFu0o3AJ77O6h7ECg==\r\n",
		.good = true },

	{ "another key", PUBLIC_1, SIGNATURE_3, MESSAGE_3, .good = false },
	{ "another signature", PUBLIC_3, SIGNATURE_1, MESSAGE_3, .good = false },
	{ "another message", PUBLIC_3, SIGNATURE_3, "af83", .good = false },
	{ "no message", PUBLIC_3, SIGNATURE_3, "", .good = false },
	{ "a byte more of message", PUBLIC_3, SIGNATURE_3, "af8200", .good = false },
	{ "a message cut short", PUBLIC_3, SIGNATURE_3, MESSAGE_3, AS_IS, CUT,
		.good = false },
	{ "first bit of the signature", PUBLIC_3, SIGNATURE_3, MESSAGE_3, FLIP_FIRST,
		.good = false },
	{ "last bit of the signature", PUBLIC_3, SIGNATURE_3, MESSAGE_3, FLIP_LAST,
		.good = false },
	{ "a byte less of signature", PUBLIC_3, SIGNATURE_3, MESSAGE_3, CUT,
		.good = false },
	{ "a byte more of signature", PUBLIC_3, SIGNATURE_3, MESSAGE_3, EXTEND,
		.good = false },
	{ "no signature", PUBLIC_3, SIGNATURE_3, MESSAGE_3, EMPTY, .good = false },
	{ "hexadecimal", PUBLIC_3, "", MESSAGE_3, AS_TEXT, .text = SIGNATURE_3 },
	{ "base64 without its end", PUBLIC_3, "", MESSAGE_3, AS_TEXT,
		.text = "YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/"
			"5tTjRbykK5n92CYTcZZ" },
	{ "base64 twice", PUBLIC_3, "", MESSAGE_3, AS_TEXT, .text = BASE64_3 BASE64_3 },
	{ "only white space", PUBLIC_3, "", MESSAGE_3, AS_TEXT, .text = " \n" },
	{ "text that is no base64", PUBLIC_3, "", MESSAGE_3, AS_TEXT,
		.text = "-----BEGIN SIGNATURE-----" },
	/* RFC 8032 §5.1.7: S of the group's order or more would make a second signature.
	 */
	{ "S, and the order", PUBLIC_3,
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
		"05d391b0a77904e98404ef037747a56e4a7c15e9716ed28dc027beceea1ec41a",
		MESSAGE_3, .good = false },
};

static struct bytes from_hex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n;

	assert_int_equal(hex_decode(bytes_of_text(hex), out, cap, &n), STATUS_OK);
	return bytes_of(out, n);
}

static struct bytes changed(struct bytes in, uint8_t *copy, enum change change)
{
	switch (change) {
	case FLIP_FIRST:
		copy[0] ^= 0x80;
		break;
	case FLIP_LAST:
		copy[in.n - 1] ^= 1;
		break;
	case CUT:
		in.n--;
		break;
	case EXTEND:
		copy[in.n++] = 0;
		break;
	case EMPTY:
		in.n = 0;
		break;
	case AS_IS:
	case AS_TEXT:
		break;
	}
	return in;
}

static void check_row(void **state)
{
	const struct row *row = *state;
	uint8_t raw[LIST_KEY_BYTES], signed_bytes[80] = { 0 }, message[80] = { 0 };
	struct bytes signature, list;
	struct list_key *key;
	bool good = !row->good;

	from_hex(row->key, raw, sizeof raw);
	signature = changed(from_hex(row->signature, signed_bytes, sizeof signed_bytes),
		signed_bytes, row->signature_change);
	list = changed(from_hex(row->message, message, sizeof message), message,
		row->message_change);
	if (row->signature_change == AS_TEXT)
		signature = bytes_of_text(row->text);
	assert_int_equal(list_key_new(raw, &key), STATUS_OK);
	assert_int_equal(list_key_check(key, list, signature, &good), STATUS_OK);
	assert_int_equal(good, row->good);
	list_key_free(key);
}

/* --- keys ------------------------------------------------------------------- */

static const struct text_row {
	const char *name, *text;
	bool good;
} text_rows[] = {
	{ "32 bytes", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", true },
	{ "31 bytes", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", false },
	{ "33 bytes", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", false },
	{ "nothing", "", false },
	{ "no padding", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", false },
	{ "white space", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", false },
	{ "unused bits set", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", false },
	{ "a pin", "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", false },
	{ "a path", "/etc/pintle/key.pem", false },
};

static void text_row(void **state)
{
	const struct text_row *row = *state;
	uint8_t raw[LIST_KEY_BYTES];

	assert_int_equal(list_key_from_text(row->text, raw),
		row->good ? STATUS_OK : STATUS_MALFORMED);
	if (row->good)
		assert_int_equal(raw[31], 31);
}

/* The public half of a new key, as PEM; owned. */
static BIO *make_pem(const char *kind, unsigned bits)
{
	EVP_PKEY *key = bits > 0 ? EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t)bits)
			: strcmp(kind, "EC") == 0
				? EVP_PKEY_Q_keygen(NULL, NULL, kind, "P-256")
				: EVP_PKEY_Q_keygen(NULL, NULL, kind);
	BIO *out = BIO_new(BIO_s_mem());

	assert_non_null(key);
	assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
	EVP_PKEY_free(key);
	return out;
}

static const struct pem_row {
	const char *name, *kind;
	unsigned bits;
	enum status status;
} pem_rows[] = {
	{ "Ed25519", "ED25519", 0, STATUS_OK },
	{ "RSA of 2048 bits", "RSA", 2048, STATUS_OK },
	{ "RSA of 1024 bits", "RSA", 1024, STATUS_UNSUPPORTED },
	{ "P-256", "EC", 0, STATUS_UNSUPPORTED },
	{ "Ed448", "ED448", 0, STATUS_UNSUPPORTED },
	{ "X25519, which signs nothing", "X25519", 0, STATUS_UNSUPPORTED },
};

static void pem_row(void **state)
{
	const struct pem_row *row = *state;
	BIO *bio = make_pem(row->kind, row->bits);
	struct list_key *key;
	char *pem;
	long n = BIO_get_mem_data(bio, &pem);

	assert_int_equal(list_key_new_pem(bytes_of(pem, (size_t)n), &key), row->status);
	assert_int_equal(key != NULL, row->status == STATUS_OK);
	list_key_free(key);
	BIO_free(bio);
}

static const struct broken_row {
	const char *name, *pem;
} broken_rows[] = {
	{ "nothing", "" },
	{ "text", "a key" },
	{ "PEM of nothing", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n" },
	{ "PEM cut short", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA" },
	{ "a private key",
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
		"-----END PRIVATE KEY-----\n" },
	{ "a key that wants a password",
		"-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00000000000000000000000000000000\n\n"
		"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
		"-----END PUBLIC KEY-----\n" },
};

static void broken_row(void **state)
{
	const struct broken_row *row = *state;
	struct list_key *key;

	assert_int_equal(
		list_key_new_pem(bytes_of_text(row->pem), &key), STATUS_MALFORMED);
	assert_null(key);
}

/* An RSA key checks SHA-256 with PKCS#1 v1.5, and no other way of signing. */
static void test_rsa(void **state)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	static const struct {
		const char *name;
		const EVP_MD *(*digest)(void);
		int padding;
		bool good;
	} ways[] = {
		{ "as Google does", EVP_sha256, RSA_PKCS1_PADDING, true },
		{ "PSS", EVP_sha256, RSA_PKCS1_PSS_PADDING, false },
		{ "SHA-1", EVP_sha1, RSA_PKCS1_PADDING, false },
		{ "SHA-512", EVP_sha512, RSA_PKCS1_PADDING, false },
	};
	BIO *bio = BIO_new(BIO_s_mem());
	struct list_key *key;
	char *pem;
	long n;

	(void)state;
	PEM_write_bio_PUBKEY(bio, pair);
	n = BIO_get_mem_data(bio, &pem);
	assert_int_equal(list_key_new_pem(bytes_of(pem, (size_t)n), &key), STATUS_OK);
	for (size_t i = 0; i < ROWS(ways); i++) {
		EVP_MD_CTX *context = EVP_MD_CTX_new();
		uint8_t signature[256];
		size_t length = sizeof signature;
		EVP_PKEY_CTX *options;
		bool good;

		assert_int_equal(EVP_DigestSignInit(
					 context, &options, ways[i].digest(), NULL, pair),
			1);
		EVP_PKEY_CTX_set_rsa_padding(options, ways[i].padding);
		assert_int_equal(EVP_DigestSign(context, signature, &length,
					 (const uint8_t *)"list", 4),
			1);
		assert_int_equal(list_key_check(key, bytes_of("list", 4),
					 bytes_of(signature, length), &good),
			STATUS_OK);
		assert_int_equal(good, ways[i].good);
		EVP_MD_CTX_free(context);
	}
	list_key_free(key);
	BIO_free(bio);
	EVP_PKEY_free(pair);
}

static void test_google(void **state)
{
	static const uint8_t zeros[512];
	struct list_key *key;
	bool good = true;

	(void)state;
	assert_int_equal(list_key_new_google(&key), STATUS_OK);
	assert_int_equal(list_key_check(key, bytes_of("list", 4),
				 bytes_of(zeros, sizeof zeros), &good),
		STATUS_OK);
	assert_false(good);
	list_key_free(key);
	list_key_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_google),
	};

	return run_rows("Ed25519", rows, sizeof *rows, ROWS(rows), check_row) +
	       run_rows("key as text", text_rows, sizeof *text_rows, ROWS(text_rows),
		       text_row) +
	       run_rows("key as PEM", pem_rows, sizeof *pem_rows, ROWS(pem_rows),
		       pem_row) +
	       run_rows("PEM in error", broken_rows, sizeof *broken_rows,
		       ROWS(broken_rows), broken_row) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
