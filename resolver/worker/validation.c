#include "worker/validation.h"

#include <stdlib.h>

#include "base/file.h"
#include "local/special.h"

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

/* The root's signed word is that special names do not exist, or are not signed (RFC 8375
 * §4): who has one asked of his own servers would get bogus. */
static enum status find_unsignable(
	const struct config *config, struct name **zones, size_t *n)
{
	*n = 0;
	*zones = calloc(config->forward_n + 1, sizeof **zones);
	if (*zones == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < config->forward_n; i++)
		if (special_covers(&config->forwards[i].zone))
			(*zones)[(*n)++] = config->forwards[i].zone;
	return STATUS_OK;
}

static enum status make(uv_loop_t *loop, const struct config *config, struct text *error,
	struct validator **out)
{
	struct validator_options options = { .file = config->dnssec_anchors,
		.negative = config->dnssec_negative,
		.negative_n = config->dnssec_negative_n };
	struct name *unsignable;
	enum status status = find_unsignable(config, &unsignable, &options.unsignable_n);

	options.unsignable = unsignable;
	if (status == STATUS_OK)
		status = read_anchors(config, error, &options.anchors);
	if (status == STATUS_OK)
		status = validator_new(loop, &options, error, out);
	free(unsignable);
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
