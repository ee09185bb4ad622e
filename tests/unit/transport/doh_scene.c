#include "tests/unit/transport/doh_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define AMPLE_MS 20000

static void run(struct doh_scene *s, void (*in)(struct doh_scene *))
{
	if (in != NULL)
		in(s);
}

static void on_open(void *owner)
{
	struct doh_scene *s = owner;

	s->opened++;
	run(s, s->in_open);
}

static void on_draining(void *owner)
{
	struct doh_scene *s = owner;

	s->draining++;
	run(s, s->in_draining);
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct doh_scene *s = owner;

	(void)verdict, (void)refused_pem;
	s->closed++;
	s->why = *why;
	run(s, s->in_closed);
	s->doh = NULL;
}

static void on_answer(struct transport_query *query, const struct message *answer)
{
	struct doh_asked *a = (struct doh_asked *)query;
	struct record_walk walk = record_walk(answer);
	struct doh_scene *s = a->scene;
	struct record record;

	assert_non_null(s->doh);
	a->answers++;
	a->rcode = message_rcode(answer);
	a->id = answer->id;
	a->size = answer->wire.n;
	if (record_next(&walk, &record))
		a->ttl_s = record.ttl_s;
	s->answers++;
	run(s, s->in_answer);
}

static void on_failed(
	struct transport_query *query, const struct failure *why, bool again)
{
	struct doh_asked *a = (struct doh_asked *)query;
	struct doh_scene *s = a->scene;

	assert_non_null(s->doh);
	a->failures++;
	a->why = *why;
	a->again = again;
	s->failures++;
	run(s, s->in_failed);
}

void doh_scene_connect(struct doh_scene *s)
{
	static const struct transport_events events = { on_open, on_draining, on_closed };
	struct transport_spec spec = { .loop = &s->bench.loop,
		.protocol = TRANSPORT_DOH,
		.context = &s->context,
		.address = &s->server.tls.endpoint,
		.handshake_ms = AMPLE_MS,
		.template = &s->template };

	assert_int_equal(transport_start(&spec, &events, s, &s->doh), STATUS_OK);
}

struct doh_scene *doh_scene_new(const char *path)
{
	struct doh_scene *s = calloc(1, sizeof *s);

	assert_non_null(s);
	bench_init(&s->bench);
	doh_server_start(&s->server, &s->bench.loop, s->bench.leaf, s->bench.key);
	s->server.data = s;
	s->policy = (struct tls_policy){ .identity = IDENTITY_ADDRESS, .ca_file = "x" };
	assert_int_equal(
		tls_context_init(&s->context, &s->policy, &s->bench.trust, tls_alpn_h2),
		STATUS_OK);
	assert_int_equal(
		doh_template_init(&s->template, "dns.lab", 443, path), STATUS_OK);
	doh_scene_connect(s);
	return s;
}

void doh_scene_close(struct doh_scene *s)
{
	if (s->doh != NULL)
		transport_close(s->doh);
	s->doh = NULL;
}

void doh_scene_free(struct doh_scene *s)
{
	doh_scene_close(s);
	doh_server_stop(&s->server);
	bench_deinit(&s->bench);
	tls_context_deinit(&s->context);
	free(s);
}

void doh_scene_open(struct doh_scene *s)
{
	unsigned before = s->server.settled;

	RUN_UNTIL(&s->bench.loop, s->opened && s->server.settled > before);
}

enum status doh_try_ask(struct doh_scene *s, struct doh_asked *a, const char *name)
{
	static const struct query_options padded = { .pad_to = 128 };
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };

	*a = (struct doh_asked){ .scene = s,
		.question = { .type = TYPE_A, .class = CLASS_IN } };
	assert_int_equal(name_from_text(name, &a->question.name), STATUS_OK);
	assert_int_equal(query_write(&a->question, 0xbeef, &padded, &w), STATUS_OK);
	a->query = (struct transport_query){
		.question = &a->question, .on_answer = on_answer, .on_failed = on_failed
	};
	return transport_send(s->doh, &a->query, wr_done(&w));
}

void doh_ask(struct doh_scene *s, struct doh_asked *a, const char *name)
{
	assert_int_equal(doh_try_ask(s, a, name), STATUS_OK);
}

void doh_wait(struct doh_asked *a)
{
	struct doh_scene *s = a->scene;

	RUN_UNTIL(&s->bench.loop, a->answers || a->failures || s->closed);
}

void doh_say_nothing(struct doh_client *client, const struct doh_request *request)
{
	(void)client, (void)request;
}
