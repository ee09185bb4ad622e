/* The keys of DNSSEC: what they become, and what is refused. */
#include "refusal.h"
#include "taken.h"

#define ZONES "allowed: a list of 0 to 256 domain names such as corp.example"

static void defaults(void **state)
{
	struct config *c = parsed("upstreams: [{" GOOD_UPSTREAM "}]\n");

	(void)state;
	assert_int_equal(c->dnssec, CONFIG_DNSSEC_OFF);
	assert_null(c->dnssec_anchors);
	assert_string_equal(c->dnssec_anchors_place, "f: dnssec_anchors, by default");
	assert_int_equal(c->dnssec_negative_n, 0);
	assert_false(c->trust_ad);
	config_free(c);
}

static void all_of_them(void **state)
{
	struct config *c =
		parsed("dnssec: validate\n"
		       "dnssec_anchors: /etc/pintle/root.ds\n"
		       "dnssec_negative: [corp.example, Lan., 'a\\.b.example']\n"
		       "trust_ad: false" REST);
	char text[NAME_TEXT_MAX];

	(void)state;
	assert_int_equal(c->dnssec, CONFIG_DNSSEC_VALIDATE);
	assert_string_equal(c->dnssec_anchors, "/etc/pintle/root.ds");
	assert_string_equal(c->dnssec_anchors_place, "f:2:17: dnssec_anchors");
	assert_int_equal(c->dnssec_negative_n, 3);
	name_to_text(&c->dnssec_negative[0], text);
	assert_string_equal(text, "corp.example.");
	name_to_text(&c->dnssec_negative[2], text);
	assert_string_equal(text, "a\\.b.example.");
	config_free(c);
}

static void someone_else_s_word(void **state)
{
	struct config *c = parsed("dnssec: off\ntrust_ad: true" REST);

	(void)state;
	assert_true(c->trust_ad);
	assert_int_equal(c->dnssec, CONFIG_DNSSEC_OFF);
	config_free(c);
}

static const struct refusal rows[] = {
	{ "dnssec: on", "dnssec: on" REST,
		"f:1:9: dnssec: \"on\" is none of the words known here; allowed: off, "
		"validate" },
	{ "dnssec: a bool", "dnssec: true" REST,
		"f:1:9: dnssec: \"true\" is none of the words known here; allowed: off, "
		"validate" },
	{ "dnssec: a list", "dnssec: [validate]" REST,
		"f:1:9: dnssec: a list is not a single value; allowed: off, validate" },
	{ "anchors: relative", "dnssec_anchors: root.key" REST,
		"f:1:17: dnssec_anchors: \"root.key\" does not begin with a slash; "
		"allowed: builtin, or an absolute path of at most 4095 bytes" },
	{ "negative: a word", "dnssec_negative: corp.example" REST,
		"f:1:18: dnssec_negative: \"corp.example\" is not a list; " ZONES },
	{ "negative: the root", "dnssec_negative: [.]" REST,
		"f:1:19: dnssec_negative: \".\" is the root, all names there "
		"are; " ZONES },
	{ "negative: an empty label", "dnssec_negative: [a..example]" REST,
		"f:1:19: dnssec_negative: \"a..example\" is not a domain name; " ZONES },
	{ "negative: nothing", "dnssec_negative: ['']" REST,
		"f:1:19: dnssec_negative: \"\" is not a domain name; " ZONES },
	{ "negative: a list in it", "dnssec_negative: [[a]]" REST,
		"f:1:19: dnssec_negative: a list is not an entry; " ZONES },
	{ "negative: twice", "dnssec_negative: [a.example, A.EXAMPLE.]" REST,
		"f:1:30: dnssec_negative: \"A.EXAMPLE.\" stands here twice" },
	{ "trust_ad: a word", "trust_ad: yes" REST,
		"f:1:11: trust_ad: \"yes\" is neither true nor false; allowed: true, "
		"false" },
	{ "trust_ad: beside validation", "dnssec: validate\ntrust_ad: true" REST,
		"f:2:11: trust_ad: with dnssec: validate nobody else's word counts; "
		"take one of them out" },
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(all_of_them),
		cmocka_unit_test(someone_else_s_word),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return failed + refusal_run("refused", rows, sizeof rows / sizeof *rows);
}
