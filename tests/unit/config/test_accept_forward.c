/* Routes, and the plain servers that they make upstreams of. */
#include "taken.h"

#include "base/text.h"

#define UPSTREAMS                                       \
	"ct: {mode: off}\n"                             \
	"upstreams: [{name: a, address: [192.0.2.1]}, " \
	"{name: b, address: [192.0.2.2]}]\n"

static void assert_zone(const struct name *zone, const char *expected)
{
	char text[NAME_TEXT_MAX];

	name_to_text(zone, text);
	assert_string_equal(text, expected);
}

static void there_is_none_by_default(void **state)
{
	struct config *c = parsed(UPSTREAMS);

	(void)state;
	assert_int_equal(c->forward_n, 0);
	assert_int_equal(c->upstream_n, 2);
	assert_false(c->rebind_protection);
	assert_int_equal(c->rebind_allow_n, 0);
	config_free(c);
}

static void a_zone_goes_to_an_upstream(void **state)
{
	struct config *c =
		parsed(UPSTREAMS "forward: [{zone: Corp.Example., upstreams: [b]}]\n");

	(void)state;
	assert_int_equal(c->forward_n, 1);
	assert_zone(&c->forwards[0].zone, "corp.example.");
	assert_int_equal(c->forwards[0].upstream_n, 1);
	assert_string_equal(c->forwards[0].upstreams[0], "b");
	assert_int_equal(c->forwards[0].address_n, 0);
	assert_int_equal(c->upstream_n, 2);
	config_free(c);
}

static void plain_servers_are_upstreams(void **state)
{
	struct config *c = parsed(UPSTREAMS
		"forward:\n"
		"- {zone: lan, protocol: plain, address: [10.0.0.1, \"[fd00::1]:54\"]}\n"
		"- {zone: x, upstreams: [b]}\n"
		"- {zone: 10.in-addr.arpa, protocol: plain, address: [10.0.0.1]}\n");
	const struct config_upstream *plain = config_find_upstream(c, "plain@10.0.0.1");

	(void)state;
	assert_int_equal(c->upstream_n, 4);
	assert_ptr_equal(plain, &c->upstreams[2]);
	assert_int_equal(plain->protocol, UPSTREAM_PLAIN);
	assert_int_equal(plain->address_n, 1);
	assert_endpoint(&plain->addresses[0], "10.0.0.1:53");
	assert_int_equal(plain->zone_n, 2);
	assert_zone(&plain->zones[0], "lan.");
	assert_zone(&plain->zones[1], "10.in-addr.arpa.");
	assert_false(plain->exact);
	assert_int_equal(c->forwards[0].upstream_n, 2);
	assert_string_equal(c->forwards[0].upstreams[1], "plain@[fd00::1]:54");
	assert_int_equal(c->forwards[2].address_n, 1);
	config_free(c);
}

static void a_server_with_another_zone_is_another(void **state)
{
	struct config *a = parsed(UPSTREAMS
		"forward: [{zone: lan, protocol: plain, address: [10.0.0.1]}]\n");
	struct config *same = parsed(UPSTREAMS
		"forward: [{zone: LAN, protocol: plain, address: [\"10.0.0.1:53\"]}]\n");
	struct config *other = parsed(
		UPSTREAMS "forward: [{zone: x, protocol: plain, address: [10.0.0.1]}]\n");

	(void)state;
	assert_true(config_upstream_equal(&a->upstreams[2], &same->upstreams[2]));
	assert_false(config_upstream_equal(&a->upstreams[2], &other->upstreams[2]));
	config_free(a);
	config_free(same);
	config_free(other);
}

static void there_is_room_for_plain_servers_of_their_own(void **state)
{
	char yaml[16384];
	struct text text = text_in(yaml, sizeof yaml);
	struct config *c = NULL;
	struct config_error error;

	(void)state;
	text_add(&text, "%s", UPSTREAMS "forward:\n");
	for (int i = 0; i < 8; i++) {
		text_add(&text, "- {zone: z%d, protocol: plain, address: [", i);
		for (int j = 0; j < 8; j++)
			text_add(&text, "%s10.0.%d.%d", j > 0 ? ", " : "", i, j + 1);
		text_add(&text, "]}\n");
	}
	c = parsed(yaml);
	assert_int_equal(c->upstream_n, 2 + CONFIG_PLAIN_MAX);
	config_free(c);
	text_add(&text, "- {zone: more, protocol: plain, address: [10.1.0.1]}\n");
	assert_int_equal(
		config_parse("f", bytes_of_text(yaml), &c, &error), STATUS_CONFIG);
	assert_string_equal(
		error.text, "f:4:1: forward: more than 64 different plain servers");
}

static void rebind_protection_with_names(void **state)
{
	struct config *c = parsed(UPSTREAMS
		"rebind_protection: {enable: true, allow: [Plex.direct, a.example]}\n");

	(void)state;
	assert_true(c->rebind_protection);
	assert_int_equal(c->rebind_allow_n, 2);
	assert_zone(&c->rebind_allow[0], "plex.direct.");
	config_free(c);
	c = parsed(UPSTREAMS "rebind_protection: {enable: false, allow: []}\n");
	assert_false(c->rebind_protection);
	assert_int_equal(c->rebind_allow_n, 0);
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_none_by_default),
		cmocka_unit_test(a_zone_goes_to_an_upstream),
		cmocka_unit_test(plain_servers_are_upstreams),
		cmocka_unit_test(a_server_with_another_zone_is_another),
		cmocka_unit_test(there_is_room_for_plain_servers_of_their_own),
		cmocka_unit_test(rebind_protection_with_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
