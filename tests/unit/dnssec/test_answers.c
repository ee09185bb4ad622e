/* Every question of the world, against what unbound says of it on the same data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dnssec/world.h"

#define QUESTIONS_MAX 400

/* Where unbound 1.17 says otherwise, and why. docs/decisions/0015-dnssec.md has them. */
static const struct other {
	const char *key, *verdict;
} others[] = {
	/* A DS with SHA-1 that fits does not count beside one with SHA-256 (RFC 4509
	 * §3). */
	{ "bothds.test DNSKEY", "bogus" },
	{ "www.bothds.test A", "bogus" },
	/* A CNAME that was asked for and follows from a signed DNAME (RFC 6672 §5.3). */
	{ "www.d.links.test CNAME", "secure" },
	{ "no.d.links.test CNAME", "secure" },
	{ "a.b.wild.d.links.test CNAME", "secure" },
};

static const char *verdict_of(const struct world_question *question)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (strcmp(others[i].key, question->key) == 0)
			return others[i].verdict;
	}
	return question->verdict;
}

static unsigned differences(bool clear)
{
	static struct world_question questions[QUESTIONS_MAX];
	size_t n = world_questions(questions, QUESTIONS_MAX);
	struct dnssec_anchors *anchors = world_anchors(world_anchor_text());
	struct dnssec_policy policy = { .anchors = anchors,
		.limits = dnssec_limits_default };
	struct dnssec_keys *keys;
	unsigned wrong = 0;

	assert_true(n > 200 && n < QUESTIONS_MAX);
	assert_int_equal(dnssec_keys_new(DNSSEC_KEYS_DEFAULT_BYTES, &keys), STATUS_OK);
	for (size_t i = 0; i < n; i++) {
		struct validation *v =
			world_start(&policy, keys, questions[i].key, WORLD_NOW);
		const char *said;

		world_finish(v, NULL);
		said = validation_state_text(validation_result(v)->state);
		if (strcmp(said, verdict_of(&questions[i])) != 0) {
			print_error("%s: %s, not %s: %s\n", questions[i].key, said,
				verdict_of(&questions[i]),
				validation_result(v)->ede.text);
			wrong++;
		}
		validation_free(v);
		if (clear)
			dnssec_keys_clear(keys);
	}
	dnssec_keys_free(keys);
	dnssec_anchors_free(anchors);
	return wrong;
}

static void cold(void **state)
{
	(void)state;
	assert_int_equal(differences(true), 0);
}

static void remembering(void **state)
{
	(void)state;
	assert_int_equal(differences(false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cold),
		cmocka_unit_test(remembering),
	};
	int failed;

	world_load();
	failed = cmocka_run_group_tests_name("answers", tests, NULL, NULL);
	world_free();
	return failed;
}
