/* First contact, the same again, another issuer: what is kept and what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/tls/make_cert.h"
#include "upstream/contact.h"

#define DAY_S 86400

struct desk {
	char state_dir[MAKE_DIRECTORY_MAX];
	struct config_upstream upstream;
	struct contact_of of;
	struct contact contact;
	char words[512];
	struct text error;
};

static int64_t wall_s;
static unsigned lines[LOG_LEVEL_DEBUG + 1];
static char last_line[1024];

static void note_line(enum log_level level, const char *line)
{
	lines[level]++;
	text_copy(last_line, sizeof last_line, line);
}

static uint64_t fake_ms(void)
{
	return 0;
}

static int64_t fake_s(void)
{
	return wall_s;
}

static int setup(void **state)
{
	static const struct clock_source source = { fake_ms, fake_s };
	struct desk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	make_directory(d->state_dir);
	d->upstream = (struct config_upstream){ .name = "u",
		.policy = { .pin_mode = PIN_LEARN } };
	d->of = (struct contact_of){ &d->upstream, d->state_dir };
	d->error = text_in(d->words, sizeof d->words);
	wall_s = MAKE_CERT_NOW;
	memset(lines, 0, sizeof lines);
	last_line[0] = '\0';
	clock_replace(&source);
	log_replace(note_line);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;

	remove_directory(d->state_dir);
	clock_replace(NULL);
	log_replace(NULL);
	free(d);
	return 0;
}

/* A chain of three that verified, with those keys above the leaf. */
static struct verdict chain_of(unsigned issuer, unsigned root)
{
	struct verdict v = { .accepted = true,
		.chain_verified = true,
		.pkix.ok = RULE_OK,
		.name.ok = RULE_OK,
		.chain.n = 3 };

	text_copy(v.chain.certificates[0].subject, PEER_SUBJECT_MAX, "CN=u.example");
	v.chain.certificates[1].pin.sha256[0] = (uint8_t)issuer;
	v.chain.certificates[2].pin.sha256[0] = (uint8_t)root;
	return v;
}

static void open_again(struct desk *d)
{
	assert_int_equal(contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_OK);
}

static void let_in(struct desk *d, unsigned issuer, unsigned root)
{
	struct verdict v = chain_of(issuer, root);

	contact_accepted(&d->contact, &d->of, &v);
}

static void turn_away(struct desk *d, unsigned issuer, unsigned root)
{
	struct verdict v = chain_of(issuer, root);

	v.accepted = false;
	v.reason = REASON_PIN_MISMATCH;
	v.pins.ok = RULE_FAILED;
	contact_refused(&d->contact, &d->of, &v);
}

static void assert_pins(const struct desk *d, unsigned issuer, unsigned root)
{
	assert_true(d->contact.known);
	assert_int_equal(d->contact.learned.pins.issuer.sha256[0], issuer);
	assert_int_equal(d->contact.learned.pins.root.sha256[0], root);
}

static const char *record(const struct desk *d)
{
	static char path[MAKE_DIRECTORY_MAX + 16];

	snprintf(path, sizeof path, "%s/learned/u", d->state_dir);
	return path;
}

static void the_first_contact_is_kept(void **state)
{
	struct desk *d = *state;

	open_again(d);
	assert_false(d->contact.known);
	assert_null(contact_pins(&d->contact, &d->upstream.policy));
	let_in(d, 7, 9);
	assert_pins(d, 7, 9);
	assert_ptr_equal(
		contact_pins(&d->contact, &d->upstream.policy), &d->contact.learned.pins);
	assert_int_equal(lines[LOG_LEVEL_NOTICE], 1);
	assert_non_null(strstr(last_line, "are its pins from now on"));
	open_again(d);
	assert_pins(d, 7, 9);
	assert_int_equal(d->contact.learned.issuer_seen.first_s, MAKE_CERT_NOW);
}

/* A root that is its own leaf's issuer, or a leaf alone. */
static void a_short_chain_has_an_issuer_too(void **state)
{
	struct desk *d = *state;
	struct verdict v = chain_of(7, 9);

	open_again(d);
	v.chain.n = 1;
	v.chain.certificates[0].pin.sha256[0] = 5;
	contact_accepted(&d->contact, &d->of, &v);
	assert_pins(d, 5, 5);
}

static void seen_again_is_written_once_a_day(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	assert_int_equal(unlink(record(d)), 0);
	wall_s += DAY_S - 1;
	let_in(d, 7, 9);
	assert_int_not_equal(access(record(d), F_OK), 0);
	wall_s++;
	let_in(d, 7, 9);
	open_again(d);
	assert_int_equal(d->contact.learned.issuer_seen.first_s, MAKE_CERT_NOW);
	assert_int_equal(d->contact.learned.issuer_seen.last_s, MAKE_CERT_NOW + DAY_S);
	assert_int_equal(d->contact.learned.root_seen.last_s, MAKE_CERT_NOW + DAY_S);
}

