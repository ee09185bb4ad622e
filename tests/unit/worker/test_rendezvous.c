/* Threads that stand still, work where they stand, and go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/rendezvous.h"
#include "worker/threads.h"

#define GUESTS 3
#define ROUNDS 1000

/* A loop that counts its turns without a lock: the host reads and writes that while it
 * stands still. */
struct room {
	struct worker_thread thread;
	uv_idle_t idle;
	unsigned turns;
	pthread_t self;
};

struct house {
	struct rendezvous rendezvous;
	struct room rooms[GUESTS];
	unsigned entered; /* by tasks, one after the other */
	unsigned order[GUESTS];
};

static void on_idle(uv_idle_t *idle)
{
	struct room *room = idle->data;

	room->turns++;
}

static void open_room(struct house *h, unsigned i)
{
	struct room *room = &h->rooms[i];

	assert_int_equal(thread_open(&room->thread), STATUS_OK);
	assert_int_equal(
		rendezvous_open(&h->rendezvous, i, &room->thread.loop), STATUS_OK);
	uv_idle_init(&room->thread.loop, &room->idle);
	room->idle.data = room;
	uv_idle_start(&room->idle, on_idle);
}

static int setup(void **state)
{
	static struct house h;

	memset(&h, 0, sizeof h);
	assert_int_equal(rendezvous_init(&h.rendezvous, GUESTS), STATUS_OK);
	for (unsigned i = 0; i < GUESTS; i++)
		open_room(&h, i);
	*state = &h;
	return 0;
}

static void start(struct house *h, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(thread_start(&h->rooms[i].thread), STATUS_OK);
		rendezvous_attend(&h->rendezvous, i);
	}
}

struct task {
	struct house *house;
	unsigned guest;
};

static void on_leave(void *data)
{
	const struct task *task = data;

	uv_close((uv_handle_t *)&task->house->rooms[task->guest].idle, NULL);
	rendezvous_leave(&task->house->rendezvous, task->guest);
}

static int teardown(void **state)
{
	struct house *h = *state;

	rendezvous_gather(&h->rendezvous);
	for (unsigned i = 0; i < GUESTS; i++)
		rendezvous_run(&h->rendezvous, i, on_leave, &(struct task){ h, i });
	rendezvous_release(&h->rendezvous);
	for (unsigned i = 0; i < GUESTS; i++)
		thread_end(&h->rooms[i].thread);
	rendezvous_deinit(&h->rendezvous);
	return 0;
}

static unsigned turns(struct house *h, unsigned guest)
{
	unsigned n;

	rendezvous_gather(&h->rendezvous);
	n = h->rooms[guest].turns;
	rendezvous_release(&h->rendezvous);
	return n;
}

static void wait_for_a_turn(struct house *h, unsigned guest)
{
	unsigned before = turns(h, guest);

	while (turns(h, guest) == before)
		continue;
}

static void on_task(void *data)
{
	const struct task *task = data;
	struct house *h = task->house;

	h->rooms[task->guest].self = pthread_self();
	h->order[h->entered++] = task->guest;
}

static void run_all(struct house *h)
{
	h->entered = 0;
	for (unsigned i = 0; i < GUESTS; i++)
		rendezvous_run(&h->rendezvous, i, on_task, &(struct task){ h, i });
}

static void they_stand_still(void **state)
{
	struct house *h = *state;
	unsigned before[GUESTS];

	start(h, GUESTS);
	for (unsigned i = 0; i < GUESTS; i++)
		wait_for_a_turn(h, i);
	rendezvous_gather(&h->rendezvous);
	for (unsigned i = 0; i < GUESTS; i++)
		before[i] = h->rooms[i].turns;
	for (unsigned i = 0; i < GUESTS; i++)
		assert_true(h->rendezvous.guests[i].standing);
	/* Each has its turn of the processor meanwhile. */
	for (unsigned i = 0; i < ROUNDS; i++)
		run_all(h);
	for (unsigned i = 0; i < GUESTS; i++)
		assert_int_equal(h->rooms[i].turns, before[i]);
	rendezvous_release(&h->rendezvous);
	for (unsigned i = 0; i < GUESTS; i++)
		wait_for_a_turn(h, i);
}

static void each_works_in_its_own_thread(void **state)
{
	struct house *h = *state;

	start(h, GUESTS);
	rendezvous_gather(&h->rendezvous);
	run_all(h);
	rendezvous_release(&h->rendezvous);
	assert_int_equal(h->entered, GUESTS);
	for (unsigned i = 0; i < GUESTS; i++) {
		assert_int_equal(h->order[i], i);
		assert_true(pthread_equal(h->rooms[i].self, h->rooms[i].thread.thread));
	}
}

static void who_does_not_attend_is_not_waited_for(void **state)
{
	struct house *h = *state;

	start(h, 1);
	rendezvous_gather(&h->rendezvous);
	run_all(h);
	rendezvous_release(&h->rendezvous);
	assert_true(pthread_equal(h->rooms[0].self, h->rooms[0].thread.thread));
	for (unsigned i = 1; i < GUESTS; i++)
		assert_true(pthread_equal(h->rooms[i].self, pthread_self()));
}

static void a_call_inside_of_a_call(void **state)
{
	struct house *h = *state;
	unsigned before;

	start(h, GUESTS);
	wait_for_a_turn(h, 0);
	rendezvous_gather(&h->rendezvous);
	before = h->rooms[0].turns;
	rendezvous_gather(&h->rendezvous);
	run_all(h);
	rendezvous_release(&h->rendezvous);
	assert_int_equal(h->rooms[0].turns, before);
	assert_true(h->rendezvous.guests[0].standing);
	rendezvous_release(&h->rendezvous);
	wait_for_a_turn(h, 0);
}

/* One is called again before all of the last time have gone on, or even woken. */
static void again_and_again(void **state)
{
	struct house *h = *state;

	start(h, GUESTS);
	for (unsigned round = 0; round < ROUNDS; round++) {
		rendezvous_gather(&h->rendezvous);
		for (unsigned i = 0; i < GUESTS; i++)
			h->rooms[i].turns = 0;
		if (round % 2 == 0)
			run_all(h);
		rendezvous_release(&h->rendezvous);
	}
	for (unsigned i = 0; i < GUESTS; i++)
		wait_for_a_turn(h, i);
}

/* They are stopped by teardown(): those that run, and those that never did. */
static void some_never_started(void **state)
{
	struct house *h = *state;

	start(h, 2);
}

static void without_guests(void **state)
{
	struct rendezvous r;

	(void)state;
	assert_int_equal(rendezvous_init(&r, 0), STATUS_OK);
	rendezvous_gather(&r);
	rendezvous_gather(&r);
	rendezvous_release(&r);
	rendezvous_release(&r);
	assert_int_equal(r.depth, 0);
	rendezvous_deinit(&r);
}

#define HOUSE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(they_stand_still),
		HOUSE_TEST(each_works_in_its_own_thread),
		HOUSE_TEST(who_does_not_attend_is_not_waited_for),
		HOUSE_TEST(a_call_inside_of_a_call),
		HOUSE_TEST(again_and_again),
		HOUSE_TEST(some_never_started),
		cmocka_unit_test(without_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
