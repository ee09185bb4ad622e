/* getdns reads the wire. Its own JSON does not escape quotes and backslashes
 * inside names, so the object is built here from its text of each record. */
#include "ctl/message.h"

#include <stdlib.h>
#include <string.h>

#include <getdns/getdns_extra.h>

#define HEADER_BYTES 12 /* RFC 1035 §4.1.1 */
#define TYPE_OPT     41

/* getdns reads the header without looking whether it is there. */
static enum status decode(struct bytes wire, getdns_dict **out)
{
	getdns_return_t result;

	if (wire.n < HEADER_BYTES)
		return STATUS_MALFORMED;
	result = getdns_wire2msg_dict(wire.p, wire.n, out);
	if (result == GETDNS_RETURN_MEMORY_ERROR)
		return STATUS_NOMEM;
	return result == GETDNS_RETURN_GOOD ? STATUS_OK : STATUS_MALFORMED;
}

enum status message_to_text(struct bytes wire, char **out)
{
	getdns_dict *message;
	enum status status = decode(wire, &message);

	if (status != STATUS_OK)
		return status;
	if (getdns_msg_dict2str(message, out) != GETDNS_RETURN_GOOD)
		status = STATUS_MALFORMED;
	getdns_dict_destroy(message);
	return status;
}

static json_t *header_json(getdns_dict *message)
{
	static const char *const fields[] = { "id", "qr", "opcode", "aa", "tc", "rd",
		"ra", "ad", "cd", "rcode" };
	getdns_dict *header;
	json_t *out = json_object();
	uint32_t value;

	if (getdns_dict_get_dict(message, "header", &header) != GETDNS_RETURN_GOOD)
		return out;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (getdns_dict_get_int(header, fields[i], &value) == GETDNS_RETURN_GOOD)
			json_object_set_new(out, fields[i], json_integer(value));
	return out;
}

/* Cuts the next field off: `*rest` moves behind the tab. */
static char *take_field(char **rest)
{
	return strsep(rest, "\t\n");
}

/* "name TTL class type data", with tabs, which presentation format escapes
 * everywhere else; a question has neither TTL nor data. */
static json_t *record_json(getdns_dict *record, bool is_question)
{
	const char *name, *ttl = "0", *class, *type, *data = "";
	char *line, *rest;
	json_t *out = NULL;

	if (getdns_rr_dict2str(record, &line) != GETDNS_RETURN_GOOD)
		return NULL;
	rest = line;
	name = take_field(&rest);
	if (!is_question)
		ttl = take_field(&rest);
	class = take_field(&rest);
	type = take_field(&rest);
	if (!is_question)
		data = strsep(&rest, "\n");
	if (type != NULL && is_question)
		out = json_pack(
			"{s:s, s:s, s:s}", "name", name, "class", class, "type", type);
	else if (data != NULL)
		out = json_pack("{s:s, s:I, s:s, s:s, s:s}", "name", name, "ttl",
			(json_int_t)strtoul(ttl, NULL, 10), "class", class, "type", type,
			"data", data);
	free(line);
	return out;
}

static bool is_opt(getdns_dict *record)
{
	uint32_t type = 0;

	return getdns_dict_get_int(record, "type", &type) == GETDNS_RETURN_GOOD &&
	       type == TYPE_OPT;
}

static json_t *section_json(getdns_dict *message, const char *section)
{
	json_t *out = json_array();
	getdns_list *list;
	getdns_dict *record;

	if (getdns_dict_get_list(message, section, &list) != GETDNS_RETURN_GOOD)
		return out;
	for (size_t i = 0; getdns_list_get_dict(list, i, &record) == GETDNS_RETURN_GOOD;
		i++)
		if (!is_opt(record))
			json_array_append_new(out, record_json(record, false));
	return out;
}

static json_t *question_json(getdns_dict *message)
{
	getdns_dict *question;
	json_t *out = NULL;

	if (getdns_dict_get_dict(message, "question", &question) == GETDNS_RETURN_GOOD)
		out = record_json(question, true);
	return out != NULL ? out : json_null();
}

enum status message_to_json(struct bytes wire, json_t **out)
{
	getdns_dict *message;
	enum status status = decode(wire, &message);

	if (status != STATUS_OK)
		return status;
	*out = json_pack("{s:o, s:o, s:o, s:o, s:o}", "header", header_json(message),
		"question", question_json(message), "answer",
		section_json(message, "answer"), "authority",
		section_json(message, "authority"), "additional",
		section_json(message, "additional"));
	getdns_dict_destroy(message);
	return *out != NULL ? STATUS_OK : STATUS_NOMEM;
}
