#include "control/commands.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "control/status_ct.h"

const char *control_text(const json_t *command, const char *key)
{
	return json_string_value(json_object_get(command, key));
}

static void run_status(
	struct workers *all, const json_t *command, struct control_request *request)
{
	(void)command;
	control_reply(request, status_json(all));
}

static void run_stats(
	struct workers *all, const json_t *command, struct control_request *request)
{
	(void)command;
	control_reply(request, stats_json(all));
}

static void run_reload(
	struct workers *all, const json_t *command, struct control_request *request)
{
	char words[CONFIG_ERROR_MAX];
	struct text error = text_in(words, sizeof words);

	(void)command;
	if (workers_reload(all, &error) == STATUS_OK)
		control_reply(request, json_pack("{s:b}", "ok", 1));
	else
		control_reply(request, json_pack("{s:b, s:s, s:i}", "ok", 0, "error",
					       words, "exit", 78));
}

static void run_flush(
	struct workers *all, const json_t *command, struct control_request *request)
{
	const char *text = control_text(command, "name");
	struct name name;
	size_t flushed;

	if (text != NULL && name_from_text(text, &name) != STATUS_OK) {
		control_reply_error(
			request, CONTROL_EXIT_USAGE, "not a domain name: %s", text);
		return;
	}
	flushed = workers_flush(all, text != NULL ? &name : NULL);
	control_reply(request,
		json_pack("{s:b, s:I}", "ok", 1, "flushed", (json_int_t)flushed));
}

static json_t *pins_json(const struct learned_pins *pins)
{
	char issuer[PIN_TEXT_MAX], root[PIN_TEXT_MAX];

	pin_format(&pins->issuer, issuer);
	pin_format(&pins->root, root);
	return json_pack("{s:s, s:s}", "issuer", issuer, "root", root);
}

static json_t *accepted_json(const struct upstream *u, const struct learned_pins *was)
{
	json_t *out = pins_json(&upstream_contact(u)->learned.pins);

	json_object_set_new(out, "ok", json_true());
	json_object_set_new(out, "upstream", json_string(upstream_name(u)));
	json_object_set_new(out, "was", pins_json(was));
	return out;
}

/* Beside what is wrong, all that may be chosen, each with its command. */
static void reply_not_accepted(struct control_request *request, const struct upstream *u,
	enum status status, const char *words)
{
	bool usage = status == STATUS_UNSUPPORTED || status == STATUS_MALFORMED;

	control_reply(
		request, json_pack("{s:b, s:s, s:i, s:o}", "ok", 0, "error",
				 words[0] != '\0' ? words : status_text(status), "exit",
				 usage ? CONTROL_EXIT_USAGE : CONTROL_EXIT_FAILED,
				 "refused", status_refused_json(u)));
}

/* A member that is not there leaves `*out` NULL. */
static enum status take_pin(const json_t *command, const char *key, struct pin *pin,
	const struct pin **out, struct text *error)
{
	const json_t *member = json_object_get(command, key);
	const char *text = json_string_value(member);

	*out = NULL;
	if (member == NULL)
		return STATUS_OK;
	if (text == NULL || pin_parse(text, pin) != STATUS_OK) {
		text_add(error, "not a pin: %s", text != NULL ? text : key);
		return STATUS_MALFORMED;
	}
	*out = pin;
	return STATUS_OK;
}

/* `pintlectl pins accept`. */
static void run_accept(
	struct workers *all, const json_t *command, struct control_request *request)
{
	const char *name = control_text(command, "upstream");
	struct upstream *u = NULL;
	char words[CONFIG_ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	struct contact_choice choice;
	struct pin issuer, root;
	struct learned_pins was;
	enum status status;

	if (name != NULL)
		u = upstream_set_find(&all->items[0].upstreams, name);
	if (u == NULL) {
		control_reply_error(request, CONTROL_EXIT_USAGE, "no upstream called %s",
			name != NULL ? name : "");
		return;
	}
	status = take_pin(command, "issuer", &issuer, &choice.issuer, &error);
	if (status == STATUS_OK)
		status = take_pin(command, "root", &root, &choice.root, &error);
	if (status == STATUS_OK)
		status = workers_accept(all, name, &choice, &error, &was);
	if (status == STATUS_OK)
		control_reply(request, accepted_json(u, &was));
	else
		reply_not_accepted(request, u, status, words);
}

/* --- the table ------------------------------------------------------------- */

/* Whoever may open the socket; of those, who may also read what the daemon reads; or
 * root alone. The socket's mode says the first, the kernel the others. */
enum who { WHO_ANY, WHO_OWNER, WHO_ROOT };

static const struct command {
	const char *name;
	enum who who;
	void (*run)(struct workers *workers, const json_t *command,
		struct control_request *request);
} commands[] = {
	{ "status", WHO_ANY, run_status },
	{ "stats", WHO_ANY, run_stats },
	{ "reload", WHO_ANY, run_reload },
	{ "flush", WHO_ANY, run_flush },
	{ "query", WHO_ANY, control_query },
	/* It changes who is trusted. */
	{ "accept", WHO_OWNER, run_accept },
	/* It takes protection away from others' questions. */
	{ "bypass", WHO_ROOT, control_bypass },
};

static bool may_run(const struct command *command, uid_t peer)
{
	switch (command->who) {
	case WHO_ANY:
		return true;
	case WHO_OWNER:
		return peer == 0 || (peer == geteuid() && peer != (uid_t)-1);
	case WHO_ROOT:
		return peer == 0;
	}
	return false;
}

/* Who tries what is not his is worth a line. */
static void refuse(
	const struct command *command, uid_t peer, struct control_request *request)
{
	const char *who =
		command->who == WHO_ROOT ? "root" : "root and the daemon's user";

	log_warning("control: %s refused to user %ld", command->name, (long)peer);
	control_reply_error(request, CONTROL_EXIT_FAILED,
		"%s: only %s may do that, and you are user %ld", command->name, who,
		(long)peer);
}

void command_run(
	struct workers *workers, const json_t *command, struct control_request *request)
{
	const char *name = control_text(command, "command");

	for (size_t i = 0; name != NULL && i < sizeof commands / sizeof *commands; i++) {
		uid_t peer;

		if (strcmp(commands[i].name, name) != 0)
			continue;
		peer = control_peer(request);
		if (may_run(&commands[i], peer))
			commands[i].run(workers, command, request);
		else
			refuse(&commands[i], peer, request);
		return;
	}
	control_reply_error(request, CONTROL_EXIT_USAGE, "unknown command: %s",
		name != NULL ? name : "");
}
