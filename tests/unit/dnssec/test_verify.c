/* Two deciders of the same: getdns, and libcrypto alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnssec/names.h"
#include "dnssec/signature.h"
#include "dnssec/verify.h"
#include "tests/unit/dnssec/world.h"

#define QUESTIONS_MAX 400

/* The key in the zone's DNSKEY set that a signature names; its view borrows. */
static struct bytes key_of(const struct rrsig *rrsig)
{
	char zone[NAME_TEXT_MAX];
	char key[NAME_TEXT_MAX + 16];
	const struct message *m;
	struct record_walk walk;
	struct record record;
	struct dnskey dnskey;

	name_to_text(&rrsig->signer, zone);
	if (zone[1] != '\0')
		zone[strlen(zone) - 1] = '\0';
	snprintf(key, sizeof key, "%s DNSKEY", zone);
	m = world_message(key);
	if (m == NULL)
		return bytes_of(NULL, 0);
	walk = record_walk(m);
	while (record_next(&walk, &record)) {
		if (record.type == TYPE_DNSKEY &&
			dnskey_decode(record.rdata, &dnskey) == STATUS_OK &&
			dnskey.tag == rrsig->tag)
			return record.rdata;
	}
	return bytes_of(NULL, 0);
}

static bool is_expanded(const struct signed_set *in)
{
	unsigned labels = names_labels(&in->set->owner);

	if (names_is_wildcard(&in->set->owner))
		labels--;
	return in->signature->rrsig.labels < labels;
}

static unsigned compared, alone;

static void compare_set(const struct packet *packet, const struct rrset *set)
{
	struct signed_set in = { packet->message.wire, set, set->signatures };
	struct bytes key = key_of(&in.signature->rrsig);
	uint8_t wrong[1024];
	struct bytes changed;
	int64_t now_s;

	if (key.p == NULL || key.n > sizeof wrong)
		return;
	memcpy(wrong, key.p, key.n);
	wrong[key.n - 1] ^= 1;
	changed = bytes_of(wrong, key.n);
	now_s = rrsig_time(in.signature->rrsig.inception, WORLD_NOW) + 1;
	assert_true(signature_holds(&in, key));
	assert_false(signature_holds(&in, changed));
	if (is_expanded(&in))
		return;
	if (!verify_by_getdns(set)) {
		alone++;
		return;
	}
	compared++;
	assert_true(verify_set(&in, &in.signature->rrsig.signer, key, NULL, key, now_s));
	assert_false(verify_set(
		&in, &in.signature->rrsig.signer, changed, NULL, changed, now_s));
}

/* Each set of each answer that the world's zones have signed. */
static void same(void **state)
{
	static struct world_question questions[QUESTIONS_MAX];
	size_t n = world_questions(questions, QUESTIONS_MAX);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct packet *packet;

		assert_int_equal(
			packet_new(world_message(questions[i].key), 100, &packet),
			STATUS_OK);
		for (size_t j = 0; j < packet->sets_n; j++) {
			if (packet->sets[j].signatures_n > 0)
				compare_set(packet, &packet->sets[j]);
		}
		packet_free(packet);
	}
	assert_true(compared > 300);
	assert_true(alone >= 5); /* NAPTR, and the wildcards asked for by name */
}

/* With these getdns 1.6 ends the process (NAPTR), or was not measured. */
static void never_given(void **state)
{
	static const uint16_t never[] = { 3, 4, 7, 8, 9, 13, 14, 21, 24, 26, 30, 35, 38 };
	struct rrset set = { .owner = { .n = 3, .wire = "\1a" } };

	(void)state;
	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		set.type = never[i];
		assert_false(verify_by_getdns(&set));
	}
	set.type = TYPE_A;
	assert_true(verify_by_getdns(&set));
	set.owner = (struct name){ .n = 5, .wire = "\1*\1a" };
	assert_false(verify_by_getdns(&set));
	set.type = TYPE_NSEC;
	assert_true(verify_by_getdns(&set));
}

static uint32_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u; /* Knuth, TAOCP 2, §3.3.4 */
	return *seed >> 16;
}

static void write_record(struct writer *w, uint16_t type, struct bytes rdata)
{
	wr_bytes(w, bytes_of("\1a\5types\4test", 14));
	wr_uint(w, type, 2);
	wr_uint(w, CLASS_IN, 2);
	wr_uint(w, 300, 4);
	wr_uint(w, rdata.n, 2);
	wr_bytes(w, rdata);
}

