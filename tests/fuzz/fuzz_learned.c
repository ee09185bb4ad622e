/* Bytes as a record of learned keys. What is taken is, to the byte, what would be
 * written; what is not says in which line and why. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pinning/learned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_again(const struct learned *learned, struct bytes file)
{
	char again[LEARNED_BYTES_MAX];
	struct text text = text_in(again, sizeof again);

	learned_format(learned, &text);
	expect(!text.cut && bytes_equal(bytes_of(again, text.n), file));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes file = bytes_of(data, size);
	struct learned learned;
	const char *problem;
	unsigned line;
	enum status status = learned_parse(file, &learned, &line, &problem);

	expect((status == STATUS_OK) == (problem == NULL));
	if (status == STATUS_OK)
		check_again(&learned, file);
	else
		expect(line >= 1 && line <= 14);
	return 0;
}
