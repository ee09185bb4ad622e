#include "tests/unit/ct/real.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/sha.h>

#include "base/base64.h"
#include "tests/unit/must.h"

#define KEY_MAX 2048

/* The second knows the logs of before 2018 too; it has no states, and needs none. */
static const char *const lists[] = {
	"azul_log_list.json",
	"crtsh_crtsh_v3_all_all_logs_list.json",
	"crtsh_apple_current_log_list.json",
};

void real_path(char out[PATH_MAX], const char *file)
{
	const char *source = getenv("srcdir");
	int n = snprintf(out, PATH_MAX, "%s/../shared/data/%s",
		source != NULL ? source : ".", file);

	must(n > 0 && n < PATH_MAX, file);
}

bool real_data_is_there(const char *test)
{
	char path[PATH_MAX];

	real_path(path, "ct-chains/manifest.json");
	if (access(path, R_OK) == 0)
		return true;
	printf("%s: skipped: ../shared/data is absent\n", test);
	return false;
}

X509 *real_certificate(const char *chain, const char *file)
{
	char name[PATH_MAX / 2], path[PATH_MAX];
	X509 *certificate;
	FILE *f;

	snprintf(name, sizeof name, "ct-chains/%s/%s", chain, file);
	real_path(path, name);
	f = fopen(path, "r");
	must(f != NULL, path);
	certificate = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	must(certificate != NULL, path);
	return certificate;
}

static json_t *read_json(const char *file)
{
	char path[PATH_MAX];
	json_t *root;

	real_path(path, file);
	root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	must(root != NULL, path);
	return root;
}

json_t *real_manifest(void)
{
	json_t *manifest = read_json("ct-chains/manifest.json");

	must(json_is_array(manifest) && json_array_size(manifest) > 0, "manifest.json");
	return manifest;
}

static void decode(const char *text, uint8_t *out, size_t cap, size_t *n)
{
	must(base64_decode(bytes_of_text(text), out, cap, n) == STATUS_OK, text);
}

static void add_log(struct real_logs *logs, json_t *log)
{
	const char *base64 = json_string_value(json_object_get(log, "key"));
	const char *id_text = json_string_value(json_object_get(log, "log_id"));
	uint8_t key[KEY_MAX], id[SCT_LOG_ID_BYTES], digest[SHA256_DIGEST_LENGTH];
	const unsigned char *p = key;
	const struct real_log *known;
	struct real_log *out;
	size_t key_n, id_n;

	if (base64 == NULL || id_text == NULL)
		return;
	decode(base64, key, sizeof key, &key_n);
	decode(id_text, id, sizeof id, &id_n);
	SHA256(key, key_n, digest);
	must(id_n == sizeof id && memcmp(id, digest, sizeof id) == 0, id_text);
	known = real_logs_find(logs, bytes_of(id, sizeof id));
	if (known != NULL) {
		must(strcmp(known->base64, base64) == 0, id_text);
		return;
	}
	must(logs->n < REAL_LOGS_MAX, "too many logs");
	out = &logs->logs[logs->n++];
	memcpy(out->id, id, sizeof id);
	out->base64 = base64;
	out->key = d2i_PUBKEY(NULL, &p, (long)key_n);
	must(out->key != NULL, id_text);
}

static void add_list(struct real_logs *logs, json_t *list)
{
	json_t *operators = json_object_get(list, "operators");
	json_t *operator, * log;
	size_t i, j;

	json_array_foreach(operators, i, operator)
	{
		json_array_foreach(json_object_get(operator, "logs"), j, log)
			add_log(logs, log);
		json_array_foreach(json_object_get(operator, "tiled_logs"), j, log)
			add_log(logs, log);
	}
}

void real_logs_init(struct real_logs *out)
{
	*out = (struct real_logs){ .lists = json_array() };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		char file[PATH_MAX / 2];
		json_t *list;

		snprintf(file, sizeof file, "loglists/%s", lists[i]);
		list = read_json(file);
		must(json_array_append_new(out->lists, list) == 0, file);
		add_list(out, list);
	}
	must(out->n > 0, "no logs");
}

void real_logs_deinit(struct real_logs *logs)
{
	for (size_t i = 0; i < logs->n; i++)
		EVP_PKEY_free(logs->logs[i].key);
	json_decref(logs->lists);
	*logs = (struct real_logs){ 0 };
}

const struct real_log *real_logs_find(const struct real_logs *logs, struct bytes id)
{
	for (size_t i = 0; i < logs->n; i++)
		if (bytes_equal(bytes_of(logs->logs[i].id, SCT_LOG_ID_BYTES), id))
			return &logs->logs[i];
	return NULL;
}
