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

/* Takes " ; LABEL: 0123ABCD" out of getdns's line for the OPT record. */
static void drop_option(char *text, const char *label)
{
	char *at;

	while ((at = strstr(text, label)) != NULL) {
		char *end = at + strlen(label);

		end += strspn(end, "0123456789ABCDEFabcdef");
		memmove(at, end, strlen(end) + 1);
	}
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
	if (status != STATUS_OK)
		return status;
	/* 400 zeros say nothing, and the extended error is printed in words. */
	drop_option(*out, " ; Padding: ");
	drop_option(*out, " ; OPT15: ");
	return STATUS_OK;
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

/* The text is "name TTL class type data", with tabs, which presentation format
 * escapes everywhere else. */
static json_t *record_json(const getdns_dict *record)
{
	const char *name, *ttl, *class, *type, *data;
	char *line, *rest;
	json_t *out = NULL;

	if (getdns_rr_dict2str(record, &line) != GETDNS_RETURN_GOOD)
		return NULL;
	rest = line;
	name = take_field(&rest);
	ttl = take_field(&rest);
	class = take_field(&rest);
	type = take_field(&rest);
	data = strsep(&rest, "\n");
	if (data != NULL)
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
			json_array_append_new(out, record_json(record));
	return out;
}

/* getdns has text for records only: the question becomes one without data. */
static getdns_dict *question_record(getdns_dict *message)
{
	getdns_dict *out = getdns_dict_create();
	getdns_bindata none = { 0, (uint8_t *)"" };
	getdns_bindata *name;
	uint32_t type, class;

	if (getdns_dict_get_bindata(message, "/question/qname", &name) == 0 &&
		getdns_dict_get_int(message, "/question/qtype", &type) == 0 &&
		getdns_dict_get_int(message, "/question/qclass", &class) == 0 &&
		getdns_dict_set_bindata(out, "name", name) == 0 &&
		getdns_dict_set_int(out, "type", type) == 0 &&
		getdns_dict_set_int(out, "class", class) == 0 &&
		getdns_dict_set_int(out, "ttl", 0) == 0 &&
		getdns_dict_set_bindata(out, "/rdata/rdata_raw", &none) == 0)
		return out;
	getdns_dict_destroy(out);
	return NULL;
}

static json_t *question_json(getdns_dict *message)
{
	getdns_dict *record = question_record(message);
	json_t *out = record != NULL ? record_json(record) : NULL;

	getdns_dict_destroy(record);
	if (out == NULL)
		return json_null();
	json_object_del(out, "ttl");
	json_object_del(out, "data");
	return out;
}

enum status message_json(struct bytes wire, json_t **out)
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
