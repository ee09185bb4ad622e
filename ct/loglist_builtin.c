/* The default list travels in the program, byte by byte as it is in conf/. */
#include "base/clock.h"
#include "ct/loglist.h"

static const uint8_t list_json[] = {
#include "ct/builtin_list.inc"
};
static const char list_date[] =
#include "ct/builtin_date.inc"
	;

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

int64_t loglist_builtin_date_s(void)
{
	int64_t date_s;

	/* The build has made sure of it, but not of its form: a test does. */
	return clock_parse(list_date, &date_s) == 0 ? date_s : 0;
}
