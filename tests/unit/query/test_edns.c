/* What a client's EDNS options lead to, in what is answered at once and in what is
 * answered later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/unit/dns/wire.h"
#include "tests/unit/query/house.h"

#define HEAD        "1234 0100 0001 0000 0000 0001 "
#define WWW         "03'www'02'ex'00 0001 0001 "
#define WWW_ANY     "03'www'02'ex'00 00ff 0001 "
#define OPTIONS(n)  "00 0029 04d0 00000000" n
#define COOKIE      "000a 0008 'abcdefgh'"
#define LONG_COOKIE "000a 0018 'abcdefgh' 01 000000 00000000 'ijklmnop'"
#define KEEPALIVE   "000b 0000"
#define PADDING     "000c 0010 00*16"
#define SUBNET      "0008 0007 0001 1800 c00002"
#define NSID        "0003 0000"
#define IDLE_MS     12300

static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	assert_non_null(h);
	house_init(h);
	h->options.tcp_idle_ms = IDLE_MS;
	resolver_rebase(h->resolver, h->cache, &h->options);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	house_deinit(*state);
	free(*state);
	return 0;
}

static void send_and_wait(struct house *h, struct visit *v, const char *notation)
{
	struct bytes wire = wire_new(notation);

	if (visit_send(h, v, wire) == QUERY_PENDING)
		visit_wait(v);
	assert_int_equal(v->replies, 1);
	wire_free(wire);
}

/* The only one, or n == 0. */
static struct bytes option_of(const struct visit *v, enum edns_code wanted)
{
	struct reader options = { .rest = v->message.edns.options };
	struct bytes value, found = bytes_of(NULL, 0);
	uint16_t code;
	unsigned n = 0;

	while (edns_option_next(&options, &code, &value)) {
		if (code != wanted)
			continue;
		found = value;
		n++;
	}
	assert_true(n <= 1);
	return found;
}

static const struct row {
	const char *name;
	const char *wire;
	bool tcp, cookie, keepalive;
} rows[] = {
	{ "no EDNS", "1234 0100 0001 0000 0000 0000" WWW, false, false, false },
	{ "no options", HEAD WWW OPTIONS("0000"), false, false, false },
	{ "a cookie", HEAD WWW OPTIONS("000c") COOKIE, false, true, false },
	{ "a cookie with ours", HEAD WWW OPTIONS("001c") LONG_COOKIE, false, true,
		false },
	{ "a cookie over TCP", HEAD WWW OPTIONS("000c") COOKIE, true, true, false },
	{ "a cookie and ANY", HEAD WWW_ANY OPTIONS("000c") COOKIE, false, true, false },
	{ "a cookie alone", "1234 0100 0000 0000 0000 0001" OPTIONS("000c") COOKIE, false,
		true, false },
	{ "keepalive over UDP", HEAD WWW OPTIONS("0004") KEEPALIVE, false, false, false },
	{ "keepalive over TCP", HEAD WWW OPTIONS("0004") KEEPALIVE, true, false, true },
	{ "TCP, and nobody asks", HEAD WWW OPTIONS("0000"), true, false, false },
	{ "both", HEAD WWW OPTIONS("0010") COOKIE KEEPALIVE, true, true, true },
	{ "both, and no meta types", HEAD "00 00fc 0001" OPTIONS("0010") COOKIE KEEPALIVE,
		true, true, true },
	{ "both, in another version",
		HEAD WWW "00 0029 04d0 00010000 0010" COOKIE KEEPALIVE, true, false,
		false },
	{ "padding", HEAD WWW OPTIONS("0014") PADDING, false, false, false },
	{ "padding over TCP", HEAD WWW OPTIONS("0014") PADDING, true, false, false },
	{ "a subnet and an NSID", HEAD WWW OPTIONS("000f") SUBNET NSID, false, false,
		false },
};

/* Once as asked of an upstream, once out of the cache. */
static void options_are_answered(void **state)
{
	struct house *h = *state;

	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i / 2];
		struct visit v = { .tcp = row->tcp };
		struct bytes cookie, keepalive;

		if (i % 2 == 0)
			cache_flush(h->cache);
		send_and_wait(h, &v, row->wire);
		cookie = option_of(&v, EDNS_COOKIE);
		keepalive = option_of(&v, EDNS_TCP_KEEPALIVE);
		if ((cookie.n > 0) != row->cookie || (keepalive.n > 0) != row->keepalive)
			fail_msg("%s: %zu %zu", row->name, cookie.n, keepalive.n);
		if (row->keepalive)
			assert_memory_equal(keepalive.p, "\x00\x7b", 2);
		/* RFC 7830 §6: nobody is to be padded who reads in the clear. */
		assert_int_equal(option_of(&v, EDNS_PADDING).n, 0);
		assert_int_equal(option_of(&v, EDNS_CLIENT_SUBNET).n, 0);
		assert_int_equal(v.message.edns.version, 0);
	}
}

