#include "tests/unit/query/validated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct validator *validated_by;

struct validator *validated_anchors(struct house *h, const char *anchors)
{
	const struct validator_options options = { .file = "f",
		.anchors = anchors != NULL ? bytes_of(anchors, strlen(anchors))
					   : bytes_of(NULL, 0) };
	char words[100];
	struct text error = text_in(words, sizeof words);
	struct validator *out;

	assert_int_equal(
		validator_new(&h->lab.bench.loop, &options, &error, &out), STATUS_OK);
	return out;
}

void validated_change(struct house *h, struct validator *new)
{
	struct validator *old = h->options.validator;

	h->options.validator = new;
	resolver_rebase(h->resolver, h->cache, &h->options);
	validator_free(old);
	validated_by = new;
}

int validated_setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	assert_non_null(h);
	memset(&fake, 0, sizeof fake);
	fake.verdicts[0] = fake_verdict(VALIDATION_SECURE, -1);
	fake.verdict_n = 1;
	house_init(h);
	validated_change(h, validated_anchors(h, NULL));
	*state = h;
	return 0;
}

int validated_teardown(void **state)
{
	struct house *h = *state;

	fake_let_go();
	resolver_free(h->resolver);
	validator_free(h->options.validator);
	cache_free(h->cache);
	lab_deinit(&h->lab);
	assert_int_equal(fake.made, fake.freed);
	free(h);
	return 0;
}

struct visit validated_visit(const char *name)
{
	return (struct visit){
		.name = name, .id = 7, .udp_size = 1232, .dnssec_ok = true
	};
}

void validated_get(struct house *h, struct visit *v)
{
	v->replies = 0;
	assert_int_equal(visit_ask(h, v), QUERY_PENDING);
	visit_wait(v);
}

void validated_have(struct house *h, struct visit *v)
{
	v->replies = 0;
	assert_int_equal(visit_ask(h, v), QUERY_ANSWERED);
}

void validated_say(enum validation_state first, enum validation_state second)
{
	fake.made = fake.freed = 0;
	fake.verdicts[0] = fake_verdict(first, first == VALIDATION_SECURE ? -1 : 6);
	fake.verdicts[1] = fake_verdict(second, second == VALIDATION_SECURE ? -1 : 7);
	fake.verdict_n = 2;
}

unsigned validated_asked(const struct house *h)
{
	return h->lab.servers[0].queries + h->lab.servers[1].queries;
}

bool validated_is_key(const struct message *m)
{
	return m->question.name.wire[1] == '1';
}

static void only_keys_are_silent(struct dot_client *client, struct bytes query)
{
	struct message m;

	assert_int_equal(message_parse(query, &m), STATUS_OK);
	if (!validated_is_key(&m))
		dot_client_answer(client, query, RCODE_NOERROR);
}

void validated_wait_for_need(struct house *h)
{
	h->lab.servers[0].on_query = h->lab.servers[1].on_query = only_keys_are_silent;
	fake.needs = 1;
	RUN_UNTIL(&h->lab.bench.loop, validated_asked(h) == 2);
}
