/* The OPT record: reading, options, Extended DNS Errors, padding. */
#include "dns/edns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

static const struct options_row {
	const char *name;
	const char *wire;
	int options; /* -1: malformed */
} options_rows[] = {
	{ "none", "", 0 },
	{ "a cookie", "000a 0008 0102030405060708", 1 },
	{ "an empty padding", "000c 0000", 1 },
	{ "subnet and keepalive", "0008 0007 0001 18 00 c00002 000b 0000", 2 },

	{ "one byte", "00", -1 },
	{ "a code alone", "000a", -1 },
	{ "half a length", "000a 00", -1 },
	{ "a length without bytes", "000a 0001", -1 },
	{ "one byte short", "000a 0008 01020304050607", -1 },
	{ "the second runs off", "000c 0000 000c 0001", -1 },
	{ "a byte left over", "000c 0000 00", -1 },
};

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(options_rows); i++) {
		const struct options_row *row = &options_rows[i];
		struct bytes wire = wire_new(row->wire);
		struct edns edns;
		enum status status = edns_decode(1232, 0, wire, &edns);
		struct reader rest = { .rest = wire };
		struct bytes value;
		uint16_t code;
		int n = 0;

		if ((status == STATUS_OK) != (row->options >= 0))
			fail_msg("%s: %s", row->name, status_text(status));
		while (edns_option_next(&rest, &code, &value))
			n++;
		if (row->options >= 0 && n != row->options)
			fail_msg("%s: %d options", row->name, n);
		if (rest.bad != (row->options < 0))
			fail_msg("%s: reader", row->name);
		wire_free(wire);
	}
}

static void test_fields(void **state)
{
	struct bytes rdata = wire_new("000f 0002 0017");
	struct reader rest = { .rest = rdata };
	struct edns edns;
	struct bytes value;
	uint16_t code;

	(void)state;
	assert_int_equal(edns_decode(4096, 0xab01c000, rdata, &edns), STATUS_OK);
	assert_true(edns.present);
	assert_int_equal(edns.udp_size, 4096);
	assert_int_equal(edns.rcode_high, 0xab);
	assert_int_equal(edns.version, 1);
	assert_true(edns.dnssec_ok);
	assert_int_equal(edns_decode(4096, 0x00007fff, rdata, &edns), STATUS_OK);
	assert_false(edns.dnssec_ok);
	assert_true(edns_option_next(&rest, &code, &value));
	assert_int_equal(code, EDNS_EDE);
	assert_int_equal(value.n, 2);
	wire_free(rdata);
}

static const struct write_row {
	const char *name;
	unsigned rcode;
	bool dnssec_ok;
	const char *ede; /* NULL: none */
	const char *want;
} write_rows[] = {
	{ "plain", 0, false, NULL, "00 0029 04d0 00 00 0000 0000" },
	{ "DO", 0, true, NULL, "00 0029 04d0 00 00 8000 0000" },
	{ "a low rcode leaves no trace", 15, false, NULL,
		"00 0029 04d0 00 00 0000 0000" },
	{ "BADVERS", 16, false, NULL, "00 0029 04d0 01 00 0000 0000" },
	{ "EDE without text", 2, false, "",
		"00 0029 04d0 00 00 0000 0006 000f 0002 001c" },
	{ "EDE", 2, true, "pin", "00 0029 04d0 00 00 8000 0009 000f 0005 001c 'pin'" },
};

static void test_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(write_rows); i++) {
		const struct write_row *row = &write_rows[i];
		struct bytes want = wire_new(row->want);
		struct ede ede = { .present = row->ede != NULL, .code = EDE_POLICY };
		uint8_t out[64];
		struct writer w = { .p = out, .cap = sizeof out };

		if (row->ede != NULL)
			strcpy(ede.text, row->ede);
		edns_write(&w, 1232, row->rcode, row->dnssec_ok, &ede, 0);
		wire_assert_equal(row->name, wr_done(&w), want);
		wire_free(want);
	}
}

