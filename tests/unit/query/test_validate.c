/* Answers are validated on their way: who is asked, who waits, and what is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/text.h"
#include "tests/unit/query/validated.h"

#define TTL_MS   60000 /* of the servers' answers */
#define EARLY_MS 1800

static bool has_ad(const struct visit *v)
{
	return (v->message.flags & DNS_FLAG_AD) != 0;
}

static void assert_good(const struct visit *v, bool ad)
{
	assert_int_equal(message_rcode(&v->message), RCODE_NOERROR);
	assert_int_equal(v->message.counts[SECTION_ANSWER], 1);
	assert_int_equal(has_ad(v), ad);
}

static void assert_servfail(const struct visit *v, int code, const char *why)
{
	assert_int_equal(message_rcode(&v->message), RCODE_SERVFAIL);
	assert_int_equal(v->message.counts[SECTION_ANSWER], 0);
	assert_false(has_ad(v));
	assert_int_equal(v->ede_code, code);
	if (strstr(v->ede, why) == NULL)
		fail_msg("%s: %s", why, v->ede);
}

/* --- what is told ------------------------------------------------------------- */

static void secure_has_ad(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a."), plain = validated_visit("a.");

	validated_get(h, &a);
	assert_good(&a, true);
	validated_have(h, &a);
	assert_good(&a, true);
	assert_int_equal(fake.made, 1);
	assert_int_equal(validator_stats(validated_by).secure, 1);
	/* RFC 6840 §5.8: not to those who do not know it. */
	plain.dnssec_ok = false;
	validated_get(h, &plain);
	assert_good(&plain, false);
	plain.flags = DNS_FLAG_RD | DNS_FLAG_AD;
	validated_have(h, &plain);
	assert_good(&plain, true);
}

/* An MX of its own name, and an address of that in the additional section. */
static void answer_with_address(struct dot_client *client, struct bytes query)
{
	static const uint8_t records[] = { 0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 60, 0, 4, 0,
		10, 0xc0, 12, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 66 };
	uint8_t frame[512];
	struct writer w = { .p = frame, .cap = sizeof frame };
	struct message m;

	assert_int_equal(message_parse(query, &m), STATUS_OK);
	wr_uint(&w, m.question_end + sizeof records, 2);
	wr_uint(&w, m.id, 2);
	wr_uint(&w, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA, 2);
	wr_uint(&w, 0x0001000100000001, 8);
	wr_bytes(&w, bytes_of(query.p + 12, m.question_end - 12));
	wr_bytes(&w, bytes_of(records, sizeof records));
	dot_client_send(client, wr_done(&w));
}

/* What nobody has validated does not come with what is secure. */
static void secure_has_nothing_beside(void **state)
{
	struct house *h = *state;
	struct visit secure = validated_visit("a."), insecure = validated_visit("b.");

	h->lab.servers[0].on_query = h->lab.servers[1].on_query = answer_with_address;
	secure.type = insecure.type = TYPE_MX;
	validated_get(h, &secure);
	assert_good(&secure, true);
	assert_int_equal(secure.message.counts[SECTION_ADDITIONAL], 1); /* OPT */
	validated_have(h, &secure);
	assert_int_equal(secure.message.counts[SECTION_ADDITIONAL], 1);
	validated_say(VALIDATION_INSECURE, VALIDATION_INSECURE);
	validated_get(h, &insecure);
	assert_good(&insecure, false);
	assert_int_equal(insecure.message.counts[SECTION_ADDITIONAL], 2);
}

static void insecure_has_none(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	validated_say(VALIDATION_INSECURE, VALIDATION_INSECURE);
	validated_get(h, &a);
	assert_good(&a, false);
	assert_int_equal(a.ede_code, 6);
	validated_have(h, &a);
	assert_good(&a, false);
	assert_int_equal(validated_asked(h), 1);
}

static void bogus_is_asked_for_again_elsewhere(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	validated_say(VALIDATION_BOGUS, VALIDATION_BOGUS);
	validated_get(h, &a);
	assert_servfail(&a, 7, "because");
	assert_int_equal(h->lab.servers[0].queries, 1);
	assert_int_equal(h->lab.servers[1].queries, 1);
	validated_have(h, &a);
	assert_servfail(&a, 7, "because");
	assert_int_equal(validator_stats(validated_by).bogus, 1);
	bench_now_ms += 30000;
	validated_say(VALIDATION_SECURE, VALIDATION_SECURE);
	validated_get(h, &a);
	assert_good(&a, true);
}

