/* What happens inside the handshake; private to this room. */
#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include <openssl/types.h>

#include "tls/context.h"
#include "tls/verdict.h"

/* What the callbacks need and find out; SSL_get_app_data() of a session. */
struct handshake {
	struct tls_context *context; /* borrowed */
	struct endpoint address;

	uint64_t generation;   /* of the context's tickets, when it began */
	struct ticket *ticket; /* owned; offered to the server, or NULL */
	int64_t verified_s;    /* when `verdict` was reached; a resumed one earlier */
	bool open;             /* the session is, under that verdict */

	bool judged;         /* `verdict` was filled in */
	enum status trouble; /* not OK: no verdict, for a reason of our own */
	struct verdict verdict;
	struct peer peer;    /* owned; what the verdict was reached on */
	unsigned char *scts; /* owned; the leaf's extension 18, NULL: none came */
	size_t scts_n;
	BIO *refused; /* owned; PEM of what was refused, or NULL */
};

void handshake_deinit(struct handshake *handshake);

/* SSL_CTX_add_custom_ext(3), signed_certificate_timestamp (RFC 6962 §3.3.1): keeps
 * what comes with the leaf. OpenSSL's own reading of it would take an
 * intermediate's for the leaf's, and is off. */
int handshake_on_scts(SSL *ssl, unsigned type, unsigned where, const unsigned char *in,
	size_t n, X509 *certificate, size_t place, int *alert, void *unused);

/* SSL_CTX_set_cert_verify_callback(3): collects the evidence, reaches the
 * verdict so far, chooses the alert. */
int handshake_on_certificate(X509_STORE_CTX *store, void *unused);

/* SSL_CTX_set_tlsext_status_cb(3): the verdict as a whole. It runs before our Finished
 * in TLS 1.2 and 1.3, whether there is a staple or none: behind ServerHelloDone,
 * or the server's Finished. On a resumed session, too, where it has nothing to judge. */
int handshake_on_status(SSL *ssl, void *unused);

#endif
