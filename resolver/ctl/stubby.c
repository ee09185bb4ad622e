/* The file's keys: each is taken, or left out with its reason; what would leave upstreams
 * less checked than they are there is refused. */
#include "ctl/stubby.h"

#include <string.h>

#include "ctl/stubby_parts.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { TRANSPORT_PLAIN, TRANSPORT_TLS };

static enum status take_resolution(struct stubby *s, const struct node *value, void *base)
{
	static const struct stubby_word words[] = {
		{ "GETDNS_RESOLUTION_STUB", "520", 0 },
	};
	unsigned which;

	(void)base;
	return stubby_word(s, value, words, COUNT(words), &which);
}

static enum status note_plain(struct stubby *s, const struct node *value)
{
	return import_note(s->import, value->line, "dns_transport_list",
		"pintle asks over TLS alone: nothing is asked again over UDP or TCP");
}

static enum status take_transport(
	struct stubby *s, const struct node *value, bool *has_tls, bool *has_plain)
{
	static const struct stubby_word words[] = {
		{ "GETDNS_TRANSPORT_TLS", "1202", TRANSPORT_TLS },
		{ "GETDNS_TRANSPORT_UDP", "1200", TRANSPORT_PLAIN },
		{ "GETDNS_TRANSPORT_TCP", "1201", TRANSPORT_PLAIN },
	};
	unsigned which;
	enum status status = stubby_word(s, value, words, COUNT(words), &which);

	if (status != STATUS_OK)
		return status;
	*has_tls = *has_tls || which == TRANSPORT_TLS;
	*has_plain = *has_plain || which == TRANSPORT_PLAIN;
	return STATUS_OK;
}

static enum status take_transports(struct stubby *s, const struct node *value, void *base)
{
	bool has_tls = false, has_plain = false;
	enum status status = STATUS_OK;

	(void)base;
	s->has_transports = true;
	if (value->kind != NODE_LIST)
		status = take_transport(s, value, &has_tls, &has_plain);
	else
		for (const struct node *it = value->first;
			it != NULL && status == STATUS_OK; it = it->next)
			status = take_transport(s, it, &has_tls, &has_plain);
	if (status != STATUS_OK)
		return status;
	if (!has_tls)
		return stubby_refuse(s, value,
			"has no GETDNS_TRANSPORT_TLS: those servers are asked in plain "
			"DNS alone, and pintle asks over TLS");
	return has_plain ? note_plain(s, value) : STATUS_OK;
}

/* NONE takes whoever answers, and pintle has no such mode. */
static enum status take_authentication(
	struct stubby *s, const struct node *value, void *base)
{
	(void)base;
	s->has_authentication = true;
	if (value->kind == NODE_TEXT &&
		(strcmp(value->text, "GETDNS_AUTHENTICATION_REQUIRED") == 0 ||
			strcmp(value->text, "1301") == 0))
		return STATUS_OK;
	return stubby_refuse(s, value,
		"cannot be carried over: pintle asks nobody whose certificate it has not "
		"accepted; write GETDNS_AUTHENTICATION_REQUIRED there, and give each "
		"server a tls_auth_name or a tls_pubkey_pinset");
}

static enum status take_extension(
	struct stubby *s, const struct node *value, bool *is_true)
{
	static const struct stubby_word words[] = {
		{ "GETDNS_EXTENSION_TRUE", "1000", 1 },
		{ "GETDNS_EXTENSION_FALSE", "1001", 0 },
	};
	unsigned on = 0;
	enum status status = stubby_word(s, value, words, COUNT(words), &on);

	*is_true = on != 0;
	return status;
}

static enum status take_dnssec(struct stubby *s, const struct node *value, void *base)
{
	bool on;
	enum status status = take_extension(s, value, &on);

	(void)base;
	s->import->validate = s->import->validate || on;
	return status;
}

/* Stricter than any mode of pintle's. */
static enum status take_only_secure(
	struct stubby *s, const struct node *value, void *base)
{
	bool on;
	enum status status = take_extension(s, value, &on);

	(void)base;
	if (status != STATUS_OK || !on)
		return status;
	return stubby_refuse(s, value,
		"cannot be carried over: pintle validates, and answers for unsigned "
		"zones, too; take it out there if that will do");
}

static enum status take_anchors(struct stubby *s, const struct node *value, void *base)
{
	(void)base;
	return stubby_path(s, value, &s->import->anchors);
}