static char told[200];

static void note_bogus(enum log_level level, const char *line)
{
	(void)level;
	if (strstr(line, "bogus: ") != NULL)
		text_copy(told, sizeof told, strstr(line, "bogus: "));
}

/* The reason may have the name in it, too. */
static void a_bogus_name_is_logged_if_names_are(void **state)
{
	static const struct {
		enum log_privacy privacy;
		const char *name, *want;
	} rows[] = {
		{ LOG_PRIVACY_NONE, "a.", "bogus: a. A: because" },
		{ LOG_PRIVACY_CLIENT, "b.", "bogus: b. A: because" },
		{ LOG_PRIVACY_NAME, "c.", "" },
	};
	struct house *h = *state;
	enum log_level level = log_get_level();

	log_set_level(LOG_LEVEL_INFO);
	log_replace(note_bogus);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct visit visit = validated_visit(rows[i].name);

		told[0] = '\0';
		h->options.log_privacy = rows[i].privacy;
		resolver_rebase(h->resolver, h->cache, &h->options);
		validated_say(VALIDATION_BOGUS, VALIDATION_BOGUS);
		validated_get(h, &visit);
		assert_string_equal(told, rows[i].want);
	}
	log_replace(NULL);
	log_set_level(level);
}

static void the_second_upstream_may_know_better(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	validated_say(VALIDATION_BOGUS, VALIDATION_SECURE);
	validated_get(h, &a);
	assert_good(&a, true);
	assert_int_equal(validator_stats(validated_by).bogus, 0);
	assert_int_equal(validator_stats(validated_by).retries, 1);
}

static void with_one_upstream_it_is_asked_again(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->lab.config.upstream_n = 1;
	lab_load(&h->lab);
	validated_say(VALIDATION_BOGUS, VALIDATION_SECURE);
	validated_get(h, &a);
	assert_good(&a, true);
	assert_int_equal(h->lab.servers[0].queries, 2);
}

/* Once good, then not a word: the first verdict counts. */
static void the_second_may_fail(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->lab.servers[1].on_query = lab_servfail;
	validated_say(VALIDATION_BOGUS, VALIDATION_SECURE);
	validated_get(h, &a);
	assert_servfail(&a, 6, "because");
}

static void no_chain_is_a_failure(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	validated_say(VALIDATION_INDETERMINATE, VALIDATION_SECURE);
	validated_get(h, &a);
	assert_servfail(&a, 6, "because");
	assert_int_equal(validated_asked(h), 1);
	/* As long as failures are remembered. */
	bench_now_ms += 5000;
	validated_get(h, &a);
	assert_good(&a, true);
}

static void with_cd_nobody_looks(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	a.flags = DNS_FLAG_RD | DNS_FLAG_CD;
	validated_say(VALIDATION_BOGUS, VALIDATION_BOGUS);
	validated_get(h, &a);
	assert_good(&a, false);
	assert_int_equal(fake.made, 0);
}

static void errors_are_not_validated(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->lab.servers[0].on_query = lab_servfail;
	h->lab.servers[1].on_query = lab_servfail;
	validated_get(h, &a);
	assert_servfail(&a, EDE_OTHER, "SERVFAIL");
	assert_int_equal(fake.made, 0);
}

static void signatures_end_an_answer(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	fake.verdicts[0].ttl_max_s = 5;
	validated_get(h, &a);
	bench_now_ms += 4000;
	validated_have(h, &a);
	assert_good(&a, true);
	bench_now_ms += 1000;
	validated_get(h, &a);
	assert_int_equal(fake.made, 2);
}

/* --- what it needs ------------------------------------------------------------ */

static void chains_are_asked_for_once(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a."), b = validated_visit("b."),
		     c = validated_visit("c.");

	fake.needs = 2;
	fake.works = 2;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	visit_wait(&a);
	visit_wait(&b);
	assert_good(&a, true);
	assert_good(&b, true);
	assert_int_equal(fake.supplied, 4);
	assert_int_equal(fake.worked, 4);
	assert_int_equal(validated_asked(h), 4);
	/* And it is in the cache from then on. */
	validated_get(h, &c);
	assert_int_equal(fake.supplied, 6);
	assert_int_equal(validated_asked(h), 5);
}

/* The second time nothing comes out of the cache. */
static void a_retry_asks_for_the_chain_again(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	fake.needs = 1;
	validated_say(VALIDATION_BOGUS, VALIDATION_SECURE);
	validated_get(h, &a);
	assert_good(&a, true);
	assert_int_equal(h->lab.servers[0].queries, 2);
	assert_int_equal(h->lab.servers[1].queries, 2);
}

