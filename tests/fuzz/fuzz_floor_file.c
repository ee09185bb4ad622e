/* Bytes as the file with the floor of the clock. What is taken is the same time when it
 * is written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "upstream/floor_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[CLOCK_TEXT_MAX];
	int64_t at_s, again_s;

	if (floor_file_decode(bytes_of(data, size), &at_s) != STATUS_OK)
		return 0;
	clock_format(at_s, line);
	/* An offset may lead out of the years that can be written. */
	if (strcmp(line, "-") == 0)
		return 0;
	if (floor_file_decode(bytes_of_text(line), &again_s) != STATUS_OK ||
		again_s != at_s)
		abort();
	return 0;
}
