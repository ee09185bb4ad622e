#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"

static void what_is_the_same_keeps_its_connection(void **state)
{
	struct lab *lab = *state;
	struct upstream *before;
	struct asked a;

	lab_load(lab);
	before = lab->set.items[0];
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	lab_load(lab);
	assert_ptr_equal(lab->set.items[0], before);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->servers[0].accepted, 1);
}

static void another_order_is_taken_over(void **state)
{
	struct lab *lab = *state;
	struct config_upstream first;
	struct upstream *a_before;
	struct asked a;

	lab_load(lab);
	a_before = lab->set.items[0];
	first = lab->upstreams[0];
	lab->upstreams[0] = lab->upstreams[1];
	lab->upstreams[1] = first;
	lab_load(lab);
	assert_ptr_equal(lab->set.items[1], a_before);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
}

/* At every stage of a question, its upstream is replaced. */
static void replaced_after_the_nth_turn(void **state)
{
	struct lab *lab = *state;
	unsigned asked_again = 0;

	for (int n = 0; n < 12; n++) {
		struct asked a;

		lab->upstreams[0].policy.auth_name = NULL;
		lab->upstreams[0].policy.identity = IDENTITY_ADDRESS;
		lab_load(lab);
		lab_ask(lab, &a);
		for (int i = 0; i < n && !a.done; i++)
			assert_true(bench_turn(&lab->bench.loop));
		asked_again += !a.done;
		lab->upstreams[0].policy.identity = IDENTITY_NAME;
		lab->upstreams[0].policy.auth_name = "dns.lab";
		lab_load(lab);
		lab_wait_for(lab, &a);
		assert_true(a.has_answer);
	}
	assert_in_range(asked_again, 1, 12);
}

static void removed_with_questions_under_way(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	assert_int_equal(lab_try(lab, &b, "a"), STATUS_OK);
	lab->upstreams[0] = lab->upstreams[1];
	lab->config.upstream_n = 1;
	lab_load(lab);
	lab_assert_answered_by(lab, &a, "b");
	lab_wait_for(lab, &b);
	assert_false(b.has_answer);
	assert_int_equal(lab->set.n, 1);
}

static void removed_while_it_connects(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].mode = SERVER_MUTE;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].accepted == 1);
	lab->upstreams[0] = lab->upstreams[1];
	lab->config.upstream_n = 1;
	lab_load(lab);
	lab_assert_answered_by(lab, &a, "b");
}

/* No question, no error text, no change. */
static void assert_not_prepared(struct lab *lab, const char *words)
{
	char text[CONFIG_ERROR_MAX];
	struct text error = text_in(text, sizeof text);
	struct upstream *items[2] = { lab->set.items[0], lab->set.items[1] };
	struct upstream_plan plan;

	lab_write(lab);
	assert_int_equal(upstream_set_prepare(&lab->set, &lab->config, &error, &plan),
		STATUS_CONFIG);
	assert_non_null(strstr(text, words));
	assert_null(plan.items);
	assert_null(plan.parts);
	assert_int_equal(lab->set.n, 2);
	assert_ptr_equal(lab->set.items[0], items[0]);
	assert_ptr_equal(lab->set.items[1], items[1]);
}

static void without_roots_nothing_changes(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	lab->upstreams[1].policy.ca_file = "/nonexistent/ca.pem";
	lab->upstreams[0].policy.identity = IDENTITY_NAME;
	lab->upstreams[0].policy.auth_name = "dns.lab";
	assert_not_prepared(lab, "/nonexistent/ca.pem");
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->servers[0].accepted, 1);
}

static void roots_that_went_away_stop_a_reload(void **state)
{
	struct lab *lab = *state;

	lab_load(lab);
	assert_int_equal(remove(lab->ca_file), 0);
	assert_not_prepared(lab, lab->ca_file);
}

static void a_plan_can_be_thrown_away(void **state)
{
	struct lab *lab = *state;
	char words[256];
	struct text error = text_in(words, sizeof words);
	struct upstream_plan plan;

	lab_load(lab);
	lab->upstreams[0].policy.identity = IDENTITY_NONE;
	lab_write(lab);
	assert_int_equal(
		upstream_set_prepare(&lab->set, &lab->config, &error, &plan), STATUS_OK);
	upstream_plan_discard(&plan);
	upstream_plan_discard(&plan);
	assert_int_equal(lab->set.n, 2);
}

