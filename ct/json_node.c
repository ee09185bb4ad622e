/* The document is read by jansson; then each value is asked for with its place. */
#include "ct/json_node.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"

/* What jansson allocates while it reads a document, on this thread. */
static _Thread_local struct {
	struct arena *arena; /* NULL: it does not read one */
	size_t left;         /* bytes that it may still take */
	bool no_memory, too_much;
} reading;

/* jansson 2.14 goes on when the buffer for a text cannot grow: characters are lost,
 * a key becomes another, or the end of the text is passed over. So once an
 * allocation has failed, all do until the end of that document, which ends the
 * reading; and it is known that this was the cause. */
static void *allocate(size_t n)
{
	void *p = NULL;

	if (reading.arena == NULL)
		return malloc(n);
	if (!reading.no_memory && n > reading.left)
		reading.too_much = true;
	else if (!reading.no_memory)
		p = arena_alloc(reading.arena, n);
	reading.no_memory = p == NULL;
	reading.left -= p != NULL ? n : 0;
	return p;
}

static void release(void *p)
{
	if (reading.arena == NULL)
		free(p);
}

/* Before main(): no thread may use jansson while its allocator changes. */
__attribute__((constructor)) static void replace_allocator(void)
{
	json_set_alloc_funcs(allocate, release);
}

enum status json_node_parse(
	struct bytes in, struct arena *arena, struct text *error, json_t **out)
{
	json_error_t why;

	*out = NULL;
	if (in.n == 0) {
		text_add(error, "it is empty");
		return STATUS_MALFORMED;
	}
	reading.arena = arena;
	reading.left = NODE_MEMORY_MAX;
	reading.no_memory = reading.too_much = false;
	*out = json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, &why);
	reading.arena = NULL;
	if (reading.too_much) {
		text_add(error, "it has too many values");
		return STATUS_LIMIT;
	}
	if (reading.no_memory)
		return STATUS_NOMEM;
	if (*out != NULL)
		return STATUS_OK;
	text_add(error, "line %d, column %d: ", why.line, why.column);
	text_add_untrusted(error, why.text, strlen(why.text));
	return STATUS_MALFORMED;
}

struct json_node json_node_member(const struct json_node *object, const char *key)
{
	/* NULL of what is no object. */
	return (struct json_node){ object->reader, object, key, 0,
		json_object_get(object->value, key) };
}

struct json_node json_node_item(const struct json_node *array, size_t index)
{
	return (struct json_node){ array->reader, array, NULL, index,
		json_array_get(array->value, index) };
}

/* No deeper than the schema. */
static void add_place(const struct json_node *node, struct text *out)
{
	if (node->parent == NULL)
		return;
	add_place(node->parent, out);
	if (node->key == NULL)
		text_add(out, "[%zu]", node->index);
	else
		text_add(out, "%s%s", node->parent->parent != NULL ? "." : "", node->key);
}

void json_node_fail(const struct json_node *node, enum status status, const char *why)
{
	struct json_node_reader *reader = node->reader;

	if (reader->status != STATUS_OK)
		return;
	reader->status = status;
	add_place(node, reader->error);
	text_add(reader->error, "%s%s", node->parent != NULL ? ": " : "", why);
}

void json_node_trouble(const struct json_node *node, enum status status)
{
	if (node->reader->status == STATUS_OK)
		node->reader->status = status;
}

bool json_node_is_object(const struct json_node *node)
{
	if (node->value == NULL)
		json_node_fail(node, STATUS_MALFORMED, "missing");
	else if (!json_is_object(node->value))
		json_node_fail(node, STATUS_MALFORMED, "not an object");
	return json_is_object(node->value);
}

size_t json_node_count(const struct json_node *node)
{
	if (node->value != NULL && !json_is_array(node->value))
		json_node_fail(node, STATUS_MALFORMED, "not an array");
	return json_array_size(node->value);
}

const char *json_node_text(const struct json_node *node, const char *otherwise)
{
	if (json_is_string(node->value))
		return json_string_value(node->value);
	if (node->value != NULL)
		json_node_fail(node, STATUS_MALFORMED, "not a text");
	else if (otherwise == NULL)
		json_node_fail(node, STATUS_MALFORMED, "missing");
	return otherwise != NULL ? otherwise : "";
}

uint64_t json_node_number(const struct json_node *node, uint64_t max)
{
	json_int_t value = json_integer_value(node->value);

	if (node->value != NULL && !json_is_integer(node->value))
		json_node_fail(node, STATUS_MALFORMED, "not a whole number");
	else if ((uint64_t)value > max) /* also what is negative */
		json_node_fail(node, STATUS_MALFORMED, "out of range");
	else
		return (uint64_t)value;
	return 0;
}

/* RFC 3339 §5.6 time-secfrac: its first three digits. */
static int64_t fraction_ms(const char *date_time)
{
	const char *digit = strchr(date_time, '.');
	int64_t ms = 0;

	for (int64_t unit = 100; digit != NULL && unit > 0; unit /= 10) {
		digit++;
		if (*digit < '0' || *digit > '9')
			break;
		ms += (*digit - '0') * unit;
	}
	return ms;
}

int64_t json_node_time_ms(const struct json_node *node)
{
	const char *text = json_node_text(node, NULL);
	int64_t wall_s;

	if (clock_parse(text, &wall_s) == 0)
		return wall_s * 1000 + fraction_ms(text);
	json_node_fail(node, STATUS_MALFORMED, "not a time of RFC 3339");
	return 0;
}

size_t json_node_base64(const struct json_node *node, uint8_t *out, size_t cap)
{
	struct bytes text = bytes_of_text(json_node_text(node, NULL));
	enum status status;
	size_t n;

	status = base64_decode(text, out, cap, &n);
	if (status == STATUS_OK)
		return n;
	json_node_fail(node, STATUS_MALFORMED,
		status == STATUS_NOSPACE ? "too long" : "not base64");
	return 0;
}
