#include "control/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "control/status_ct.h"
#include "dns/query.h"
#include "dns/reply.h"

#define QUERY_TIMEOUT_MS 4000

static const char *text_of(const json_t *command, const char *key)
{
	return json_string_value(json_object_get(command, key));
}

static void run_status(
	struct worker *w, const json_t *command, struct control_request *request)
{
	(void)command;
	control_reply(request, status_json(w));
}

static void run_stats(
	struct worker *w, const json_t *command, struct control_request *request)
{
	(void)command;
	control_reply(request, stats_json(w));
}

static void run_reload(
	struct worker *w, const json_t *command, struct control_request *request)
{
	char words[CONFIG_ERROR_MAX];
	struct text error = text_in(words, sizeof words);

	(void)command;
	if (worker_reload(w, &error) == STATUS_OK)
		control_reply(request, json_pack("{s:b}", "ok", 1));
	else
		control_reply(request, json_pack("{s:b, s:s, s:i}", "ok", 0, "error",
					       words, "exit", 78));
}

static void run_flush(
	struct worker *w, const json_t *command, struct control_request *request)
{
	const char *text = text_of(command, "name");
	struct cache_stats stats;
	struct name name;
	size_t flushed;

	if (text == NULL) {
		cache_stats(w->cache, &stats);
		flushed = stats.entries;
		cache_flush(w->cache);
	} else if (name_from_text(text, &name) == STATUS_OK) {
		flushed = cache_flush_name(w->cache, &name);
	} else {
		control_reply_error(
			request, CONTROL_EXIT_USAGE, "not a domain name: %s", text);
		return;
	}
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
	struct worker *w, const json_t *command, struct control_request *request)
{
	const char *name = text_of(command, "upstream");
	struct upstream *u = name != NULL ? upstream_set_find(&w->upstreams, name) : NULL;
	char words[CONFIG_ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	struct contact_choice choice;
	struct pin issuer, root;
	struct learned_pins was;
	enum status status;

	if (u == NULL) {
		control_reply_error(request, CONTROL_EXIT_USAGE, "no upstream called %s",
			name != NULL ? name : "");
		return;
	}
	status = take_pin(command, "issuer", &issuer, &choice.issuer, &error);
	if (status == STATUS_OK)
		status = take_pin(command, "root", &root, &choice.root, &error);
	if (status == STATUS_OK)
		status = upstream_accept(u, &choice, &error, &was);
	if (status == STATUS_OK)
		control_reply(request, accepted_json(u, &was));
	else
		reply_not_accepted(request, u, status, words);
}

/* --- query ----------------------------------------------------------------- */

static json_t *ede_json(const struct ede *ede)
{
	if (!ede->present)
		return json_null();
	return json_pack("{s:i, s:s}", "code", ede->code, "text", ede->text);
}

static json_t *wire_json(struct bytes wire)
{
	char *text = malloc(BASE64_TEXT_MAX(wire.n));
	json_t *out;

	if (text == NULL)
		return NULL;
	base64_encode(wire, text);
	out = json_string(text);
	free(text);
	return out;
}

/* The SERVFAIL that a client would have got. */
static json_t *failed_json(const struct question *question, const struct ede *ede)
{
	uint8_t query[QUERY_WIRE_MAX], reply[DNS_UDP_MAX];
	const struct query_options plain = { .dnssec_ok = false };
	struct writer asked = { .p = query, .cap = sizeof query };
	struct writer said = { .p = reply, .cap = sizeof reply };
	const struct reply_terms terms = { .limit = sizeof reply };
	struct message m;

	if (query_write(question, 0, &plain, &asked) != STATUS_OK ||
		message_parse(wr_done(&asked), &m) != STATUS_OK ||
		reply_error(&m, RCODE_SERVFAIL, ede, &terms, &said) != STATUS_OK)
		return NULL;
	return json_pack("{s:b, s:s, s:o, s:n, s:o}", "ok", 1, "rcode", "SERVFAIL",
		"wire", wire_json(wr_done(&said)), "upstream", "ede", ede_json(ede));
}

static const char *rcode_word(unsigned rcode)
{
	static const char *const words[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
		"NOTIMP", "REFUSED" };

	return rcode < sizeof words / sizeof *words ? words[rcode] : "OTHER";
}

static void on_query_done(void *data, const struct exchange_result *result)
{
	struct control_request *request = data;

	control_set_exchange(request, NULL);
	if (result->answer == NULL) {
		control_reply(request, failed_json(result->question, &result->ede));
		return;
	}
	control_reply(request, json_pack("{s:b, s:s, s:o, s:s, s:n}", "ok", 1, "rcode",
				       rcode_word(message_rcode(result->answer)), "wire",
				       wire_json(result->answer->wire), "upstream",
				       result->upstream, "ede"));
}

/* Straight to the upstreams, past the cache: it is a question about them. */
static void run_query(
	struct worker *w, const json_t *command, struct control_request *request)
{
	const char *name = text_of(command, "name"), *type = text_of(command, "type");
	struct question question = { .type = TYPE_A, .class = CLASS_IN };
	struct exchange_request asked = { .question = &question,
		.subnet_opt_out = w->config->client_subnet == CLIENT_SUBNET_OPT_OUT,
		.pad_to = w->config->edns_padding,
		.timeout_ms = QUERY_TIMEOUT_MS,
		.only = text_of(command, "upstream") };
	struct exchange *exchange;
	struct ede why = { 0 };
	enum status status;

	if (name == NULL || name_from_text(name, &question.name) != STATUS_OK) {
		control_reply_error(request, CONTROL_EXIT_USAGE, "not a domain name: %s",
			name != NULL ? name : "");
		return;
	}
	if (type != NULL && (type_from_text(type, &question.type) != STATUS_OK ||
				    type_is_meta(question.type))) {
		control_reply_error(request, CONTROL_EXIT_USAGE,
			"not a record type that can be asked for: %s", type);
		return;
	}
	status = exchange_start(
		w->exchanger, &asked, on_query_done, request, &exchange, &why);
	if (status == STATUS_OK)
		control_set_exchange(request, exchange);
	else if (status == STATUS_CLOSED)
		control_reply(request, failed_json(&question, &why));
	else if (status == STATUS_NOTFOUND)
		control_reply_error(
			request, CONTROL_EXIT_USAGE, "no upstream called %s", asked.only);
	else
		control_reply_error(
			request, CONTROL_EXIT_FAILED, "%s", status_text(status));
}

/* --- the table ------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(struct worker *worker, const json_t *command,
		struct control_request *request);
} commands[] = {
	{ "status", run_status },
	{ "stats", run_stats },
	{ "reload", run_reload },
	{ "flush", run_flush },
	{ "query", run_query },
	{ "accept", run_accept },
};

void command_run(
	struct worker *worker, const json_t *command, struct control_request *request)
{
	const char *name = text_of(command, "command");

	for (size_t i = 0; name != NULL && i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			commands[i].run(worker, command, request);
			return;
		}
	}
	control_reply_error(request, CONTROL_EXIT_USAGE, "unknown command: %s",
		name != NULL ? name : "");
}
