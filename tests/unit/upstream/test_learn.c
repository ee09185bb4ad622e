/* An upstream that learns whose keys stand above its own, with a server that changes
 * them: not one byte of a question goes to the new one before it is accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "tests/unit/upstream/lab.h"

struct world {
	struct lab lab;
	struct issuer other; /* a CA that is trusted as much as the first */
	EVP_PKEY *key;
	X509 *leaf; /* of the other CA */
};

static int setup(void **state)
{
	static const struct cert_spec spec = { .cn = "dns.lab",
		.san = "DNS:dns.lab,IP:127.0.0.1" };
	static struct world w;

	memset(&w, 0, sizeof w);
	lab_init(&w.lab);
	w.other = make_ca("Other CA", NULL);
	w.key = make_key();
	w.leaf = make_cert(&spec, w.key, &w.other, NULL);
	make_bundle(w.lab.ca_file,
		(X509 *const[]){ w.lab.bench.ca.certificate, w.other.certificate }, 2);
	w.lab.config.upstream_n = 1;
	w.lab.upstreams[0].policy.pin_mode = PIN_LEARN;
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	lab_deinit(&w->lab);
	X509_free(w->leaf);
	EVP_PKEY_free(w->key);
	issuer_deinit(&w->other);
	return 0;
}

static void assert_answered(struct world *w)
{
	struct asked a;

	assert_int_equal(lab_try(&w->lab, &a, "a"), STATUS_OK);
	lab_assert_answered_by(&w->lab, &a, "a");
}

/* By its keys, and nothing was sent. */
static void assert_refused(struct world *w)
{
	unsigned queries = w->lab.servers[0].queries;
	struct asked a;

	assert_int_equal(lab_try(&w->lab, &a, "a"), STATUS_OK);
	lab_wait_for(&w->lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_POLICY);
	assert_non_null(strstr(a.ede.text, "a: pin_mismatch"));
	assert_int_equal(w->lab.servers[0].queries, queries);
}

static struct upstream *learner(const struct world *w)
{
	return w->lab.set.items[0];
}

/* The server's certificate is the other CA's from now on; connections end, and so do
 * tickets, which are the first server's. */
static void change_issuer(struct world *w, X509 *leaf, EVP_PKEY *key)
{
	static uint8_t ticket_keys[80]; /* as SSL_CTX_get_tlsext_ticket_keys(3) says */
	struct dot_server *server = &w->lab.servers[0];

	ticket_keys[0]++;
	assert_int_equal(SSL_CTX_set_tlsext_ticket_keys(
				 server->ssl, ticket_keys, sizeof ticket_keys),
		1);
	assert_int_equal(SSL_CTX_use_certificate(server->ssl, leaf), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server->ssl, key), 1);
	dot_server_hang_up(server);
	bench_settle(&w->lab.bench.loop);
}

static void change_to_other(struct world *w)
{
	change_issuer(w, w->leaf, w->key);
}

static void take_over(struct world *w, enum status expected, struct learned_pins *was)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	const struct contact_choice anybody = { NULL, NULL };

	assert_int_equal(upstream_accept(learner(w), &anybody, &error, was), expected);
	assert_true((expected == STATUS_OK) == (error.n == 0));
}

static struct pin learned_issuer(const struct world *w)
{
	assert_true(upstream_contact(learner(w))->known);
	return upstream_contact(learner(w))->learned.pins.issuer;
}

static void another_issuer_is_refused_until_it_is_accepted(void **state)
{
	struct world *w = *state;
	struct pin first = make_pin(w->lab.bench.ca.certificate);
	struct pin second = make_pin(w->other.certificate);
	struct learned_pins was;
	struct pin seen;

	lab_load(&w->lab);
	assert_answered(w);
	seen = learned_issuer(w);
	assert_true(pin_equal(&seen, &first));
	take_over(w, STATUS_NOTFOUND, &was);
	change_to_other(w);
	assert_refused(w);
	seen = learned_issuer(w);
	assert_true(pin_equal(&seen, &first));
	take_over(w, STATUS_OK, &was);
	assert_true(pin_equal(&was.issuer, &first));
	seen = learned_issuer(w);
	assert_true(pin_equal(&seen, &second));
	/* At once, whatever the back-off was. */
	assert_non_null(upstream_conn(learner(w)));
	assert_answered(w);
}

/* The old keys are refused then. */
static void what_was_accepted_replaces_what_was_learned(void **state)
{
	struct world *w = *state;
	struct learned_pins was;

	lab_load(&w->lab);
	assert_answered(w);
	change_to_other(w);
	assert_refused(w);
	take_over(w, STATUS_OK, &was);
	assert_answered(w);
	change_issuer(w, w->lab.bench.leaf, w->lab.bench.key);
	assert_refused(w);
}

/* It was let in by keys that do not count any more. */
static void what_is_open_ends_when_others_are_accepted(void **state)
{
	struct world *w = *state;
	struct learned_pins was;

	lab_load(&w->lab);
	assert_answered(w);
	change_to_other(w);
	assert_refused(w);
	change_issuer(w, w->lab.bench.leaf, w->lab.bench.key);
	assert_answered(w);
	take_over(w, STATUS_OK, &was);
	assert_refused(w);
}

