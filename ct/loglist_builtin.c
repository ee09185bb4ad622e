/* The default list travels in the program, byte by byte as it is in conf/. */
#include "ct/loglist.h"

static const uint8_t list_json[] = {
#include "ct/builtin_list.inc"
};

struct bytes loglist_builtin_json(void)
{
	return bytes_of(list_json, sizeof list_json);
}

enum status loglist_builtin(struct text *error, struct loglist **out)
{
	char words[256];
	struct text why = text_in(words, sizeof words);
	enum status status = loglist_parse(loglist_builtin_json(), &why, out);

	if (status != STATUS_OK)
		text_add(error, "the built-in log list: %s", words);
	return status;
}