/* A text that fills its array to the last byte, without a terminator. */
static void test_write_longest_text(void **state)
{
	struct ede ede = { .present = true };
	uint8_t out[400];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	memset(ede.text, 'x', sizeof ede.text);
	edns_write(&w, 1232, 0, false, &ede, 0);
	assert_false(w.bad);
	assert_int_equal(w.n, 11 + 4 + 2 + EDE_TEXT_MAX);
}

/* RFC 8467 §4.1: whatever stands before, the whole message is a multiple. */
static void test_padding(void **state)
{
	static const unsigned multiples[] = { 1, 4, 16, 128, 468, 512 };
	static uint8_t out[2048];

	(void)state;
	for (size_t m = 0; m < ROWS(multiples); m++) {
		for (size_t before = 12; before < 12 + 2 * 512; before++) {
			struct writer w = { .p = out, .cap = sizeof out, .n = before };
			unsigned pad_to = multiples[m];
			struct reader r;
			size_t n;

			memset(out, 0xee, sizeof out);
			edns_write(&w, 1232, 0, false, NULL, pad_to);
			assert_false(w.bad);
			assert_int_equal(w.n % pad_to, 0);
			assert_true(w.n - before < 11 + 4 + pad_to);
			/* Behind the OPT's fixed part: code, length, zeros. */
			r = (struct reader){ .rest = bytes_of(out + before + 9,
						     w.n - before - 9) };
			assert_int_equal(rd_uint(&r, 2), w.n - before - 11);
			assert_int_equal(rd_uint(&r, 2), EDNS_PADDING);
			n = (size_t)rd_uint(&r, 2);
			assert_int_equal(n, r.rest.n);
			while (r.rest.n > 0)
				assert_int_equal(rd_uint(&r, 1), 0);
		}
	}
}

/* 113 bytes before: with the OPT and the option's head exactly 128. */
static void test_padding_exact(void **state)
{
	uint8_t out[256] = { 0 };
	struct writer w = { .p = out, .cap = sizeof out, .n = 113 };

	(void)state;
	edns_write(&w, 1232, 0, false, NULL, 128);
	assert_int_equal(w.n, 128);
	w.n = 114;
	edns_write(&w, 1232, 0, false, NULL, 128);
	assert_int_equal(w.n, 256);
}

static void test_no_room(void **state)
{
	struct ede ede = { .present = true, .text = "x" };
	uint8_t out[32];

	(void)state;
	for (size_t cap = 0; cap <= 18; cap++) {
		struct writer w = { .p = out, .cap = cap };

		edns_write(&w, 1232, 0, false, &ede, 0);
		assert_int_equal(w.bad, cap < 18);
		w = (struct writer){ .p = out, .cap = cap };
		edns_write(&w, 1232, 0, false, NULL, 16);
		assert_int_equal(w.bad, cap < 16);
	}
}

static const struct keepalive_row {
	const char *name, *rdata;
	int64_t want_ms;
} keepalive_rows[] = {
	{ "no option", "", -1 },
	{ "another option", "000c 0002 0000", -1 },
	{ "none", "000b 0002 0000", 0 },
	{ "a tenth of a second", "000b 0002 0001", 100 },
	{ "behind another", "000c 0001 00 000b 0002 012c", 30000 },
	{ "the longest", "000b 0002 ffff", 6553500 },
	{ "without a time", "000b 0000", -1 },
	{ "one byte", "000b 0001 01", -1 },
	{ "three bytes", "000b 0003 000001", -1 },
};

static void test_keepalive(void **state)
{
	const struct edns none = { .present = false };

	(void)state;
	assert_int_equal(edns_keepalive_ms(&none), -1);
	for (size_t i = 0; i < ROWS(keepalive_rows); i++) {
		const struct keepalive_row *row = &keepalive_rows[i];
		struct bytes rdata = wire_new(row->rdata);
		struct edns edns;

		assert_int_equal(edns_decode(1232, 0, rdata, &edns), STATUS_OK);
		if (edns_keepalive_ms(&edns) != row->want_ms)
			fail_msg("%s: %d", row->name, (int)edns_keepalive_ms(&edns));
		wire_free(rdata);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_longest_text),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_padding_exact),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_keepalive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
