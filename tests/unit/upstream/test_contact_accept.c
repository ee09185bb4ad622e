/* Who was refused is kept, and taken over only if it is the one that was meant. */
#include <string.h>

#include "tests/unit/upstream/desk.h"

static void who_was_refused_is_kept(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 9);
	assert_pins(d, 7, 9);
	assert_non_null(strstr(d->last_line, "pintlectl pins accept u sha256//CAAAA"));
	open_again(d);
	assert_pins(d, 7, 9);
	assert_int_equal(d->contact.learned.refused_n, 1);
	assert_int_equal(d->contact.learned.refused[0].pins.issuer.sha256[0], 8);
	assert_string_equal(d->contact.learned.refused[0].leaf, "CN=u.example");
	/* Told once. */
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 1);
	turn_away(d, 8, 9);
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 1);
	turn_away(d, 8, 10);
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 2);
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
	assert_int_equal(d->contact.learned.refused_n, 0);
	v.name.ok = RULE_OK;
	v.chain_verified = false;
	contact_refused(&d->contact, &d->of, &v);
	assert_int_equal(d->contact.learned.refused_n, 0);
	v = chain_of(8, 9);
	v.accepted = false;
	v.ct.mode = CT_MODE_REQUIRE;
	v.ct.ok = RULE_FAILED;
	v.ct.reason = REASON_CT_NO_SCTS;
	v.pins.ok = RULE_FAILED;
	contact_refused(&d->contact, &d->of, &v);
	assert_int_equal(d->contact.learned.refused_n, 0);
}

static void the_refused_one_is_taken_over(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	take_over(d, 0, STATUS_NOTFOUND);
	assert_string_equal(d->words, "upstream u: no other issuer was refused");
	turn_away(d, 8, 10);
	d->wall_s++;
	take_over(d, 0, STATUS_OK);
	assert_pins(d, 8, 10);
	open_again(d);
	assert_pins(d, 8, 10);
	assert_int_equal(d->contact.learned.refused_n, 0);
	assert_int_equal(d->contact.learned.was.pins.issuer.sha256[0], 7);
	assert_int_equal(d->contact.learned.was.at_s, MAKE_CERT_NOW + 1);
	take_over(d, 0, STATUS_NOTFOUND);
}

/* Whoever gets between an operator's confirmation and his command. */
static void what_was_shown_is_taken_over_not_what_came_last(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	turn_away(d, 66, 67);
	take_over(d, 0, STATUS_NOTFOUND);
	assert_non_null(strstr(d->words, "several"));
	assert_pins(d, 7, 9);
	take_over(d, 5, STATUS_NOTFOUND);
	assert_pins(d, 7, 9);
	take_over(d, 8, STATUS_OK);
	assert_pins(d, 8, 10);
	open_again(d);
	assert_pins(d, 8, 10);
	/* Nobody is left over who could be taken by mistake. */
	take_over(d, 66, STATUS_NOTFOUND);
}

static void an_acceptance_is_undone(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 9);
	take_over(d, 8, STATUS_OK);
	take_over(d, 7, STATUS_OK);
	assert_pins(d, 7, 9);
	open_again(d);
	take_over(d, 8, STATUS_OK);
	assert_pins(d, 8, 9);
}

/* Rather the old keys than new ones that the next start does not know. */
static void not_taken_over_if_it_cannot_be_kept(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	d->of.state_dir = "/nonexistent";
	take_over(d, 0, STATUS_IO);
	assert_non_null(strstr(d->words, "/nonexistent/learned: "));
	assert_pins(d, 7, 9);
	assert_int_equal(d->contact.learned.refused_n, 1);
}

/* Many keys do not push out the first, and who changed comes again. */
static void a_crowd_does_not_push_out_the_first(void **state)
{
	struct desk *d = *state;
	const char *command;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	for (unsigned i = 100; i < 110; i++)
		turn_away(d, i, i);
	assert_int_equal(d->contact.learned.refused_n, LEARNED_REFUSED_MAX);
	/* The fourth place changes hands, so that its issuer alone does not tell. */
	command = strstr(d->last_line, "pintlectl pins accept u sha256//");
	assert_non_null(command);
	assert_int_equal(strlen(command),
		strlen("pintlectl pins accept u ") + 2 * (PIN_TEXT_MAX - 1) + 1);
	turn_away(d, 20, 21);
	open_again(d);
	take_over(d, 0, STATUS_NOTFOUND);
	take_over(d, 108, STATUS_NOTFOUND);
	take_over(d, 20, STATUS_OK);
	take_over(d, 7, STATUS_OK);
	turn_away(d, 8, 10);
	take_over(d, 0, STATUS_OK);
	assert_pins(d, 8, 10);
}

static void one_issuer_under_two_roots_is_chosen_by_both(void **state)
{
	struct desk *d = *state;
	struct pin issuer = { { 8 } }, root = { { 11 } };
	struct contact_choice choice = { &issuer, &root };
	struct learned_pins was;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	turn_away(d, 8, 11);
	take_over(d, 8, STATUS_NOTFOUND);
	assert_non_null(strstr(d->words, "more than one"));
	assert_int_equal(contact_take_over(&d->contact, &d->of, &choice, &d->error, &was),
		STATUS_OK);
	assert_pins(d, 8, 11);
}

static void seen_again_is_noted_by_the_hour(void **state)
{
	struct desk *d = *state;

	open_again(d);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	d->wall_s += 3599;
	turn_away(d, 8, 10);
	assert_int_equal(d->contact.learned.refused[0].seen.last_s, MAKE_CERT_NOW);
	d->wall_s++;
	turn_away(d, 8, 10);
	open_again(d);
	assert_int_equal(d->contact.learned.refused[0].seen.first_s, MAKE_CERT_NOW);
	assert_int_equal(d->contact.learned.refused[0].seen.last_s, MAKE_CERT_NOW + 3600);
	assert_int_equal(d->lines[LOG_LEVEL_WARNING], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_was_refused_is_kept),
		TEST(who_has_other_faults_is_not),
		TEST(the_refused_one_is_taken_over),
		TEST(what_was_shown_is_taken_over_not_what_came_last),
		TEST(an_acceptance_is_undone),
		TEST(not_taken_over_if_it_cannot_be_kept),
		TEST(a_crowd_does_not_push_out_the_first),
		TEST(one_issuer_under_two_roots_is_chosen_by_both),
		TEST(seen_again_is_noted_by_the_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
