/* Operators, their logs, a log's members: in the order of the schema
 * (https://www.gstatic.com/ct/log_list/v3/log_list_schema.json). The keys that are
 * not read here are passed over. */
#include "ct/loglist_decode.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "ct/log_key.h"
#include "ct/node.h"

/* An RSA key of 16384 bits, the largest that OpenSSL verifies with, has 2,086. */
#define KEY_BYTES_MAX 4096
/* The longest maximum merge delay seen is a week. */
#define MMD_MAX_S (365 * 86400)

struct decoder {
	struct node_reader reader; /* its status is that of all */
	struct loglist *list;
	struct log_key_judge keys;
	struct ct_log *logs;   /* owned; as the document has them */
	struct ct_log **by_id; /* owned; the first `n` of `logs`, by ID */
	size_t n;
};

/* The list's own; on a failure "". */
static const char *keep(struct decoder *d, const struct node *node, const char *text)
{
	char *kept = arena_text(&d->list->arena, text);

	if (kept != NULL)
		return kept;
	node_trouble(node, STATUS_NOMEM);
	return "";
}

static const char *text_member(struct decoder *d, const struct node *object,
	const char *key, const char *otherwise)
{
	struct node node = node_member(object, key);

	return keep(d, &node, node_text(&node, otherwise));
}

/* Operators are told apart by their names. */
static const char *name_member(struct decoder *d, const struct node *object)
{
	struct node node = node_member(object, "name");
	const char *name = node_text(&node, NULL);

	if (*name == '\0')
		node_fail(&node, STATUS_MALFORMED, "empty");
	return keep(d, &node, name);
}

static int64_t time_member(const struct node *object, const char *key)
{
	struct node node = node_member(object, key);

	return node_time_ms(&node);
}

static void set_unfit(struct ct_log *log, const char *why)
{
	if (log->unfit == NULL)
		log->unfit = why;
}

static void decode_key(struct decoder *d, const struct node *object, struct ct_log *log)
{
	struct node node = node_member(object, "key");
	uint8_t key[KEY_BYTES_MAX];
	size_t n = node_base64(&node, key, sizeof key);
	enum status status;

	if (d->reader.status != STATUS_OK)
		return;
	status = log_key_judge(&d->keys, bytes_of(key, n), &log->unfit);
	if (status == STATUS_MALFORMED)
		node_fail(&node, status, "not the DER of a key");
	else if (status != STATUS_OK)
		node_trouble(&node, status);
	log->key = bytes_of(arena_copy(&d->list->arena, key, n, 1), n);
	if (log->key.p == NULL)
		node_trouble(&node, STATUS_NOMEM);
}

/* RFC 6962 §3.2: the ID is the hash of the key. */
static void decode_id(struct decoder *d, const struct node *object, struct ct_log *log)
{
	struct node node = node_member(object, "log_id");
	uint8_t expected[SHA256_DIGEST_LENGTH];

	if (node_base64(&node, log->id, sizeof log->id) != sizeof log->id)
		node_fail(&node, STATUS_MALFORMED, "not 32 bytes");
	if (d->reader.status != STATUS_OK)
		return;
	if (SHA256(log->key.p, log->key.n, expected) == NULL)
		node_trouble(&node, STATUS_CRYPTO);
	else if (memcmp(log->id, expected, sizeof expected) != 0)
		set_unfit(log, "its ID is not the SHA-256 of its key");
	log->mimic = ct_log_is_mimic(log->id);
}

static void decode_type(const struct node *object, struct ct_log *log)
{
	struct node node = node_member(object, "log_type");
	const char *word = node_text(&node, "prod");

	if (strcmp(word, "test") == 0)
		set_unfit(log, "it is a test log");
	else if (strcmp(word, "monitoring_only") == 0)
		set_unfit(log, "it is listed for monitoring only");
	else if (strcmp(word, "prod") != 0)
		set_unfit(log, "its type is unknown");
}

/* By time; of two at the same time the later in a log's life counts. */
static void add_phase(struct ct_log *log, struct log_phase phase)
{
	size_t at = log->phase_n++;

	for (; at > 0 && log->phases[at - 1].since_ms > phase.since_ms; at--)
		log->phases[at] = log->phases[at - 1];
	log->phases[at] = phase;
}

static void decode_state(const struct node *object, struct ct_log *log)
{
	struct node node = node_member(object, "state");

	if (node.value == NULL || !node_is_object(&node))
		return;
	for (unsigned i = 0; i < LOG_STATE_COUNT; i++) {
		enum log_state state = (enum log_state)i;
		struct node phase = node_member(&node, log_state_word(state));

		if (phase.value != NULL && node_is_object(&phase))
			add_phase(log, (struct log_phase){
					       state, time_member(&phase, "timestamp") });
	}
	/* A state that a later schema may bring: an error would end all updates of a
	 * list that uses it once; passed over, an older state would make the log good. */
	if (json_object_size(node.value) > log->phase_n)
		set_unfit(log, "one of its states is unknown");
}

static void decode_interval(const struct node *object, struct ct_log *log)
{
	struct node node = node_member(object, "temporal_interval");

	log->from_ms = INT64_MIN;
	log->until_ms = INT64_MAX;
	if (node.value == NULL || !node_is_object(&node))
		return;
	log->from_ms = time_member(&node, "start_inclusive");
	log->until_ms = time_member(&node, "end_exclusive");
	if (log->from_ms >= log->until_ms)
		node_fail(&node, STATUS_MALFORMED, "it ends before it begins");
}

