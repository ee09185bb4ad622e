/* conf/pintle.yaml, and the examples of its manual page, are taken. */
#include "tree_file.h"

#include <string.h>

#include "taken.h"

static void loads(void **state)
{
	char path[4096];
	struct config *config = NULL;
	struct config_error error;

	(void)state;
	tree_path("conf/pintle.yaml", path, sizeof path);
	if (config_load(path, &config, &error) != STATUS_OK)
		fail_msg("%s", error.text);
	/* Two operators, PKIX and a name for each, and nobody's leaf pinned. */
	assert_int_equal(config->upstream_n, 2);
	for (size_t i = 0; i < config->upstream_n; i++) {
		assert_true(config->upstreams[i].address_n >= 2);
		assert_int_equal(config->upstreams[i].policy.pkix, PKIX_REQUIRE);
		assert_int_equal(config->upstreams[i].policy.identity, IDENTITY_NAME);
		assert_int_equal(config->upstreams[i].policy.pins.n, 0);
		assert_int_equal(config->upstreams[i].policy.ct, CT_MODE_REQUIRE);
	}
	config_free(config);
}

/* "#listen: …" and "#  ca_path: …" become keys; "# prose" stays a comment. */
static void uncomment(char *yaml)
{
	for (char *line = yaml; *line != '\0';
		line += strcspn(line, "\n"), line += *line != '\0') {
		bool key = line[0] == '#' && line[1] >= 'a' && line[1] <= 'z';
		bool nested =
			strncmp(line, "#  ", 3) == 0 && line[3] >= 'a' && line[3] <= 'z';

		if (key)
			memmove(line, line + 1, strlen(line));
		if (nested)
			line[0] = ' ';
	}
}

static void comments_show_the_defaults(void **state)
{
	static char yaml[TREE_FILE_BYTES_MAX];
	struct config *given, *full;

	(void)state;
	tree_file("conf/pintle.yaml", yaml);
	given = parsed(yaml);
	uncomment(yaml);
	full = parsed(yaml);
	assert_null(given->user);
	assert_string_equal(full->user, "pintle");
	assert_int_equal(full->listen_n, given->listen_n);
	for (size_t i = 0; i < full->listen_n; i++)
		assert_true(endpoint_equal(&full->listen[i], &given->listen[i]));
	assert_int_equal(full->allow_n, given->allow_n);
	assert_memory_equal(
		full->allow, given->allow, full->allow_n * sizeof *full->allow);
	assert_string_equal(full->control, given->control);
	assert_string_equal(full->state_dir, given->state_dir);
	assert_int_equal(full->log_level, given->log_level);
	assert_int_equal(full->log_queries, given->log_queries);
	assert_int_equal(full->log_privacy, given->log_privacy);
	assert_int_equal(full->limit_clients, given->limit_clients);
	assert_int_equal(full->limit_queries_in_flight, given->limit_queries_in_flight);
	assert_int_equal(full->limit_timeout_ms, given->limit_timeout_ms);
	assert_int_equal(full->cache_size_bytes, given->cache_size_bytes);
	assert_int_equal(full->cache_min_ttl_s, given->cache_min_ttl_s);
	assert_int_equal(full->cache_max_ttl_s, given->cache_max_ttl_s);
	assert_int_equal(full->cache_stale_s, given->cache_stale_s);
	assert_int_equal(full->cache_prefetch, given->cache_prefetch);
	assert_int_equal(full->strategy, given->strategy);
	assert_int_equal(full->hedge, given->hedge);
	assert_int_equal(full->edns_padding, given->edns_padding);
	assert_int_equal(full->dnssec, given->dnssec);
	assert_null(full->dnssec_anchors);
	assert_int_equal(full->dnssec_negative_n, given->dnssec_negative_n);
	assert_int_equal(full->trust_ad, given->trust_ad);
	assert_true(config_upstream_equal(&full->upstreams[0], &given->upstreams[0]));
	assert_true(config_upstream_equal(&full->upstreams[1], &given->upstreams[1]));
	config_free(given);
	config_free(full);
}

/* Each ".Bd -literal" of the page is a whole file. */
static void the_manual_s_examples(void **state)
{
	static char manual[TREE_FILE_BYTES_MAX];
	static const char open[] = ".Bd -literal -offset indent\n", close[] = ".Ed\n";
	char *next = manual;
	size_t n = 0;

	(void)state;
	tree_file("docs/man/pintle.yaml.5", manual);
	while ((next = strstr(next, open)) != NULL) {
		char *yaml = next + strlen(open), *end = strstr(yaml, close);

		assert_non_null(end);
		*end = '\0';
		config_free(parsed(yaml));
		next = end + 1;
		n++;
	}
	assert_int_equal(n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads),
		cmocka_unit_test(comments_show_the_defaults),
		cmocka_unit_test(the_manual_s_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
