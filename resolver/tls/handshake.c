#include "tls/handshake.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "tls/shownfile.h"

/* Evidence is bounded: a server may send what it likes. */
#define REFUSED_PEM_MAX (64 * 1024)
/* Of an SCT list, or of a staple; larger ones are left out. Usual are 0.5 and 2 kB. */
#define REFUSED_BLOCK_MAX (24 * 1024)

void handshake_deinit(struct handshake *h)
{
	peer_deinit(&h->peer);
	OPENSSL_free(h->scts);
	BIO_free(h->refused);
	ticket_free(h->ticket);
	*h = (struct handshake){ 0 };
}

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

static struct bytes staple_of(SSL *ssl)
{
	unsigned char *p = NULL;
	long n = SSL_get_tlsext_status_ocsp_resp(ssl, &p);

	return bytes_of(p, p != NULL && n > 0 ? (size_t)n : 0);
}

static void keep_block(BIO *bio, const char *name, struct bytes in)
{
	if (in.n > 0 && in.n <= REFUSED_BLOCK_MAX)
		PEM_write_bio(bio, name, "", in.p, (long)in.n);
}

static bool is_in(const struct peer_chain *chain, const X509 *certificate)
{
	uint8_t digest[32];

	if (X509_digest(certificate, EVP_sha256(), digest, NULL) != 1)
		return false;
	for (size_t i = 0; i < chain->n; i++)
		if (memcmp(chain->certificates[i].sha256, digest, sizeof digest) == 0)
			return true;
	return false;
}

/* Of those sent the ones in `built`, or the others; as many as there is room for. */
static void keep_certificates(
	const struct peer_chain *built, BIO *bio, STACK_OF(X509) * sent, bool in_built)
{
	for (int i = 0; i < sk_X509_num(sent) && BIO_pending(bio) < REFUSED_PEM_MAX; i++)
		if (is_in(built, sk_X509_value(sent, i)) == in_built)
			PEM_write_bio_X509(bio, sk_X509_value(sent, i));
}

static void keep_refused(struct handshake *h, SSL *ssl, STACK_OF(X509) * sent)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		return;
	/* What verified before what was sent beside it, so that nothing sent can push the
	 * one out. */
	keep_certificates(&h->peer.built, bio, sent, true);
	keep_certificates(&h->peer.built, bio, sent, false);
	keep_block(bio, SHOWNFILE_SCTS_LABEL, bytes_of(h->scts, h->scts_n));
	keep_block(bio, SHOWNFILE_STAPLE_LABEL, staple_of(ssl));
	BIO_free(h->refused);
	h->refused = bio;
}

/* On evidence collected with `status`. True: not refused, so far. */
static bool judge(
	struct handshake *h, SSL *ssl, STACK_OF(X509) * sent, enum status status)
{
	h->trouble = status;
	h->judged = status == STATUS_OK;
	/* What the search left there would be taken for the cause of what fails
	 * later. */
	ERR_clear_error();
	if (status != STATUS_OK)
		return false;
	verdict_reach(h->context->policy, &h->peer, &h->verdict);
	h->verified_s = h->peer.at_s;
	if (!h->verdict.accepted)
		keep_refused(h, ssl, sent);
	return h->verdict.accepted;
}

/* A certificate is public: whoever has seen one can show it. Where the chain verified
 * for the right name, a refusal is remembered, as evidence and as what might be
 * learned; so it waits for the status callback, when the staple is there and the server
 * has shown that it holds the key (docs/decisions/0008-refused-when-proven.md). */
static bool is_left_to_status(const struct handshake *h)
{
	return h->judged && h->verdict.chain_verified && h->verdict.name.ok == RULE_OK;
}

int handshake_on_certificate(X509_STORE_CTX *store, void *unused)
{
	SSL *ssl =
		X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct handshake *h = SSL_get_app_data(ssl);
	STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
	struct peer_shown shown = { .sent = sent,
		.tls_scts = bytes_of(h->scts, h->scts_n),
		.staple_awaited = true };
	enum status status;

	(void)unused;
	peer_deinit(&h->peer);
	status = peer_collect(h->context->policy, &h->context->trust, &shown,
		endpoint_address(&h->address), clock_floor_now_s(h->context->trust.clock),
		&h->peer);
	if (judge(h, ssl, sent, status) || is_left_to_status(h)) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	X509_STORE_CTX_set_error(store,
		h->judged ? alert_code(&h->verdict, &h->peer) : X509_V_ERR_UNSPECIFIED);
	return 0;
}

int handshake_on_status(SSL *ssl, void *unused)
{
	struct handshake *h = SSL_get_app_data(ssl);
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(ssl);
	struct peer_shown shown = { .sent = sent,
		.tls_scts = bytes_of(h->scts, h->scts_n),
		.staple = staple_of(ssl) };
	enum status status;

	(void)unused;
	if (SSL_session_reused(ssl) == 1)
		return 1;
	if (!h->judged || sk_X509_num(sent) <= 0)
		return 0;
	status = peer_take_staple(
		h->context->policy, &h->context->trust, &shown, &h->peer);
	if (judge(h, ssl, sent, status))
		return 1;
	/* 0 is bad_certificate_status_response, -1 internal_error. */
	return h->judged ? 0 : -1;
}

int handshake_on_scts(SSL *ssl, unsigned type, unsigned where, const unsigned char *in,
	size_t n, X509 *certificate, size_t place, int *alert, void *unused)
{
	struct handshake *h = SSL_get_app_data(ssl);
	unsigned char *copy;

	(void)type, (void)where, (void)certificate, (void)unused;
	if (place != 0)
		return 1;
	/* At most 64 kB on the wire. An empty list is a broken one, and not none. */
	copy = OPENSSL_malloc(n + 1);
	if (copy == NULL) {
		h->trouble = STATUS_NOMEM;
		*alert = SSL_AD_INTERNAL_ERROR;
		return 0;
	}
	memcpy(copy, in, n);
	OPENSSL_free(h->scts);
	h->scts = copy;
	h->scts_n = n;
	return 1;
}
