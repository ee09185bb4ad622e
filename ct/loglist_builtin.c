/* The default list travels in the program, byte by byte as it is in conf/. */
#include "ct/age.h"
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

int64_t loglist_builtin_date_s(void)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	struct loglist *list;
	int64_t date_s;

	if (loglist_builtin(&error, &list) != STATUS_OK)
		return 0;
	date_s = ct_age_date_s(list);
	loglist_free(list);
	return date_s == CT_AGE_UNDATED ? 0 : date_s;
}
