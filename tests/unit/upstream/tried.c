#include "tests/unit/upstream/tried.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void on_answer(struct attempt *attempt, const struct message *answer)
{
	struct tried *t = list_entry(attempt, struct tried, attempt);

	(void)answer;
	t->answered++;
}

static void on_failed(struct attempt *attempt, const struct failure *why, bool lost)
{
	struct tried *t = list_entry(attempt, struct tried, attempt);

	t->failed++;
	t->lost = lost;
	t->why = *why;
}

static void on_held(struct attempt *attempt)
{
	struct tried *t = list_entry(attempt, struct tried, attempt);

	t->held++;
}

enum status tried_start(struct lab *lab, struct tried *t, const struct tried *beside)
{
	const struct query_options plain = { .pad_to = 128 };
	struct writer w = { .p = t->wire, .cap = sizeof t->wire };

	*t = (struct tried){ .question = { .type = TYPE_A, .class = CLASS_IN } };
	assert_int_equal(name_from_text("x.lab", &t->question.name), STATUS_OK);
	assert_int_equal(query_write(&t->question, 0, &plain, &w), STATUS_OK);
	t->attempt = (struct attempt){ .question = &t->question,
		.wire = wr_done(&w),
		.beside = beside != NULL ? &beside->attempt : NULL,
		.on_answer = on_answer,
		.on_failed = on_failed,
		.on_held = on_held };
	return upstream_ask(lab->set.items[0], &t->attempt, false, &t->why);
}

void tried_ask(struct lab *lab, struct tried *t)
{
	assert_int_equal(tried_start(lab, t, NULL), STATUS_OK);
}

void tried_wait(struct lab *lab, struct tried *t)
{
	RUN_UNTIL(&lab->bench.loop, t->answered + t->failed > 0);
	assert_int_equal(t->answered, 1);
	assert_int_equal(t->failed, 0);
}

/* Timers go by the loop's own clock, and look at the test's. */
void tried_pass(struct lab *lab, uint64_t ms)
{
	const uint64_t step_ms = 50;

	for (; ms > 0; ms -= ms < step_ms ? ms : step_ms) {
		bench_now_ms += ms < step_ms ? ms : step_ms;
		lab_tick(lab);
	}
}

void tried_first_is_silent(struct dot_client *client, struct bytes query)
{
	if (client->link.prev != &client->server->clients)
		dot_client_answer(client, query, RCODE_NOERROR);
}

void tried_only_alive(struct dot_client *client, struct bytes query)
{
	struct message m;

	assert_int_equal(message_parse(query, &m), STATUS_OK);
	if (m.question.name.n == 1)
		dot_client_answer(client, query, RCODE_NOERROR);
}
