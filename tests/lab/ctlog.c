/* A row a log; then keys, then the lists (log_list v3, as Google publishes it). */
#include "tests/lab/ctlog.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/text.h"
#include "tests/lab/file.h"
#include "tests/lab/key.h"

#define DAY_S        ((int64_t)86400)
#define SPKI_MAX     512
#define OLDER_S      (30 * DAY_S)
#define SHARD_FROM_S (-2 * 365 * DAY_S) /* covers every certificate of the lab … */
#define SHARD_TO_S   (3 * 365 * DAY_S)  /* … and satisfies a policy for years */
#define MMD_S        86400

struct ctlogs {
	struct {
		EVP_PKEY *key; /* owned */
		uint8_t id[CTLOG_ID_BYTES];
		uint8_t spki[SPKI_MAX];
		size_t spki_n;
	} of[CTLOG_COUNT];
};

struct plan {
	const char *operator_name;
	const char *name;
	const char *state;  /* NULL: none */
	int64_t since_s;    /* relative to now, like all times here */
	const char *former; /* its operator until CTLOG_LATELY_S ago */
	int64_t shard_to_s; /* 0: SHARD_TO_S */
	bool rsa, is_static, unlisted;
};

static const struct plan plans[CTLOG_COUNT] = {
	[CTLOG_ALDER] = { "Alder Lab", "Lab Alder", "usable", .since_s = -600 * DAY_S },
	[CTLOG_ALDER_SECOND] = { "Alder Lab", "Lab Alder Second", "readonly",
		.since_s = -10 * DAY_S },
	[CTLOG_BIRCH] = { "Birch Lab", "Lab Birch", "qualified", .since_s = -600 * DAY_S,
		.rsa = true },
	[CTLOG_CEDAR] = { "Cedar Lab", "Lab Cedar", "usable", .since_s = -600 * DAY_S,
		.is_static = true },
	[CTLOG_SOLD] = { "Elm Lab", "Lab Elm", "usable", .since_s = -600 * DAY_S,
		.former = "Alder Lab" },
	[CTLOG_RETIRED_LATELY] = { "Fir Lab", "Lab Fir", "retired",
		.since_s = -CTLOG_LATELY_S },
	[CTLOG_RETIRED_LATELY_2] = { "Hazel Lab", "Lab Hazel", "retired",
		.since_s = -CTLOG_LATELY_S },
	[CTLOG_RETIRED] = { "Juniper Lab", "Lab Juniper", "retired",
		.since_s = -365 * DAY_S },
	[CTLOG_PENDING] = { "Larch Lab", "Lab Larch", "pending", .since_s = -10 * DAY_S },
	[CTLOG_REJECTED] = { "Maple Lab", "Lab Maple", "rejected",
		.since_s = -10 * DAY_S },
	[CTLOG_STATELESS] = { "Oak Lab", "Lab Oak", .state = NULL },
	[CTLOG_PAST_SHARD] = { "Pine Lab", "Lab Pine", "usable", .since_s = -600 * DAY_S,
		.shard_to_s = -365 * DAY_S },
	[CTLOG_MIMIC] = { "Mimic Lab", "Lab Mimic", "usable", .since_s = -600 * DAY_S },
	[CTLOG_UNLISTED] = { "Yew Lab", "Lab Yew", "usable", .since_s = -600 * DAY_S,
		.unlisted = true },
};

/* The public key of the first of the two logs whose private keys were published,
 * to lead users of frozen lists astray; a client refuses it by its ID. */
static const char mimic_spki[] =
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdO/+dnH/NZSBSLmmN9u2h4HNTnCOLeU+oMBiRynI"
	"vQ8zt2ft0IMyO90e5nwSaCdYvA4JVGzCMarfs9DcNxFY1g==";

static bool take_spki(EVP_PKEY *key, uint8_t out[SPKI_MAX], size_t *n)
{
	unsigned char *der = NULL;
	int der_n = i2d_PUBKEY(key, &der);
	bool ok = der_n > 0 && der_n <= SPKI_MAX;

	if (ok)
		memcpy(out, der, *n = (size_t)der_n);
	OPENSSL_free(der);
	return ok;
}

static enum status log_make(struct ctlogs *logs, enum ctlog log)
{
	EVP_PKEY **key = &logs->of[log].key;
	uint8_t *spki = logs->of[log].spki;
	size_t *n = &logs->of[log].spki_n;
	enum status status = key_make(plans[log].rsa ? KEY_RSA_2048 : KEY_P256, key);

	if (status == STATUS_OK && log == CTLOG_MIMIC)
		status = base64_decode(bytes_of_text(mimic_spki), spki, SPKI_MAX, n);
	else if (status == STATUS_OK && !take_spki(*key, spki, n))
		status = STATUS_CRYPTO;
	if (status == STATUS_OK)
		SHA256(spki, *n, logs->of[log].id);
	return status;
}

enum status ctlogs_new(struct ctlogs **out)
{
	struct ctlogs *logs = calloc(1, sizeof *logs);
	enum status status = STATUS_OK;

	if (logs == NULL)
		return STATUS_NOMEM;
	for (unsigned log = CTLOG_NONE + 1; log < CTLOG_COUNT && status == STATUS_OK;
		log++)
		status = log_make(logs, log);
	if (status != STATUS_OK) {
		ctlogs_free(logs);
		return status;
	}
	*out = logs;
	return STATUS_OK;
}

