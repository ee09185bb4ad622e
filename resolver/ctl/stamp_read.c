/* A stamp as an upstream, or what it lacks to be one. */
#include <string.h>

#include "base/base64.h"
#include "config/url.h"
#include "ctl/stamp.h"
#include "tls/policy.h"

/* Of printable text, terminated. */
static const char *text_of(struct import *import, struct bytes in)
{
	char *out = arena_alloc(&import->arena, in.n + 1);

	if (out != NULL && in.n > 0)
		memcpy(out, in.p, in.n);
	return out;
}

/* ":PORT", or nothing, which is 0. */
static enum status read_port(const char *colon, uint16_t *out)
{
	struct endpoint e;
	char text[32];
	struct text t = text_in(text, sizeof text);

	*out = 0;
	if (*colon == '\0')
		return STATUS_OK;
	text_add(&t, "127.0.0.1%s", colon);
	if (t.cut || endpoint_parse(text, 1, &e) != STATUS_OK)
		return STATUS_MALFORMED;
	*out = endpoint_port(&e);
	return STATUS_OK;
}

/* What was given in its place, which takes over its port. */
static enum status replace_address(
	const char *given, uint16_t port, struct import_upstream *out, struct text *error)
{
	struct endpoint *address = &out->addresses[0];

	if (endpoint_parse(given, port, address) == STATUS_OK &&
		!endpoint_is_wildcard(address)) {
		out->address_n = 1;
		return STATUS_OK;
	}
	text_add(error, "--address ");
	text_add_untrusted(error, given, strlen(given));
	text_add(error, " is not an IP address with or without a port");
	return STATUS_UNSUPPORTED;
}

/* The stamp's address, which may be a port alone, or the one given (not NULL). */
static enum status read_address(const char *text, const char *given,
	struct import_upstream *out, uint16_t *port, struct text *error)
{
	struct endpoint *address = &out->addresses[0];
	enum status status = STATUS_OK;
	uint16_t own = 0;

	if (text[0] == ':') {
		status = read_port(text, &own);
	} else if (text[0] != '\0') {
		status = endpoint_parse(text, *port, address);
		out->address_n = 1;
		own = status == STATUS_OK ? endpoint_port(address) : 0;
	}
	if (status != STATUS_OK ||
		(out->address_n > 0 && endpoint_is_wildcard(address))) {
		text_add(error, "the stamp's address is none: ");
		text_add_untrusted(error, text, strlen(text));
		return STATUS_MALFORMED;
	}
	*port = own != 0 ? own : *port;
	return given != NULL ? replace_address(given, *port, out, error) : STATUS_OK;
}

static enum status refuse_host(const char *host, const char *problem, struct text *error)
{
	text_add(error, "the stamp's host name ");
	text_add_untrusted(error, host, strlen(host));
	text_add(error, " %s", problem);
	return STATUS_MALFORMED;
}

/* The texts of a stamp, terminated; in the import's arena. */
struct stamp_text {
	const char *address, *host, *path;
};

static enum status read_dot(const struct stamp_text *s, const char *given,
	struct import *import, struct import_upstream *out, struct text *error)
{
	const char *host = s->host;
	size_t n = strcspn(host, ":");
	struct bytes name_bytes = bytes_of(host, n);
	const char *name = text_of(import, name_bytes), *problem;
	uint16_t port, behind;
	enum status status;

	if (name == NULL)
		return STATUS_NOMEM;
	if (read_port(host + n, &behind) != STATUS_OK)
		return refuse_host(host, "has a port that is none", error);
	port = behind != 0 ? behind : CONFIG_PORT_DOT;
	status = read_address(s->address, given, out, &port, error);
	if (status != STATUS_OK)
		return status;
	problem = auth_name_problem(name);
	if (problem != NULL)
		return refuse_host(host, problem, error);
	out->auth_name = name;
	if (out->address_n > 0 || port == CONFIG_PORT_DOT)
		return STATUS_OK;
	text_add(error,
		"the stamp has no address but the port %u, for which pintle needs one: "
		"give --address IP:%u",
		port, port);
	return STATUS_CONFIG;
}

/* `port` 0: as the host has it. */
static enum status make_url(const char *host, uint16_t port, const char *path,
	char url[URL_BYTES_MAX + 1], struct doh_url *parts, struct text *error)
{
	struct text text = text_in(url, URL_BYTES_MAX + 1);
	const char *problem;

	text_add(&text, "https://%s", host);
	if (port != 0)
		text_add(&text, ":%u", port);
	text_add(&text, "%s", path);
	problem = text.cut ? "is too long" : doh_url_read(url, parts);
	if (problem == NULL)
		return STATUS_OK;
	text_add(error, "the stamp's URL %s %s", url, problem);
	return STATUS_MALFORMED;
}

