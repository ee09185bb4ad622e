/* `pintlectl bypass`. Everything is looked at before anything is done. */
#include <string.h>

#include "base/clock.h"
#include "control/commands.h"

/* A time that a person can have meant. */
#define BYPASS_MS_MIN 1000

struct request {
	struct bypass bypass;
	struct name names[BYPASS_NAMES_MAX];
};

static enum status read_names(const json_t *list, struct request *out, struct text *error)
{
	size_t i;
	json_t *one;

	out->bypass.names = out->names;
	if (!json_is_array(list) || json_array_size(list) == 0 ||
		json_array_size(list) > BYPASS_NAMES_MAX) {
		text_add(error, "bypass: from 1 to %d names", BYPASS_NAMES_MAX);
		return STATUS_RANGE;
	}
	json_array_foreach((json_t *)list, i, one)
	{
		const char *text = json_string_value(one);

		if (text == NULL || name_from_text(text, &out->names[i]) != STATUS_OK) {
			text_add(error, "bypass: not a domain name: ");
			text_add_untrusted(error, text != NULL ? text : "",
				text != NULL ? strlen(text) : 0);
			return STATUS_MALFORMED;
		}
		out->bypass.name_n++;
	}
	return STATUS_OK;
}

static enum status read_request(
	const json_t *command, struct request *out, struct text *error)
{
	const char *server = control_text(command, "server");
	json_int_t for_ms = json_integer_value(json_object_get(command, "for_ms"));

	*out = (struct request){ .bypass = { .name_n = 0 } };
	if (server == NULL || endpoint_parse(server, CONFIG_PORT_DNS,
				      &out->bypass.server) != STATUS_OK) {
		text_add(error, "bypass: not an IP address with or without a port: ");
		text_add_untrusted(error, server != NULL ? server : "",
			server != NULL ? strlen(server) : 0);
		return STATUS_MALFORMED;
	}
	if (for_ms < BYPASS_MS_MIN || for_ms > BYPASS_MS_MAX) {
		text_add(error, "bypass: a time from 1 s to %d minutes",
			BYPASS_MS_MAX / 60000);
		return STATUS_RANGE;
	}
	out->bypass.until_ms = clock_now_ms() + (uint64_t)for_ms;
	return read_names(json_object_get(command, "names"), out, error);
}

static json_t *bypass_json(const struct bypass *bypass, uint64_t queries)
{
	char server[ENDPOINT_TEXT_MAX];
	json_t *names = json_array();
	uint64_t now_ms = clock_now_ms();
	uint64_t left_ms = bypass->until_ms > now_ms ? bypass->until_ms - now_ms : 0;

	for (size_t i = 0; i < bypass->name_n; i++) {
		char name[NAME_TEXT_MAX];

		name_to_text(&bypass->names[i], name);
		json_array_append_new(names, json_string(name));
	}
	endpoint_format(&bypass->server, server);
	return json_pack("{s:s, s:o, s:I, s:I}", "server", server, "names", names,
		"ends_in_ms", (json_int_t)left_ms, "queries", (json_int_t)queries);
}

json_t *status_bypass_json(const struct workers *all)
{
	uint64_t queries;
	const struct bypass *bypass = workers_bypass_state(all, &queries);

	return bypass != NULL ? bypass_json(bypass, queries) : json_null();
}

static void reply_begun(struct workers *all, struct control_request *request)
{
	json_t *begun;

	workers_gather(all);
	begun = status_bypass_json(all);
	workers_release(all);
	control_reply(request, json_pack("{s:b, s:o}", "ok", 1, "bypass", begun));
}

static void end(struct workers *all, struct control_request *request)
{
	control_reply(request,
		json_pack("{s:b, s:b}", "ok", 1, "ended",
			workers_bypass_end(all, "it was ended by hand") ? 1 : 0));
}

void control_bypass(
	struct workers *all, const json_t *command, struct control_request *request)
{
	char words[CONFIG_ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	struct request asked;
	enum status status;

	if (json_is_true(json_object_get(command, "end"))) {
		end(all, request);
		return;
	}
	status = read_request(command, &asked, &error);
	if (status == STATUS_OK)
		status = workers_bypass(all, &asked.bypass, &error);
	if (status == STATUS_OK)
		reply_begun(all, request);
	else
		control_reply_error(request,
			status == STATUS_MALFORMED || status == STATUS_RANGE
				? CONTROL_EXIT_USAGE
				: CONTROL_EXIT_FAILED,
			"%s", words[0] != '\0' ? words : status_text(status));
}