/* What RDATA may be made of: `head` bytes, strings, names, `tail` bytes. */
struct shape {
	unsigned head, strings, names, tail;
};

static void write_shape(struct writer *w, const struct shape *shape, uint32_t *seed)
{
	for (unsigned i = 0; i < shape->head; i++)
		wr_uint(w, noise(seed), 1);
	for (unsigned i = 0; i < shape->strings; i++) {
		wr_uint(w, i + 1, 1);
		wr_bytes(w, bytes_of("abc", i + 1));
	}
	for (unsigned i = 0; i < shape->names; i++)
		wr_bytes(w, bytes_of("\1B\4Test", 8));
	for (unsigned i = 0; i < shape->tail; i++)
		wr_uint(w, noise(seed), 1);
}

/* Two records of that type and shape, and a signature whose tag is right. */
static struct bytes hostile_message(uint16_t type, const struct shape *shape,
	const struct dnskey *key, uint32_t *seed, struct writer *w)
{
	uint8_t room[256];
	struct writer sig = { .p = room, .cap = sizeof room };

	wr_bytes(w, bytes_of("\0\0\x80\0\0\0\0\3\0\0\0\0", DNS_HEADER_BYTES));
	for (int i = 0; i < 2; i++) {
		struct writer rdata = { .p = room, .cap = sizeof room };

		write_shape(&rdata, shape, seed);
		write_record(w, type, wr_done(&rdata));
	}
	wr_uint(&sig, type, 2);
	wr_uint(&sig, key->algorithm, 1);
	wr_uint(&sig, 3, 1);
	wr_uint(&sig, 300, 4);
	wr_uint(&sig, WORLD_NOW + 1000, 4);
	wr_uint(&sig, WORLD_NOW - 1000, 4);
	wr_uint(&sig, key->tag, 2);
	wr_bytes(&sig, bytes_of("\5types\4test", 12));
	wr_bytes(&sig, bytes_of("0123456789", 10));
	write_record(w, TYPE_RRSIG, wr_done(&sig));
	return wr_done(w);
}

static void offer(uint16_t type, const struct shape *shape, const struct dnskey *key,
	uint32_t *seed)
{
	uint8_t room[1024];
	struct writer w = { .p = room, .cap = sizeof room };
	struct bytes wire = hostile_message(type, shape, key, seed, &w);
	struct message hostile;
	struct packet *packet;
	struct name zone;

	assert_int_equal(name_from_text("types.test", &zone), STATUS_OK);
	if (message_parse(wire, &hostile) != STATUS_OK)
		return;
	assert_int_equal(packet_new(&hostile, 10, &packet), STATUS_OK);
	assert_int_equal(packet->sets_n, 1);
	assert_int_equal(packet->sets[0].signatures_n, 1);
	assert_false(verify_set(&(struct signed_set){ packet->message.wire,
					&packet->sets[0], packet->sets[0].signatures },
		&zone, key->rdata, NULL, key->rdata, WORLD_NOW));
	packet_free(packet);
}

/* Whatever the RDATA of a type is, the process goes on: that of a NAPTR, 4 bytes, three
 * strings and a name, would have ended it. */
static void hostile_rdata(void **state)
{
	static const unsigned heads[] = { 0, 1, 2, 4, 6, 18 };
	const struct message *m = world_message("types.test DNSKEY");
	struct record_walk walk = record_walk(m);
	struct record record;
	struct dnskey key;
	uint32_t seed = 1;

	(void)state;
	assert_true(record_next(&walk, &record));
	assert_int_equal(dnskey_decode(record.rdata, &key), STATUS_OK);
	for (uint16_t type = 1; type < 270; type++) {
		for (unsigned i = 0; type != TYPE_RRSIG && i < 6 * 4 * 3 * 2; i++) {
			struct shape shape = { heads[i % 6], i / 6 % 4, i / 24 % 3,
				i / 72 * 20 };

			offer(type, &shape, &key, &seed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same),
		cmocka_unit_test(never_given),
		cmocka_unit_test(hostile_rdata),
	};
	int failed;

	world_load();
	failed = cmocka_run_group_tests_name("verify", tests, NULL, NULL);
	world_free();
	return failed;
}
