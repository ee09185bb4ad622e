#include "tests/unit/upstream/lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char names[LAB_NAMES][4] = { "a", "b", "c", "d", "e", "f", "g", "h", "i",
	"j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t" };

static struct {
	struct dot_client *client; /* NULL: none */
	uint8_t bytes[512];
	size_t n;
} held;

static void on_good(void *owner)
{
	((struct lab *)owner)->good++;
}

void lab_init(struct lab *lab)
{
	const struct upstream_events events = { .on_good = on_good, .owner = lab };

	memset(lab, 0, sizeof *lab);
	held.client = NULL;
	bench_init(&lab->bench);
	make_directory(lab->directory);
	snprintf(lab->ca_file, sizeof lab->ca_file, "%s/ca.pem", lab->directory);
	make_bundle(lab->ca_file, &lab->bench.ca.certificate, 1);
	for (size_t i = 0; i < LAB_SERVERS; i++)
		dot_server_start(&lab->servers[i], &lab->bench.loop, lab->bench.leaf,
			lab->bench.key);
	lab->config = (struct config){ .state_dir = lab->directory,
		.strategy = STRATEGY_ORDERED,
		.upstream_n = LAB_SERVERS };
	for (size_t i = 0; i < LAB_NAMES; i++)
		lab->upstreams[i] = (struct config_upstream){ .name = names[i],
			.addresses = &lab->servers[i % LAB_SERVERS].endpoint,
			.address_n = 1,
			.policy = {
				.identity = IDENTITY_ADDRESS, .ca_file = lab->ca_file } };
	assert_int_equal(upstream_shared_init(&lab->shared, 1), STATUS_OK);
	upstream_set_init(&lab->set, &lab->bench.loop, &lab->shared, &events);
}

void lab_write(struct lab *lab)
{
	struct config_upstream *free_one = lab->written[1 - lab->in_force];

	memcpy(free_one, lab->upstreams, sizeof lab->upstreams);
	lab->config.upstreams = free_one;
}

void lab_load(struct lab *lab)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	const struct exchanger_options asking = { .strategy = lab->config.strategy,
		.hedge = lab->config.hedge,
		.ntp_names = lab->config.ntp_names,
		.ntp_name_n = lab->config.ntp_name_n,
		.routes = { lab->config.forwards, lab->config.forward_n } };
	struct upstream_plan plan;

	lab_write(lab);
	assert_int_equal(
		upstream_set_prepare(&lab->set, &lab->config, &error, &plan), STATUS_OK);
	upstream_set_commit(&lab->set, &plan);
	lab->in_force = 1 - lab->in_force;
	if (lab->exchanger != NULL) {
		exchanger_rebase(lab->exchanger, &asking);
		exchanger_reroute(lab->exchanger);
	} else {
		assert_int_equal(
			exchanger_new(&lab->set, &asking, &lab->exchanger), STATUS_OK);
	}
}

/* A little more than two times the exchanger's own. */
#define TICKS_MS 45

static void on_timer(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
}

void lab_tick(struct lab *lab)
{
	uv_timer_t timer;

	uv_update_time(&lab->bench.loop);
	uv_timer_init(&lab->bench.loop, &timer);
	uv_timer_start(&timer, on_timer, TICKS_MS, 0);
	RUN_UNTIL(&lab->bench.loop, uv_is_closing((uv_handle_t *)&timer));
	bench_settle(&lab->bench.loop);
}

void lab_stop(struct lab *lab, size_t server)
{
	dot_server_stop(&lab->servers[server]);
	lab->stopped[server] = true;
	bench_settle(&lab->bench.loop);
}

void lab_deinit(struct lab *lab)
{
	exchanger_free(lab->exchanger);
	upstream_set_deinit(&lab->set);
	upstream_shared_deinit(&lab->shared);
	for (size_t i = 0; i < LAB_SERVERS; i++)
		if (!lab->stopped[i])
			dot_server_stop(&lab->servers[i]);
	bench_deinit(&lab->bench);
	remove_directory(lab->directory);
}

static void on_done(void *data, const struct exchange_result *result)
{
	struct asked *a = data;

	assert_false(a->starting);
	a->exchange = NULL;
	a->done++;
	a->has_answer = result->answer != NULL;
	if (a->has_answer) {
		a->rcode = message_rcode(result->answer);
		text_copy(a->upstream, sizeof a->upstream, result->upstream);
	} else {
		a->ede = result->ede;
	}
	if (a->cancels != NULL && a->cancels->exchange != NULL) {
		exchange_cancel(a->cancels->exchange);
		a->cancels->exchange = NULL;
	}
}

enum status lab_try_with(
	struct lab *lab, struct asked *a, const struct exchange_request *with)
{
	struct exchange_request request = *with;
	enum status status;

	request.question = &a->question;
	*a = (struct asked){ .lab = lab,
		.starting = true,
		.question = { .type = TYPE_A, .class = CLASS_IN } };
	assert_int_equal(name_from_text("x.lab", &a->question.name), STATUS_OK);
	status = exchange_start(
		lab->exchanger, &request, on_done, a, &a->exchange, &a->ede);
	a->starting = false;
	return status;
}

enum status lab_try_for(
	struct lab *lab, struct asked *a, const char *only, uint32_t timeout_ms)
{
	const struct exchange_request request = {
		.pad_to = 128, .timeout_ms = timeout_ms, .only = only
	};

	return lab_try_with(lab, a, &request);
}

enum status lab_try(struct lab *lab, struct asked *a, const char *only)
{
	return lab_try_for(lab, a, only, LAB_TIMEOUT_MS);
}

void lab_ask(struct lab *lab, struct asked *a)
{
	assert_int_equal(lab_try(lab, a, NULL), STATUS_OK);
}

void lab_say_nothing(struct dot_client *client, struct bytes query)
{
	(void)client;
	(void)query;
}

void lab_hang_up(struct dot_client *client, struct bytes query)
{
	(void)query;
	dot_client_close(client);
}

void lab_servfail(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_SERVFAIL);
}

void lab_hold(struct dot_client *client, struct bytes query)
{
	if (held.client != NULL)
		return;
	held.client = client;
	held.n = query.n;
	memcpy(held.bytes, query.p, query.n);
}

bool lab_holds(void)
{
	return held.client != NULL;
}

void lab_answer_held(void)
{
	dot_client_answer(held.client, bytes_of(held.bytes, held.n), RCODE_NOERROR);
}

void lab_wait_for(struct lab *lab, const struct asked *a)
{
	RUN_UNTIL(&lab->bench.loop, a->done);
	bench_settle(&lab->bench.loop);
	assert_int_equal(a->done, 1);
}

void lab_assert_answered_by(struct lab *lab, const struct asked *a, const char *name)
{
	lab_wait_for(lab, a);
	assert_true(a->has_answer);
	assert_int_equal(a->rcode, RCODE_NOERROR);
	assert_string_equal(a->upstream, name);
}

int lab_setup(void **state)
{
	struct lab *lab = calloc(1, sizeof *lab);

	assert_non_null(lab);
	lab_init(lab);
	*state = lab;
	return 0;
}

int lab_teardown(void **state)
{
	lab_deinit(*state);
	free(*state);
	return 0;
}
