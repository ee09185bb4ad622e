/* From a node to a value of a row's type, and into its place. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/node.h"
#include "config/schema.h"

/* One row being read. */
struct value_reader {
	struct arena *arena; /* the configuration's: texts and lists are copied here */
	const struct complaint *complaint;
	const struct schema *schema;
	const struct schema_row *row;
};

/* Reads `node` into `base` + row->at. Every type but TYPE_UPDATE and
 * lists of maps. CONFIG (told to the complaint) or NOMEM. */
MUST_CHECK enum status value_read(
	const struct value_reader *r, const struct node *node, void *base);

/* A row whose value nobody needs has no place for it. */
void value_store(
	const struct value_reader *r, void *base, const void *value, size_t bytes);
/* A copy of the node's text. NOMEM. */
MUST_CHECK enum status value_store_text(
	const struct value_reader *r, const struct node *node, void *base);

/* Says "KEY: VALUE PROBLEM; allowed: …" and returns CONFIG. */
enum status value_refuse(
	const struct value_reader *r, const struct node *node, const char *problem);
/* Says "KEY: VALUE stands here twice" and returns CONFIG. */
enum status value_twice(const struct value_reader *r, const struct node *node);
/* OK if `node` is a list with as many entries as the row allows. */
MUST_CHECK enum status value_expect_list(
	const struct value_reader *r, const struct node *node);

/* The types whose value is a list; in value_list.c. */
MUST_CHECK enum status value_read_endpoints(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_blocks(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_pins(
	const struct value_reader *r, const struct node *node, void *base);

MUST_CHECK enum status value_read_hosts(
	const struct value_reader *r, const struct node *node, void *base);

MUST_CHECK enum status value_read_path(
	const struct value_reader *r, const struct node *node, void *base);

/* Of Certificate Transparency; in value_ct.c. */
MUST_CHECK enum status value_read_policy(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_log_list(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_url(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_list_key(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_server(
	const struct value_reader *r, const struct node *node, void *base);

/* Domain names, and names of upstreams; in value_zone.c. */
MUST_CHECK enum status value_read_zone(
	const struct value_reader *r, const struct node *node, void *base);
MUST_CHECK enum status value_read_zones(
	const struct value_reader *r, const struct node *node, void *base);
/* In read_local.c. */
MUST_CHECK enum status value_read_records(
	const struct value_reader *r, const struct node *node, void *base);
/* An entry of one: its text, in the arena. */
MUST_CHECK enum status value_read_name(const struct value_reader *r,
	const struct node *item, const void *base, void *out);
MUST_CHECK enum status value_read_names(
	const struct value_reader *r, const struct node *node, void *base);

/* The list's value into its place, and its count. */
void value_store_list(
	const struct value_reader *r, void *base, const void *items, size_t n);
/* A list of texts, none of which may stand there twice. */
struct value_items {
	size_t item_bytes; /* of an entry when it is read */
	enum status (*read)(const struct value_reader *r, const struct node *item,
		const void *base, void *out);
	bool (*equal)(const void *a, const void *b);
};
MUST_CHECK enum status value_read_items(const struct value_reader *r,
	const struct node *node, void *base, const struct value_items *items);
/* OK if it is an entry: not a list, a map or nothing. */
MUST_CHECK enum status value_expect_text(
	const struct value_reader *r, const struct node *item);

/* Of DoH; in value_doh.c. `base` is a struct config_upstream. */
MUST_CHECK enum status value_read_doh_url(
	const struct value_reader *r, const struct node *node, void *base);

#endif
