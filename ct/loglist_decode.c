/* The document, its operators, their logs: in the order of the schema
 * (https://www.gstatic.com/ct/log_list/v3/log_list_schema.json). The keys that are
 * not read are passed over. */
#include "ct/loglist_decode.h"

#include <stdlib.h>
#include <string.h>

#include "ct/log_decode.h"

struct decoder {
	struct json_node_reader reader; /* its status is that of all */
	struct loglist *list;
	struct ct_log_key_judge keys;
	struct ct_log *logs;   /* owned; as the document has them */
	struct ct_log **by_id; /* owned; the first `n` of `logs`, by ID */
	size_t n;
};

/* Where an ID is, or belongs, among the first `n`. */
static size_t find_place(const struct decoder *d, const uint8_t *id)
{
	size_t low = 0, high = d->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(d->by_id[middle]->id, id, SCT_LOG_ID_BYTES) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void sort_in(struct decoder *d, const struct json_node *object, struct ct_log *log)
{
	size_t at = find_place(d, log->id);

	if (at < d->n && memcmp(d->by_id[at]->id, log->id, SCT_LOG_ID_BYTES) == 0) {
		json_node_fail(object, STATUS_MALFORMED, "its log_id was there before");
		return;
	}
	memmove(d->by_id + at + 1, d->by_id + at, (d->n - at) * sizeof *d->by_id);
	d->by_id[at] = log;
	d->n++;
}

static void decode_logs(struct decoder *d, const struct json_node *owner,
	const char *name, bool is_static)
{
	struct json_node logs =
		json_node_member(owner, is_static ? "tiled_logs" : "logs");
	size_t n = json_node_count(&logs);

	for (size_t i = 0; i < n && d->reader.status == STATUS_OK; i++) {
		struct json_node item = json_node_item(&logs, i);
		struct ct_log *log = &d->logs[d->n];

		log->operator_name = name;
		log->is_static = is_static;
		decode_log(&d->list->arena, &d->keys, &item, log);
		if (d->reader.status == STATUS_OK)
			sort_in(d, &item, log);
	}
}

static void decode_operators(struct decoder *d, const struct json_node *operators)
{
	size_t n = json_node_count(operators);

	for (size_t i = 0; i < n && d->reader.status == STATUS_OK; i++) {
		struct json_node item = json_node_item(operators, i);
		const char *name;

		if (!json_node_is_object(&item))
			return;
		name = decode_name(&d->list->arena, &item);
		decode_logs(d, &item, name, false);
		decode_logs(d, &item, name, true);
	}
}

static const char *decode_digits(struct decoder *d, const struct json_node *number)
{
	char digits[24];
	struct text t = text_in(digits, sizeof digits);
	const char *kept;

	text_add(&t, "%lld", (long long)json_integer_value(number->value));
	kept = arena_text(&d->list->arena, digits);
	if (kept == NULL)
		json_node_trouble(number, STATUS_NOMEM);
	return kept;
}

/* All lists known write a text; a number says as much. */
static const char *decode_version(struct decoder *d, const struct json_node *document)
{
	struct json_node node = json_node_member(document, "version");

	if (json_is_integer(node.value))
		return decode_digits(d, &node);
	return decode_text(&d->list->arena, document, "version", "");
}

static void decode_document(struct decoder *d, const struct json_node *document)
{
	struct json_node stamp = json_node_member(document, "log_list_timestamp");
	struct json_node operators = json_node_member(document, "operators");

	if (!json_node_is_object(document))
		return;
	d->list->version = decode_version(d, document);
	d->list->schema = decode_text(&d->list->arena, document, "$schema", "");
	d->list->has_timestamp = stamp.value != NULL;
	if (stamp.value != NULL)
		d->list->timestamp_ms = json_node_time_ms(&stamp);
	if (operators.value == NULL)
		json_node_fail(&operators, STATUS_MALFORMED, "missing");
	decode_operators(d, &operators);
}

/* As many as there may be at most: what is no array counts as 0 here. */
static size_t count_logs(const json_t *document)
{
	const json_t *operators = json_object_get(document, "operators");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(operators); i++) {
		const json_t *owner = json_array_get(operators, i);

		n += json_array_size(json_object_get(owner, "logs"));
		n += json_array_size(json_object_get(owner, "tiled_logs"));
	}
	return n;
}

static void hand_over(struct decoder *d)
{
	struct ct_log *logs = arena_alloc(&d->list->arena, d->n * sizeof *logs);

	if (logs == NULL) {
		d->reader.status = STATUS_NOMEM;
		return;
	}
	for (size_t i = 0; i < d->n; i++)
		logs[i] = *d->by_id[i];
	d->list->logs = logs;
	d->list->n = d->n;
}

enum status loglist_decode(json_t *document, struct text *error, struct loglist *list)
{
	struct decoder d = { .reader = { error, STATUS_OK }, .list = list };
	struct json_node root = { &d.reader, NULL, NULL, 0, document };
	size_t most = count_logs(document);

	if (most > LOGLIST_LOGS_MAX) {
		text_add(error, "more than %d logs", LOGLIST_LOGS_MAX);
		return STATUS_LIMIT;
	}
	d.logs = calloc(most + 1, sizeof *d.logs);
	d.by_id = calloc(most + 1, sizeof *d.by_id);
	d.reader.status = ct_log_key_judge_init(&d.keys);
	if (d.logs == NULL || d.by_id == NULL)
		d.reader.status = STATUS_NOMEM;
	if (d.reader.status == STATUS_OK)
		decode_document(&d, &root);
	if (d.reader.status == STATUS_OK)
		hand_over(&d);
	ct_log_key_judge_deinit(&d.keys);
	free(d.by_id);
	free(d.logs);
	return d.reader.status;
}
