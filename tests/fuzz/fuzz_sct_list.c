/* What is decoded of a list of SCTs, encoded again, must be what came in. */
#include <stdint.h>
#include <stdlib.h>

#include "ct/sct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool ok)
{
	if (!ok)
		abort();
}

static void sct_again(struct bytes in)
{
	uint8_t *buffer = malloc(in.n);
	struct writer w = { .p = buffer, .cap = in.n };
	uint64_t index = 0;
	struct sct sct;

	expect(buffer != NULL);
	if (sct_decode(in, &sct) == STATUS_OK) {
		wr_uint(&w, sct.version, 1);
		wr_bytes(&w, sct.log_id);
		wr_uint(&w, sct.timestamp_ms, 8);
		wr_uint(&w, sct.extensions.n, 2);
		wr_bytes(&w, sct.extensions);
		wr_uint(&w, sct.hash, 1);
		wr_uint(&w, sct.algorithm, 1);
		wr_uint(&w, sct.signature.n, 2);
		wr_bytes(&w, sct.signature);
		expect(bytes_equal(wr_done(&w), in));
		if (sct_leaf_index(&sct, &index))
			expect(index >> 40 == 0 && sct.extensions.n >= 8);
	}
	free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	uint8_t *buffer = malloc(size + 1);
	struct writer w = { .p = buffer, .cap = size + 1 };
	struct sct_list list;

	expect(buffer != NULL);
	sct_again(in);
	if (sct_list_decode(in, &list) == STATUS_OK) {
		expect(list.n > 0);
		wr_uint(&w, size - 2, 2);
		for (size_t i = 0; i < list.n; i++) {
			expect(list.items[i].n > 0);
			wr_uint(&w, list.items[i].n, 2);
			wr_bytes(&w, list.items[i]);
			sct_again(list.items[i]);
		}
		if (list.left_out == 0)
			expect(bytes_equal(wr_done(&w), in));
		else
			expect(list.n == SCT_LIST_MAX && wr_done(&w).n < size);
	} else {
		expect(list.n == 0 && list.left_out == 0);
	}
	free(buffer);
	return 0;
}
