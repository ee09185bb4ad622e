/* Two sets of upstreams, as two workers have them: whoever meets a server first learns
 * its keys for both, and not one byte of a question goes to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "tests/unit/upstream/lab.h"

#define SETS 2

struct world {
	struct lab lab;      /* with the first set */
	struct issuer other; /* a CA that is trusted as much as the first */
	EVP_PKEY *key;
	X509 *leaf; /* of the other CA */
	struct upstream_set second;
	struct exchanger *exchangers[SETS];
};

static struct upstream_set *set_of(struct world *w, unsigned set)
{
	return set == 0 ? &w->lab.set : &w->second;
}

static struct upstream *learner(struct world *w, unsigned set)
{
	return set_of(w, set)->items[0];
}

static void load_both(struct world *w)
{
	const struct exchanger_options asking = { .strategy = STRATEGY_ORDERED };
	struct upstream_plan plans[SETS];
	char words[256];
	struct text error = text_in(words, sizeof words);

	lab_write(&w->lab);
	for (unsigned i = 0; i < SETS; i++) {
		upstream_set_catch_up(set_of(w, i));
		assert_int_equal(upstream_set_prepare(
					 set_of(w, i), &w->lab.config, &error, &plans[i]),
			STATUS_OK);
	}
	shared_contact_clear(&w->lab.shared);
	for (unsigned i = 0; i < SETS; i++)
		upstream_set_commit(set_of(w, i), &plans[i]);
	w->lab.in_force = 1 - w->lab.in_force;
	for (unsigned i = 0; i < SETS && w->exchangers[i] == NULL; i++)
		assert_int_equal(exchanger_new(set_of(w, i), &asking, &w->exchangers[i]),
			STATUS_OK);
}

static int setup(void **state)
{
	static const struct cert_spec spec = { .cn = "dns.lab",
		.san = "DNS:dns.lab,IP:127.0.0.1" };
	const struct upstream_events *events;
	static struct world w;

	memset(&w, 0, sizeof w);
	lab_init(&w.lab);
	upstream_shared_deinit(&w.lab.shared);
	assert_int_equal(upstream_shared_init(&w.lab.shared, SETS), STATUS_OK);
	events = &w.lab.set.events;
	upstream_set_init(&w.second, &w.lab.bench.loop, &w.lab.shared, events);
	w.other = make_ca("Other CA", NULL);
	w.key = make_key();
	w.leaf = make_cert(&spec, w.key, &w.other, NULL);
	make_bundle(w.lab.ca_file,
		(X509 *const[]){ w.lab.bench.ca.certificate, w.other.certificate }, 2);
	w.lab.config.upstream_n = 1;
	w.lab.upstreams[0].policy.pin_mode = PIN_LEARN;
	load_both(&w);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	exchanger_free(w->exchangers[1]);
	upstream_set_deinit(&w->second);
	w->lab.exchanger = w->exchangers[0];
	lab_deinit(&w->lab);
	X509_free(w->leaf);
	EVP_PKEY_free(w->key);
	issuer_deinit(&w->other);
	return 0;
}

static void assert_answered(struct world *w, unsigned set)
{
	struct asked a;

	w->lab.exchanger = w->exchangers[set];
	assert_int_equal(lab_try(&w->lab, &a, "a"), STATUS_OK);
	lab_assert_answered_by(&w->lab, &a, "a");
}

static void assert_refused(struct world *w, unsigned set)
{
	unsigned queries = w->lab.servers[0].queries;
	struct asked a;

	w->lab.exchanger = w->exchangers[set];
	assert_int_equal(lab_try(&w->lab, &a, "a"), STATUS_OK);
	lab_wait_for(&w->lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_POLICY);
	assert_non_null(strstr(a.ede.text, "a: pin_mismatch"));
	assert_int_equal(w->lab.servers[0].queries, queries);
}

/* Connections stay. */
static void change_issuer(struct world *w)
{
	struct dot_server *server = &w->lab.servers[0];

	assert_int_equal(SSL_CTX_use_certificate(server->ssl, w->leaf), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server->ssl, w->key), 1);
}

/* The second set does not know of the first contact while it judges the server, only when
 * the connection is open: in time. */
static void one_first_contact_binds_both(void **state)
{
	struct world *w = *state;

	assert_answered(w, 0);
	change_issuer(w);
	assert_false(upstream_contact(learner(w, 1))->known);
	assert_refused(w, 1);
	assert_true(contact_same(
		upstream_contact(learner(w, 0)), upstream_contact(learner(w, 1))));
	assert_answered(w, 0);
}

static void the_same_keys_are_fine(void **state)
{
	struct world *w = *state;

	assert_answered(w, 0);
	assert_answered(w, 1);
	assert_int_equal(upstream_contact(learner(w, 1))->learned.refused_n, 0);
}

static void who_was_refused_by_one_is_told_by_the_other(void **state)
{
	struct world *w = *state;

	assert_answered(w, 0);
	change_issuer(w);
	assert_refused(w, 1);
	assert_int_equal(upstream_contact(learner(w, 0))->learned.refused_n, 0);
	upstream_set_catch_up(&w->lab.set);
	assert_int_equal(upstream_contact(learner(w, 0))->learned.refused_n, 1);
}

static void accepted_for_one_is_accepted_for_both(void **state)
{
	const struct contact_choice anybody = { NULL, NULL };
	struct world *w = *state;
	char words[256];
	struct text error = text_in(words, sizeof words);
	struct learned_pins was;

	assert_answered(w, 0);
	change_issuer(w);
	assert_refused(w, 1);
	assert_int_equal(
		upstream_accept(learner(w, 0), &anybody, &error, &was), STATUS_OK);
	upstream_follow_accepted(learner(w, 1));
	assert_answered(w, 1);
	assert_answered(w, 0);
}

static void a_reload_forgets_nothing(void **state)
{
	struct world *w = *state;

	assert_answered(w, 0);
	load_both(w);
	change_issuer(w);
	assert_refused(w, 1);
	assert_answered(w, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_first_contact_binds_both),
		TEST(the_same_keys_are_fine),
		TEST(who_was_refused_by_one_is_told_by_the_other),
		TEST(accepted_for_one_is_accepted_for_both),
		TEST(a_reload_forgets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
