/* `reload`, `flush`, `stats`, `pins accept`: what the daemon does or knows; its answer is
 * printed a line a member, whatever the members are. */
#include <stdio.h>
#include <string.h>

#include "ctl/daemon.h"
#include "ctl/output.h"

/* Nested objects deeper than this are not from our daemon. */
#define DEPTH_MAX 4

static void print_members(const json_t *object, const char *before, int depth)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		char path[160];
		struct text text = text_in(path, sizeof path);

		text_add(&text, "%s%s", before, before[0] != '\0' ? "." : "");
		text_add_untrusted(&text, key, strlen(key));
		if (json_is_object(value) && depth < DEPTH_MAX) {
			print_members(value, path, depth + 1);
			continue;
		}
		printf("%s ", path);
		if (json_is_string(value)) {
			print_untrusted(json_string_value(value));
			puts("");
			continue;
		}
		json_dumpf(value, stdout,
			JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT);
		puts("");
	}
}

static enum exit_code order(const struct args *args, json_t *request, const char *done)
{
	json_t *answer;
	enum exit_code code = daemon_ask(args, request, &answer);

	if (code != CTL_OK)
		return code;
	if (args->json)
		return print_json(answer);
	json_object_del(answer, "ok");
	if (done != NULL)
		puts(done);
	print_members(answer, "", 0);
	json_decref(answer);
	return CTL_OK;
}

enum exit_code command_reload(const struct args *args)
{
	return order(args, json_pack("{s:s}", "command", "reload"), "reloaded");
}

enum exit_code command_stats(const struct args *args)
{
	return order(args, json_pack("{s:s}", "command", "stats"), NULL);
}

enum exit_code command_accept(const struct args *args)
{
	const char *issuer = args->operand_n > 2 ? args->operands[2] : NULL;
	const char *root = args->operand_n > 3 ? args->operands[3] : NULL;

	return order(args,
		json_pack("{s:s, s:s, s:s*, s:s*}", "command", "accept", "upstream",
			args->operands[1], "issuer", issuer, "root", root),
		"accepted: its next contact is held against these");
}

enum exit_code command_flush(const struct args *args)
{
	const char *name = args->operand_n > 0 ? args->operands[0] : NULL;

	return order(
		args, json_pack("{s:s, s:s*}", "command", "flush", "name", name), NULL);
}
