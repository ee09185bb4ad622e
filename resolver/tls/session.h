/* One TLS session on memory BIOs: bytes in, bytes out, no sockets, no loop.
 *
 * The verdict falls while the server's certificate is read, before the client's
 * Finished, and a refusal ends the handshake with an alert. Nobody is accepted
 * until the handshake has ended too: only that proves that the server holds the
 * certificate's key. */
#ifndef TLS_SESSION_H
#define TLS_SESSION_H

#include "tls/context.h"
#include "tls/verdict.h"

struct session;

enum session_state {
	SESSION_HANDSHAKE,
	SESSION_OPEN,   /* verdict accepted, handshake complete */
	SESSION_FAILED, /* refused, or broken: session_verdict() tells */
};

/* `context` is borrowed until session_free(). `address` is copied: whom we are
 * connecting to. A session with it may be resumed: then nobody shows a certificate, and
 * the verdict is the one of before, `resumed`. NOMEM, CRYPTO. */
MUST_CHECK enum status session_new(struct tls_context *context,
	const struct endpoint *address, struct session **out);
void session_free(struct session *session);

/* Ciphertext from the network. NOMEM. */
MUST_CHECK enum status session_receive(struct session *session, struct bytes ciphertext);

/* Goes on with the handshake as far as the bytes received allow. There may be
 * something to send afterwards in every state: an alert, too. */
enum session_state session_handshake(struct session *session);

/* The network ended. In a handshake that is a failure like any other. */
enum session_state session_end_of_file(struct session *session);

/* Decrypts into `out`. OK with *n > 0; NOTFOUND: nothing yet; CLOSED: the
 * server said goodbye; IO: broken; LIMIT: far more records than content (RFC 8446
 * §4.6.3 has no bound on changes of keys). Only in SESSION_OPEN. */
MUST_CHECK enum status session_read(
	struct session *session, uint8_t *out, size_t cap, size_t *n);
/* Encrypts all of `plain`, as few records as it fits in. Only in SESSION_OPEN:
 * in any other state nothing is taken and CLOSED is returned. */
MUST_CHECK enum status session_write(struct session *session, struct bytes plain);
/* Queues a close_notify. */
void session_close(struct session *session);

/* Ciphertext to send: borrowed until the next call with this session. Once it
 * was copied or sent, session_sent() forgets it. */
struct bytes session_pending(struct session *session);
void session_sent(struct session *session);

/* The verdict. In SESSION_FAILED it is never accepted, nor in SESSION_HANDSHAKE, where
 * it is NULL unless something speaks against the server already: whatever ends the
 * handshake then, that was the reason. NULL in SESSION_FAILED:
 * no verdict could be reached for a reason of our own (no memory, roots that
 * could not be read): session_trouble() says which. */
const struct verdict *session_verdict(const struct session *session);
enum status session_trouble(const struct session *session);

/* How long the certificates still last that it was accepted with, by the clock that
 * certificates are judged by. Only in SESSION_OPEN. */
int64_t session_left_s(const struct session *session);

/* The refused certificates as sent, PEM; empty if none were refused. Borrowed
 * until session_free(). */
struct bytes session_refused_pem(const struct session *session);

/* "TLSv1.3", for status. */
const char *session_version(const struct session *session);

#endif
