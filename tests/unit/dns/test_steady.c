/* Which names stay what they are while TTLs become less. */
#include "dns/steady.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"
#include "tests/unit/rows.h"

#define WWW     "0000 8180 0001 0001 0000 0000 03'www'07'example'03'com'00 0001 0001"
#define WWW_TWO "0000 8180 0001 0002 0000 0000 03'www'07'example'03'com'00 0001 0001"
#define A       " 0001 0001 0000012c 0004 c0000201"

/* The name at 13 is 11 bytes, up to the first record's class, and one that is the first
 * byte of its TTL. */
#define BEYOND                                                                       \
	"0000 8180 0001 0002 0000 0000 02 0b'x'00 00ff 0001 c00c 0001 0001 0000012c" \
	"0004 c0000201"

static const struct steady_row {
	const char *name;
	const char *wire;
	/* A digit for each record: 1, it leads to no TTL for sure. */
	const char *want;
	bool changes; /* one of them does become another */
} rows[] = {
	{ "the question's name", WWW "c00c" A, "1", false },
	{ "the end of the question's name", WWW "c010" A, "1", false },
	{ "the root of the question's name", WWW "c01c" A, "1", false },
	{ "labels and the question's name", WWW "01'a'01'b'c00c" A, "1", false },
	{ "written out", WWW "01'a'00" A, "1", false },
	{ "the root", WWW "00" A, "1", false },
	{ "of another record", WWW_TWO "01'a'00" A "c021" A, "10", false },
	{ "of RDATA", WWW_TWO "c00c 0005 0001 0000012c 0003 01'a'00 c02d" A, "10",
		false },
	{ "beyond the question, into a TTL", BEYOND "c00d" A, "10", true },
	{ "twice", WWW_TWO "c00c" A "c010" A, "11", false },

	{ "an NS at the question", WWW "c00c 0002 0001 0000012c 0002 c010", "1", false },
	{ "an NS beyond the question", BEYOND "c00c 0002 0001 0000012c 0002 c00d", "10",
		true },
	{ "an NS written out", WWW "c00c 0002 0001 0000012c 0003 01'a'00", "1", false },
	{ "an MX", WWW "c00c 000f 0001 0000012c 0004 000a c010", "1", false },
	{ "an MX beyond the question", BEYOND "c00c 000f 0001 0000012c 0004 000a c00d",
		"10", true },
	{ "a SOA",
		WWW "c00c 0006 0001 0000012c 0018 c010 c00c 00000001 00000e10 00000384 "
		    "00127500 0000003c",
		"1", false },
	{ "a SOA, the second name beyond the question",
		BEYOND "c00c 0006 0001 0000012c 0017 00 c00d 00000001 00000e10 00000384 "
		       "00127500 0000003c",
		"10", true },
	{ "no RDATA where a name would be", WWW "c00c 0005 00ff 00000000 0000", "0",
		false },
	{ "TXT is no name", WWW "c00c 0010 0001 0000012c 0003 02 c02d", "1", false },
};

/* Who says so by the records must be right by the bytes. */
static void assert_right(const struct message *m, bool sure, bool changes)
{
	uint8_t bytes[256];
	uint16_t ttl_at[4];
	struct writer copy = { .p = bytes, .cap = sizeof bytes };
	struct record_walk walk = record_walk(m);
	struct record record;
	size_t n = 0;

	wr_bytes(&copy, m->wire);
	assert_false(copy.bad);
	while (record_next(&walk, &record))
		ttl_at[n++] = (uint16_t)record.ttl_at;
	assert_true(steady_names(m, &copy, ttl_at, n) == !changes);
	assert_false(sure && changes);
	assert_memory_equal(bytes, m->wire.p, m->wire.n);
}

static void judge_row(void **state)
{
	const struct steady_row *row = *state;
	struct bytes wire = wire_new(row->wire);
	struct record_walk walk;
	struct record record;
	struct message m;
	char said[8] = "";

	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	walk = record_walk(&m);
	for (size_t n = 0; record_next(&walk, &record); n++)
		said[n] = steady_record(&m, &record) ? '1' : '0';
	assert_string_equal(said, row->want);
	assert_right(&m, strchr(said, '0') == NULL, row->changes);
	wire_free(wire);
}

int main(void)
{
	return run_rows("steady", rows, sizeof *rows, ROWS(rows), judge_row);
}
