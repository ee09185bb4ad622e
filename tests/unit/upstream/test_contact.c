/* First contact, the same again, another issuer: what is kept and what is said. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/upstream/desk.h"

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
	assert_int_equal(d->lines[LOG_LEVEL_NOTICE], 1);
	assert_non_null(strstr(d->last_line, "are its pins from now on"));
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

/* Accepted by an exception of the moment: nobody is met, and no day is noted. */
static void a_suspected_clock_shows_nothing(void **state)
{
	struct desk *d = *state;
	struct verdict v = chain_of(7, 9);

	open_again(d);
	v.clock_suspect = true;
	contact_accepted(&d->contact, &d->of, &v);
	assert_false(d->contact.known);
	v.clock_suspect = false;
	contact_accepted(&d->contact, &d->of, &v);
	assert_pins(d, 7, 9);
}

static void seen_again_is_written_once_a_day(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	assert_int_equal(unlink(record(d)), 0);
	d->wall_s += DAY_S - 1;
	let_in(d, 7, 9);
	assert_int_not_equal(access(record(d), F_OK), 0);
	d->wall_s++;
	let_in(d, 7, 9);
	open_again(d);
	assert_int_equal(d->contact.learned.issuer_seen.first_s, MAKE_CERT_NOW);
	assert_int_equal(d->contact.learned.issuer_seen.last_s, MAKE_CERT_NOW + DAY_S);
	assert_int_equal(d->contact.learned.root_seen.last_s, MAKE_CERT_NOW + DAY_S);
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
	assert_non_null(strstr(d->last_line, "for another auth_name"));
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
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 1);
}

/* --- without pins ---------------------------------------------------------- */

static void another_issuer_is_a_warning(void **state)
{
	struct desk *d = *state;

	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	let_in(d, 7, 9);
	assert_null(contact_pins(&d->contact, &d->upstream.policy));
	assert_int_equal(d->lines[LOG_LEVEL_NOTICE], 0);
	d->wall_s++;
	let_in(d, 8, 9);
	assert_pins(d, 8, 9);
	assert_int_equal(d->contact.changes, 1);
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 1);
	assert_non_null(strstr(d->last_line,
		"another issuer: sha256//CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, "
		"which was sha256//BwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
	open_again(d);
	assert_pins(d, 8, 9);
	assert_int_equal(d->contact.learned.was.pins.issuer.sha256[0], 7);
	assert_int_equal(d->contact.learned.was.at_s, MAKE_CERT_NOW + 1);
	assert_int_equal(d->contact.learned.issuer_seen.first_s, MAKE_CERT_NOW + 1);
	assert_int_equal(d->contact.learned.root_seen.first_s, MAKE_CERT_NOW);
	let_in(d, 8, 9);
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 1);
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
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 0);
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
	d->wall_s += DAY_S;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_contact_is_kept),
		TEST(a_short_chain_has_an_issuer_too),
		TEST(a_suspected_clock_shows_nothing),
		TEST(seen_again_is_written_once_a_day),
		TEST(another_name_means_another_first_contact),
		TEST(a_broken_record_is_not_learned_anew),
		TEST(another_issuer_is_a_warning),
		TEST(another_root_alone_is_none),
		TEST(changes_to_and_fro_are_not_all_written),
		TEST(pins_or_no_chain_and_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
