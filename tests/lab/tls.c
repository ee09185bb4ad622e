#include "tests/lab/tls.h"

#include <string.h>

/* Room for the two addresses that may stand in a certificate. */
struct places {
	char own[ENDPOINT_TEXT_MAX];
	char second[ENDPOINT_TEXT_MAX];
};

static const char *replace_place(const char *text, const struct places *places)
{
	if (text != NULL && strcmp(text, OWN_ADDRESS) == 0)
		return places->own;
	if (text != NULL && strcmp(text, SECOND_ADDRESS) == 0)
		return places->second;
	return text;
}

static struct wish replace_places(const struct wish *from, const struct places *places)
{
	struct wish wish = *from;

	for (size_t i = 0; i < 2; i++) {
		wish.dns[i] = replace_place(wish.dns[i], places);
		wish.ip[i] = replace_place(wish.ip[i], places);
	}
	return wish;
}

static void credential_share(struct credential *to, const struct credential *from)
{
	*to = *from;
	X509_up_ref(to->certificate);
	EVP_PKEY_up_ref(to->key);
}

static enum status make_key(
	const struct server_plan *plan, const struct listener *base, EVP_PKEY **out)
{
	if (base == NULL || base->server->leaf.key != plan->leaf.key)
		return key_make(plan->leaf.key, out);
	*out = base->own.key;
	EVP_PKEY_up_ref(*out);
	return STATUS_OK;
}

static enum status issue(
	struct listener *listener, const struct wish *wish, const struct pki *pki)
{
	const struct server_plan *plan = listener->server;
	const struct ctlogs *logs = listener->lab->logs;
	struct credential *own = &listener->own;
	const struct credential *issuer;
	EVP_PKEY *forger = NULL;
	enum status status;

	if (plan->issuer == WHO_OWN)
		return certificate_make(
			wish, own->key, NULL, own->key, logs, &own->certificate);
	issuer = pki_of(pki, plan->issuer);
	if (!plan->forged)
		return certificate_make(wish, own->key, issuer->certificate, issuer->key,
			logs, &own->certificate);
	status = key_make(KEY_P256, &forger);
	if (status == STATUS_OK)
		status = certificate_make(wish, own->key, issuer->certificate, forger,
			logs, &own->certificate);
	EVP_PKEY_free(forger);
	return status;
}

static enum status take_genuine(struct listener *listener, const struct pki *pki)
{
	EVP_PKEY *impostor;
	enum status status;

	credential_share(&listener->own, pki_of(pki, WHO_GENUINE));
	if (!listener->server->impostor)
		return STATUS_OK;
	status = key_make_impostor(listener->own.key, &impostor);
	if (status != STATUS_OK)
		return status;
	EVP_PKEY_free(listener->own.key);
	listener->own.key = impostor;
	return STATUS_OK;
}

enum status listener_certify(struct listener *listener, const struct pki *pki,
	const struct listener *base, const struct endpoint *second)
{
	const struct server_plan *plan = listener->server;
	struct places places = { 0 };
	struct wish wish;
	enum status status;

	if (plan->leaf_is_genuine)
		return take_genuine(listener, pki);
	if (base != NULL && base->server == plan) {
		credential_share(&listener->own, &base->own);
		return STATUS_OK;
	}
	endpoint_format_address(&listener->address, places.own);
	endpoint_format_address(second, places.second);
	wish = replace_places(&plan->leaf, &places);
	status = make_key(plan, base, &listener->own.key);
	return status == STATUS_OK ? issue(listener, &wish, pki) : status;
}

/* Which protocol is selected (RFC 7301), and whether it must be offered. */
static const char *alpn_of(const struct listener *listener, bool *forced)
{
	*forced = true;
	switch (listener->server->manner) {
	case MANNER_ALPN_H2:
		return "h2";
	case MANNER_ALPN_HTTP11:
		return "http/1.1";
	case MANNER_ALPN_DOT:
		return "dot";
	case MANNER_ALPN_NONE:
		return NULL;
	default:
		*forced = false;
		return listener->protocol == PROTOCOL_DOH ? "h2" : "dot";
	}
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_n,
	const unsigned char *offered, unsigned offered_n, void *arg)
{
	bool forced;
	const char *name = alpn_of(arg, &forced);
	size_t n = name != NULL ? strlen(name) : 0;

	(void)ssl;
	*out = (const unsigned char *)name;
	*out_n = (unsigned char)n;
	if (name != NULL && forced)
		return SSL_TLSEXT_ERR_OK;
	for (unsigned i = 0; name != NULL && i < offered_n && i + offered[i] < offered_n;
		i += offered[i] + 1U)
		if (offered[i] == n && memcmp(offered + i + 1, name, n) == 0)
			return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_NOACK;
}