static enum status read_doh(const struct stamp_text *s, const char *given,
	struct import *import, struct import_upstream *out, struct text *error)
{
	char url[URL_BYTES_MAX + 1];
	struct doh_url parts;
	uint16_t port;
	enum status status = make_url(s->host, 0, s->path, url, &parts, error);

	if (status != STATUS_OK)
		return status;
	port = parts.port;
	status = read_address(s->address, given, out, &port, error);
	/* A port without an address is the URL's. */
	if (status == STATUS_OK && s->address[0] == ':' && port != parts.port)
		status = make_url(s->host, port, s->path, url, &parts, error);
	if (status != STATUS_OK)
		return status;
	out->url = arena_text(&import->arena, url);
	out->auth_name = arena_text(&import->arena, parts.host);
	return out->url != NULL && out->auth_name != NULL ? STATUS_OK : STATUS_NOMEM;
}

static enum status read_bootstrap(const struct stamp *s, struct import *import)
{
	for (size_t i = 0; i < s->bootstrap_n; i++) {
		const char *text = text_of(import, s->bootstrap[i]);
		struct endpoint *e = &import->bootstrap[import->bootstrap_n];

		if (text == NULL)
			return STATUS_NOMEM;
		if (endpoint_parse(text, CONFIG_PORT_DNS, e) == STATUS_OK &&
			!endpoint_is_wildcard(e))
			import->bootstrap_n++;
	}
	return STATUS_OK;
}

/* --- notes ----------------------------------------------------------------- */

static enum status note_properties(const struct stamp *s, struct import *import)
{
	static const struct {
		uint64_t bit;
		const char *words;
	} properties[] = {
		{ STAMP_DNSSEC, "validates DNSSEC" },
		{ STAMP_NO_LOGS, "keeps no logs" },
		{ STAMP_NO_FILTER, "filters no names" },
	};
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
		if ((s->properties & properties[i].bit) != 0 && status == STATUS_OK)
			status = import_note(import, 0, NULL,
				"the stamp says of the server: it %s",
				properties[i].words);
	return status;
}

/* A hash of what was signed ends with the certificate; a pin is of its key. One cannot be
 * made of the other. */
static enum status note_hashes(const struct stamp *s, struct import *import)
{
	enum status status = STATUS_OK;

	if (s->hash_n > 0)
		status = import_note(import, 0, NULL,
			"the stamp's hashes are of certificates (TBSCertificate), not of "
			"keys: they are no pins, and pintle has no key for them; pins "
			"are to be had with pintlectl probe");
	for (size_t i = 0; i < s->hash_n && status == STATUS_OK; i++) {
		char hex[2 * STAMP_HASH_BYTES + 1];

		hex_encode(s->hashes[i], hex);
		status = import_note(import, 0, "hash", "%s", hex);
	}
	return status;
}

static enum status check_reach(
	const struct import_upstream *upstream, struct import *import, struct text *error)
{
	struct doh_url url;

	if (upstream->url != NULL && doh_url_read(upstream->url, &url) == NULL &&
		url.address.sa.sa_family != AF_UNSPEC)
		return STATUS_OK;
	if (upstream->address_n > 0) {
		import->bootstrap_n = 0;
		return STATUS_OK;
	}
	if (import->bootstrap_n > 0)
		return STATUS_OK;
	text_add(error,
		"the stamp has no address, and %s is not looked up: give "
		"--address IP[:PORT]",
		upstream->auth_name);
	return STATUS_CONFIG;
}

static enum status read_stamp(
	const struct stamp *s, const char *given, struct text *error, struct import *out)
{
	struct import_upstream upstream = { 0 };
	const struct stamp_text text = { text_of(out, s->address), text_of(out, s->host),
		text_of(out, s->path) };
	enum status status;

	if (text.address == NULL || text.host == NULL || text.path == NULL)
		return STATUS_NOMEM;
	if (s->protocol == STAMP_DOH)
		status = read_doh(&text, given, out, &upstream, error);
	else
		status = read_dot(&text, given, out, &upstream, error);
	if (status == STATUS_OK)
		status = read_bootstrap(s, out);
	if (status == STATUS_OK)
		status = check_reach(&upstream, out, error);
	if (status == STATUS_OK)
		status = note_properties(s, out);
	if (status == STATUS_OK)
		status = note_hashes(s, out);
	return status == STATUS_OK ? import_add(out, &upstream) : status;
}

enum status stamp_read(
	const char *text, const char *address, struct text *error, struct import *out)
{
	uint8_t bytes[STAMP_BYTES_MAX];
	struct stamp stamp;
	enum status status = stamp_from_text(text, bytes, error, &stamp);

	return status == STATUS_OK ? read_stamp(&stamp, address, error, out) : status;
}
