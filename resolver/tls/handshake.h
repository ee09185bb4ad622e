/* What happens inside the handshake; private to this room. */
#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include <openssl/types.h>

#include "tls/context.h"
#include "tls/verdict.h"

/* What the callbacks need and find out; SSL_get_app_data() of a session. */
struct handshake {
	struct tls_context *context; /* borrowed */
	uint8_t address[16];
	size_t address_n;

	bool judged;         /* the certificate was seen and `verdict` filled */
	enum status trouble; /* not OK: no verdict, for a reason of our own */
	struct verdict verdict;
	BIO *refused; /* owned; PEM of a refused chain, or NULL */
};

/* SSL_CTX_set_cert_verify_callback(3): collects the evidence, reaches the
 * verdict, chooses the alert. */
int handshake_on_certificate(X509_STORE_CTX *store, void *unused);

#endif
