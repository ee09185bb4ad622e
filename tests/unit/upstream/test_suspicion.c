/* A clock that stands in 1970 while questions come: who is asked, for what, and what
 * happens once it is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"
#include "upstream/inner.h"

#define BOOT ((int64_t)300)

static struct pin pin;
static const char *ntp_names[] = { "y.lab", "X.lab" };

static int setup(void **state)
{
	struct lab *lab;

	lab_setup(state);
	lab = *state;
	bench_wall_s = BOOT;
	lab->config.upstream_n = 1;
	pin = make_pin(lab->bench.ca.certificate);
	return 0;
}

static struct upstream *first(struct lab *lab)
{
	return lab->set.items[0];
}

static void pin_it(struct lab *lab)
{
	lab->upstreams[0].policy.pins = (struct pinset){ &pin, 1 };
}

static void for_ntp(struct lab *lab)
{
	lab->config.ntp_names = ntp_names;
	lab->config.ntp_name_n = 2;
}

static void assert_answered(struct lab *lab)
{
	struct asked a;

	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
}

/* At once or after a handshake, in these words, and no byte of the question has left. */
static void assert_refused(struct lab *lab, const char *words)
{
	unsigned queries = lab->servers[0].queries;
	struct asked a;

	if (lab_try(lab, &a, NULL) == STATUS_OK) {
		lab_wait_for(lab, &a);
		assert_false(a.has_answer);
	}
	assert_int_equal(a.ede.code, EDE_POLICY);
	assert_non_null(strstr(a.ede.text, words));
	assert_int_equal(lab->servers[0].queries, queries);
}

static void a_pinned_one_answers(void **state)
{
	struct lab *lab = *state;

	pin_it(lab);
	lab_load(lab);
	assert_answered(lab);
	assert_true(upstream_verdict(first(lab))->clock_suspect);
	assert_false(upstream_verdict(first(lab))->for_ntp);
	assert_null(upstream_for_ntp(first(lab)));
}

/* What was let in by the exception takes no questions from then on. */
static void it_is_judged_anew_once_the_clock_is_right(void **state)
{
	struct lab *lab = *state;

	pin_it(lab);
	lab_load(lab);
	assert_answered(lab);
	assert_answered(lab);
	assert_int_equal(lab->servers[0].handshakes, 1);
	bench_wall_s = MAKE_CERT_NOW;
	assert_answered(lab);
	assert_int_equal(lab->servers[0].handshakes, 2);
	assert_false(upstream_verdict(first(lab))->clock_suspect);
	assert_answered(lab);
	assert_int_equal(lab->servers[0].handshakes, 2);
}

static void one_without_pins_is_refused(void **state)
{
	struct lab *lab = *state;

	lab_load(lab);
	assert_refused(lab, "a: clock_suspect");
	/* Whose names are not asked for has no connection for them. */
	assert_refused(lab, "a: clock_suspect");
	assert_false(upstream_serves_ntp(first(lab)));
}

static void another_name_is_not_excused(void **state)
{
	struct lab *lab = *state;

	for_ntp(lab);
	lab->config.ntp_name_n = 1;
	lab_load(lab);
	assert_refused(lab, "a: clock_suspect");
	assert_false(upstream_serves_ntp(first(lab)));
}

static void ntp_names_are_answered(void **state)
{
	struct lab *lab = *state;

	for_ntp(lab);
	lab_load(lab);
	assert_answered(lab);
	assert_true(upstream_serves_ntp(first(lab)));
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_REFUSED);
	assert_int_equal(first(lab)->ntp->idle.configured_ms, 10000);
	/* By the same connection; another question never, though it is open. */
	assert_answered(lab);
	assert_int_equal(lab->servers[0].handshakes, 1);
	exchanger_rebase(lab->exchanger, &(struct exchanger_options){ 0 });
	assert_refused(lab, "a: clock_suspect");
}

/* Not even for them. */
static void another_pin_is_not_excused(void **state)
{
	struct lab *lab = *state;

	for_ntp(lab);
	pin_it(lab);
	pin.sha256[0] ^= 1;
	lab_load(lab);
	assert_refused(lab, "a: pkix_not_yet_valid");
	assert_null(upstream_for_ntp(first(lab)));
}

/* Without waiting for its back-off, and by the main connection. */
static void it_is_tried_again_once_the_clock_is_right(void **state)
{
	struct lab *lab = *state;

	for_ntp(lab);
	lab_load(lab);
	assert_answered(lab);
	bench_wall_s = MAKE_CERT_NOW;
	exchanger_rebase(lab->exchanger, &(struct exchanger_options){ 0 });
	assert_answered(lab);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
	assert_false(upstream_verdict(first(lab))->clock_suspect);
	assert_null(upstream_for_ntp(first(lab)));
}

/* Another server has proven the time. */
static void a_floor_is_as_good_as_a_clock(void **state)
{
	struct lab *lab = *state;

	lab_load(lab);
	assert_refused(lab, "a: clock_suspect");
	upstream_set_prove(&lab->set, MAKE_CERT_NOW);
	assert_answered(lab);
}

/* The list, or whoever signs it, says that it has expired: so it has. */
static void below_the_floor_nothing_is_excused(void **state)
{
	struct lab *lab = *state;

	for_ntp(lab);
	pin_it(lab);
	lab_load(lab);
	upstream_set_prove(&lab->set, MAKE_CERT_NOW + 90000);
	assert_refused(lab, "a: pkix_expired");
}

static void a_reload_keeps_what_is_open(void **state)
{
	struct lab *lab = *state;

	for_ntp(lab);
	lab_load(lab);
	assert_answered(lab);
	lab_load(lab);
	assert_answered(lab);
	assert_int_equal(lab->servers[0].handshakes, 1);
}

static void its_end_ends_both(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	for_ntp(lab);
	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	upstream_fail_all(first(lab), "for a test");
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 2);
	exchange_cancel(a.exchange);
	upstream_network_changed(first(lab), true);
	assert_false(upstream_serves_ntp(first(lab)));
}

/* A certificate that has ended was good while the clock was behind: a stolen one. */
static void what_has_ended_is_not_used(void **state)
{
	struct lab *lab = *state;

	bench_wall_s = MAKE_CERT_NOW;
	lab_load(lab);
	assert_answered(lab);
	bench_wall_s = verdict_end_s(upstream_verdict(first(lab))) - 1;
	upstream_set_clock_stepped(&lab->set);
	assert_answered(lab);
	assert_int_equal(lab->servers[0].handshakes, 1);
	bench_wall_s++;
	upstream_set_clock_stepped(&lab->set);
	assert_refused(lab, "a: pkix_expired");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, lab_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_pinned_one_answers),
		TEST(it_is_judged_anew_once_the_clock_is_right),
		TEST(one_without_pins_is_refused),
		TEST(another_name_is_not_excused),
		TEST(ntp_names_are_answered),
		TEST(another_pin_is_not_excused),
		TEST(it_is_tried_again_once_the_clock_is_right),
		TEST(a_floor_is_as_good_as_a_clock),
		TEST(below_the_floor_nothing_is_excused),
		TEST(a_reload_keeps_what_is_open),
		TEST(its_end_ends_both),
		TEST(what_has_ended_is_not_used),
	};

	return cmocka_run_group_tests_name("suspicion", tests, NULL, NULL);
}
