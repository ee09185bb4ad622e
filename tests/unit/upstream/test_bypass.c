/* Some names, one plain server, a short time, and then as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"
#include "tests/unit/upstream/name_server.h"
#include "upstream/bypass.h"

#define SHORT_MS 30

static unsigned ended;

static void on_end(void *data)
{
	struct lab *lab = data;
	uint64_t queries;

	assert_null(exchanger_bypass_state(lab->exchanger, &queries));
	ended++;
}

static struct name name_of(const char *text)
{
	struct name name;

	assert_int_equal(name_from_text(text, &name), STATUS_OK);
	return name;
}

static void open_portal(struct lab *lab, struct name_server *portal)
{
	lab_load(lab);
	*portal = (struct name_server){ .ttl_s = 60, .addresses = { "192.0.2.1" } };
	name_server_start(portal, &lab->bench.loop);
	ended = 0;
}

static enum status try_begin(struct lab *lab, const struct name_server *portal,
	const char *name, uint64_t for_ms, struct text *error)
{
	const struct name names[] = { name_of("other.test"), name_of(name) };
	const struct bypass bypass = { .server = portal->at,
		.names = names,
		.name_n = 2,
		.until_ms = bench_now_ms + for_ms };

	return exchanger_bypass(lab->exchanger, &bypass, on_end, lab, error);
}

static void begin(struct lab *lab, const struct name_server *portal, const char *name,
	uint64_t for_ms)
{
	char words[128];
	struct text error = text_in(words, sizeof words);

	assert_int_equal(try_begin(lab, portal, name, for_ms, &error), STATUS_OK);
	assert_string_equal(words, "");
}

/* "x.lab" is asked; returns who answered. */
static const char *who(struct lab *lab, struct asked *a)
{
	lab_ask(lab, a);
	lab_wait_for(lab, a);
	return a->has_answer ? a->upstream : "nobody";
}

static void its_names_go_there(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;
	uint64_t queries = 9;

	open_portal(lab, &portal);
	begin(lab, &portal, "X.Lab", 60000);
	assert_non_null(strstr(who(lab, &a), "bypass@127.0.0.1:"));
	assert_int_equal(portal.asked, 1);
	assert_int_equal(lab->servers[0].accepted + lab->servers[1].accepted, 0);
	assert_int_equal(exchanger_bypass_state(lab->exchanger, &queries)->name_n, 2);
	assert_int_equal(queries, 1);
	name_server_stop(&portal);
}

/* Neither a name above one of its, nor one below, nor another. */
static void other_names_do_not(void **state)
{
	static const char *const others[] = { "lab", "a.x.lab", "ax.lab", "y.lab" };
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		begin(lab, &portal, others[i], 60000);
		assert_string_equal(who(lab, &a), "a");
		exchanger_bypass_end(lab->exchanger);
	}
	assert_int_equal(portal.asked, 0);
	name_server_stop(&portal);
}

static void it_ends_by_itself(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	begin(lab, &portal, "x.lab", SHORT_MS);
	RUN_UNTIL(&lab->bench.loop, ended > 0);
	assert_string_equal(who(lab, &a), "a");
	assert_int_equal(portal.asked, 0);
	assert_int_equal(ended, 1);
	name_server_stop(&portal);
}

/* The loop is late: the time counts, not the timer. */
static void it_is_over_when_its_time_is(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	begin(lab, &portal, "x.lab", 60000);
	bench_now_ms += 60000;
	assert_string_equal(who(lab, &a), "a");
	assert_int_equal(portal.asked, 0);
	assert_int_equal(ended, 0);
	name_server_stop(&portal);
}

/* Asked in time, and answered after it. */
static void an_answer_that_is_late_is_not_taken(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	begin(lab, &portal, "x.lab", 1000);
	lab_ask(lab, &a);
	bench_now_ms += 1000;
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(portal.asked, 1);
	name_server_stop(&portal);
}

static void it_is_ended(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	begin(lab, &portal, "x.lab", 60000);
	exchanger_bypass_end(lab->exchanger);
	exchanger_bypass_end(lab->exchanger);
	assert_string_equal(who(lab, &a), "a");
	assert_int_equal(portal.asked, 0);
	assert_int_equal(ended, 0);
	name_server_stop(&portal);
}

/* What waits for an upstream that a portal keeps off is asked at the portal. */
static void what_is_under_way_goes_there(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	lab->servers[0].on_query = lab->servers[1].on_query = lab_say_nothing;
	open_portal(lab, &portal);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].records > 0);
	begin(lab, &portal, "x.lab", 60000);
	lab_wait_for(lab, &a);
	assert_true(a.has_answer);
	assert_non_null(strstr(a.upstream, "bypass@"));
	name_server_stop(&portal);
}

/* And back, where the portal says nothing. */
static void what_is_under_way_comes_back(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	uv_udp_recv_stop(&portal.udp);
	begin(lab, &portal, "x.lab", 60000);
	lab_ask(lab, &a);
	lab_tick(lab);
	exchanger_bypass_end(lab->exchanger);
	lab_assert_answered_by(lab, &a, "a");
	name_server_stop(&portal);
}

static void a_dead_portal_is_no_reason_to_ask_others(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	struct asked a;

	open_portal(lab, &portal);
	name_server_stop(&portal);
	bench_settle(&lab->bench.loop);
	begin(lab, &portal, "x.lab", 60000);
	lab_ask(lab, &a);
	while (!a.done) {
		bench_now_ms += 100;
		lab_tick(lab);
	}
	assert_false(a.has_answer);
	assert_non_null(strstr(a.ede.text, "bypass@127.0.0.1"));
	assert_int_equal(lab->servers[0].accepted + lab->servers[1].accepted, 0);
}

static void what_is_refused(void **state)
{
	struct lab *lab = *state;
	static struct name_server portal;
	char words[128];
	struct text error = text_in(words, sizeof words);

	open_portal(lab, &portal);
	assert_int_equal(try_begin(lab, &portal, ".", 1000, &error), STATUS_RANGE);
	assert_string_equal(words, "the root is never asked for without TLS");
	error = text_in(words, sizeof words);
	assert_int_equal(try_begin(lab, &portal, "x.lab", 0, &error), STATUS_RANGE);
	assert_string_equal(words, "a time that is over");
	error = text_in(words, sizeof words);
	assert_int_equal(try_begin(lab, &portal, "x.lab", BYPASS_MS_MAX + 1, &error),
		STATUS_RANGE);
	assert_string_equal(words, "at most 60 minutes");
	error = text_in(words, sizeof words);
	begin(lab, &portal, "x.lab", BYPASS_MS_MAX);
	assert_int_equal(try_begin(lab, &portal, "x.lab", 1, &error), STATUS_LIMIT);
	assert_string_equal(words, "there is a bypass already; end it first");
	name_server_stop(&portal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(its_names_go_there),
		LAB_TEST(other_names_do_not),
		LAB_TEST(it_ends_by_itself),
		LAB_TEST(it_is_over_when_its_time_is),
		LAB_TEST(an_answer_that_is_late_is_not_taken),
		LAB_TEST(it_is_ended),
		LAB_TEST(what_is_under_way_goes_there),
		LAB_TEST(what_is_under_way_comes_back),
		LAB_TEST(a_dead_portal_is_no_reason_to_ask_others),
		LAB_TEST(what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