/* The twin: the same change, and nobody learns. */
static void who_does_not_learn_is_only_told(void **state)
{
	struct world *w = *state;
	struct learned_pins was;

	w->lab.upstreams[0].policy.pin_mode = PIN_ENFORCE;
	lab_load(&w->lab);
	assert_answered(w);
	change_to_other(w);
	assert_answered(w);
	assert_int_equal(upstream_contact(learner(w))->changes, 1);
	take_over(w, STATUS_UNSUPPORTED, &was);
}

static void a_new_key_under_the_same_issuer_is_fine(void **state)
{
	static const struct cert_spec spec = { .cn = "dns.lab",
		.san = "DNS:dns.lab,IP:127.0.0.1" };
	struct world *w = *state;
	X509 *leaf = make_cert(&spec, w->key, &w->lab.bench.ca, NULL);

	lab_load(&w->lab);
	assert_answered(w);
	change_issuer(w, leaf, w->key);
	assert_answered(w);
	X509_free(leaf);
}

/* What is learned outlives the set: it is read from disk. */
static void a_restart_does_not_forget(void **state)
{
	struct world *w = *state;
	const struct upstream_events events = w->lab.set.events;
	struct upstream_set *set = &w->lab.set;

	lab_load(&w->lab);
	assert_answered(w);
	change_to_other(w);
	upstream_set_deinit(set);
	upstream_shared_deinit(&w->lab.shared);
	assert_int_equal(upstream_shared_init(&w->lab.shared, 1), STATUS_OK);
	upstream_set_init(set, &w->lab.bench.loop, &w->lab.shared, &events);
	lab_load(&w->lab);
	assert_refused(w);
}

static void a_reload_keeps_the_connection(void **state)
{
	struct world *w = *state;
	struct upstream *before;

	lab_load(&w->lab);
	assert_answered(w);
	before = learner(w);
	lab_load(&w->lab);
	assert_ptr_equal(learner(w), before);
	assert_answered(w);
	assert_int_equal(w->lab.servers[0].accepted, 1);
	change_to_other(w);
	assert_refused(w);
}

/* Addresses may change; whose keys are known stays. */
static void another_configuration_does_not_forget(void **state)
{
	struct world *w = *state;
	struct upstream *before;

	lab_load(&w->lab);
	assert_answered(w);
	before = learner(w);
	w->lab.upstreams[0].policy.min_version = TLS_1_3;
	change_to_other(w);
	lab_load(&w->lab);
	assert_ptr_not_equal(learner(w), before);
	assert_refused(w);
}

/* Removing the record is how an operator starts anew. */
static void a_record_taken_away_is_forgotten_at_a_reload(void **state)
{
	struct world *w = *state;
	char path[MAKE_DIRECTORY_MAX + 16];

	lab_load(&w->lab);
	assert_answered(w);
	change_to_other(w);
	assert_refused(w);
	snprintf(path, sizeof path, "%s/learned/a", w->lab.directory);
	assert_int_equal(unlink(path), 0);
	lab_load(&w->lab);
	assert_answered(w);
}

static void a_broken_record_stops_a_reload(void **state)
{
	struct world *w = *state;
	char path[MAKE_DIRECTORY_MAX + 16], words[512];
	struct text error = text_in(words, sizeof words);
	struct upstream_plan plan;
	FILE *f;

	lab_load(&w->lab);
	assert_answered(w);
	snprintf(path, sizeof path, "%s/learned/a", w->lab.directory);
	f = fopen(path, "a");
	assert_non_null(f);
	fputs("junk\n", f);
	assert_int_equal(fclose(f), 0);
	lab_write(&w->lab);
	assert_int_equal(upstream_set_prepare(&w->lab.set, &w->lab.config, &error, &plan),
		STATUS_CONFIG);
	assert_non_null(strstr(words, "/learned/a:5: "));
	assert_answered(w);
	assert_int_equal(w->lab.servers[0].accepted, 1);
}

/* A check of the configuration leaves state as it is. */
static void a_set_without_a_loop_writes_no_record(void **state)
{
	static const struct upstream_events no_events = { 0 };
	struct world *w = *state;
	char path[MAKE_DIRECTORY_MAX + 16], words[512];
	struct text error = text_in(words, sizeof words);
	struct upstream_set set;
	struct upstream_plan plan;

	lab_write(&w->lab);
	upstream_set_init(&set, NULL, &w->lab.shared, &no_events);
	assert_int_equal(
		upstream_set_prepare(&set, &w->lab.config, &error, &plan), STATUS_OK);
	upstream_plan_discard(&plan);
	snprintf(path, sizeof path, "%s/learned", w->lab.directory);
	assert_int_not_equal(access(path, F_OK), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_issuer_is_refused_until_it_is_accepted),
		TEST(what_was_accepted_replaces_what_was_learned),
		TEST(what_is_open_ends_when_others_are_accepted),
		TEST(who_does_not_learn_is_only_told),
		TEST(a_new_key_under_the_same_issuer_is_fine),
		TEST(a_restart_does_not_forget),
		TEST(a_reload_keeps_the_connection),
		TEST(another_configuration_does_not_forget),
		TEST(a_record_taken_away_is_forgotten_at_a_reload),
		TEST(a_broken_record_stops_a_reload),
		TEST(a_set_without_a_loop_writes_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
