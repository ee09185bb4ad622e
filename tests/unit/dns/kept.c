#include "tests/unit/dns/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/rdata.h"
#include "tests/unit/dns/wire.h"

#define ROOM 4096

/* A record without compression. */
struct plain {
	uint8_t bytes[ROOM];
	size_t n;
};

static void make_plain(
	const struct message *m, const struct record *record, struct plain *out)
{
	const struct rdata_names *names = rdata_names_of(record->type);
	struct writer w = { .p = out->bytes, .cap = sizeof out->bytes };
	struct reader rdata = { .rest = record->rdata };
	struct name name;

	wr_uint(&w, record->section, 1);
	wr_bytes(&w, name_bytes(&record->owner));
	wr_uint(&w, record->type, 2);
	wr_uint(&w, record->class, 2);
	wr_uint(&w, record->ttl_s, 4);
	if (names != NULL)
		wr_bytes(&w, rdata_take_head(names, &rdata));
	for (unsigned i = 0; names != NULL && i < names->names; i++) {
		assert_int_equal(name_read(m->wire, &rdata, &name), STATUS_OK);
		wr_bytes(&w, name_bytes(&name));
	}
	wr_bytes(&w, rdata.rest);
	assert_false(w.bad);
	out->n = w.n;
}

/* The record's number in the message, from 0 on; -1: it is not from there. */
static int number_of(const struct message *m, const struct plain *wanted, int from)
{
	struct record_walk walk = record_walk(m);
	struct record record;

	for (int i = 0; record_next(&walk, &record); i++) {
		struct plain plain;

		make_plain(m, &record, &plain);
		if (i >= from && plain.n == wanted->n &&
			memcmp(plain.bytes, wanted->bytes, plain.n) == 0)
			return i;
	}
	return -1;
}

static void describe(const struct message *all, struct bytes kept, char *out, size_t room)
{
	struct record_walk walk;
	struct record record;
	struct message m;
	int number = -1;

	out[0] = '\0';
	assert_int_equal(message_parse(kept, &m), STATUS_OK);
	walk = record_walk(&m);
	while (record_next(&walk, &record)) {
		size_t n = strlen(out);
		struct plain plain;

		make_plain(&m, &record, &plain);
		number = number_of(all, &plain, number + 1);
		snprintf(out + n, room - n, "%s%d", n > 0 ? " " : "", number);
	}
}

static void assert_settled(const struct kept_row *row, const struct answer *answer)
{
	const struct answer_options options = { .dnssec_ok = row->dnssec_ok };
	uint8_t out[ROOM];
	uint16_t ttl_at[64];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer again;
	struct message m;

	assert_int_equal(message_parse(answer->wire, &m), STATUS_OK);
	assert_int_equal(answer_make(&m, &options, &w, ttl_at, 64, &again), STATUS_OK);
	wire_assert_equal(row->name, again.wire, answer->wire);
	assert_int_equal(again.ttl_n, answer->ttl_n);
	assert_memory_equal(
		ttl_at, answer->ttl_at, answer->ttl_n * sizeof *answer->ttl_at);
}

void kept_test(void **state)
{
	const struct kept_row *row = *state;
	const struct answer_options options = { .dnssec_ok = row->dnssec_ok };
	struct bytes wire = wire_new(row->wire);
	uint8_t out[ROOM];
	uint16_t ttl_at[64];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer answer;
	struct message m;
	char kept[256];
	enum status status;

	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	status = answer_make(&m, &options, &w, ttl_at, 64, &answer);
	if (status != row->status)
		fail_msg("%s", status_text(status));
	assert_true(answer_is_sound(&m) ==
		    (status != STATUS_MALFORMED && status != STATUS_LIMIT));
	if (row->want != NULL) {
		describe(&m, answer.wire, kept, sizeof kept);
		assert_string_equal(kept, row->want);
		assert_settled(row, &answer);
	}
	wire_free(wire);
}
