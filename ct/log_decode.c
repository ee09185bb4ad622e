/* A log's members in the order of the schema
 * (https://www.gstatic.com/ct/log_list/v3/log_list_schema.json). A log that
 * can never count is kept and says why; a member that cannot be read fails. */
#include "ct/log_decode.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "ct/report.h"

/* An RSA key of 16384 bits, the largest that OpenSSL verifies with, has 2,086. */
#define KEY_BYTES_MAX 4096
/* The longest maximum merge delay seen is a week. */
#define MMD_MAX_S (365 * 86400)

/* The list's own; on a failure "". */
static const char *keep(
	struct arena *arena, const struct json_node *node, const char *text)
{
	char *kept = arena_text(arena, text);

	if (kept != NULL)
		return kept;
	json_node_trouble(node, STATUS_NOMEM);
	return "";
}

const char *decode_text(struct arena *arena, const struct json_node *object,
	const char *key, const char *otherwise)
{
	struct json_node node = json_node_member(object, key);

	return keep(arena, &node, json_node_text(&node, otherwise));
}

const char *decode_name(struct arena *arena, const struct json_node *object)
{
	struct json_node node = json_node_member(object, "name");
	const char *name = json_node_text(&node, NULL);

	if (*name == '\0')
		json_node_fail(&node, STATUS_MALFORMED, "empty");
	/* Reports cut names, and tell operators apart by what is left. */
	if (strlen(name) >= SCT_NAME_MAX)
		json_node_fail(&node, STATUS_MALFORMED, "too long");
	return keep(arena, &node, name);
}

static int64_t time_member(const struct json_node *object, const char *key)
{
	struct json_node node = json_node_member(object, key);

	return json_node_time_ms(&node);
}

static void set_unfit(struct ct_log *log, const char *why)
{
	if (log->unfit == NULL)
		log->unfit = why;
}

static void decode_key(struct arena *arena, const struct ct_log_key_judge *keys,
	const struct json_node *object, struct ct_log *log)
{
	struct json_node node = json_node_member(object, "key");
	uint8_t key[KEY_BYTES_MAX];
	size_t n = json_node_base64(&node, key, sizeof key);
	enum status status;

	if (node.reader->status != STATUS_OK)
		return;
	status = ct_log_key_judge_spki(keys, bytes_of(key, n), &log->unfit);
	if (status == STATUS_MALFORMED)
		json_node_fail(&node, status, "not the DER of a key");
	else if (status != STATUS_OK)
		json_node_trouble(&node, status);
	log->key = bytes_of(arena_copy(arena, key, n, 1), n);
	if (log->key.p == NULL)
		json_node_trouble(&node, STATUS_NOMEM);
}

/* RFC 6962 §3.2: the ID is the hash of the key. */
static void decode_id(const struct json_node *object, struct ct_log *log)
{
	struct json_node node = json_node_member(object, "log_id");
	uint8_t expected[SHA256_DIGEST_LENGTH];

	if (json_node_base64(&node, log->id, sizeof log->id) != sizeof log->id)
		json_node_fail(&node, STATUS_MALFORMED, "not 32 bytes");
	if (node.reader->status != STATUS_OK)
		return;
	if (SHA256(log->key.p, log->key.n, expected) == NULL)
		json_node_trouble(&node, STATUS_CRYPTO);
	else if (memcmp(log->id, expected, sizeof expected) != 0)
		set_unfit(log, "its ID is not the SHA-256 of its key");
	log->mimic = ct_log_is_mimic(log->id);
}

static void decode_type(const struct json_node *object, struct ct_log *log)
{
	struct json_node node = json_node_member(object, "log_type");
	const char *word = json_node_text(&node, "prod");

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

static void decode_state(const struct json_node *object, struct ct_log *log)
{
	struct json_node node = json_node_member(object, "state");

	if (node.value == NULL || !json_node_is_object(&node))
		return;
	for (unsigned i = 0; i < LOG_STATE_COUNT; i++) {
		enum log_state state = (enum log_state)i;
		struct json_node phase = json_node_member(&node, log_state_word(state));

		if (phase.value != NULL && json_node_is_object(&phase))
			add_phase(log, (struct log_phase){
					       state, time_member(&phase, "timestamp") });
	}
	/* A state that a later schema may bring: an error would end all updates of a
	 * list that uses it once; passed over, an older state would make the log good. */
	if (json_object_size(node.value) > log->phase_n)
		set_unfit(log, "one of its states is unknown");
}

static void decode_interval(const struct json_node *object, struct ct_log *log)
{
	struct json_node node = json_node_member(object, "temporal_interval");

	log->from_ms = INT64_MIN;
	log->until_ms = INT64_MAX;
	if (node.value == NULL || !json_node_is_object(&node))
		return;
	log->from_ms = time_member(&node, "start_inclusive");
	log->until_ms = time_member(&node, "end_exclusive");
	if (log->from_ms >= log->until_ms)
		json_node_fail(&node, STATUS_MALFORMED, "it ends before it begins");
}

static int by_end(const void *a, const void *b)
{
	const struct log_term *x = a, *y = b;

	return (x->end_ms > y->end_ms) - (x->end_ms < y->end_ms);
}

static void decode_terms(
	struct arena *arena, const struct json_node *object, struct ct_log *log)
{
	struct json_node node = json_node_member(object, "previous_operators");
	size_t n = json_node_count(&node);
	struct log_term *terms = arena_alloc(arena, n * sizeof *terms);

	if (terms == NULL) {
		json_node_trouble(&node, STATUS_NOMEM);
		return;
	}
	for (size_t i = 0; i < n && node.reader->status == STATUS_OK; i++) {
		struct json_node item = json_node_item(&node, i);

		if (!json_node_is_object(&item))
			return;
		terms[i].operator_name = decode_name(arena, &item);
		terms[i].end_ms = time_member(&item, "end_time");
	}
	qsort(terms, n, sizeof *terms, by_end);
	log->terms = terms;
	log->term_n = n;
}

void decode_log(struct arena *arena, const struct ct_log_key_judge *keys,
	const struct json_node *object, struct ct_log *log)
{
	struct json_node mmd = json_node_member(object, "mmd");

	if (!json_node_is_object(object))
		return;
	log->name = decode_text(arena, object, "description", "");
	decode_key(arena, keys, object, log);
	decode_id(object, log);
	log->url =
		decode_text(arena, object, log->is_static ? "submission_url" : "url", "");
	log->monitoring_url = decode_text(arena, object, "monitoring_url", "");
	log->mmd_s = json_node_number(&mmd, MMD_MAX_S);
	decode_type(object, log);
	decode_state(object, log);
	decode_interval(object, log);
	decode_terms(arena, object, log);
}
