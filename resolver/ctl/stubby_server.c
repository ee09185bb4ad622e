/* Servers and listeners: each a map, or an address with its parts behind it. */
#include <string.h>

#include "ctl/stubby_parts.h"
#include "tls/policy.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* One entry of upstream_recursive_servers or listen_addresses. */
struct server {
	const struct node *address;
	unsigned port, tls_port; /* 0: not said */
	const char *auth_name;
	const struct node *pinset;
};

enum status stubby_min_version(struct stubby *s, const struct node *value, void *base)
{
	static const struct stubby_word words[] = {
		{ "GETDNS_SSL3", "1400", 0 },
		{ "GETDNS_TLS1", "1401", 0 },
		{ "GETDNS_TLS1_1", "1402", 0 },
		{ "GETDNS_TLS1_2", "1403", 1 },
		{ "GETDNS_TLS1_3", "1404", 2 },
	};
	unsigned which;
	enum status status = stubby_word(s, value, words, COUNT(words), &which);

	(void)base;
	if (status != STATUS_OK)
		return status;
	/* pintle's holds for all upstreams: the strictest does. */
	s->import->tls_1_3 = s->import->tls_1_3 || which == 2;
	if (which > 0)
		return STATUS_OK;
	return import_note(s->import, value->line, value->key->text,
		"pintle speaks TLS 1.2 and 1.3 alone");
}

static enum status take_address(struct stubby *s, const struct node *value, void *base)
{
	struct server *server = base;

	(void)s;
	server->address = value;
	return STATUS_OK;
}

static enum status read_port(struct stubby *s, const struct node *value, unsigned *out)
{
	enum status status = stubby_number(s, value, 65535, out);

	if (status == STATUS_OK && *out == 0)
		return stubby_refuse(s, value, "is no port");
	return status;
}

static enum status take_port(struct stubby *s, const struct node *value, void *base)
{
	return read_port(s, value, &((struct server *)base)->port);
}

static enum status take_tls_port(struct stubby *s, const struct node *value, void *base)
{
	return read_port(s, value, &((struct server *)base)->tls_port);
}

static enum status take_name(struct stubby *s, const struct node *value, void *base)
{
	struct server *server = base;
	const char *problem = value->kind == NODE_TEXT ? auth_name_problem(value->text)
						       : "is not a host name";

	server->auth_name = value->text;
	return problem == NULL ? STATUS_OK : stubby_refuse(s, value, problem);
}

/* getdns ignores a pin set that is not a list, and so checks nothing. */
static enum status take_pinset(struct stubby *s, const struct node *value, void *base)
{
	struct server *server = base;

	server->pinset = value;
	if (value->kind != NODE_LIST || value->children == 0)
		return stubby_refuse(s, value, "is not a list of pins");
	if (value->children > IMPORT_PINS_MAX)
		return stubby_refuse(s, value, "has more than 64 pins");
	return STATUS_OK;
}

/* --- pins ------------------------------------------------------------------ */

struct stubby_pin {
	const struct node *digest, *value;
};

static enum status take_digest(struct stubby *s, const struct node *value, void *base)
{
	((struct stubby_pin *)base)->digest = value;
	if (value->kind == NODE_TEXT && strcmp(value->text, "sha256") == 0)
		return STATUS_OK;
	return stubby_refuse(s, value, "is not a digest for pins; allowed: sha256");
}

static enum status take_value(struct stubby *s, const struct node *value, void *base)
{
	((struct stubby_pin *)base)->value = value;
	return value->kind == NODE_TEXT ? STATUS_OK
					: stubby_refuse(s, value, "is not a pin");
}

static enum status read_pin(struct stubby *s, const struct node *map, struct pin *out)
{
	static const struct stubby_key keys[] = {
		{ "digest", take_digest, NULL },
		{ "value", take_value, NULL },
	};
	struct stubby_pin pin = { 0 };
	enum status status;

	if (map->kind != NODE_MAP)
		return stubby_refuse(
			s, map, "is not a pin: {digest: sha256, value: BASE64}");
	status = stubby_take(s, map, keys, COUNT(keys), &pin);
	if (status != STATUS_OK)
		return status;
	if (pin.digest == NULL || pin.value == NULL)
		return complain_at(
			&s->complaint, map, "a pin needs a digest and a value");
	if (pin_parse(pin.value->text, out) != STATUS_OK)
		return stubby_refuse(
			s, pin.value, "is not the Base64 of 32 bytes, as a pin is");
	return STATUS_OK;
}

static bool has_pin(const struct import_upstream *upstream, const struct pin *pin)
{
	for (size_t i = 0; i < upstream->pin_n; i++)
		if (pin_equal(&upstream->pins[i], pin))
			return true;
	return false;
}

static enum status read_pins(
	struct stubby *s, const struct node *list, struct import_upstream *out)
{
	enum status status = STATUS_OK;

	for (const struct node *it = list->first; it != NULL && status == STATUS_OK;
		it = it->next) {
		struct pin pin;

		status = read_pin(s, it, &pin);
		if (status == STATUS_OK && !has_pin(out, &pin))
			out->pins[out->pin_n++] = pin;
	}
	return status;
}

/* --- servers --------------------------------------------------------------- */

