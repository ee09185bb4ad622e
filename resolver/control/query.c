/* `pintlectl query`: straight to the upstreams, past the cache: it is a question about
 * them. */
#include <stdlib.h>

#include "base/base64.h"
#include "control/commands.h"
#include "dns/query.h"
#include "dns/reply.h"

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

	control_forget(request);
	if (result->answer == NULL) {
		control_reply(request, failed_json(result->question, &result->ede));
		return;
	}
	control_reply(request, json_pack("{s:b, s:s, s:o, s:s, s:n}", "ok", 1, "rcode",
				       rcode_word(message_rcode(result->answer)), "wire",
				       wire_json(result->answer->wire), "upstream",
				       result->upstream, "ede"));
}

void control_query(
	struct workers *all, const json_t *command, struct control_request *request)
{
	/* As good as any. */
	const struct worker *w = &all->items[0];
	const char *name = control_text(command, "name"),
		   *type = control_text(command, "type");
	struct question question = { .type = TYPE_A, .class = CLASS_IN };
	struct exchange_request asked = { .question = &question,
		.subnet_opt_out = w->config->client_subnet == CLIENT_SUBNET_OPT_OUT,
		.pad_to = w->config->edns_padding,
		.timeout_ms = w->config->limit_timeout_ms,
		.only = control_text(command, "upstream") };
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
		control_await(request, exchange, asked.timeout_ms);
	else if (status == STATUS_CLOSED)
		control_reply(request, failed_json(&question, &why));
	else if (status == STATUS_NOTFOUND)
		control_reply_error(
			request, CONTROL_EXIT_USAGE, "no upstream called %s", asked.only);
	else
		control_reply_error(
			request, CONTROL_EXIT_FAILED, "%s", status_text(status));
}
