/* A name that text can say comes back as text that says the same name; the
 * same for a type. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

static void check_name(const char *text)
{
	char written[NAME_TEXT_MAX];
	struct name name, again;

	if (name_from_text(text, &name) != STATUS_OK)
		return;
	name_to_text(&name, written);
	must(name_from_text(written, &again) == STATUS_OK);
	must(bytes_equal(name_bytes(&name), name_bytes(&again)));
	name_lower(&again);
	must(name_equal(&name, &again) && name_within(&again, &name));
}

static void check_type(const char *text)
{
	char written[TYPE_TEXT_MAX];
	uint16_t type, again;

	if (type_from_text(text, &type) != STATUS_OK)
		return;
	type_to_text(type, written);
	must(type_from_text(written, &again) == STATUS_OK && again == type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_name(text);
	check_type(text);
	free(text);
	return 0;
}