static const struct stubby_key server_keys[] = {
	{ "address_data", take_address, NULL },
	{ "address_type", NULL, "the address says it" },
	{ "port", take_port, NULL },
	{ "tls_port", take_tls_port, NULL },
	{ "tls_auth_name", take_name, NULL },
	{ "tls_pubkey_pinset", take_pinset, NULL },
	{ "tls_min_version", stubby_min_version, NULL },
	{ "tls_max_version", NULL, "pintle speaks the newest TLS that both can" },
	{ "tls_ciphersuites", NULL, "pintle offers AEAD ciphers alone, all of them" },
	{ "tls_cipher_list", NULL, "pintle offers ECDHE with AEAD ciphers alone" },
	{ "tls_curves_list", NULL, "pintle offers what its TLS library does" },
	{ "tsig_name", NULL, "TSIG signs plain DNS; pintle asks over TLS" },
	{ "tsig_algorithm", NULL, "TSIG signs plain DNS; pintle asks over TLS" },
	{ "tsig_secret", NULL, "TSIG signs plain DNS; pintle asks over TLS" },
};

static enum status read_server(
	struct stubby *s, const struct node *entry, struct server *out)
{
	enum status status;

	*out = (struct server){ .address = entry };
	if (entry->kind != NODE_MAP)
		return STATUS_OK;
	out->address = NULL;
	status = stubby_take(s, entry, server_keys, COUNT(server_keys), out);
	if (status == STATUS_OK && out->address == NULL)
		return complain_at(&s->complaint, entry, "address_data is missing");
	return status;
}

/* What stands behind `mark` in the node's text, which is cut there; false: nothing. */
static bool cut_behind(struct node *whole, char *text, char mark, struct node *part)
{
	char *at = strchr(text, mark);

	if (at == NULL)
		return false;
	*at = '\0';
	whole->text_bytes = (size_t)(at - text);
	*part = *whole;
	part->text = at + 1;
	part->text_bytes = strlen(at + 1);
	return true;
}

/* "IP[@port][#tls_port][~tls_auth_name]", each part once and in that order, as
 * getdns_query(1) has it. */
static enum status split(struct stubby *s, struct server *server)
{
	struct node *ip, part;
	enum status status = STATUS_OK;
	char *text;

	if (server->address->kind != NODE_TEXT ||
		strpbrk(server->address->text, "@#~") == NULL)
		return STATUS_OK;
	ip = arena_copy(&s->import->arena, server->address, 1, sizeof *ip);
	text = arena_text(&s->import->arena, server->address->text);
	if (ip == NULL || text == NULL)
		return STATUS_NOMEM;
	ip->text = text;
	server->address = ip;
	if (cut_behind(ip, text, '~', &part))
		status = take_name(s, &part, server);
	if (status == STATUS_OK && cut_behind(ip, text, '#', &part))
		status = read_port(s, &part, &server->tls_port);
	if (status == STATUS_OK && cut_behind(ip, text, '@', &part))
		status = read_port(s, &part, &server->port);
	return status;
}

static enum status take_server(struct stubby *s, const struct node *entry)
{
	struct import_upstream upstream = { .address_n = 1 };
	struct server server;
	enum status status = read_server(s, entry, &server);

	if (status == STATUS_OK)
		status = split(s, &server);
	if (status == STATUS_OK)
		status = stubby_address(s, server.address,
			server.tls_port != 0 ? (uint16_t)server.tls_port
					     : CONFIG_PORT_DOT,
			&upstream.addresses[0]);
	if (status == STATUS_OK && endpoint_is_wildcard(&upstream.addresses[0]))
		return stubby_refuse(s, server.address, "is nobody's address");
	if (status == STATUS_OK && server.pinset != NULL)
		status = read_pins(s, server.pinset, &upstream);
	if (status == STATUS_OK && server.auth_name != NULL) {
		upstream.auth_name = arena_text(&s->import->arena, server.auth_name);
		status = upstream.auth_name != NULL ? STATUS_OK : STATUS_NOMEM;
	}
	return status == STATUS_OK ? import_add(s->import, &upstream) : status;
}

enum status stubby_servers(struct stubby *s, const struct node *list, void *base)
{
	enum status status = STATUS_OK;

	(void)base;
	if (list->kind != NODE_LIST)
		return stubby_refuse(s, list, "is not a list of servers");
	for (const struct node *it = list->first; it != NULL && status == STATUS_OK;
		it = it->next)
		status = take_server(s, it);
	if (status == STATUS_LIMIT)
		return stubby_refuse(s, list, "has more servers than pintle takes, 256");
	return status;
}

/* --- listeners ------------------------------------------------------------- */

static enum status take_listener(struct stubby *s, const struct node *entry)
{
	struct import *import = s->import;
	struct server server;
	struct endpoint e;
	enum status status = read_server(s, entry, &server);

	if (status == STATUS_OK)
		status = split(s, &server);
	if (status == STATUS_OK)
		status = stubby_address(s, server.address,
			server.port != 0 ? (uint16_t)server.port : CONFIG_PORT_DNS, &e);
	for (size_t i = 0; status == STATUS_OK && i < import->listen_n; i++)
		if (endpoint_equal(&import->listen[i], &e))
			return STATUS_OK;
	if (status == STATUS_OK && import->listen_n == IMPORT_LISTEN_MAX)
		return stubby_refuse(s, entry, "is one more than pintle takes, 64");
	if (status != STATUS_OK)
		return status;
	import->listen[import->listen_n++] = e;
	if (endpoint_is_loopback(&e))
		return STATUS_OK;
	return import_note(import, entry->line, "listen_addresses",
		"pintle answers clients of private networks alone, unless allow says "
		"otherwise");
}

enum status stubby_listen(struct stubby *s, const struct node *list, void *base)
{
	enum status status = STATUS_OK;

	(void)base;
	if (list->kind != NODE_LIST)
		return take_listener(s, list);
	for (const struct node *it = list->first; it != NULL && status == STATUS_OK;
		it = it->next)
		status = take_listener(s, it);
	return status;
}
