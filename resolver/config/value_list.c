#include <string.h>
#include <strings.h>

#include "config/value.h"
#include "pinning/pin.h"
#include "tls/policy.h"

#define BLOCKS_A_WORD 3

#define ALLOW_ANY "any"

/* RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3; RFC 1918 §3; RFC 3927 and RFC 4291
 * §2.5.6; RFC 4193 §3.1. */
static const struct block_word {
	const char *word;
	const char *blocks[BLOCKS_A_WORD];
} block_words[] = {
	{ "loopback", { "127.0.0.0/8", "::1" } },
	{ "private", { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16" } },
	{ "link_local", { "169.254.0.0/16", "fe80::/10" } },
	{ "ula", { "fc00::/7" } },
	{ ALLOW_ANY, { "0.0.0.0/0", "::/0" } },
};

void value_store_list(
	const struct value_reader *r, void *base, const void *items, size_t n)
{
	memcpy((char *)base + r->row->at, &items, sizeof items);
	memcpy((char *)base + r->row->count_at, &n, sizeof n);
}

enum status value_expect_text(const struct value_reader *r, const struct node *item)
{
	if (item->kind != NODE_TEXT || node_is_null(item))
		return value_refuse(r, item, "is not an entry");
	return STATUS_OK;
}

static uint16_t default_port(const struct value_reader *r, const void *base)
{
	const struct config_upstream *upstream = base;

	return r->row->type == TYPE_SERVERS ? upstream->port : CONFIG_PORT_DNS;
}

enum status value_read_items(const struct value_reader *r, const struct node *node,
	void *base, const struct value_items *items)
{
	/* One more: an empty list stands somewhere, too. */
	char *out = arena_alloc(r->arena, (node->children + 1) * items->item_bytes);
	size_t n = 0;

	if (out == NULL)
		return STATUS_NOMEM;
	for (const struct node *it = node->first; it != NULL; it = it->next, n++) {
		char *item = out + n * items->item_bytes;
		enum status status = value_expect_text(r, it);

		if (status == STATUS_OK)
			status = items->read(r, it, base, item);
		if (status != STATUS_OK)
			return status;
		for (size_t i = 0; i < n; i++)
			if (items->equal(out + i * items->item_bytes, item))
				return value_twice(r, it);
	}
	value_store_list(r, base, out, n);
	return STATUS_OK;
}

static enum status read_endpoint(const struct value_reader *r, const struct node *item,
	const void *base, void *out)
{
	if (endpoint_parse(item->text, default_port(r, base), out) != STATUS_OK)
		return value_refuse(
			r, item, "is not an IP address with or without a port");
	if (r->row->type != TYPE_LISTEN && endpoint_is_wildcard(out))
		return value_refuse(r, item, "is nobody's address");
	return STATUS_OK;
}

static bool same_endpoint(const void *a, const void *b)
{
	return endpoint_equal(a, b);
}

enum status value_read_endpoints(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const struct value_items items = { sizeof(struct endpoint), read_endpoint,
		same_endpoint };

	return value_read_items(r, node, base, &items);
}

/* One entry of `allow`: a word stands for up to BLOCKS_A_WORD blocks. Returns
 * how many, 0 if it is neither word nor block. */
static size_t parse_blocks(const char *text, struct prefix *out)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof block_words / sizeof *block_words; i++) {
		const struct block_word *word = &block_words[i];

		if (strcmp(word->word, text) != 0)
			continue;
		while (n < BLOCKS_A_WORD && word->blocks[n] != NULL &&
			prefix_parse(word->blocks[n], &out[n]) == STATUS_OK)
			n++;
		return n;
	}
	return prefix_parse(text, out) == STATUS_OK ? 1 : 0;
}

enum status value_read_blocks(
	const struct value_reader *r, const struct node *node, void *base)
{
	struct prefix *out =
		arena_alloc(r->arena, node->children * BLOCKS_A_WORD * sizeof *out);
	size_t n = 0;

	if (out == NULL)
		return STATUS_NOMEM;
	for (const struct node *it = node->first; it != NULL; it = it->next) {
		enum status status = value_expect_text(r, it);
		size_t added;

		if (status != STATUS_OK)
			return status;
		added = parse_blocks(it->text, out + n);
		if (added == 0)
			return value_refuse(r, it, "is neither a word nor a block");
		/* An open resolver only if that is written. */
		if (out[n].bits == 0 && strcmp(it->text, ALLOW_ANY) != 0)
			return value_refuse(
				r, it, "is everybody, which is written `any`");
		n += added;
	}
	value_store_list(r, base, out, n);
	return STATUS_OK;
}

static enum status read_pin(const struct value_reader *r, const struct node *item,
	const void *base, void *out)
{
	(void)base;
	if (pin_parse(item->text, out) != STATUS_OK)
		return value_refuse(r, item, "is not a pin of 32 bytes");
	return STATUS_OK;
}

/* A pin given twice is one pin less than its author believes. */
static bool same_pin(const void *a, const void *b)
{
	return pin_equal(a, b);
}

enum status value_read_pins(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const struct value_items items = { sizeof(struct pin), read_pin,
		same_pin };

	return value_read_items(r, node, base, &items);
}

static enum status read_host(const struct value_reader *r, const struct node *item,
	const void *base, void *out)
{
	const char *problem = auth_name_problem(item->text);

	if (problem != NULL)
		return value_refuse(r, item, problem);
	return value_read_name(r, item, base, out);
}

static bool same_host(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

enum status value_read_hosts(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const struct value_items items = { sizeof(char *), read_host, same_host };

	return value_read_items(r, node, base, &items);
}
