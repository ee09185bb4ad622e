/* An exchange that takes long says so, and goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"

#define EARLY_MS 1800

struct patient {
	struct question question;
	struct exchange *exchange;
	unsigned early, done;
	bool has_answer;
	struct ede so_far;
	struct patient *cancels; /* when told */
};

static void on_early(void *data, const struct ede *so_far)
{
	struct patient *p = data;

	assert_int_equal(p->done, 0);
	p->early++;
	p->so_far = *so_far;
	if (p->cancels != NULL)
		exchange_cancel(p->cancels->exchange);
}

static void on_done(void *data, const struct exchange_result *result)
{
	struct patient *p = data;

	p->done++;
	p->has_answer = result->answer != NULL;
}

static void ask(struct lab *lab, struct patient *p, uint32_t early_ms)
{
	struct exchange_request request = { .question = &p->question,
		.timeout_ms = LAB_TIMEOUT_MS,
		.early_ms = early_ms,
		.on_early = on_early };
	struct ede why;

	*p = (struct patient){ .question = { .type = TYPE_A, .class = CLASS_IN } };
	assert_int_equal(name_from_text("x.lab", &p->question.name), STATUS_OK);
	assert_int_equal(
		exchange_start(lab->exchanger, &request, on_done, p, &p->exchange, &why),
		STATUS_OK);
}

static void load(
	struct lab *lab, void (*on_query)(struct dot_client *client, struct bytes query))
{
	lab->config.upstream_n = 1;
	lab->servers[0].on_query = on_query;
	lab_load(lab);
}

static void it_is_told_once_and_goes_on(void **state)
{
	struct lab *lab = *state;
	struct patient p;

	load(lab, lab_hold);
	ask(lab, &p, EARLY_MS);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	/* No other connection takes its place. */
	lab->servers[0].mode = SERVER_MUTE;
	bench_now_ms += EARLY_MS - 1;
	lab_tick(lab);
	assert_int_equal(p.early, 0);
	bench_now_ms += 1;
	RUN_UNTIL(&lab->bench.loop, p.early);
	bench_now_ms += 500;
	lab_tick(lab);
	assert_int_equal(p.early, 1);
	assert_int_equal(p.so_far.code, EDE_NO_REACHABLE_AUTHORITY);
	assert_string_equal(p.so_far.text, "a: no answer in time");
	lab_answer_held();
	RUN_UNTIL(&lab->bench.loop, p.done);
	assert_true(p.has_answer);
}

static void who_is_answered_is_not_told(void **state)
{
	struct lab *lab = *state;
	struct patient p;

	load(lab, NULL);
	ask(lab, &p, EARLY_MS);
	RUN_UNTIL(&lab->bench.loop, p.done);
	bench_now_ms += EARLY_MS;
	lab_tick(lab);
	assert_true(p.has_answer);
	assert_int_equal(p.early, 0);
}

static void who_did_not_want_it_is_not_told(void **state)
{
	struct lab *lab = *state;
	struct patient p;

	load(lab, lab_say_nothing);
	ask(lab, &p, 0);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_now_ms += LAB_TIMEOUT_MS - 1;
	lab_tick(lab);
	bench_now_ms += 1;
	RUN_UNTIL(&lab->bench.loop, p.done);
	assert_int_equal(p.early, 0);
}

/* What is over is told by its end alone. */
static void at_the_end_it_is_too_late(void **state)
{
	struct lab *lab = *state;
	struct patient p;

	load(lab, lab_say_nothing);
	ask(lab, &p, EARLY_MS);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_now_ms += LAB_TIMEOUT_MS;
	RUN_UNTIL(&lab->bench.loop, p.done);
	assert_int_equal(p.early, 0);
	assert_false(p.has_answer);
}

/* The one that failed already is named, too. */
static void all_that_failed_are_named(void **state)
{
	struct lab *lab = *state;
	struct patient p;

	lab_stop(lab, 0);
	lab->servers[1].on_query = lab_say_nothing;
	lab_load(lab);
	ask(lab, &p, EARLY_MS);
	RUN_UNTIL(&lab->bench.loop, lab->servers[1].queries == 1);
	bench_now_ms += EARLY_MS;
	RUN_UNTIL(&lab->bench.loop, p.early);
	assert_non_null(strstr(p.so_far.text, "a: connection refused"));
	assert_non_null(strstr(p.so_far.text, "b: no answer in time"));
	exchange_cancel(p.exchange);
}

static void who_is_told_may_cancel_another(void **state)
{
	struct lab *lab = *state;
	struct patient p[3];

	load(lab, lab_say_nothing);
	for (int i = 0; i < 3; i++)
		ask(lab, &p[i], EARLY_MS);
	p[0].cancels = &p[2];
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 3);
	bench_now_ms += EARLY_MS;
	RUN_UNTIL(&lab->bench.loop, p[1].early);
	assert_int_equal(p[0].early, 1);
	assert_int_equal(p[2].early, 0);
	exchange_cancel(p[0].exchange);
	exchange_cancel(p[1].exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(it_is_told_once_and_goes_on),
		LAB_TEST(who_is_answered_is_not_told),
		LAB_TEST(who_did_not_want_it_is_not_told),
		LAB_TEST(at_the_end_it_is_too_late),
		LAB_TEST(all_that_failed_are_named),
		LAB_TEST(who_is_told_may_cancel_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