static const struct {
	int min, max;        /* 0: the library's */
	const char *ciphers; /* up to TLS 1.2; NULL: the library's */
} manners[] = {
	[MANNER_USUAL] = { TLS1_2_VERSION, 0, NULL },
	[MANNER_PLAIN] = { 0, 0, NULL },
	[MANNER_TLS11] = { TLS1_VERSION, TLS1_1_VERSION, "ALL:@SECLEVEL=0" },
	[MANNER_TLS12] = { TLS1_2_VERSION, TLS1_2_VERSION, NULL },
	[MANNER_RSA_EXCHANGE] = { TLS1_2_VERSION, TLS1_2_VERSION, "AES128-SHA" },
	[MANNER_CBC] = { TLS1_2_VERSION, TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA" },
	[MANNER_DHE] = { TLS1_2_VERSION, TLS1_2_VERSION, "DHE-RSA-AES128-GCM-SHA256" },
	[MANNER_ANONYMOUS] = { TLS1_2_VERSION, TLS1_2_VERSION,
		"AECDH-AES128-SHA:@SECLEVEL=0" },
	[MANNER_ALPN_H2] = { TLS1_2_VERSION, 0, NULL },
	[MANNER_ALPN_HTTP11] = { TLS1_2_VERSION, 0, NULL },
	[MANNER_ALPN_DOT] = { TLS1_2_VERSION, 0, NULL },
	[MANNER_ALPN_NONE] = { TLS1_2_VERSION, 0, NULL },
	[MANNER_RENEGOTIATE] = { TLS1_2_VERSION, TLS1_2_VERSION, NULL },
	[MANNER_STALL] = { TLS1_2_VERSION, 0, NULL },
};

/* Level 0: the lab must be able to show what a sound library would not. */
static bool set_manner(SSL_CTX *tls, enum tls_manner manner)
{
	SSL_CTX_set_security_level(tls, 0);
	SSL_CTX_set_dh_auto(tls, 1);
	return SSL_CTX_set_min_proto_version(tls, manners[manner].min) &&
	       SSL_CTX_set_max_proto_version(tls, manners[manner].max) &&
	       (manners[manner].ciphers == NULL ||
		       SSL_CTX_set_cipher_list(tls, manners[manner].ciphers));
}

static bool add_issuers(SSL_CTX *tls, const struct listener *listener, enum who issuer)
{
	const struct server_plan *plan = listener->server;

	if (plan->sent[0] != WHO_NONE) {
		for (size_t i = 0; i < PLAN_SENT_MAX && plan->sent[i] != WHO_NONE; i++)
			if (!SSL_CTX_add1_chain_cert(
				    tls, listener_certificate(listener, plan->sent[i])))
				return false;
		return true;
	}
	for (enum who who = issuer;
		!plan->leaf_alone && who != WHO_OWN && pki_issuer_of(who) != WHO_OWN;
		who = pki_issuer_of(who))
		if (!SSL_CTX_add1_chain_cert(tls, listener_certificate(listener, who)))
			return false;
	return true;
}

static bool set_certificate(
	SSL_CTX *tls, const struct listener *listener, const struct pki *pki)
{
	const struct server_plan *plan = listener->server;
	bool genuine = plan->leaf_is_genuine || plan->manner == MANNER_RENEGOTIATE;
	const struct credential *shown = plan->manner == MANNER_RENEGOTIATE
						 ? pki_of(pki, WHO_GENUINE)
						 : &listener->own;

	if (plan->manner == MANNER_ANONYMOUS)
		return true;
	return SSL_CTX_use_certificate(tls, shown->certificate) == 1 &&
	       SSL_CTX_use_PrivateKey(tls, shown->key) == 1 &&
	       add_issuers(tls, listener, genuine ? WHO_ISSUER : plan->issuer);
}

enum status listener_make_tls(struct listener *listener, const struct pki *pki)
{
	static const unsigned char context[] = "pintle-lab";
	enum tls_manner manner = listener->server->manner;
	SSL_CTX *tls;

	if (manner == MANNER_PLAIN)
		return STATUS_OK;
	tls = SSL_CTX_new(TLS_server_method());
	if (tls == NULL)
		return STATUS_NOMEM;
	listener->tls = tls;
	SSL_CTX_set_alpn_select_cb(tls, select_alpn, listener);
	SSL_CTX_set_session_id_context(tls, context, sizeof context - 1);
	return set_manner(tls, manner) && set_certificate(tls, listener, pki)
		       ? STATUS_OK
		       : STATUS_CRYPTO;
}
