#include "local/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define BUCKETS_MIN 64
#define LABELS_MAX  128

/* A child's label and where it would be; `label` is in lower case. */
struct key {
	const struct tree_node *parent;
	uint32_t hash;
	uint8_t label_n;
	/* What is hashed: the parent's address, then the label. */
	uint8_t bytes[sizeof(void *) + NAME_LABEL_MAX];
};

static uint8_t *key_label(struct key *key)
{
	return key->bytes + sizeof(void *);
}

/* `at`: the label's length byte. */
static void key_make(struct key *key, const struct tree_node *parent, const uint8_t *at)
{
	key->parent = parent;
	key->label_n = at[0];
	memcpy(key->bytes, &parent, sizeof parent);
	for (unsigned i = 0; i < key->label_n; i++)
		key_label(key)[i] = name_lower_byte(at[1 + i]);
	key->hash =
		(uint32_t)hash_bytes(bytes_of(key->bytes, sizeof parent + key->label_n));
}

/* The bit of a child of the root, by length, first and last letter. Whoever chooses names
 * that look alike gains nothing but a search. `at`: the label's length byte. */
static unsigned top_bit(const uint8_t *at)
{
	return (at[0] * 5u + name_lower_byte(at[1]) + name_lower_byte(at[at[0]]) * 27u) %
	       256;
}

static bool may_have_top(const struct tree *tree, const uint8_t *at)
{
	unsigned bit = top_bit(at);

	return (tree->tops[bit / 64] >> bit % 64 & 1) != 0;
}

static struct tree_node *find_child(const struct tree *tree, struct key *key)
{
	struct tree_node *it = tree->buckets[key->hash & (tree->bucket_n - 1)];

	while (it != NULL &&
		(it->hash != key->hash || it->parent != key->parent ||
			it->label_n != key->label_n ||
			memcmp(it->label, key_label(key), key->label_n) != 0))
		it = it->next;
	return it;
}

/* Where each label of `name` begins, the last one first; how many. */
static size_t find_labels(const struct name *name, const uint8_t *out[LABELS_MAX])
{
	size_t n = 0;

	for (size_t at = 0; at < name->n && name->wire[at] > 0; at += 1u + name->wire[at])
		out[n++] = name->wire + at;
	for (size_t i = 0; i < n / 2; i++) {
		const uint8_t *other = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = other;
	}
	return n;
}

enum status tree_init(struct tree *tree)
{
	memset(tree, 0, sizeof *tree);
	arena_init(&tree->arena);
	tree->bucket_n = BUCKETS_MIN;
	tree->buckets = calloc(BUCKETS_MIN, sizeof *tree->buckets);
	tree->root = arena_alloc(&tree->arena, sizeof *tree->root);
	return tree->buckets != NULL && tree->root != NULL ? STATUS_OK : STATUS_NOMEM;
}

void tree_deinit(struct tree *tree)
{
	free(tree->buckets);
	arena_deinit(&tree->arena);
	memset(tree, 0, sizeof *tree);
}

/* As many buckets as nodes, at least. Without memory chains become longer, that is
 * all. */
static void grow(struct tree *tree)
{
	size_t n = tree->bucket_n * 2;
	struct tree_node **buckets;

	if (tree->node_n < tree->bucket_n)
		return;
	buckets = calloc(n, sizeof *buckets);
	if (buckets == NULL)
		return;
	for (size_t i = 0; i < tree->bucket_n; i++) {
		for (struct tree_node *it = tree->buckets[i], *next; it != NULL;
			it = next) {
			next = it->next;
			it->next = buckets[it->hash & (n - 1)];
			buckets[it->hash & (n - 1)] = it;
		}
	}
	free(tree->buckets);
	tree->buckets = buckets;
	tree->bucket_n = n;
}

/* `at`: the label's length byte. */
static struct tree_node *add_child(
	struct tree *tree, struct tree_node *parent, struct key *key, const uint8_t *at)
{
	struct tree_node *node = arena_alloc(&tree->arena, sizeof *node + key->label_n);
	struct tree_node **bucket;

