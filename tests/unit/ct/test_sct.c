/* SCTs, their lists, and the extensions of static logs. */
#include "ct/sct.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ct/der_text.h"
#include "tests/unit/rows.h"

#define BUFFER 4096

/* As many bytes as there are, so that a sanitizer sees one byte too far. */
static uint8_t *bytes_from(const char *text, size_t *n)
{
	uint8_t buffer[BUFFER], *out;

	*n = der_text(text, buffer, sizeof buffer);
	out = malloc(*n > 0 ? *n : 1);
	assert_non_null(out);
	memcpy(out, buffer, *n);
	return out;
}

/* RFC 6962 §3.3. */
static const struct list_row {
	const char *name;
	const char *text;
	int n; /* -1: malformed */
	int first;
} list_rows[] = {
	{ "list: one SCT", "0003 0001 aa", 1, 0xaa },
	{ "list: two SCTs", "0007 0001 aa 0002 bbcc", 2, 0xaa },
	{ "list: nothing", "", -1, 0 },
	{ "list: half a length", "00", -1, 0 },
	{ "list: empty", "0000", -1, 0 },
	{ "list: an empty SCT", "0002 0000", -1, 0 },
	{ "list: an empty SCT in front", "0005 0000 0001 aa", -1, 0 },
	{ "list: an empty SCT behind", "0005 0001 aa 0000", -1, 0 },
	{ "list: longer than what is there", "0004 0001 aa", -1, 0 },
	{ "list: shorter than what is there", "0002 0001 aa", -1, 0 },
	{ "list: bytes behind", "0003 0001 aa 00", -1, 0 },
	{ "list: bytes behind an empty one", "0000 00", -1, 0 },
	{ "list: an SCT longer than the list", "0003 0002 aa", -1, 0 },
	{ "list: an SCT longer than the list, bytes behind it", "0003 0002 aa bb", -1,
		0 },
	{ "list: an SCT shorter than the list", "0004 0001 aa bb", -1, 0 },
	{ "list: half a length of an SCT", "0001 00", -1, 0 },
	{ "list: half a length of a second SCT", "0004 0001 aa 00", -1, 0 },
	{ "list: the second SCT is cut", "0006 0001 aa 0002 bb", -1, 0 },
	{ "list: largest lengths", "ffff ffff", -1, 0 },
};

static void list_run(void **state)
{
	const struct list_row *row = *state;
	struct sct_list list;
	size_t n;
	uint8_t *in = bytes_from(row->text, &n);
	enum status status = sct_list_decode(bytes_of(in, n), &list);

	assert_int_equal(status, row->n < 0 ? STATUS_MALFORMED : STATUS_OK);
	assert_int_equal(list.n, row->n < 0 ? 0 : row->n);
	assert_int_equal(list.left_out, 0);
	if (row->n > 0)
		assert_int_equal(list.items[0].p[0], row->first);
	free(in);
}

/* A list of `n` SCTs of one byte each, 0, 1, 2… */
static size_t list_of(uint8_t *out, size_t n)
{
	struct writer w = { .p = out, .cap = BUFFER };

	wr_uint(&w, 3 * n, 2);
	for (size_t i = 0; i < n; i++) {
		wr_uint(&w, 1, 2);
		wr_uint(&w, i, 1);
	}
	return wr_done(&w).n;
}

static void list_at_limit(void **state)
{
	uint8_t in[BUFFER];
	struct sct_list list;

	(void)state;
	assert_int_equal(
		sct_list_decode(bytes_of(in, list_of(in, SCT_LIST_MAX)), &list), 0);
	assert_int_equal(list.n, SCT_LIST_MAX);
	assert_int_equal(list.left_out, 0);
	assert_int_equal(list.items[SCT_LIST_MAX - 1].p[0], SCT_LIST_MAX - 1);
}

static void list_over_limit(void **state)
{
	uint8_t in[BUFFER];
	struct sct_list list;

	(void)state;
	assert_int_equal(
		sct_list_decode(bytes_of(in, list_of(in, SCT_LIST_MAX + 3)), &list), 0);
	assert_int_equal(list.n, SCT_LIST_MAX);
	assert_int_equal(list.left_out, 3);
}

/* What is left out must be well formed all the same. */
static void list_broken_behind_limit(void **state)
{
	uint8_t in[BUFFER];
	struct sct_list list;
	size_t n = list_of(in, SCT_LIST_MAX + 3);

	(void)state;
	in[n - 2] = 2;
	assert_int_equal(sct_list_decode(bytes_of(in, n), &list), STATUS_MALFORMED);
	assert_int_equal(list.n, 0);
	assert_int_equal(list.left_out, 0);
}

#define ID   "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TIME "0000018bcfe56800"

