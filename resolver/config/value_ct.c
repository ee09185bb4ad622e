#include "config/value.h"

#include <string.h>

#include "base/base64.h"
#include "config/url.h"

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

enum status value_read_url(
	const struct value_reader *r, const struct node *node, void *base)
{
	const char *problem = url_problem(node->text);

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
