#include "worker/validation.h"

#include <stdlib.h>

#include "base/file.h"

/* The root has two keys; who has a hundred zones of his own still fits. */
#define ANCHORS_BYTES_MAX (256 * 1024)
#define ERROR_BYTES_MAX   256

static enum status read_anchors(
	const struct config *config, struct text *error, struct bytes *out)
{
	*out = bytes_of(NULL, 0);
	if (config->dnssec_anchors == NULL)
		return STATUS_OK;
	return file_read(config->dnssec_anchors, ANCHORS_BYTES_MAX, error, out);
}

static enum status make(uv_loop_t *loop, const struct config *config, struct text *error,
	struct validator **out)
{
	struct validator_options options = { .file = config->dnssec_anchors,
		.negative = config->dnssec_negative,
		.negative_n = config->dnssec_negative_n };
	enum status status = read_anchors(config, error, &options.anchors);

	if (status == STATUS_OK)
		status = validator_new(loop, &options, error, out);
	free((void *)(uintptr_t)options.anchors.p);
	return status;
}

enum status validation_make(uv_loop_t *loop, const struct config *config,
	struct text *error, struct validator **out)
{
	char words[ERROR_BYTES_MAX];
	struct text why = text_in(words, sizeof words);
	enum status status;

	*out = NULL;
	if (config->dnssec != CONFIG_DNSSEC_VALIDATE)
		return STATUS_OK;
	status = make(loop, config, &why, out);
	if (status == STATUS_OK || status == STATUS_NOMEM)
		return status;
	text_add(error, "%s: %s", config->dnssec_anchors_place,
		why.n > 0 ? why.p : status_text(status));
	return STATUS_CONFIG;
}
