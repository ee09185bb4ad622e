/* What pin_parse() takes must survive being written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pinning/pin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), again[PIN_TEXT_MAX];
	struct pin pin, second;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (pin_parse(text, &pin) == STATUS_OK) {
		pin_format(&pin, again);
		if (strlen(again) != PIN_TEXT_MAX - 1)
			abort();
		if (pin_parse(again, &second) != STATUS_OK || !pin_equal(&pin, &second))
			abort();
	}
	free(text);
	return 0;
}
