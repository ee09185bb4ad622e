#include "ctl/loglist_open.h"

#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "config/config.h"
#include "ctl/paths.h"

static enum exit_code complain_of_list(enum status status, const char *why)
{
	return complain(status == STATUS_NOMEM || status == STATUS_CRYPTO ? CTL_FAILED
									  : CTL_CONFIG,
		"the log list: %s", why[0] != '\0' ? why : status_text(status));
}

enum exit_code loglist_open(const char *path, struct loglist **out)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	bool builtin = path == NULL || strcmp(path, "builtin") == 0;
	enum status status =
		builtin ? loglist_builtin(&error, out) : loglist_read(path, &error, out);

	if (status == STATUS_OK)
		return CTL_OK;
	*out = NULL;
	return complain_of_list(status, why);
}

enum exit_code loglist_open_in_force(
	const struct list_source *source, struct list_choice *out, struct text *warning)
{
	enum status status = loglist_in_force(source, out, warning);

	return status == STATUS_OK ? CTL_OK : complain_of_list(status, warning->p);
}

enum exit_code loglist_open_parts(
	const char *path, struct bytes *file, struct bytes *list, struct bytes *signature)
{
	size_t line = BASE64_TEXT_MAX(LIST_SIGNATURE_BYTES);
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum status status = file_read(path, LOGLIST_BYTES_MAX + line, &error, file);

	*signature = bytes_of(NULL, 0);
	if (status != STATUS_OK)
		return complain_of_list(status, why);
	if (loglist_store_split(*file, signature, list) != STATUS_OK)
		*list = *file;
	return CTL_OK;
}

/* --- settings -------------------------------------------------------------- */

static void take_config(const struct config *config, struct list_settings *out)
{
	out->source = config_log_lists(config);
	out->control = config->control;
	out->ca_file = config->ca_file;
	out->ca_path = config->ca_path;
	if (config->update.url != NULL) {
		out->url = config->update.url;
		out->address = config->update.address;
		out->has_address = out->address.sa.sa_family != AF_UNSPEC;
	}
}

static enum exit_code take_key(const struct args *args, struct list_settings *out)
{
	if (args->key == NULL)
		return CTL_OK;
	if (list_key_from_text(args->key, out->key) != STATUS_OK)
		return complain(CTL_USAGE,
			"--key '%s' is not the base64 of an Ed25519 key, of %d bytes",
			args->key, LIST_KEY_BYTES);
	out->source.key = out->key;
	return CTL_OK;
}

static enum exit_code take_address(const struct args *args, struct list_settings *out)
{
	if (args->address == NULL)
		return CTL_OK;
	if (endpoint_parse(args->address, CONFIG_PORT_HTTPS, &out->address) != STATUS_OK)
		return complain(CTL_USAGE,
			"--address '%s' is not an IP address, with or without a port",
			args->address);
	out->has_address = true;
	return CTL_OK;
}

static enum exit_code take_options(const struct args *args, struct list_settings *out)
{
	enum exit_code code;

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
	code = take_key(args, out);
	return code == CTL_OK ? take_address(args, out) : code;
}

enum exit_code list_settings_read(const struct args *args, struct list_settings *out)
{
	enum exit_code code;

	*out = (struct list_settings){ .ca_path = PATHS_ROOTS };
	code = paths_read_config(args, &out->config);
	if (code != CTL_OK)
		return code;
	if (out->config != NULL)
		take_config(out->config, out);
	out->source.state_dir = paths_state_dir(args, out->config);
	return take_options(args, out);
}

void list_settings_free(struct list_settings *settings)
{
	config_free(settings->config);
}