static void who_was_refused_is_kept(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 9);
	assert_pins(d, 7, 9);
	assert_non_null(strstr(last_line, "pintlectl pins accept u"));
	open_again(d);
	assert_pins(d, 7, 9);
	assert_true(d->contact.learned.refused.known);
	assert_int_equal(d->contact.learned.refused.pins.issuer.sha256[0], 8);
	assert_string_equal(d->contact.learned.refused_leaf, "CN=u.example");
	/* Told once. */
	assert_int_equal(lines[LOG_LEVEL_WARNING], 1);
	turn_away(d, 8, 9);
	assert_int_equal(lines[LOG_LEVEL_WARNING], 1);
	turn_away(d, 8, 10);
	assert_int_equal(lines[LOG_LEVEL_WARNING], 2);
}

/* Nobody could tell what he would take over. */
static void who_has_other_faults_is_not(void **state)
{
	struct desk *d = *state;
	struct verdict v = chain_of(8, 9);

	open_again(d);
	let_in(d, 7, 9);
	v.accepted = false;
	v.reason = REASON_NAME_MISMATCH;
	v.name.ok = RULE_FAILED;
	v.pins.ok = RULE_FAILED;
	contact_refused(&d->contact, &d->of, &v);
	assert_false(d->contact.learned.refused.known);
	v.name.ok = RULE_OK;
	v.chain_verified = false;
	contact_refused(&d->contact, &d->of, &v);
	assert_false(d->contact.learned.refused.known);
	v = chain_of(8, 9);
	v.accepted = false;
	v.ct.mode = CT_MODE_REQUIRE;
	v.ct.ok = RULE_FAILED;
	v.ct.reason = REASON_CT_NO_SCTS;
	v.pins.ok = RULE_FAILED;
	contact_refused(&d->contact, &d->of, &v);
	assert_false(d->contact.learned.refused.known);
}

static void the_refused_one_is_taken_over(void **state)
{
	struct desk *d = *state;
	struct learned_pins was;

	open_again(d);
	let_in(d, 7, 9);
	assert_int_equal(
		contact_take_over(&d->contact, &d->of, &d->error, &was), STATUS_NOTFOUND);
	assert_string_equal(d->words, "upstream u: no other issuer was refused");
	turn_away(d, 8, 10);
	wall_s++;
	d->error = text_in(d->words, sizeof d->words);
	assert_int_equal(
		contact_take_over(&d->contact, &d->of, &d->error, &was), STATUS_OK);
	assert_int_equal(was.issuer.sha256[0], 7);
	assert_pins(d, 8, 10);
	open_again(d);
	assert_pins(d, 8, 10);
	assert_false(d->contact.learned.refused.known);
	assert_int_equal(d->contact.learned.was.pins.issuer.sha256[0], 7);
	assert_int_equal(d->contact.learned.was.at_s, MAKE_CERT_NOW + 1);
	assert_int_equal(
		contact_take_over(&d->contact, &d->of, &d->error, &was), STATUS_NOTFOUND);
}

/* Rather the old keys than new ones that the next start does not know. */
static void not_taken_over_if_it_cannot_be_kept(void **state)
{
	struct desk *d = *state;
	struct learned_pins was;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	d->of.state_dir = "/nonexistent";
	assert_int_equal(
		contact_take_over(&d->contact, &d->of, &d->error, &was), STATUS_IO);
	assert_non_null(strstr(d->words, "/nonexistent/learned: "));
	assert_pins(d, 7, 9);
	assert_true(d->contact.learned.refused.known);
}

static void another_name_means_another_first_contact(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	d->upstream.policy.identity = IDENTITY_NAME;
	d->upstream.policy.auth_name = "dns.example";
	open_again(d);
	assert_false(d->contact.known);
	assert_non_null(strstr(last_line, "for another auth_name"));
	let_in(d, 8, 10);
	open_again(d);
	assert_pins(d, 8, 10);
	assert_string_equal(d->contact.learned.name, "dns.example");
}

static void a_broken_record_is_not_learned_anew(void **state)
{
	struct desk *d = *state;
	FILE *f;

	open_again(d);
	let_in(d, 7, 9);
	f = fopen(record(d), "w");
	assert_non_null(f);
	fputs("junk\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(
		contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_CONFIG);
	assert_non_null(strstr(d->words, "/learned/u:1: "));
	/* Where nothing hangs on it, it is. */
	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	assert_false(d->contact.known);
	assert_int_equal(lines[LOG_LEVEL_WARNING], 1);
}

