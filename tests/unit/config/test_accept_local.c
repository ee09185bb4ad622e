/* Names that are answered here, as the file has them. */
#include "taken.h"

#define UPSTREAMS           \
	"ct: {mode: off}\n" \
	"upstreams: [{name: a, address: [192.0.2.1]}]\n"

static void there_is_none_by_default(void **state)
{
	struct config *c = parsed(UPSTREAMS);

	(void)state;
	assert_null(c->hosts);
	assert_int_equal(c->local_records.n, 0);
	assert_int_equal(c->local_zone_n, 0);
	config_free(c);
}

static void a_hosts_file_is_a_path(void **state)
{
	struct config *c = parsed(UPSTREAMS "hosts: /etc/hosts\n");

	(void)state;
	assert_string_equal(c->hosts, "/etc/hosts");
	assert_string_equal(c->hosts_place, "f:3:8: hosts");
	config_free(c);
}

static void records_keep_their_places(void **state)
{
	struct config *c = parsed(UPSTREAMS "local_records:\n"
					    "- \"a.lan A 192.0.2.1\"\n"
					    "- 'b.lan TXT \"x  y\"'\n");

	(void)state;
	assert_int_equal(c->local_records.n, 2);
	assert_string_equal(c->local_records.lines[0], "a.lan A 192.0.2.1");
	assert_string_equal(c->local_records.places[0], "f:4:3");
	assert_string_equal(c->local_records.lines[1], "b.lan TXT \"x  y\"");
	assert_string_equal(c->local_records.places[1], "f:5:3");
	config_free(c);
}

static void zones_have_an_action(void **state)
{
	static const enum local_action expected[] = { LOCAL_NXDOMAIN, LOCAL_NODATA,
		LOCAL_REFUSE, LOCAL_TRANSPARENT };
	struct config *c = parsed(UPSTREAMS "local_zone:\n"
					    "- {zone: Ads.Example., action: nxdomain}\n"
					    "- {zone: b, action: nodata}\n"
					    "- {zone: c, action: refuse}\n"
					    "- {zone: d, action: transparent}\n");
	char text[NAME_TEXT_MAX];

	(void)state;
	assert_int_equal(c->local_zone_n, 4);
	for (size_t i = 0; i < c->local_zone_n; i++)
		assert_int_equal(c->local_zones[i].action, expected[i]);
	name_to_text(&c->local_zones[0].name, text);
	assert_string_equal(text, "ads.example.");
	assert_string_equal(c->local_zones[0].place, "f:4:3");
	config_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_none_by_default),
		cmocka_unit_test(a_hosts_file_is_a_path),
		cmocka_unit_test(records_keep_their_places),
		cmocka_unit_test(zones_have_an_action),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