	if (node == NULL)
		return NULL;
	grow(tree);
	bucket = &tree->buckets[key->hash & (tree->bucket_n - 1)];
	node->parent = parent;
	node->hash = key->hash;
	node->label_n = key->label_n;
	memcpy(node->label, key_label(key), key->label_n);
	node->next = *bucket;
	*bucket = node;
	tree->node_n++;
	if (parent == tree->root) {
		unsigned bit = top_bit(at);

		tree->tops[bit / 64] |= UINT64_C(1) << bit % 64;
	}
	if (node->label_n == 1 && node->label[0] == '*')
		parent->wildcard = true;
	return node;
}

struct tree_node *tree_add(struct tree *tree, const struct name *name)
{
	const uint8_t *labels[LABELS_MAX];
	size_t n = find_labels(name, labels);
	struct tree_node *node = tree->root;

	for (size_t i = 0; i < n && node != NULL; i++) {
		struct tree_node *child;
		struct key key;

		key_make(&key, node, labels[i]);
		child = find_child(tree, &key);
		node = child != NULL ? child : add_child(tree, node, &key, labels[i]);
	}
	return node;
}

void tree_occupy(struct tree_node *node)
{
	for (; node != NULL && !node->occupied; node = node->parent)
		node->occupied = true;
}

enum status tree_add_record(struct tree *tree, struct tree_node *node, uint16_t type,
	uint32_t ttl_s, struct bytes rdata)
{
	struct local_record *record = arena_alloc(&tree->arena, sizeof *record + rdata.n);
	struct local_record **end = &node->records;

	if (record == NULL)
		return STATUS_NOMEM;
	record->ttl_s = ttl_s;
	record->type = type;
	record->rdata_n = (uint16_t)rdata.n;
	if (rdata.n > 0)
		memcpy(record->rdata, rdata.p, rdata.n);
	while (*end != NULL)
		end = &(*end)->next;
	*end = record;
	tree_occupy(node);
	return STATUS_OK;
}

struct tree_place tree_seek(const struct tree *tree, const struct name *name)
{
	UNCLEARED const uint8_t *labels[LABELS_MAX];
	size_t n = find_labels(name, labels), i;
	struct tree_place place = { .node = tree->root };

	for (i = 0;; i++) {
		const struct tree_node *child;
		UNCLEARED struct key key;

		if (place.node->action != LOCAL_UNSET)
			place.zone = place.node;
		if (i == n)
			break;
		key_make(&key, place.node, labels[i]);
		child = find_child(tree, &key);
		if (child == NULL)
			return place;
		place.node = child;
	}
	place.exact = true;
	return place;
}

bool tree_is_far(const struct tree *tree, const struct name *name)
{
	const uint8_t *at = name->wire, *top = at;

	for (; *at > 0; at += 1u + *at)
		top = at;
	return *top > 0 && !may_have_top(tree, top) &&
	       tree->root->action == LOCAL_UNSET && !tree->root->wildcard;
}

const struct local_record *tree_find(const struct tree_node *node, uint16_t type)
{
	const struct local_record *it = node->records;

	while (it != NULL && it->type != type)
		it = it->next;
	return it;
}

const struct tree_node *tree_source(
	const struct tree *tree, const struct tree_place *place)
{
	static const uint8_t label[] = { 1, '*' };
	const struct tree_node *node = place->node;
	struct key key;

	if (!place->exact && !node->wildcard)
		return NULL;
	if (!place->exact) {
		key_make(&key, node, label);
		node = find_child(tree, &key);
	}
	return node != NULL && node->records != NULL ? node : NULL;
}

void tree_name(const struct tree_node *node, struct name *out)
{
	size_t n = 0;

	for (; node->parent != NULL; node = node->parent) {
		out->wire[n++] = node->label_n;
		memcpy(out->wire + n, node->label, node->label_n);
		n += node->label_n;
	}
	out->wire[n++] = 0;
	out->n = (uint8_t)n;
}