static void without_a_place_nobody_learns(void **state)
{
	struct desk *d = *state;

	d->of.state_dir = "/nonexistent";
	assert_int_equal(
		contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_CONFIG);
	assert_string_equal(d->words, "upstream u: pin_mode: learn: what is learned "
				      "cannot be kept: /nonexistent/learned: No such "
				      "file or directory");
	d->of.state_dir = NULL;
	assert_int_equal(
		contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_CONFIG);
	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	let_in(d, 7, 9);
	assert_pins(d, 7, 9);
	assert_int_equal(lines[LOG_LEVEL_ERROR] + lines[LOG_LEVEL_WARNING], 0);
}

/* The disk was full at the first contact: a reload must not forget it. */
static void memory_goes_before_a_disk_that_failed(void **state)
{
	struct desk *d = *state;
	struct contact before;

	open_again(d);
	d->of.state_dir = "/nonexistent";
	let_in(d, 7, 9);
	assert_int_equal(lines[LOG_LEVEL_ERROR], 1);
	before = d->contact;
	d->of.state_dir = d->state_dir;
	assert_int_equal(
		contact_open(&d->of, &before, &d->error, &d->contact), STATUS_OK);
	assert_pins(d, 7, 9);
	assert_true(contact_same(&before, &d->contact));
	/* Tried again at the next contact. */
	let_in(d, 7, 9);
	assert_int_equal(access(record(d), F_OK), 0);
	assert_false(d->contact.unsaved);
}

/* --- without pins ---------------------------------------------------------- */

static void another_issuer_is_a_warning(void **state)
{
	struct desk *d = *state;

	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	let_in(d, 7, 9);
	assert_null(contact_pins(&d->contact, &d->upstream.policy));
	assert_int_equal(lines[LOG_LEVEL_NOTICE], 0);
	wall_s++;
	let_in(d, 8, 9);
	assert_pins(d, 8, 9);
	assert_int_equal(d->contact.changes, 1);
	assert_int_equal(lines[LOG_LEVEL_WARNING], 1);
	assert_non_null(strstr(last_line,
		"another issuer: sha256//CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, "
		"which was sha256//BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
	open_again(d);
	assert_pins(d, 8, 9);
	assert_int_equal(d->contact.learned.was.pins.issuer.sha256[0], 7);
	assert_int_equal(d->contact.learned.was.at_s, MAKE_CERT_NOW + 1);
	assert_int_equal(d->contact.learned.issuer_seen.first_s, MAKE_CERT_NOW + 1);
	assert_int_equal(d->contact.learned.root_seen.first_s, MAKE_CERT_NOW);
	let_in(d, 8, 9);
	assert_int_equal(lines[LOG_LEVEL_WARNING], 1);
}

static void another_root_alone_is_none(void **state)
{
	struct desk *d = *state;

	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	let_in(d, 7, 9);
	let_in(d, 7, 10);
	assert_pins(d, 7, 10);
	assert_int_equal(d->contact.changes, 0);
	assert_int_equal(lines[LOG_LEVEL_WARNING], 0);
}

/* Two issuers in turn: each change is told, the disk is spared. */
static void changes_to_and_fro_are_not_all_written(void **state)
{
	struct desk *d = *state;

	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	let_in(d, 7, 9);
	let_in(d, 8, 9);
	assert_int_equal(unlink(record(d)), 0);
	let_in(d, 7, 9);
	assert_int_not_equal(access(record(d), F_OK), 0);
	assert_int_equal(d->contact.changes, 2);
	wall_s += DAY_S;
	let_in(d, 8, 9);
	assert_int_equal(access(record(d), F_OK), 0);
}

static void pins_or_no_chain_and_nothing_is_kept(void **state)
{
	static const struct pin pin;
	struct desk *d = *state;
	struct verdict v = chain_of(7, 9);

	d->upstream.policy.pin_mode = PIN_ENFORCE;
	d->upstream.policy.pins = (struct pinset){ &pin, 1 };
	open_again(d);
	let_in(d, 7, 9);
	assert_false(d->contact.known);
	d->upstream.policy.pins.n = 0;
	v.chain_verified = false;
	contact_accepted(&d->contact, &d->of, &v);
	assert_false(d->contact.known);
	assert_int_not_equal(access(record(d), F_OK), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_contact_is_kept),
		TEST(a_short_chain_has_an_issuer_too),
		TEST(seen_again_is_written_once_a_day),
		TEST(who_was_refused_is_kept),
		TEST(who_has_other_faults_is_not),
		TEST(the_refused_one_is_taken_over),
		TEST(not_taken_over_if_it_cannot_be_kept),
		TEST(another_name_means_another_first_contact),
		TEST(a_broken_record_is_not_learned_anew),
		TEST(without_a_place_nobody_learns),
		TEST(memory_goes_before_a_disk_that_failed),
		TEST(another_issuer_is_a_warning),
		TEST(another_root_alone_is_none),
		TEST(changes_to_and_fro_are_not_all_written),
		TEST(pins_or_no_chain_and_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
