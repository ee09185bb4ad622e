#include "tests/lab/delivery.h"

#include <stdio.h>

#include <openssl/ssl.h>

#include "tests/lab/file.h"
#include "tests/lab/lab.h"

/* RFC 6962 §3.3.1. libssl shows it for no server by itself. */
#define CONTEXTS \
	(SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE)

/* Called for each certificate sent, if the client asked for SCTs. */
static int on_scts(SSL *ssl, unsigned type, unsigned context, const unsigned char **out,
	size_t *n, X509 *certificate, size_t place, int *alert, void *arg)
{
	const struct delivery *delivery = arg;
	const struct scts *scts =
		place == 0 ? &delivery->by_tls : &delivery->beside_issuer;

	(void)ssl, (void)type, (void)context, (void)certificate, (void)alert;
	if (place > 1 || scts->n == 0)
		return 0;
	*out = scts->p;
	*n = scts->n;
	return 1;
}

/* Called if the client asked for a staple. */
static int on_staple(SSL *ssl, void *arg)
{
	const struct delivery *delivery = arg;
	unsigned char *copy = OPENSSL_memdup(delivery->staple, delivery->staple_n);

	if (copy == NULL)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)delivery->staple_n);
	return SSL_TLSEXT_ERR_OK;
}

static const struct credential *signer_of(
	const struct server_plan *plan, const struct pki *pki)
{
	switch (plan->staple.kind) {
	case STAPLE_BY_DELEGATE:
		return pki_of(pki, WHO_RESPONDER);
	case STAPLE_BY_CUSTOMER:
		return pki_of(pki, WHO_GENUINE);
	case STAPLE_BY_STRANGER:
	case STAPLE_REVOKED_BY_STRANGER:
		return pki_of(pki, WHO_STRANGER);
	default:
		return pki_of(pki, plan->issuer);
	}
}

static enum status make_staple(struct listener *listener, const struct pki *pki)
{
	const struct server_plan *plan = listener->server;
	struct staple_parts parts = {
		.leaf = listener->own.certificate,
		.issuer = pki_of(pki, plan->issuer)->certificate,
		.other = pki_of(pki, WHO_GENUINE)->certificate,
		.signer = signer_of(plan, pki),
		.logs = listener->lab->logs,
	};

	return staple_make(&plan->staple, &parts, &listener->delivery.staple,
		&listener->delivery.staple_n);
}

static enum status make_scts(const struct listener *listener, const struct pki *pki,
	const struct sct_wish *wish, struct scts *out)
{
	return scts_make(listener->lab->logs, wish != NULL ? wish : scts_none,
		listener->own.certificate,
		pki_of(pki, listener->server->issuer)->certificate, SCT_ENTRY_X509, out);
}

static enum status write_one(
	const struct listener *listener, const char *suffix, struct bytes content)
{
	char file[LISTENER_NAME_MAX + 16];

	if (content.n == 0)
		return STATUS_OK;
	snprintf(file, sizeof file, "leaf-%s.%s", listener->name, suffix);
	return lab_file_write(listener->lab->directory, file, content);
}

static enum status write_delivery(const struct listener *listener)
{
	const struct delivery *delivery = &listener->delivery;
	enum status status = write_one(
		listener, "scts", bytes_of(delivery->by_tls.p, delivery->by_tls.n));

	return status == STATUS_OK
		       ? write_one(listener, "ocsp",
				 bytes_of(delivery->staple, delivery->staple_n))
		       : status;
}

static bool attach(SSL_CTX *tls, struct delivery *delivery)
{
	if ((delivery->by_tls.n > 0 || delivery->beside_issuer.n > 0) &&
		SSL_CTX_add_custom_ext(tls, TLSEXT_TYPE_signed_certificate_timestamp,
			CONTEXTS, on_scts, NULL, delivery, NULL, NULL) != 1)
		return false;
	if (delivery->staple != NULL) {
		SSL_CTX_set_tlsext_status_cb(tls, on_staple);
		SSL_CTX_set_tlsext_status_arg(tls, delivery);
	}
	return true;
}

enum status listener_make_delivery(struct listener *listener, const struct pki *pki)
{
	const struct server_plan *plan = listener->server;
	struct delivery *delivery = &listener->delivery;
	enum status status = make_scts(listener, pki, plan->by_tls, &delivery->by_tls);

	if (status == STATUS_OK)
		status = make_scts(
			listener, pki, plan->beside_issuer, &delivery->beside_issuer);
	if (status == STATUS_OK && plan->staple.kind != STAPLE_NONE)
		status = make_staple(listener, pki);
	if (status == STATUS_OK && !attach(listener->tls, delivery))
		status = STATUS_CRYPTO;
	return status == STATUS_OK ? write_delivery(listener) : status;
}

void delivery_deinit(struct delivery *delivery)
{
	OPENSSL_free(delivery->staple);
	*delivery = (struct delivery){ 0 };
}
