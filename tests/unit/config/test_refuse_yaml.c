/* Files that are no YAML, or more YAML than a configuration needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal.h"

#define NEST "[[[[[[[[[[[[[[[[[[[["

static const struct refusal rows[] = {
	{ "an empty file", "", "f:1:1: nothing in the file; needed: upstreams" },
	{ "only a comment", "# later\n",
		"f:1:1: nothing in the file; needed: upstreams" },
	{ "an empty document", "---\n...\n",
		"f:1:1: nothing in the file; needed: upstreams" },
	{ "null", "~\n", "f:1:1: nothing in the file; needed: upstreams" },
	{ "a word", "pintle\n", "f:1:1: not a map of keys (key: value)" },
	{ "a list", "\n - listen\n - allow\n", "f:2:2: not a map of keys (key: value)" },
	{ "a list that stays open", "listen: [a,\n",
		"f:2:1: not YAML: did not find expected node content, while parsing a "
		"flow node" },
	{ "a quote that stays open", "listen: \"a\n",
		"f:2:1: not YAML: found unexpected end of stream, while scanning a "
		"quoted scalar" },
	{ "a tab as indentation", "log:\n\tlevel: info\n",
		"f:2:1: not YAML: found character that cannot start any token, while "
		"scanning for the next token" },
	{ "two values of a key", "listen: a: b\n",
		"f:1:10: not YAML: mapping values are not allowed in this context" },
	{ "wrong indentation", "log:\n   level: info\n  queries: true\n",
		"f:3:3: not YAML: did not find expected key, while parsing a block "
		"mapping" },
	{ "an unknown escape", "user: \"\\q\"\n",
		"f:1:8: not YAML: found unknown escape character, while parsing a quoted "
		"scalar" },
	{ "bytes that are not UTF-8", "user: pin\nuser: a\xff\n",
		"f:2:8: not YAML: invalid leading UTF-8 octet" },
	{ "a control character", "user: a\x01\n",
		"f:1:8: not YAML: control characters are not allowed" },
	{ "the mark of UTF-16", "\xff\xfeu",
		"f:1:1: not YAML: invalid leading UTF-8 octet" },
	{ "an anchor on a text", "user: &u pintle\n",
		"f:1:7: anchors (&name) are not allowed; write the value out" },
	{ "an anchor on a list", "allow: &a [any]\n",
		"f:1:8: anchors (&name) are not allowed; write the value out" },
	{ "an anchor on a map", "log: &l {level: info}\n",
		"f:1:6: anchors (&name) are not allowed; write the value out" },
	{ "an anchor on a key", "&k user: pintle\n",
		"f:1:1: anchors (&name) are not allowed; write the value out" },
	{ "an alias", "user: *u\n",
		"f:1:7: aliases (*name) are not allowed; write the value out" },
	{ "a merge key", "<<: {user: pintle}" REST, "f:1:1: unknown key \"<<\"" },
	{ "a tag on a text", "user: !!str pintle\n",
		"f:1:7: tags (!type) are not allowed; write the value alone" },
	{ "a tag on a list", "allow: !set [any]\n",
		"f:1:8: tags (!type) are not allowed; write the value alone" },
	{ "a tag on a map", "log: !!map {level: info}\n",
		"f:1:6: tags (!type) are not allowed; write the value alone" },
	{ "the non-specific tag", "user: ! pintle\n",
		"f:1:7: tags (!type) are not allowed; write the value alone" },
	{ "two documents", "user: pintle\n---\nuser: root\n",
		"f:2:1: a second document; allowed: one a file" },
	{ "a second document after an end mark", "user: a\n...\n---\n",
		"f:3:1: a second document; allowed: one a file" },
	{ "a key twice", "user: a\nallow: [any]\nuser: b\n",
		"f:3:1: the key \"user\" stands here twice" },
	{ "a key twice, once in quotes", "user: a\n\"user\": b\n",
		"f:2:1: the key \"user\" stands here twice" },
	{ "a key twice in a section", "log: {level: info, level: debug}\n",
		"f:1:20: the key \"level\" stands here twice" },
	{ "a key twice in an upstream", UPSTREAM(GOOD_UPSTREAM ", pins: [], pins: []"),
		"f:3:45: the key \"pins\" stands here twice" },
	{ "a list as a key", "[a, b]: c\n", "f:1:1: a key must be a word, not a list" },
	{ "a map as a key", "{a: b}: c\n", "f:1:1: a key must be a word, not a map" },
	{ "too deep", "a:\n " NEST "]\n",
		"f:2:17: nested too deeply; allowed: 16 levels" },
	{ "a NUL in a value", "user: \"pin\\0tle\"" REST,
		"f:1:7: a value with a NUL byte in it" },
	{ "a NUL in a key", "\"user\\0\": pintle" REST,
		"f:1:1: a value with a NUL byte in it" },
};

/* Expects a file made of `n` times `piece` to be refused. */
static void refuse_many(const char *head, const char *piece, size_t n, bool numbered,
	const char *expected)
{
	size_t cap = strlen(head) + n * (strlen(piece) + 8) + 1;
	char *yaml = malloc(cap);
	size_t used = (size_t)snprintf(yaml, cap, "%s", head);
	struct config *config = NULL;
	struct config_error error;

	for (size_t i = 0; i < n; i++)
		used += (size_t)(numbered ? snprintf(yaml + used, cap - used, "k%zu%s", i,
						    piece)
					  : snprintf(yaml + used, cap - used, "%s",
						    piece));
	assert_int_equal(
		config_parse("f", bytes_of(yaml, used), &config, &error), STATUS_CONFIG);
	assert_string_equal(error.text, expected);
	free(yaml);
}

static void too_many_keys(void **state)
{
	(void)state;
	refuse_many(
		"", ": v\n", 257, true, "f:257:1: too many keys; allowed: 256 in a map");
}

static void too_many_values(void **state)
{
	(void)state;
	refuse_many("allow: [", "a,", 65536, false,
		"f:1:131075: too many values; allowed: 65536 in a file");
}

static void too_big(void **state)
{
	(void)state;
	refuse_many("", "#\n", 1024 * 1024 / 2 + 1, false,
		"f:1:1: the file is too big; allowed: 1 MiB");
}

int main(void)
{
	const struct CMUnitTest sizes[] = {
		cmocka_unit_test(too_many_keys),
		cmocka_unit_test(too_many_values),
		cmocka_unit_test(too_big),
	};

	return refusal_run("yaml", rows, sizeof rows / sizeof *rows) +
	       cmocka_run_group_tests_name("yaml sizes", sizes, NULL, NULL);
}
