/* Messages, and with them a cache of as many names as the bench warms. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cache/cache.h"
#include "dns/query.h"
#include "dns/reply.h"
#include "tests/bench/load.h"
#include "tests/bench/micro.h"
#include "tests/bench/upstream.h"

#define NAMES       10000
#define CACHE_BYTES ((size_t)64 << 20)

struct sample {
	uint8_t query[LOAD_QUERY_MAX], reply[UPSTREAM_REPLY_MAX];
	size_t query_n, reply_n;
	struct message question, response; /* parsed */
};

static struct sample *samples;
static struct cache *cache;
static uint8_t out[DNS_MESSAGE_MAX];
static uint16_t ttl_at[64];

static const struct sample *sample_at(size_t i)
{
	return &samples[i * MICRO_STRIDE % NAMES];
}

static struct cache_key key_of(const struct sample *s)
{
	return (struct cache_key){ .question = &s->question.question };
}

static struct answer make_answer(const struct sample *s)
{
	const struct answer_options options = { 0 };
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer answer;

	micro_must(answer_make(&s->response, &options, &w, ttl_at,
			   sizeof ttl_at / sizeof *ttl_at, &answer) == STATUS_OK,
		"answer_make");
	return answer;
}

void micro_dns_init(void)
{
	const struct cache_options options = { .size_bytes = CACHE_BYTES,
		.max_ttl_s = MICRO_TTL_S_MAX };
	struct load load = { .options.label = "micro" };

	samples = calloc(NAMES, sizeof *samples);
	micro_must(samples != NULL && cache_new(&options, &cache) == STATUS_OK, "memory");
	load_query_make(&load);
	for (size_t i = 0; i < NAMES; i++) {
		struct sample *s = &samples[i];
		struct cache_key key = key_of(s);
		struct answer answer;

		s->query_n = load.query_n;
		load_query_write(&load, (uint16_t)i, i, s->query);
		s->reply_n = upstream_answer(bytes_of(s->query, s->query_n), s->reply);
		micro_must(message_parse(bytes_of(s->query, s->query_n), &s->question) ==
					   STATUS_OK &&
				   message_parse(bytes_of(s->reply, s->reply_n),
					   &s->response) == STATUS_OK,
			"message_parse");
		answer = make_answer(s);
		cache_insert(cache, &key, &answer, MICRO_NOW_MS);
	}
}

void micro_dns_deinit(void)
{
	cache_free(cache);
	free(samples);
}

static void parse_query(size_t i)
{
	const struct sample *s = sample_at(i);
	struct message m;

	micro_must(message_parse(bytes_of(s->query, s->query_n), &m) == STATUS_OK,
		"message_parse");
}

static void parse_response(size_t i)
{
	const struct sample *s = sample_at(i);
	struct message m;

	micro_must(message_parse(bytes_of(s->reply, s->reply_n), &m) == STATUS_OK,
		"message_parse");
}

static void answer(size_t i)
{
	make_answer(sample_at(i));
}

/* As upstreams are asked: padded (RFC 8467 §4.1), without the client's subnet. */
static void write_query(size_t i)
{
	const struct query_options options = {
		.subnet_opt_out = true, .keepalive = true, .pad_to = 128
	};
	struct writer w = { .p = out, .cap = sizeof out };

	micro_must(query_write(&sample_at(i)->question.question, (uint16_t)i, &options,
			   &w) == STATUS_OK,
		"query_write");
}

static struct cache_hit look_up(const struct sample *s)
{
	struct cache_key key = key_of(s);
	struct cache_hit hit;

	micro_must(cache_lookup(cache, &key, MICRO_NOW_MS + 1000, &hit), "cache_lookup");
	return hit;
}

static void insert(size_t i)
{
	const struct sample *s = sample_at(i);
	struct cache_key key = key_of(s);
	struct answer made = make_answer(s);

	cache_insert(cache, &key, &made, MICRO_NOW_MS);
}

static void give(const struct sample *s, const struct cache_hit *hit)
{
	const struct reply_terms terms = { .limit = DNS_UDP_MAX };
	struct writer w = { .p = out, .cap = sizeof out };

	micro_must(reply_answer(&s->question, &hit->answer, hit->age_s, hit->ttl_min_s,
			   &terms, &w) == STATUS_OK,
		"reply_answer");
}

static void reply(size_t i)
{
	static struct cache_hit hit;

	/* Always the same one: without what the look-up costs. */
	if (hit.answer.wire.n == 0)
		hit = look_up(sample_at(0));
	(void)i;
	give(sample_at(0), &hit);
}

static void hit_whole(size_t i)
{
	const struct sample *s = sample_at(i);
	struct cache_hit hit;

	parse_query(i);
	hit = look_up(s);
	give(s, &hit);
}

const struct micro_step micro_dns_steps[] = {
	{ "message_parse, a query", parse_query },
	{ "message_parse, a response", parse_response },
	{ "query_write, padded to 128", write_query },
	{ "answer_make", answer },
	{ "reply_answer", reply },
	{ "message_parse, cache_lookup, reply", hit_whole },
	{ "answer_make, cache_insert in place", insert },
	{ NULL, NULL },
};
