#include "tls/context.h"

#include <openssl/ssl.h>

#include "tls/handshake.h"
#include "tls/resumption.h"
#include "tls/roots.h"

static const uint8_t alpn_dot[] = { 3, 'd', 'o', 't' };
static const uint8_t alpn_h2[] = { 2, 'h', '2' };
const struct tls_alpn tls_alpn_dot = { { alpn_dot, sizeof alpn_dot }, false };
const struct tls_alpn tls_alpn_h2 = { { alpn_h2, sizeof alpn_h2 }, true };

static int min_protocol(const struct tls_policy *policy)
{
	return policy->min_version == TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

/* Quick ones, which every server has: a HelloRetryRequest for ffdhe8192 would cost
 * a quarter of a second before the first certificate is seen. */
static const char groups[] = "X25519:P-256:P-384";

/* TLS 1.2 with forward secrecy and AEAD only (RFC 9325 §4.2); 1.3 has no
 * others. */
static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

/* Both are always asked for: the verdict falls where the staple is read, and its callback
 * runs only if one was asked for. */
static bool ask_for_extras(SSL_CTX *ssl)
{
	const unsigned where = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
			       SSL_EXT_TLS1_3_CERTIFICATE;

	SSL_CTX_set_tlsext_status_cb(ssl, handshake_on_status);
	return SSL_CTX_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp) == 1 &&
	       SSL_CTX_add_custom_ext(ssl, TLSEXT_TYPE_signed_certificate_timestamp,
		       where, NULL, NULL, NULL, handshake_on_scts, NULL) == 1;
}

/* Without a cache of OpenSSL's own: it would not know the verdicts. The option
 * against tickets is about TLS 1.2 alone. The psk_ke mode of 1.3, which has no new key
 * exchange, is not offered unless asked for. */
static void take_tickets(SSL_CTX *ssl)
{
	SSL_CTX_set_session_cache_mode(
		ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ssl, resumption_on_ticket);
}

static bool configure(SSL_CTX *ssl, const struct tls_policy *policy, struct tls_alpn alpn)
{
	SSL_CTX_set_options(
		ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_security_level(ssl, TLS_SECURITY_LEVEL);
	take_tickets(ssl);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, handshake_on_certificate, NULL);
	/* set_alpn_protos returns 0 for success, unlike all the others. */
	return ask_for_extras(ssl) &&
	       SSL_CTX_set_min_proto_version(ssl, min_protocol(policy)) == 1 &&
	       SSL_CTX_set_cipher_list(ssl, ciphers) == 1 &&
	       SSL_CTX_set1_groups_list(ssl, groups) == 1 &&
	       SSL_CTX_set_alpn_protos(ssl, alpn.wire.p, (unsigned)alpn.wire.n) == 0;
}

enum status tls_context_init(struct tls_context *context, const struct tls_policy *policy,
	const struct tls_trust *trust, struct tls_alpn alpn)
{
	*context = (struct tls_context){ .policy = policy, .alpn = alpn };
	context->ssl = SSL_CTX_new(TLS_client_method());
	if (context->ssl == NULL)
		return STATUS_NOMEM;
	if (!configure(context->ssl, policy, alpn)) {
		tls_context_deinit(context);
		return STATUS_CRYPTO;
	}
	context->trust = *trust;
	roots_share(trust->roots);
	return STATUS_OK;
}

void tls_context_rebase(struct tls_context *context, const struct tls_policy *policy,
	const struct tls_trust *trust)
{
	roots_share(trust->roots);
	roots_free(context->trust.roots);
	context->trust = *trust;
	context->policy = policy;
	tickets_forget(&context->tickets);
}

void tls_context_forget_tickets(struct tls_context *context)
{
	tickets_forget(&context->tickets);
}

void tls_context_deinit(struct tls_context *context)
{
	tickets_forget(&context->tickets);
	SSL_CTX_free(context->ssl);
	roots_free(context->trust.roots);
	*context = (struct tls_context){ 0 };
}
