/* The lab answers whatever is a query with a well-formed message, to the same
 * ID; what is none it does not answer. */
#include <stdbool.h>
#include <stdlib.h>

#include "dns/message.h"
#include "tests/lab/zone.h"

#define ROOM_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

static void check_answer(const struct message *query, struct bytes wire)
{
	struct message answer;

	must(message_parse(wire, &answer) == STATUS_OK);
	must(answer.id == query->id && (answer.flags & DNS_FLAG_QR) != 0);
	must(answer.has_question && answer.edns.present == query->edns.present);
	must(answer.question.type == query->question.type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t room[ROOM_BYTES];
	struct writer out = { .p = room, .cap = sizeof room };
	struct bytes wire = bytes_of(data, size);
	struct message query;
	enum zone_manner manner;
	bool parses = message_parse(wire, &query) == STATUS_OK;

	switch (zone_answer(wire, size % 2 == 0, "fuzz", &out, &manner)) {
	case STATUS_OK:
		must(parses);
		check_answer(&query, wr_done(&out));
		break;
	case STATUS_MALFORMED:
		must(!parses || (query.flags & DNS_FLAG_QR) != 0 || !query.has_question ||
			message_opcode(&query) != OPCODE_QUERY);
		break;
	default:
		abort(); /* every answer fits */
	}
	return 0;
}