/* A root may have been removed: who was let in by it must ask again. */
static void other_roots_mean_another_connection(void **state)
{
	struct lab *lab = *state;
	struct issuer other = make_ca("Other CA", NULL);
	struct upstream *before;
	struct asked a;

	lab_load(lab);
	before = lab->set.items[0];
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(remove(lab->ca_file), 0);
	make_bundle(lab->ca_file, &other.certificate, 1);
	lab_load(lab);
	assert_ptr_not_equal(lab->set.items[0], before);
	lab_ask(lab, &a);
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_POLICY);
	issuer_deinit(&other);
}

/* --- log lists ------------------------------------------------------------- */

/* A list without logs, of that time, as ct.log_list; "a" reports by it. */
static void write_list(struct lab *lab, const char *text)
{
	static char path[MAKE_DIRECTORY_MAX + 16];
	FILE *f;

	snprintf(path, sizeof path, "%s/l.json", lab->directory);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	lab->config.log_list = path;
	lab->config.log_list_place = "f:1:1: ct.log_list";
	lab->upstreams[0].policy.ct = CT_MODE_REPORT;
	lab->upstreams[0].policy.ct_policy = ct_policy_default();
}

#define LIST(stamp) "{\"log_list_timestamp\": \"" stamp "\", \"operators\": []}"

static void the_same_list_keeps_the_connection(void **state)
{
	struct lab *lab = *state;
	struct upstream *before;
	struct asked a;

	write_list(lab, LIST("2026-05-01T00:00:00Z"));
	lab_load(lab);
	before = lab->set.items[0];
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	lab_load(lab);
	assert_ptr_equal(lab->set.items[0], before);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->servers[0].accepted, 1);
}

static void another_list_means_another_connection(void **state)
{
	struct lab *lab = *state;
	struct upstream *items[2];
	struct asked a;

	write_list(lab, LIST("2026-05-01T00:00:00Z"));
	lab_load(lab);
	memcpy(items, lab->set.items, sizeof items);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	write_list(lab, LIST("2026-05-02T00:00:00Z"));
	lab_load(lab);
	assert_ptr_not_equal(lab->set.items[0], items[0]);
	/* Who is not held against it does not care. */
	assert_ptr_equal(lab->set.items[1], items[1]);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->servers[0].accepted, 2);
}

static void a_list_that_is_broken_or_older_changes_nothing(void **state)
{
	struct lab *lab = *state;
	const struct loglist *list;
	struct asked a;

	write_list(lab, LIST("2026-05-02T00:00:00Z"));
	lab_load(lab);
	list = lab->set.logs->list;
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	write_list(lab, "{\"operators\": 1}");
	assert_not_prepared(lab, "f:1:1: ct.log_list: ");
	write_list(lab, LIST("2026-05-01T00:00:00Z"));
	assert_not_prepared(lab, "older than the one in force");
	assert_ptr_equal(lab->set.logs->list, list);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->servers[0].accepted, 1);
}

static void without_ct_there_is_no_list(void **state)
{
	struct lab *lab = *state;

	write_list(lab, LIST("2026-05-02T00:00:00Z"));
	lab_load(lab);
	assert_non_null(lab->set.logs);
	lab->upstreams[0].policy.ct = CT_MODE_OFF;
	lab_load(lab);
	assert_null(lab->set.logs);
}

static void names_are_found(void **state)
{
	struct lab *lab = *state;

	lab_load(lab);
	assert_string_equal(upstream_name(upstream_set_find(&lab->set, "b")), "b");
	assert_null(upstream_set_find(&lab->set, "c"));
	assert_null(upstream_set_find(&lab->set, ""));
}

/* All attempts fail, and nobody is asked again by a set that goes. */
static void the_set_goes_with_questions_under_way(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	assert_int_equal(lab_try(lab, &b, "b"), STATUS_OK);
	upstream_set_deinit(&lab->set);
	assert_int_equal(a.done, 1);
	assert_int_equal(b.done, 1);
	assert_false(a.has_answer || b.has_answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(what_is_the_same_keeps_its_connection),
		LAB_TEST(another_order_is_taken_over),
		LAB_TEST(replaced_after_the_nth_turn),
		LAB_TEST(removed_with_questions_under_way),
		LAB_TEST(removed_while_it_connects),
		LAB_TEST(without_roots_nothing_changes),
		LAB_TEST(roots_that_went_away_stop_a_reload),
		LAB_TEST(a_plan_can_be_thrown_away),
		LAB_TEST(other_roots_mean_another_connection),
		LAB_TEST(the_same_list_keeps_the_connection),
		LAB_TEST(another_list_means_another_connection),
		LAB_TEST(a_list_that_is_broken_or_older_changes_nothing),
		LAB_TEST(without_ct_there_is_no_list),
		LAB_TEST(names_are_found),
		LAB_TEST(the_set_goes_with_questions_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