void ctlogs_free(struct ctlogs *logs)
{
	if (logs == NULL)
		return;
	for (unsigned log = 0; log < CTLOG_COUNT; log++)
		EVP_PKEY_free(logs->of[log].key);
	free(logs);
}

EVP_PKEY *ctlogs_key(const struct ctlogs *logs, enum ctlog log)
{
	return logs->of[log].key;
}

struct bytes ctlogs_id(const struct ctlogs *logs, enum ctlog log)
{
	return bytes_of(logs->of[log].id, CTLOG_ID_BYTES);
}

bool ctlog_is_static(enum ctlog log)
{
	return plans[log].is_static;
}

/* --- the lists; jansson's functions take NULL and give NULL ------------------- */

static json_t *time_json(int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(at_s, text);
	return json_string(text);
}

static json_t *base64_json(struct bytes in)
{
	char text[BASE64_TEXT_MAX(SPKI_MAX)];

	base64_encode(in, text);
	return json_string(text);
}

/* A read-only log says where it stopped. */
static json_t *state_json(const struct plan *plan, int64_t now_s)
{
	json_t *since = json_pack("{s:o}", "timestamp", time_json(now_s + plan->since_s));

	if (strcmp(plan->state, "readonly") == 0)
		json_object_set_new(since, "final_tree_head",
			json_pack("{s:s, s:i}", "sha256_root_hash",
				"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
				"tree_size", 0));
	return json_pack("{s:o}", plan->state, since);
}

static json_t *log_json(const struct ctlogs *logs, enum ctlog log, int64_t now_s)
{
	const struct plan *plan = &plans[log];
	int64_t to_s = plan->shard_to_s != 0 ? plan->shard_to_s : SHARD_TO_S;
	char url[64];
	json_t *json = json_pack("{s:s, s:o, s:o, s:i, s:{s:o, s:o}}", "description",
		plan->name, "log_id", base64_json(ctlogs_id(logs, log)), "key",
		base64_json(bytes_of(logs->of[log].spki, logs->of[log].spki_n)), "mmd",
		MMD_S, "temporal_interval", "start_inclusive",
		time_json(now_s + SHARD_FROM_S), "end_exclusive",
		time_json(now_s + to_s));
	struct text text = text_in(url, sizeof url);

	text_add(&text, "https://log-%d.ct.lab/", (int)log);
	if (plan->is_static)
		json_object_set_new(json, "monitoring_url", json_string(url));
	json_object_set_new(
		json, plan->is_static ? "submission_url" : "url", json_string(url));
	if (plan->state != NULL)
		json_object_set_new(json, "state", state_json(plan, now_s));
	if (plan->former != NULL)
		json_object_set_new(json, "previous_operators",
			json_pack("[{s:s, s:o}]", "name", plan->former, "end_time",
				time_json(now_s - CTLOG_LATELY_S)));
	return json;
}

/* The logs of an operator stand together in the table. */
static json_t *operators_json(const struct ctlogs *logs, int64_t now_s)
{
	json_t *all = json_array(), *last = NULL;

	for (unsigned log = CTLOG_NONE + 1; log < CTLOG_COUNT; log++) {
		const char *name = plans[log].operator_name;

		if (plans[log].unlisted)
			continue;
		if (log == CTLOG_NONE + 1 ||
			strcmp(name, plans[log - 1].operator_name) != 0) {
			last = json_pack("{s:s, s:[s], s:[], s:[]}", "name", name,
				"email", "ct@lab", "logs", "tiled_logs");
			json_array_append_new(all, last);
		}
		json_array_append_new(
			json_object_get(
				last, plans[log].is_static ? "tiled_logs" : "logs"),
			log_json(logs, log, now_s));
	}
	return all;
}

const struct ctlogs_refused ctlogs_refused[CTLOGS_REFUSED_N] = {
	{ "ct-logs-older.json", OLDER_S, 1, "the same list, dated a month before" },
	{ "ct-logs-broken.json", 0, 2, "the first half of the list, which is no JSON" },
};

/* The first 1/`part` of it. */
static enum status write_dated(
	json_t *list, int directory, const char *name, size_t part, int64_t at_s)
{
	enum status status = STATUS_NOMEM;
	char *text;

	json_object_set_new(list, "log_list_timestamp", time_json(at_s));
	text = json_dumps(list, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	if (text != NULL)
		status = lab_file_write(
			directory, name, bytes_of(text, strlen(text) / part));
	free(text);
	return status;
}

enum status ctlogs_write(const struct ctlogs *logs, int directory)
{
	int64_t now_s = clock_wall_s();
	json_t *list = json_pack(
		"{s:s, s:o}", "version", "1.0", "operators", operators_json(logs, now_s));
	enum status status = write_dated(list, directory, CTLOGS_FILE, 1, now_s);

	for (size_t i = 0; status == STATUS_OK && i < CTLOGS_REFUSED_N; i++) {
		const struct ctlogs_refused *refused = &ctlogs_refused[i];

		status = write_dated(list, directory, refused->file, refused->part,
			now_s - refused->ago_s);
	}
	json_decref(list);
	return status;
}
