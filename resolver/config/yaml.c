/* The only file that knows libyaml: events in, nodes out. */
#include <yaml.h>

#include <string.h>

#include "config/node.h"

/* Where the next node goes: into the innermost container still open. */
struct level {
	struct node *container;
	struct node *last; /* its newest child */
	struct node *key;  /* of a map, waiting for its value */
};

struct builder {
	yaml_parser_t parser;
	struct bytes yaml;
	struct arena *arena;
	const struct complaint *complaint;
	struct level stack[NODE_DEPTH_MAX];
	unsigned depth, nodes, documents;
	struct node *root;
};

static enum status complain_mark(struct builder *b, yaml_mark_t mark, const char *what)
{
	return complain_place(b->complaint, (unsigned)mark.line + 1,
		(unsigned)mark.column + 1, "%s", what);
}

/* Bytes that are no UTF-8 are reported by their offset. */
static yaml_mark_t mark_of_offset(struct bytes yaml, size_t offset)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = 0; i < offset && i < yaml.n; i++) {
		mark.column++;
		if (yaml.p[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static enum status complain_syntax(struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	yaml_mark_t mark = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return STATUS_NOMEM;
	if (p->error == YAML_READER_ERROR)
		mark = mark_of_offset(b->yaml, p->problem_offset);
	return complain_place(b->complaint, (unsigned)mark.line + 1,
		(unsigned)mark.column + 1, "not YAML: %s%s%s", p->problem,
		p->context != NULL ? ", " : "", p->context != NULL ? p->context : "");
}

static enum status node_new(
	struct builder *b, enum node_kind kind, yaml_mark_t mark, struct node **out)
{
	struct node *node;

	if (++b->nodes > NODE_COUNT_MAX)
		return complain_mark(
			b, mark, "too many values; allowed: 65536 in a file");
	node = arena_alloc(b->arena, sizeof *node);
	if (node == NULL)
		return STATUS_NOMEM;
	node->kind = kind;
	node->line = (unsigned)mark.line + 1;
	node->column = (unsigned)mark.column + 1;
	*out = node;
	return STATUS_OK;
}

static enum status take_key(struct builder *b, struct level *level, struct node *node)
{
	char quote[NODE_QUOTE_MAX];

	if (node->kind != NODE_TEXT)
		return complain_at(b->complaint, node, "a key must be a word, not %s",
			node_quote(node, quote));
	if (node_find(level->container, node->text) != NULL)
		return complain_at(b->complaint, node, "the key %s stands here twice",
			node_quote(node, quote));
	if (level->container->children == NODE_KEYS_MAX)
		return complain_at(
			b->complaint, node, "too many keys; allowed: 256 in a map");
	level->key = node;
	return STATUS_OK;
}

/* Hangs `node` into the tree, as a key, a value or an entry. */
static enum status place(struct builder *b, struct node *node)
{
	struct level *level;

	if (b->depth == 0) {
		b->root = node;
		return STATUS_OK;
	}
	level = &b->stack[b->depth - 1];
	if (level->container->kind == NODE_MAP && level->key == NULL)
		return take_key(b, level, node);
	node->key = level->key;
	level->key = NULL;
	if (level->last != NULL)
		level->last->next = node;
	else
		level->container->first = node;
	level->last = node;
	level->container->children++;
	return STATUS_OK;
}

static enum status on_text(struct builder *b, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t n = event->data.scalar.length;
	struct node *node = NULL;
	enum status status;

	if (memchr(text, '\0', n) != NULL)
		return complain_mark(
			b, event->start_mark, "a value with a NUL byte in it");
	status = node_new(b, NODE_TEXT, event->start_mark, &node);
	if (status != STATUS_OK)
		return status;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text_bytes = n;
	node->text = arena_copy(b->arena, text, n + 1, 1);
	return node->text == NULL ? STATUS_NOMEM : place(b, node);
}

static enum status on_open(
	struct builder *b, const yaml_event_t *event, enum node_kind kind)
{
	struct node *node = NULL;
	enum status status = node_new(b, kind, event->start_mark, &node);

	if (status == STATUS_OK)
		status = place(b, node);
	if (status != STATUS_OK)
		return status;
	if (b->depth == NODE_DEPTH_MAX)
		return complain_at(
			b->complaint, node, "nested too deeply; allowed: 16 levels");
	b->stack[b->depth++] = (struct level){ .container = node };
	return STATUS_OK;
}

/* An anchor or a tag, or NULL. */
static const char *forbidden(const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor != NULL)
		return "anchors (&name) are not allowed; write the value out";
	return tag != NULL ? "tags (!type) are not allowed; write the value alone" : NULL;
}

static enum status on_event(struct builder *b, const yaml_event_t *event)
{
	const char *problem = forbidden(event);

	if (problem != NULL)
		return complain_mark(b, event->start_mark, problem);
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++b->documents > 1)
			return complain_mark(b, event->start_mark,
				"a second document; allowed: one a file");
		return STATUS_OK;
	case YAML_ALIAS_EVENT:
		return complain_mark(b, event->start_mark,
			"aliases (*name) are not allowed; write the value out");
	case YAML_SCALAR_EVENT:
		return on_text(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, event, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, event, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return STATUS_OK;
	default:
		return STATUS_OK;
	}
}

static enum status build(struct builder *b)
{
	enum status status = STATUS_OK;
	bool more = true;

	while (more && status == STATUS_OK) {
		yaml_event_t event;

		if (!yaml_parser_parse(&b->parser, &event))
			return complain_syntax(b);
		more = event.type != YAML_STREAM_END_EVENT;
		status = on_event(b, &event);
		yaml_event_delete(&event);
	}
	return status;
}

enum status node_read(struct bytes yaml, struct arena *arena,
	const struct complaint *complaint, struct node **root)
{
	struct builder b = { .yaml = yaml, .arena = arena, .complaint = complaint };
	enum status status;

	if (yaml.n > NODE_FILE_BYTES_MAX)
		return complain_place(
			complaint, 1, 1, "the file is too big; allowed: 1 MiB");
	if (!yaml_parser_initialize(&b.parser))
		return STATUS_NOMEM;
	/* Otherwise two bytes at the front could turn the file into UTF-16. */
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, yaml.p, yaml.n);
	status = build(&b);
	yaml_parser_delete(&b.parser);
	if (status != STATUS_OK)
		return status;
	if (b.root == NULL || node_is_null(b.root))
		return complain_place(
			complaint, 1, 1, "nothing in the file; needed: upstreams");
	if (b.root->kind != NODE_MAP)
		return complain_at(complaint, b.root, "not a map of keys (key: value)");
	*root = b.root;
	return STATUS_OK;
}