/* RFC 6962 §3.2. */
static const struct sct_row {
	const char *name;
	const char *text;
	enum status status;
	size_t extensions, signature;
} sct_rows[] = {
	{ "SCT: no extensions", "00" ID TIME "0000 0403 0002 3000", STATUS_OK, 0, 2 },
	{ "SCT: extensions", "00" ID TIME "0003 010000 0403 0002 3000", STATUS_OK, 3, 2 },
	{ "SCT: an algorithm nobody knows", "00" ID TIME "0000 ffff 0001 aa", STATUS_OK,
		0, 1 },
	{ "SCT: an empty signature", "00" ID TIME "0000 0403 0000", STATUS_OK, 0, 0 },

	{ "SCT: version 2", "01" ID TIME "0000 0403 0002 3000", STATUS_UNSUPPORTED, 0,
		0 },
	{ "SCT: version 256", "ff" ID TIME "0000 0403 0002 3000", STATUS_UNSUPPORTED, 0,
		0 },
	{ "SCT: version 2 and nothing else", "01", STATUS_UNSUPPORTED, 0, 0 },
	{ "SCT: nothing", "", STATUS_MALFORMED, 0, 0 },
	{ "SCT: a byte behind", "00" ID TIME "0000 0403 0002 3000 00", STATUS_MALFORMED,
		0, 0 },
	{ "SCT: signature longer than what is there", "00" ID TIME "0000 0403 0003 3000",
		STATUS_MALFORMED, 0, 0 },
	{ "SCT: signature shorter than what is there", "00" ID TIME "0000 0403 0001 3000",
		STATUS_MALFORMED, 0, 0 },
	{ "SCT: extensions longer than what is there", "00" ID TIME "ffff 0403 0002 3000",
		STATUS_MALFORMED, 0, 0 },
	{ "SCT: extensions longer by one", "00" ID TIME "0001 0403 0002 3000",
		STATUS_MALFORMED, 0, 0 },
};

static void sct_run(void **state)
{
	const struct sct_row *row = *state;
	struct sct sct;
	size_t n;
	uint8_t *in = bytes_from(row->text, &n);

	assert_int_equal(sct_decode(bytes_of(in, n), &sct), row->status);
	assert_int_equal(sct.extensions.n, row->extensions);
	assert_int_equal(sct.signature.n, row->signature);
	if (row->status == STATUS_OK) {
		assert_int_equal(sct.log_id.n, SCT_LOG_ID_BYTES);
		assert_int_equal(sct.log_id.p[31], 0x1f);
		assert_int_equal(sct.timestamp_ms, 0x18bcfe56800);
	} else {
		assert_int_equal(sct.log_id.n, 0);
		assert_int_equal(sct.timestamp_ms, 0);
	}
	if (row->status == STATUS_UNSUPPORTED)
		assert_int_equal(sct.version, in[0]);
	free(in);
}

static void sct_cut_anywhere(void **state)
{
	uint8_t in[BUFFER];
	size_t n = der_text("00" ID TIME "0003 010000 0403 0002 3000", in, sizeof in);

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		struct sct sct;

		assert_non_null(exact);
		memcpy(exact, in, cut);
		assert_int_equal(
			sct_decode(bytes_of(exact, cut), &sct), STATUS_MALFORMED);
		free(exact);
	}
}

/* https://c2sp.org/static-ct-api, "SCT Extension". */
static const struct index_row {
	const char *name;
	const char *text;
	int64_t index; /* -1: none */
} index_rows[] = {
	{ "leaf_index: 0", "00 0005 0000000000", 0 },
	{ "leaf_index: 1", "00 0005 0000000001", 1 },
	{ "leaf_index: all of 40 bits", "00 0005 ffffffffff", 0xffffffffff },
	{ "leaf_index: big-endian", "00 0005 0102030405", 0x0102030405 },
	{ "leaf_index: another extension in front", "01 0001 aa 00 0005 0000000007", 7 },
	{ "leaf_index: another extension behind", "00 0005 0000000007 ff 0000", 7 },

	{ "leaf_index: no extensions", "", -1 },
	{ "leaf_index: another extension only", "01 0005 0000000007", -1 },
	{ "leaf_index: empty", "00 0000", -1 },
	{ "leaf_index: 32 bits", "00 0004 00000007", -1 },
	{ "leaf_index: 48 bits", "00 0006 000000000007", -1 },
	{ "leaf_index: twice", "00 0005 0000000007 00 0005 0000000007", -1 },
	{ "leaf_index: twice, once empty", "00 0005 0000000007 00 0000", -1 },
	{ "leaf_index: cut", "00 0005 00000000", -1 },
	{ "leaf_index: only a type", "00", -1 },
	{ "leaf_index: half a length", "00 00", -1 },
	{ "leaf_index: a byte behind", "00 0005 0000000007 01", -1 },
	{ "leaf_index: a cut extension behind", "00 0005 0000000007 01 0002 aa", -1 },
	{ "leaf_index: a cut extension in front", "01 0009 00 0005 0000000007", -1 },
	{ "leaf_index: a length of one byte", "00 05 0000000007", -1 },
	{ "leaf_index: a type of two bytes", "0000 0005 0000000007", -1 },
};

static void index_run(void **state)
{
	const struct index_row *row = *state;
	uint64_t index = 0;
	size_t n;
	uint8_t *in = bytes_from(row->text, &n);
	struct sct sct = { .extensions = bytes_of(in, n) };

	assert_int_equal(sct_leaf_index(&sct, &index), row->index >= 0);
	if (row->index >= 0)
		assert_int_equal(index, row->index);
	free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_at_limit),
		cmocka_unit_test(list_over_limit),
		cmocka_unit_test(list_broken_behind_limit),
		cmocka_unit_test(sct_cut_anywhere),
	};

	return run_rows("list", list_rows, sizeof *list_rows, ROWS(list_rows), list_run) +
	       run_rows("sct", sct_rows, sizeof *sct_rows, ROWS(sct_rows), sct_run) +
	       run_rows("leaf_index", index_rows, sizeof *index_rows, ROWS(index_rows),
		       index_run) +
	       cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
