#include "tls/handshake.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/clock.h"

/* Evidence is bounded: a server may send what it likes. */
#define REFUSED_PEM_MAX (64 * 1024)

/* OpenSSL derives the alert from this code: bad_certificate, unknown_ca,
 * certificate_expired … (RFC 8446 §6.2). */
static int alert_code(const struct verdict *verdict, const struct peer *peer)
{
	if (verdict->reason == REASON_NAME_MISMATCH)
		return X509_V_ERR_HOSTNAME_MISMATCH;
	if (verdict->pkix.ok != RULE_FAILED || verdict->reason == REASON_PKIX_DENIED)
		return X509_V_ERR_CERT_REJECTED;
	return verdict->pkix.pins_only ? peer->leaf_error : peer->path_error;
}

static void keep_refused(struct handshake *h, STACK_OF(X509) * sent)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		return;
	for (int i = 0; i < sk_X509_num(sent) && BIO_pending(bio) < REFUSED_PEM_MAX; i++)
		PEM_write_bio_X509(bio, sk_X509_value(sent, i));
	BIO_free(h->refused);
	h->refused = bio;
}

int handshake_on_certificate(X509_STORE_CTX *store, void *unused)
{
	SSL *ssl =
		X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct handshake *h = SSL_get_app_data(ssl);
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
	struct peer_shown shown = { .sent = sent };
	struct peer peer;

	(void)unused;
	h->judged = false;
	h->trouble = peer_collect(h->context->policy, &h->context->trust, &shown,
		bytes_of(h->address, h->address_n), clock_wall_s(), &peer);
	if (h->trouble != STATUS_OK) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
		return 0;
	}
	verdict_reach(h->context->policy, &peer, &h->verdict);
	h->judged = true;
	if (!h->verdict.accepted) {
		keep_refused(h, sent);
		X509_STORE_CTX_set_error(store, alert_code(&h->verdict, &peer));
		return 0;
	}
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}
