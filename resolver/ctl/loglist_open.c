#include "ctl/listopen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "config/config.h"

#define USUAL_CONFIG PINTLE_SYSCONFDIR "/pintle/pintle.yaml"
#define SYSTEM_ROOTS "/etc/ssl/certs"

static enum exit_code take_config(const char *path, struct list_settings *out)
{
	struct config_error error;

	if (config_load(path, &out->config, &error) != STATUS_OK) {
		out->config = NULL;
		return complain(CTL_CONFIG, "%s", error.text);
	}
	out->state_dir = out->config->state_dir;
	out->control = out->config->control;
	out->log_list = out->config->log_list;
	out->ca_file = out->config->ca_file;
	out->ca_path = out->config->ca_path;
	if (out->config->update.url != NULL) {
		out->url = out->config->update.url;
		out->address = out->config->update.address;
		memcpy(out->key, out->config->update.key, sizeof out->key);
		out->has_address = out->has_key = true;
	}
	return CTL_OK;
}

static enum exit_code take_options(const struct args *args, struct list_settings *out)
{
	if (args->state_dir != NULL)
		out->state_dir = args->state_dir;
	if (args->url != NULL) {
		out->url = args->url;
		/* The configured one is another URL's. */
		out->has_address = false;
	}
	if (args->ca_file != NULL) {
		out->ca_file = args->ca_file;
		out->ca_path = NULL;
	}
	if (args->socket != NULL)
		out->control = args->socket;
	if (args->key != NULL) {
		if (list_key_from_text(args->key, out->key) != STATUS_OK)
			return complain(CTL_USAGE,
				"--key '%s' is not the base64 of an Ed25519 key, of %d "
				"bytes",
				args->key, LIST_KEY_BYTES);
		out->has_key = true;
	}
	if (args->address != NULL) {
		if (endpoint_parse(args->address, CONFIG_PORT_HTTPS, &out->address) !=
			STATUS_OK)
			return complain(CTL_USAGE,
				"--address '%s' is not an IP address, with or without a "
				"port",
				args->address);
		out->has_address = true;
	}
	return CTL_OK;
}

enum exit_code list_settings_read(
	const struct args *args, bool to_update, struct list_settings *out)
{
	bool said_all = args->state_dir != NULL && args->key != NULL &&
			(args->url != NULL || !to_update);
	const char *path = args->config;
	enum exit_code code = CTL_OK;

	*out = (struct list_settings){ .ca_path = SYSTEM_ROOTS };
	if (path == NULL && !said_all && access(USUAL_CONFIG, F_OK) == 0)
		path = USUAL_CONFIG;
	if (path != NULL)
		code = take_config(path, out);
	return code == CTL_OK ? take_options(args, out) : code;
}

void list_settings_free(struct list_settings *settings)
{
	if (settings->config != NULL)
		config_free(settings->config);
}

enum exit_code list_read_file(
	const char *path, struct bytes *file, struct bytes *list, struct bytes *signature)
{
	size_t line = BASE64_TEXT_MAX(LIST_SIGNATURE_BYTES);
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum status status = file_read(path, LOGLIST_BYTES_MAX + line, &error, file);

	*signature = bytes_of(NULL, 0);
	if (status != STATUS_OK)
		return complain(
			status == STATUS_LIMIT ? CTL_CONFIG : CTL_FAILED, "%s", why);
	if (liststore_split(*file, signature, list) != STATUS_OK)
		*list = *file;
	return CTL_OK;
}

enum exit_code list_open(const char *path, struct loglist **out)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	struct bytes file, list, signature;
	enum exit_code code = list_read_file(path, &file, &list, &signature);
	enum status status;

	*out = NULL;
	if (code != CTL_OK)
		return code;
	status = loglist_parse(list, &error, out);
	free((void *)file.p);
	if (status == STATUS_OK)
		return CTL_OK;
	return complain(status == STATUS_NOMEM || status == STATUS_CRYPTO ? CTL_FAILED
									  : CTL_CONFIG,
		"%s: %s", path, why);
}
