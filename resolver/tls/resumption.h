/* What tickets do in a handshake and behind it; private to this room. */
#ifndef TLS_RESUMPTION_H
#define TLS_RESUMPTION_H

#include "tls/handshake.h"

/* Before the first byte of the handshake: offers a ticket, if there is one. Early data
 * (RFC 8446 §2.3) never goes with it. */
void resumption_offer(struct handshake *handshake, SSL *ssl);

/* The handshake has ended. If it resumed a session, the verdict is the one that came
 * with the ticket; or the session is refused, or cannot be judged. */
void resumption_finish(struct handshake *handshake, SSL *ssl);

/* SSL_CTX_sess_set_new_cb(3): a ticket has come. Kept if the session is open under a
 * verdict of this generation. */
int resumption_on_ticket(SSL *ssl, struct ssl_session_st *session);

#endif