static void ask_cookie(struct house *h, const char *from, uint8_t out[24])
{
	struct visit v = { .tcp = false };
	struct bytes cookie;

	assert_int_equal(endpoint_parse(from, 4444, &h->client), STATUS_OK);
	send_and_wait(h, &v, HEAD WWW OPTIONS("000c") COOKIE);
	cookie = option_of(&v, EDNS_COOKIE);
	assert_int_equal(cookie.n, 24);
	memcpy(out, cookie.p, 24);
}

static void a_cookie_is_of_time_and_address(void **state)
{
	struct house *h = *state;
	uint8_t a[24], b[24], other[24], want[8] = { 1, 0, 0, 0 };
	struct writer w = { .p = want, .n = 4, .cap = sizeof want };

	ask_cookie(h, "192.0.2.9", a);
	ask_cookie(h, "192.0.2.9", b);
	ask_cookie(h, "192.0.2.10", other);
	wr_uint(&w, (uint64_t)clock_wall_s(), 4);
	assert_memory_equal(a, "abcdefgh", 8);
	assert_memory_equal(a + 8, want, 8);
	assert_memory_equal(a, b, 24);
	assert_memory_not_equal(a + 16, other + 16, 8);
}

/* --- what upstreams hear and say --------------------------------------------- */

static uint8_t heard[512];
static size_t heard_n;

static void hear(struct dot_client *client, struct bytes query)
{
	memcpy(heard, query.p, query.n);
	heard_n = query.n;
	dot_client_answer(client, query, RCODE_NOERROR);
}

static const struct edns *heard_edns(struct message *m)
{
	assert_int_equal(message_parse(bytes_of(heard, heard_n), m), STATUS_OK);
	assert_true(m->edns.present);
	return &m->edns;
}

static void a_subnet_does_not_get_out(void **state)
{
	struct house *h = *state;
	struct message m;

	h->lab.servers[0].on_query = h->lab.servers[1].on_query = hear;
	for (int opt_out = 0; opt_out < 2; opt_out++) {
		struct visit v = { .tcp = false }, said = { .tcp = false };
		struct bytes subnet;

		h->options.subnet_opt_out = opt_out;
		resolver_rebase(h->resolver, h->cache, &h->options);
		cache_flush(h->cache);
		send_and_wait(h, &v, HEAD WWW OPTIONS("000b") SUBNET);
		said.message.edns = *heard_edns(&m);
		subnet = option_of(&said, EDNS_CLIENT_SUBNET);
		assert_int_equal(subnet.n, opt_out ? 4 : 0);
		if (opt_out)
			assert_memory_equal(subnet.p, "\0\1\0\0", 4);
		assert_int_equal(option_of(&said, EDNS_COOKIE).n, 0);
		assert_int_equal(m.flags & DNS_FLAG_AD, 0);
	}
}

/* The records of dot_reply(), AD set, and an OPT with EDE 15. */
static void say_much(struct dot_client *client, struct bytes query)
{
	static const uint8_t opt[] = { 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 10, 0, 15, 0, 6,
		0, 15, 'n', 'o', 7, 0 };
	uint8_t frame[600];
	struct writer w = { .p = frame, .cap = sizeof frame };

	wr_uint(&w, 0, 2);
	w.n += dot_reply(query, RCODE_NOERROR, frame + 2);
	wr_bytes(&w, bytes_of(opt, sizeof opt));
	wr_patch16(&w, 0, (uint16_t)(w.n - 2));
	frame[2 + 3] |= DNS_FLAG_AD;
	frame[2 + 11] = 1;
	dot_client_send(client, wr_done(&w));
}

static void ad_and_ede_are_passed_on(void **state)
{
	struct house *h = *state;

	h->lab.servers[0].on_query = h->lab.servers[1].on_query = say_much;
	for (int i = 0; i < 4; i++) {
		struct visit v = { .tcp = false };
		bool trust = i >= 2;

		if (i == 2) {
			h->options.trust_ad = true;
			resolver_rebase(h->resolver, h->cache, &h->options);
			cache_flush(h->cache);
		}
		send_and_wait(h, &v, "1234 0120 0001 0000 0000 0001" WWW OPTIONS("0000"));
		assert_int_equal((v.message.flags & DNS_FLAG_AD) != 0, trust);
		assert_int_equal(v.ede_code, 15);
		assert_string_equal(v.ede, "no?");
	}
}

static void who_trusts_ad_asks_for_it(void **state)
{
	struct house *h = *state;
	struct visit v = { .tcp = false };
	struct message m;

	h->lab.servers[0].on_query = h->lab.servers[1].on_query = hear;
	h->options.trust_ad = true;
	resolver_rebase(h->resolver, h->cache, &h->options);
	send_and_wait(h, &v, HEAD WWW OPTIONS("0000"));
	(void)heard_edns(&m);
	assert_true(m.flags & DNS_FLAG_AD);
	assert_int_equal(v.message.flags & DNS_FLAG_AD, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_are_answered),
		TEST(a_cookie_is_of_time_and_address),
		TEST(a_subnet_does_not_get_out),
		TEST(ad_and_ede_are_passed_on),
		TEST(who_trusts_ad_asks_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
