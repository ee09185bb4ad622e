/* `query`: the daemon resolves, this prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "ctl/daemon.h"
#include "ctl/message.h"
#include "ctl/output.h"

#define MESSAGE_BYTES_MAX 65535
#define EDE_POLICY        28 /* RFC 8914 registry: Unable to conform to policy */

static enum exit_code answer_code(const json_t *answer)
{
	const char *rcode = member_text(answer, "rcode");
	json_int_t ede = member_number(json_object_get(answer, "ede"), "code");

	if (strcmp(rcode, "NOERROR") == 0 || strcmp(rcode, "NXDOMAIN") == 0)
		return CTL_OK;
	return ede == EDE_POLICY ? CTL_REFUSED : CTL_FAILED;
}

static void print_origin(const json_t *answer)
{
	const json_t *ede = json_object_get(answer, "ede");
	const char *upstream = member_text(answer, "upstream");

	fputs(";; from ", stdout);
	print_untrusted(upstream[0] != '\0' ? upstream : "pintle itself");
	puts("");
	if (!json_is_object(ede))
		return;
	printf(";; extended error %d: ", (int)member_number(ede, "code"));
	print_untrusted(member_text(ede, "text"));
	puts("");
}

static enum status print_answer(
	const struct args *args, json_t *answer, struct bytes wire)
{
	enum status status;
	json_t *message;
	char *text;

	if (args->json) {
		status = message_json(wire, &message);
		if (status == STATUS_OK) {
			json_object_set_new(answer, "message", message);
			print_json(json_incref(answer));
		}
		return status;
	}
	status = message_to_text(wire, &text);
	if (status == STATUS_OK) {
		print_untrusted_lines(text);
		print_origin(answer);
		free(text);
	}
	return status;
}

static enum exit_code show(const struct args *args, json_t *answer)
{
	struct bytes text = bytes_of_text(member_text(answer, "wire"));
	uint8_t *wire = malloc(MESSAGE_BYTES_MAX);
	enum status status = STATUS_NOMEM;
	size_t n = 0;

	if (wire != NULL)
		status = base64_decode(text, wire, MESSAGE_BYTES_MAX, &n);
	if (status == STATUS_OK)
		status = print_answer(args, answer, bytes_of(wire, n));
	free(wire);
	if (status != STATUS_OK)
		return complain(CTL_FAILED, "the DNS message in the daemon's answer: %s",
			status_text(status));
	return answer_code(answer);
}

enum exit_code command_query(const struct args *args)
{
	const char *type = args->operand_n > 1 ? args->operands[1] : "A";
	json_t *answer;
	enum exit_code code = daemon_ask(args,
		json_pack("{s:s, s:s, s:s, s:s*}", "command", "query", "name",
			args->operands[0], "type", type, "upstream", args->upstream),
		&answer);

	if (code == CTL_OK)
		code = show(args, answer);
	json_decref(answer);
	return code;
}
