/* `import stubby FILE`, `import stamp sdns://...`: a pintle.yaml on stdout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/node.h"
#include "ctl/output.h"
#include "ctl/stamp.h"
#include "ctl/stubby.h"

static json_t *notes_json(const struct import *import)
{
	json_t *out = json_array();

	for (const struct import_note *it = import->notes; it != NULL; it = it->next)
		json_array_append_new(
			out, json_pack("{s:o, s:s?, s:s}", "line",
				     it->line > 0 ? json_integer(it->line) : json_null(),
				     "key", it->key, "text", it->why));
	return out;
}

/* What is written is printable ASCII. */
static enum exit_code print(
	const struct args *args, const struct import *import, struct bytes yaml)
{
	if (args->json)
		return print_json(json_pack("{s:s%, s:o}", "yaml", (const char *)yaml.p,
			yaml.n, "notes", notes_json(import)));
	fwrite(yaml.p, 1, yaml.n, stdout);
	return CTL_OK;
}

static enum exit_code finish(
	const struct args *args, const struct import *import, const char *source)
{
	struct config_error error = { "" };
	struct bytes yaml;
	enum status status = import_write(import, source, &error, &yaml);
	enum exit_code code;

	if (status == STATUS_CONFIG)
		return complain(CTL_CONFIG, "%s: pintle would not take it: %s", source,
			error.text);
	if (status != STATUS_OK)
		return complain(CTL_FAILED, "%s: %s", source, status_text(status));
	code = print(args, import, yaml);
	free((void *)yaml.p);
	return code;
}

static enum exit_code read_stubby(
	const char *path, struct import *import, struct bytes *file)
{
	char why[CTL_ERROR_MAX];
	struct text text = text_in(why, sizeof why);
	struct config_error error;
	enum status status = file_read(path, NODE_FILE_BYTES_MAX, &text, file);

	if (status != STATUS_OK)
		return complain(CTL_CONFIG, "%s", why);
	status = stubby_read(path, *file, &error, import);
	if (status == STATUS_CONFIG)
		return complain(CTL_CONFIG, "%s", error.text);
	return status == STATUS_OK ? CTL_OK
				   : complain(CTL_FAILED, "%s", status_text(status));
}

static enum exit_code import_stubby(const struct args *args, struct import *import)
{
	const char *path = args->operands[1];
	struct bytes file = { NULL, 0 };
	enum exit_code code = read_stubby(path, import, &file);

	free((void *)file.p);
	return code == CTL_OK ? finish(args, import, path) : code;
}

static enum exit_code import_stamp(const struct args *args, struct import *import)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);

	switch (stamp_read(args->operands[1], args->address, &error, import)) {
	case STATUS_OK:
		return finish(args, import, args->operands[1]);
	case STATUS_NOMEM:
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	default:
		return complain(CTL_USAGE, "%s", why);
	}
}

enum exit_code command_import(const struct args *args)
{
	struct import import;
	enum exit_code code;

	import_init(&import);
	code = strcmp(args->operands[0], "stamp") == 0 ? import_stamp(args, &import)
						       : import_stubby(args, &import);
	import_deinit(&import);
	return code;
}
