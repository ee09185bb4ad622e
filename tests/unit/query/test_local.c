/* What is answered here goes before cache and upstreams, and neither sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/reply.h"
#include "local/local.h"
#include "tests/unit/query/house.h"

static struct local *local_of(const char *hosts, const struct local_zone *zone)
{
	const struct local_options options = { .hosts = bytes_of_text(hosts),
		.hosts_name = "hosts",
		.zones = zone,
		.zone_n = zone != NULL };
	char words[128];
	struct text error = text_in(words, sizeof words);
	struct local *local;

	assert_int_equal(local_new(&options, &error, &local), STATUS_OK);
	return local;
}

static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	assert_non_null(h);
	house_init(h);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	house_deinit(*state);
	free(*state);
	return 0;
}

/* The address that is said. */
static const uint8_t *address(const struct visit *v)
{
	static struct record record;
	struct record_walk walk = record_walk(&v->message);

	assert_int_equal(message_rcode(&v->message), RCODE_NOERROR);
	assert_int_equal(v->message.counts[SECTION_ANSWER], 1);
	assert_true(record_next(&walk, &record));
	assert_int_equal(record.type, TYPE_A);
	return record.rdata.p;
}

static void a_cached_name_becomes_local(void **state)
{
	struct house *h = *state;
	struct visit v = { .name = "www.example", .id = 7, .type = TYPE_A };
	struct local *local = local_of("192.0.2.77 www.example\n", NULL);
	uint64_t asked;

	assert_int_equal(visit_ask(h, &v), QUERY_PENDING);
	visit_wait(&v);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	asked = exchanger_stats(h->lab.exchanger).questions;
	resolver_set_local(h->resolver, local);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_equal(address(&v)[3], 77);
	assert_int_equal(exchanger_stats(h->lab.exchanger).questions, asked);
	assert_int_equal(resolver_stats(h->resolver).local, 1);
	/* It did not go into the cache. */
	resolver_set_local(h->resolver, NULL);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_not_equal(address(&v)[3], 77);
	local_free(local);
}

/* The client's OPT is answered with one, and bits of others are not set. */
static void the_reply_is_as_any_other(void **state)
{
	struct house *h = *state;
	struct visit v = { .name = "NAS.lan",
		.id = 0x1234,
		.type = TYPE_A,
		.flags = DNS_FLAG_RD | DNS_FLAG_AD,
		.udp_size = 1232,
		.dnssec_ok = true };
	struct local *local = local_of("192.0.2.77 nas.lan\n", NULL);

	resolver_set_local(h->resolver, local);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_equal(address(&v)[3], 77);
	assert_int_equal(v.message.id, 0x1234);
	assert_int_equal(v.message.flags, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA);
	assert_true(v.message.edns.present && v.message.edns.dnssec_ok);
	assert_memory_equal(v.message.question.name.wire, "\3NAS\3lan", 9);
	assert_int_equal(v.ede_code, -1);
	resolver_set_local(h->resolver, NULL);
	local_free(local);
}

static void a_zone_says_that_it_was_us(void **state)
{
	static const struct local_zone zone = { { 5, "\3ads" }, LOCAL_NXDOMAIN, "z:1" };
	struct house *h = *state;
	struct visit v = { .name = "x.ads", .id = 7, .type = TYPE_A, .udp_size = 1232 };
	struct local *local = local_of("", &zone);

	resolver_set_local(h->resolver, local);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_equal(message_rcode(&v.message), RCODE_NXDOMAIN);
	assert_int_equal(v.ede_code, EDE_BLOCKED);
	assert_string_equal(v.ede, "local_zone");
	assert_int_equal(exchanger_stats(h->lab.exchanger).questions, 0);
	resolver_set_local(h->resolver, NULL);
	local_free(local);
}

/* A reload brings its own. */
static void a_rebase_replaces_it(void **state)
{
	struct house *h = *state;
	struct visit v = { .name = "nas.lan", .id = 7, .type = TYPE_A };
	struct local *old = local_of("192.0.2.77 nas.lan\n", NULL);
	struct local *new = local_of("192.0.2.78 nas.lan\n", NULL);

	resolver_set_local(h->resolver, old);
	h->options.local = new;
	resolver_rebase(h->resolver, h->cache, &h->options);
	local_free(old);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_equal(address(&v)[3], 78);
	resolver_set_local(h->resolver, NULL);
	local_free(new);
}

/* Whoever may not ask, or asks wrongly, does not learn what is here. */
static void a_stranger_is_refused(void **state)
{
	struct house *h = *state;
	struct visit v = { .name = "nas.lan", .id = 7, .type = TYPE_A };
	struct local *local = local_of("192.0.2.77 nas.lan\n", NULL);

	resolver_set_local(h->resolver, local);
	assert_int_equal(endpoint_parse("198.51.100.1", 4444, &h->client), STATUS_OK);
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_equal(message_rcode(&v.message), RCODE_REFUSED);
	assert_int_equal(v.message.counts[SECTION_ANSWER], 0);
	assert_int_equal(resolver_stats(h->resolver).local, 0);
	resolver_set_local(h->resolver, NULL);
	local_free(local);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_cached_name_becomes_local),
		TEST(the_reply_is_as_any_other),
		TEST(a_zone_says_that_it_was_us),
		TEST(a_rebase_replaces_it),
		TEST(a_stranger_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
