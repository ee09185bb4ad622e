#include "config/value.h"

#include <string.h>

#include "base/base64.h"

enum status value_read_policy(
	const struct value_reader *r, const struct node *node, void *base)
{
	const struct ct_policy *policy = ct_policy_find(node->text);

	if (policy == NULL)
		return value_refuse(r, node, "is none of the policies known here");
	value_store(r, base, &policy, sizeof policy);
	return STATUS_OK;
}

enum status value_read_log_list(
	const struct value_reader *r, const struct node *node, void *base)
{
	const char *builtin = NULL;

	if (strcmp(node->text, "builtin") != 0)
		return value_read_path(r, node, base);
	value_store(r, base, &builtin, sizeof builtin);
	return STATUS_OK;
}

/* The digits behind a colon, up to `end`. */
static bool is_port(const char *digits, const char *end)
{
	unsigned port = 0;

	if (digits == end || *digits == '0')
		return false;
	for (; digits < end; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		port = port * 10 + (unsigned)(*digits - '0');
		if (port > UINT16_MAX)
			return false;
	}
	return true;
}

/* HOST[:PORT][/…]. What is behind it is the server's business. */
static const char *authority_problem(const char *authority)
{
	const char *end = authority + strcspn(authority, "/?#");
	const char *colon = memchr(authority, ':', (size_t)(end - authority));
	size_t host_n = (size_t)((colon != NULL ? colon : end) - authority);
	char host[256];

	if (host_n >= sizeof host)
		return "has a host name that is too long";
	memcpy(host, authority, host_n);
	host[host_n] = '\0';
	if (auth_name_problem(host) != NULL)
		return "has no host name that is one";
	if (colon != NULL && !is_port(colon + 1, end))
		return "has a port that is none";
	return NULL;
}

enum status value_read_url(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const char scheme[] = "https://";
	const char *problem = NULL;

	if (strncmp(node->text, scheme, strlen(scheme)) != 0)
		return value_refuse(r, node, "does not begin with https://");
	if (node->text_bytes > (size_t)r->row->max)
		return value_refuse(r, node, "is too long");
	for (const char *c = node->text; *c != '\0'; c++)
		if (*c <= 0x20 || *c >= 0x7f)
			return value_refuse(
				r, node, "has a character that URLs do not have");
	problem = authority_problem(node->text + strlen(scheme));
	return problem != NULL ? value_refuse(r, node, problem)
			       : value_store_text(r, node, base);
}

enum status value_read_list_key(
	const struct value_reader *r, const struct node *node, void *base)
{
	uint8_t key[LIST_KEY_BYTES];
	size_t n = 0;

	if (base64_decode(bytes_of(node->text, node->text_bytes), key, sizeof key, &n) !=
			STATUS_OK ||
		n != sizeof key)
		return value_refuse(r, node, "is not a key of 32 bytes");
	value_store(r, base, key, sizeof key);
	return STATUS_OK;
}

enum status value_read_server(
	const struct value_reader *r, const struct node *node, void *base)
{
	struct endpoint server;

	if (endpoint_parse(node->text, CONFIG_PORT_HTTPS, &server) != STATUS_OK)
		return value_refuse(
			r, node, "is not an IP address with or without a port");
	if (endpoint_is_wildcard(&server))
		return value_refuse(r, node, "is nobody's address");
	value_store(r, base, &server, sizeof server);
	return STATUS_OK;
}