static void only_keys_fail(struct dot_client *client, struct bytes query)
{
	struct message m;

	assert_int_equal(message_parse(query, &m), STATUS_OK);
	dot_client_answer(
		client, query, validated_is_key(&m) ? RCODE_SERVFAIL : RCODE_NOERROR);
}

static void a_chain_that_cannot_be_had(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->lab.servers[0].on_query = h->lab.servers[1].on_query = only_keys_fail;
	fake.needs = 1;
	validated_get(h, &a);
	assert_servfail(&a, 22, "because");
}

/* A client asks for what the chain needs, too. */
static void a_client_s_question_serves_both(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a."), key = validated_visit("1.key.");

	key.flags = DNS_FLAG_RD | DNS_FLAG_CD;
	fake.needs = 1;
	assert_int_equal(visit_ask(h, &key), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_wait(&key);
	visit_wait(&a);
	assert_good(&a, true);
	assert_good(&key, false);
}

/* --- time --------------------------------------------------------------------- */

static void it_has_no_more_time_than_the_client(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	validated_wait_for_need(h);
	bench_now_ms += LAB_TIMEOUT_MS;
	visit_wait(&a);
	assert_int_equal(message_rcode(&a.message), RCODE_SERVFAIL);
}

static void a_thread_has_no_more_time_either(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	fake.works = 1;
	fake_hold();
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, fake_is_held());
	bench_now_ms += LAB_TIMEOUT_MS;
	visit_wait(&a);
	assert_servfail(&a, EDE_OTHER, "not done in time");
	assert_int_equal(fake.freed, 0);
}

static void stale_while_it_takes_long(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	validated_get(h, &a);
	bench_now_ms += TTL_MS;
	fake.works = 1;
	fake_hold();
	a.replies = 0;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, fake_is_held());
	bench_now_ms += EARLY_MS;
	visit_wait(&a);
	assert_good(&a, false);
	assert_int_equal(a.ede_code, EDE_STALE);
	fake_let_go();
	RUN_UNTIL(&h->lab.bench.loop, fake.worked == 1);
	bench_settle(&h->lab.bench.loop);
	validated_have(h, &a);
	assert_good(&a, true);
	assert_int_equal(a.ede_code, -1);
}

static void bogus_is_no_reason_for_stale(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	validated_get(h, &a);
	bench_now_ms += TTL_MS;
	validated_say(VALIDATION_BOGUS, VALIDATION_BOGUS);
	validated_get(h, &a);
	assert_servfail(&a, 7, "because");
	validated_have(h, &a);
	assert_servfail(&a, 7, "because");
}

static void a_prefetch_is_validated(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->options.prefetch = true;
	resolver_rebase(h->resolver, h->cache, &h->options);
	validated_get(h, &a);
	validated_have(h, &a);
	bench_now_ms += 59000;
	validated_say(VALIDATION_BOGUS, VALIDATION_BOGUS);
	validated_have(h, &a);
	RUN_UNTIL(&h->lab.bench.loop, validator_stats(validated_by).bogus == 1);
	/* Until its end it stays; then it is not given. */
	validated_have(h, &a);
	assert_good(&a, true);
	bench_now_ms += 1000;
	validated_get(h, &a);
	assert_servfail(&a, 7, "because");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, validated_setup, validated_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(secure_has_ad),
		TEST(secure_has_nothing_beside),
		TEST(insecure_has_none),
		TEST(bogus_is_asked_for_again_elsewhere),
		TEST(a_bogus_name_is_logged_if_names_are),
		TEST(the_second_upstream_may_know_better),
		TEST(with_one_upstream_it_is_asked_again),
		TEST(the_second_may_fail),
		TEST(no_chain_is_a_failure),
		TEST(with_cd_nobody_looks),
		TEST(errors_are_not_validated),
		TEST(signatures_end_an_answer),
		TEST(chains_are_asked_for_once),
		TEST(a_retry_asks_for_the_chain_again),
		TEST(a_chain_that_cannot_be_had),
		TEST(a_client_s_question_serves_both),
		TEST(it_has_no_more_time_than_the_client),
		TEST(a_thread_has_no_more_time_either),
		TEST(stale_while_it_takes_long),
		TEST(bogus_is_no_reason_for_stale),
		TEST(a_prefetch_is_validated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