static const struct stubby_key keys[] = {
	{ "resolution_type", take_resolution, NULL },
	{ "dns_transport_list", take_transports, NULL },
	{ "tls_authentication", take_authentication, NULL },
	{ "upstream_recursive_servers", stubby_servers, NULL },
	{ "listen_addresses", stubby_listen, NULL },
	{ "round_robin_upstreams", stubby_round_robin, NULL },
	{ "idle_timeout", stubby_idle, NULL },
	{ "timeout", stubby_timeout, NULL },
	{ "tls_query_padding_blocksize", stubby_padding, NULL },
	{ "edns_client_subnet_private", stubby_subnet, NULL },
	{ "tls_ca_path", stubby_ca_path, NULL },
	{ "tls_ca_file", stubby_ca_file, NULL },
	{ "tls_min_version", stubby_min_version, NULL },
	{ "tls_max_version", NULL, "pintle speaks the newest TLS that both can" },
	{ "tls_ciphersuites", NULL, "pintle offers AEAD ciphers alone, all of them" },
	{ "tls_cipher_list", NULL, "pintle offers ECDHE with AEAD ciphers alone" },
	{ "tls_curves_list", NULL, "pintle offers what its TLS library does" },
	{ "dnssec", take_dnssec, NULL },
	{ "dnssec_return_status", take_dnssec, NULL },
	{ "dnssec_return_all_statuses", take_dnssec, NULL },
	{ "dnssec_return_only_secure", take_only_secure, NULL },
	{ "dnssec_trust_anchors", take_anchors, NULL },
	{ "dnssec_allowed_skew", NULL, "pintle allows none" },
	{ "trust_anchors_url", NULL, "pintle has the root's keys built in" },
	{ "trust_anchors_verify_CA", NULL, "pintle has the root's keys built in" },
	{ "trust_anchors_verify_email", NULL, "pintle has the root's keys built in" },
	{ "trust_anchors_backoff_time", NULL, "pintle has the root's keys built in" },
	{ "tls_connection_retries", NULL, "pintle tries again until it is answered" },
	{ "tls_backoff_time", NULL, "pintle's back-off follows what went wrong" },
	{ "limit_outstanding_queries", NULL,
		"pintle's limits.queries_in_flight is of all upstreams together" },
	{ "appdata_dir", NULL, "pintle's is state_dir" },
	{ "log_level", stubby_log_level, NULL },
};

static enum status note_absent(struct stubby *s)
{
	enum status status = STATUS_OK;

	if (!s->has_authentication)
		status = import_note(s->import, 0, "tls_authentication",
			"is not there, which takes whoever answers; pintle refuses whom "
			"it has not accepted");
	if (status == STATUS_OK && !s->has_transports)
		status = import_note(s->import, 0, "dns_transport_list",
			"is not there; pintle asks over TLS alone");
	if (status == STATUS_OK && s->import->ca_file != NULL &&
		s->import->ca_path != NULL)
		status = import_note(s->import, 0, "tls_ca_path",
			"pintle has one or the other: the roots are those of "
			"tls_ca_file");
	return status;
}

/* There a pin that matches replaces the authority and the name. */
static enum status note_pins(struct import *import)
{
	for (const struct import_upstream *it = import->upstreams; it != NULL;
		it = it->next)
		if (it->pin_n > 0 && it->auth_name != NULL)
			return import_note(import, 0, "tls_pubkey_pinset",
				"beside a pin that matches, the certificate must lead to "
				"a trusted root and bear the name");
	return STATUS_OK;
}

/* The first server is asked first there, unless it says otherwise. */
static void settle(struct import *import)
{
	if (import->strategy == NULL)
		import->strategy = "ordered";
}

static enum status read_keys(struct stubby *s, const struct node *root)
{
	enum status status = stubby_take(s, root, keys, COUNT(keys), NULL);

	if (status == STATUS_OK && s->import->upstream_n == 0)
		return complain_at(&s->complaint, root,
			"no upstream_recursive_servers: there is nobody to ask");
	if (status == STATUS_OK)
		status = note_absent(s);
	if (status == STATUS_OK)
		status = note_pins(s->import);
	settle(s->import);
	return status;
}

enum status stubby_read(const char *name, struct bytes yaml, struct config_error *error,
	struct import *out)
{
	struct stubby s = { .complaint = { name, error }, .import = out };
	struct arena tree;
	struct node *root;
	enum status status;

	arena_init(&tree);
	status = node_read(yaml, &tree, &s.complaint, &root);
	if (status == STATUS_OK)
		status = read_keys(&s, root);
	arena_deinit(&tree);
	return status;
}
