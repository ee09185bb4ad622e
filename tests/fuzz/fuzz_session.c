/* A hostile server's bytes. No session may open: whoever sends them has signed
 * nothing for this client, with whatever certificate. */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/pem.h>

#include "base/clock.h"
#include "tls/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The root behind the corpus' genuine certificate; nobody has its key any more. */
static const char root_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBLzCB1qADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBFJvb3QwHhcN\n"
	"MjYwNTMxMDAwMDAwWhcNMjYwNjAyMDAwMDAwWjAPMQ0wCwYDVQQDDARSb290MFkw\n"
	"EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEtNALW/biQzBV1BIFvJvxidUzHnGTzX1M\n"
	"gdSe25vG14Tc9pI0KUCUqTbplV0vo6F1dphPTzeLowaz8eD6VHsvQqMjMCEwDwYD\n"
	"VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwCgYIKoZIzj0EAwIDSAAwRQIg\n"
	"U9rqq40cKez8yIfahfpGEWzHrY1LO8XX5Ptc7KAXcwICIQDGxjWff46KnnLSxAIg\n"
	"Xx2OR4WqLB5+YX2gbQZEeOHp5g==\n"
	"-----END CERTIFICATE-----\n";

/* 2026-06-01T00:00:00Z, within the certificates' day. */
static int64_t now_s(void)
{
	return 1780272000;
}

static uint64_t now_ms(void)
{
	return 0;
}

static struct loglist *read_logs(void)
{
	char why[200];
	struct text error = text_in(why, sizeof why);
	struct loglist *out;

	if (loglist_builtin(&error, &out) != STATUS_OK)
		abort();
	return out;
}

static void set_up(struct tls_context *context)
{
	static const struct clock_source source = { now_ms, now_s };
	static struct tls_policy policy = {
		.identity = IDENTITY_NAME, .auth_name = "dns.lab", .ct = CT_MODE_REPORT
	};
	/* The list is kept: contexts borrow it. */
	struct tls_trust trust = { .roots = X509_STORE_new(), .logs = read_logs() };
	BIO *bio = BIO_new_mem_buf(root_pem, -1);
	X509 *root = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	clock_replace(&source);
	policy.ct_policy = ct_policy_find("mozilla");
	if (root == NULL || trust.roots == NULL ||
		X509_STORE_add_cert(trust.roots, root) != 1 ||
		tls_context_init(context, &policy, &trust, tls_alpn_dot) != STATUS_OK)
		abort();
	X509_STORE_free(trust.roots);
	X509_free(root);
	BIO_free(bio);
}

static void check(struct session *session)
{
	bool open = session_handshake(session) == SESSION_OPEN;
	const struct verdict *v = session_verdict(session);
	uint8_t out[16];
	size_t n;

	if (open || (v != NULL && v->accepted))
		abort();
	/* The server's bytes are the server's fault. */
	if (session_trouble(session) != STATUS_OK)
		abort();
	if (session_write(session, bytes_of_text("a question")) != STATUS_CLOSED)
		abort();
	if (session_read(session, out, sizeof out, &n) != STATUS_CLOSED || n != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tls_context context;
	struct endpoint address;
	struct session *session;
	/* Some inputs arrive whole, some in pieces. */
	size_t piece = size % 3 == 0 ? 7 : size;

	if (context.ssl == NULL)
		set_up(&context);
	if (endpoint_parse("192.0.2.1", 853, &address) != STATUS_OK ||
		session_new(&context, &address, &session) != STATUS_OK)
		return 0;
	session_handshake(session);
	for (size_t at = 0; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		if (session_receive(session, bytes_of(data + at, n)) != STATUS_OK)
			break;
		check(session);
	}
	session_free(session);
	return 0;
}
