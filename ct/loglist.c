/* A list's life: its bytes become JSON, the JSON logs; then it is searched. */
#include "ct/loglist.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/file.h"
#include "ct/json_node.h"
#include "ct/loglist_decode.h"

static enum status parse_into(struct bytes json, struct text *error, struct loglist *list)
{
	struct arena scratch;
	json_t *document;
	enum status status;

	arena_init(&list->arena);
	arena_init(&scratch);
	status = SHA256(json.p, json.n, list->sha256) != NULL ? STATUS_OK : STATUS_CRYPTO;
	if (status == STATUS_OK)
		status = json_node_parse(json, &scratch, error, &document);
	if (status == STATUS_OK)
		status = loglist_decode(document, error, list);
	arena_deinit(&scratch);
	return status;
}

enum status loglist_parse(struct bytes json, struct text *error, struct loglist **out)
{
	struct loglist *list = calloc(1, sizeof *list);
	enum status status = STATUS_NOMEM;

	*out = NULL;
	if (json.n > LOGLIST_BYTES_MAX) {
		text_add(error, "larger than %d bytes", LOGLIST_BYTES_MAX);
		status = STATUS_LIMIT;
	} else if (list != NULL) {
		status = parse_into(json, error, list);
	}
	if (status == STATUS_NOMEM || status == STATUS_CRYPTO)
		text_add(error, "%s", status_text(status));
	if (status == STATUS_OK)
		*out = list;
	else
		loglist_free(list);
	return status;
}

void loglist_free(struct loglist *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->n; i++)
		EVP_PKEY_free(list->logs[i].decoded);
	arena_deinit(&list->arena);
	free(list);
}

static int compare_id(const void *id, const void *log)
{
	return memcmp(id, ((const struct ct_log *)log)->id, SCT_LOG_ID_BYTES);
}

struct ct_log *loglist_find(
	const struct loglist *list, const uint8_t id[SCT_LOG_ID_BYTES])
{
	if (list->n == 0)
		return NULL;
	return bsearch(id, list->logs, list->n, sizeof *list->logs, compare_id);
}