static int by_end(const void *a, const void *b)
{
	const struct log_term *x = a, *y = b;

	return (x->end_ms > y->end_ms) - (x->end_ms < y->end_ms);
}

static void decode_terms(struct decoder *d, const struct node *object, struct ct_log *log)
{
	struct node node = node_member(object, "previous_operators");
	size_t n = node_count(&node);
	struct log_term *terms = arena_alloc(&d->list->arena, n * sizeof *terms);

	if (terms == NULL) {
		node_trouble(&node, STATUS_NOMEM);
		return;
	}
	for (size_t i = 0; i < n && d->reader.status == STATUS_OK; i++) {
		struct node item = node_item(&node, i);

		if (!node_is_object(&item))
			return;
		terms[i].operator_name = name_member(d, &item);
		terms[i].end_ms = time_member(&item, "end_time");
	}
	qsort(terms, n, sizeof *terms, by_end);
	log->terms = terms;
	log->term_n = n;
}

static void decode_log(struct decoder *d, const struct node *object, struct ct_log *log)
{
	struct node mmd = node_member(object, "mmd");

	if (!node_is_object(object))
		return;
	log->name = text_member(d, object, "description", "");
	decode_key(d, object, log);
	decode_id(d, object, log);
	log->url = text_member(d, object, log->is_static ? "submission_url" : "url", "");
	log->monitoring_url = text_member(d, object, "monitoring_url", "");
	log->mmd_s = node_number(&mmd, MMD_MAX_S);
	decode_type(object, log);
	decode_state(object, log);
	decode_interval(object, log);
	decode_terms(d, object, log);
}

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

static void sort_in(struct decoder *d, const struct node *object, struct ct_log *log)
{
	size_t at = find_place(d, log->id);

	if (at < d->n && memcmp(d->by_id[at]->id, log->id, SCT_LOG_ID_BYTES) == 0) {
		node_fail(object, STATUS_MALFORMED, "its log_id was there before");
		return;
	}
	memmove(d->by_id + at + 1, d->by_id + at, (d->n - at) * sizeof *d->by_id);
	d->by_id[at] = log;
	d->n++;
}

static void decode_logs(
	struct decoder *d, const struct node *operator, const char * name, bool is_static)
{
	struct node logs = node_member(operator, is_static ? "tiled_logs" : "logs");
	size_t n = node_count(&logs);

	for (size_t i = 0; i < n && d->reader.status == STATUS_OK; i++) {
		struct node item = node_item(&logs, i);
		struct ct_log *log = &d->logs[d->n];

		log->operator_name = name;
		log->is_static = is_static;
		decode_log(d, &item, log);
		if (d->reader.status == STATUS_OK)
			sort_in(d, &item, log);
	}
}

static void decode_operators(struct decoder *d, const struct node *operators)
{
	size_t n = node_count(operators);

	for (size_t i = 0; i < n && d->reader.status == STATUS_OK; i++) {
		struct node item = node_item(operators, i);
		const char *name;

		if (!node_is_object(&item))
			return;
		name = name_member(d, &item);
		decode_logs(d, &item, name, false);
		decode_logs(d, &item, name, true);
	}
}

/* Google and Mozilla write a text; Apple's was a number in earlier schemas. */
static const char *decode_version(struct decoder *d, const struct node *document)
{
	struct node node = node_member(document, "version");
	char digits[24];
	struct text t = text_in(digits, sizeof digits);

	if (!json_is_integer(node.value))
		return text_member(d, document, "version", "");
	text_add(&t, "%lld", (long long)json_integer_value(node.value));
	return keep(d, &node, digits);
}

static void decode_document(struct decoder *d, const struct node *document)
{
	struct node stamp = node_member(document, "log_list_timestamp");
	struct node operators = node_member(document, "operators");

	if (!node_is_object(document))
		return;
	d->list->version = decode_version(d, document);
	d->list->has_timestamp = stamp.value != NULL;
	if (stamp.value != NULL)
		d->list->timestamp_ms = node_time_ms(&stamp);
	if (operators.value == NULL)
		node_fail(&operators, STATUS_MALFORMED, "missing");
	decode_operators(d, &operators);
}

/* As many as there may be at most: what is no array counts as 0 here. */
static size_t count_logs(const json_t *document)
{
	const json_t *operators = json_object_get(document, "operators");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(operators); i++) {
		const json_t *operator= json_array_get(operators, i);

		n += json_array_size(json_object_get(operator, "logs"));
		n += json_array_size(json_object_get(operator, "tiled_logs"));
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
	struct node root = { &d.reader, NULL, NULL, 0, document };
	size_t most = count_logs(document);

	if (most > LOGLIST_LOGS_MAX) {
		text_add(error, "more than %d logs", LOGLIST_LOGS_MAX);
		return STATUS_LIMIT;
	}
	d.logs = calloc(most + 1, sizeof *d.logs);
	d.by_id = calloc(most + 1, sizeof *d.by_id);
	d.reader.status = log_key_judge_init(&d.keys);
	if (d.logs == NULL || d.by_id == NULL)
		d.reader.status = STATUS_NOMEM;
	if (d.reader.status == STATUS_OK)
		decode_document(&d, &root);
	if (d.reader.status == STATUS_OK)
		hand_over(&d);
	log_key_judge_deinit(&d.keys);
	free(d.by_id);
	free(d.logs);
	return d.reader.status;
}
