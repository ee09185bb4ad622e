/* Paths: what verifies, against which roots, and that a chain which did not is
 * never shown as one that was built. */
#include "tls/peer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/make_cert.h"
#include "tls/roots.h"
#include "tls/verdict.h"

#define NOW MAKE_CERT_NOW

/* root (trusted) -> inter -> leaf; stranger is nobody's root. */
static struct world {
	struct issuer root, inter, stranger;
	struct issuer leaf;
	char directory[MAKE_DIRECTORY_MAX], bundle[MAKE_DIRECTORY_MAX + 16];
} world;

static struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
static const struct cert_spec leaf_spec = { .cn = "dns", .san = "DNS:dns.lab" };

static int set_up(void **state)
{
	(void)state;
	world.root = make_ca("Root", NULL);
	world.inter = make_ca("Inter", &world.root);
	world.stranger = make_ca("Stranger", NULL);
	world.leaf.key = make_key();
	world.leaf.certificate =
		make_cert(&leaf_spec, world.leaf.key, &world.inter, NULL);
	make_directory(world.directory);
	make_hashed_file(world.directory, world.root.certificate);
	snprintf(world.bundle, sizeof world.bundle, "%s/bundle", world.directory);
	policy.ca_path = world.directory;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove_directory(world.directory);
	issuer_deinit(&world.leaf);
	issuer_deinit(&world.stranger);
	issuer_deinit(&world.inter);
	issuer_deinit(&world.root);
	return 0;
}

static X509_STORE *open_roots(const char *ca_file, const char *ca_path)
{
	char words[300];
	struct text error = text_in(words, sizeof words);
	X509_STORE *out;

	assert_int_equal(roots_open(ca_file, ca_path, &error, &out), STATUS_OK);
	return out;
}

/* The trusted directory as it is, with a store of its own: what a store has seen
 * it keeps. */
static enum status collect(X509 *const *sent, size_t n, struct peer *out)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	X509_STORE *roots = open_roots(NULL, world.directory);
	STACK_OF(X509) *list = make_list(sent, n);
	enum status status = peer_collect(
		&policy, roots, list, bytes_of(address, sizeof address), NOW, out);

	sk_X509_pop_free(list, X509_free);
	X509_STORE_free(roots);
	return status;
}

static enum status collect_with_bundle(X509 *const *trusted, size_t trusted_n,
	X509 *const *sent, size_t n, struct peer *out)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	STACK_OF(X509) *list = make_list(sent, n);
	struct tls_policy bundled = policy;
	enum status status;
	X509_STORE *roots;

	bundled.ca_file = world.bundle;
	bundled.ca_path = NULL;
	make_bundle(world.bundle, trusted, trusted_n);
	roots = open_roots(world.bundle, NULL);
	status = peer_collect(
		&bundled, roots, list, bytes_of(address, sizeof address), NOW, out);
	unlink(world.bundle);
	sk_X509_pop_free(list, X509_free);
	X509_STORE_free(roots);
	return status;
}

static void assert_refused(const struct peer *peer, int path_error)
{
	assert_int_equal(peer->path_error, path_error);
	assert_int_equal(peer->built.n, 0);
}

static void assert_built(const struct peer *peer, size_t n)
{
	assert_int_equal(peer->path_error, X509_V_OK);
	assert_int_equal(peer->built.n, n);
}

static void assert_reason(const struct peer *peer, const X509 *pinned, enum reason reason)
{
	struct pin pin = make_pin(pinned);
	struct tls_policy pinning = policy;
	struct verdict v;

	pinning.pins = (struct pinset){ &pin, 1 };
	verdict_reach(&pinning, peer, &v);
	assert_string_equal(reason_word(v.reason), reason_word(reason));
	assert_int_equal(v.accepted, reason == REASON_NONE);
}

static void a_chain_to_the_root(void **state)
{
	X509 *sent[] = { world.leaf.certificate, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	assert_reason(&peer, world.stranger.certificate, REASON_PIN_MISMATCH);
}

static void the_order_sent_does_not_matter(void **state)
{
	X509 *sent[] = { world.leaf.certificate, world.root.certificate,
		world.stranger.certificate, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 4, &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_int_equal(peer.sent.n, 4);
	assert_reason(&peer, world.stranger.certificate, REASON_PIN_MISMATCH);
}

static void without_the_intermediate(void **state)
{
	struct peer peer;

	(void)state;
	assert_int_equal(collect(&world.leaf.certificate, 1, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

static void self_signed(void **state)
{
	X509 *leaf = make_cert(&leaf_spec, world.leaf.key, NULL, NULL);
	struct peer peer;

	(void)state;
	assert_int_equal(collect(&leaf, 1, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	assert_reason(&peer, leaf, REASON_PKIX_UNTRUSTED);
	X509_free(leaf);
}

/* What three other resolvers take: their own chain with the genuine one behind. */
static void genuine_certificates_appended(void **state)
{
	EVP_PKEY *key = make_key();
	X509 *own = make_cert(&leaf_spec, key, NULL, NULL);
	X509 *sent[] = { own, world.leaf.certificate, world.inter.certificate,
		world.root.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 4, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	assert_reason(&peer, world.leaf.certificate, REASON_PKIX_UNTRUSTED);
	X509_free(own);
	EVP_PKEY_free(key);
}

/* The same from a CA that is trusted, but is not the pinned one. */
static void genuine_certificate_appended_to_a_trusted_chain(void **state)
{
	EVP_PKEY *key = make_key();
	X509 *other = make_cert(&leaf_spec, key, &world.root, NULL);
	X509 *sent[] = { other, world.leaf.certificate, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 3, &peer), STATUS_OK);
	assert_built(&peer, 2);
	assert_int_equal(peer.sent.n, 3);
	assert_reason(&peer, world.leaf.certificate, REASON_PIN_MISMATCH);
	assert_reason(&peer, world.inter.certificate, REASON_PIN_MISMATCH);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	X509_free(other);
	EVP_PKEY_free(key);
}

static void an_unknown_root_sent_along(void **state)
{
	X509 *leaf = make_cert(&leaf_spec, world.leaf.key, &world.stranger, NULL);
	X509 *sent[] = { leaf, world.stranger.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
	assert_reason(&peer, world.stranger.certificate, REASON_PKIX_UNTRUSTED);
	X509_free(leaf);
}

/* Signed by the wrong key, in the pinned issuer's name: OpenSSL's chain of this
 * failed verification has the genuine issuer in it. */
static void a_forged_leaf_that_names_the_pinned_issuer(void **state)
{
	X509 *leaf =
		make_cert(&leaf_spec, world.leaf.key, &world.inter, world.stranger.key);
	X509 *sent[] = { leaf, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_CERT_SIGNATURE_FAILURE);
	assert_reason(&peer, world.inter.certificate, REASON_PKIX_SIGNATURE);
	assert_reason(&peer, world.root.certificate, REASON_PKIX_SIGNATURE);
	X509_free(leaf);
}

/* The same where the root is unknown: the signature is not even looked at. */
static void a_forged_leaf_under_an_unknown_root(void **state)
{
	struct issuer inter = make_ca("Other", &world.stranger);
	X509 *leaf = make_cert(&leaf_spec, world.leaf.key, &inter, world.root.key);
	X509 *sent[] = { leaf, inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	assert_reason(&peer, inter.certificate, REASON_PKIX_UNTRUSTED);
	X509_free(leaf);
	issuer_deinit(&inter);
}

/* A CA with what it may issue; it signs a leaf for dns.lab. */
static const struct limit {
	const char *name;
	int path_error;
	struct cert_spec issuer;
} limits[] = {
	{ "a CA", X509_V_OK, { .cn = "CA", .constraints = "critical,CA:TRUE" } },
	{ "a CA for leaves only", X509_V_OK,
		{ .cn = "CA", .constraints = "critical,CA:TRUE,pathlen:0" } },
	{ "a CA for this name", X509_V_OK,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "permitted;DNS:lab" } },
	{ "a CA that excludes others", X509_V_OK,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "excluded;DNS:corp" } },
	{ "a CA for TLS servers", X509_V_OK,
		{ .cn = "CA",
			.constraints = "CA:TRUE",
			.extended_usage = "serverAuth" } },

	{ "not a CA", X509_V_ERR_INVALID_CA,
		{ .cn = "CA", .constraints = "critical,CA:FALSE" } },
	{ "does not say that it is one", X509_V_ERR_INVALID_CA, { .cn = "CA" } },
	{ "a CA for other names", X509_V_ERR_PERMITTED_VIOLATION,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "permitted;DNS:corp" } },
	{ "a CA that excludes this name", X509_V_ERR_EXCLUDED_VIOLATION,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "excluded;DNS:lab" } },
	{ "a CA for mail", X509_V_ERR_INVALID_PURPOSE,
		{ .cn = "CA",
			.constraints = "CA:TRUE",
			.extended_usage = "emailProtection" } },
	{ "a CA that has expired", X509_V_ERR_CERT_HAS_EXPIRED,
		{ .cn = "CA", .constraints = "CA:TRUE", .not_after_s = NOW - 1 } },
	{ "a CA of tomorrow", X509_V_ERR_CERT_NOT_YET_VALID,
		{ .cn = "CA", .constraints = "CA:TRUE", .not_before_s = NOW + 1 } },
	{ "a CA signed with SHA-1", X509_V_ERR_CA_MD_TOO_WEAK,
		{ .cn = "CA", .constraints = "CA:TRUE", .digest = "SHA1" } },
};

static void limit_row(void **state)
{
	const struct limit *row = *state;
	struct issuer ca = { .key = make_key() };
	struct peer peer;
	X509 *sent[2];

	ca.certificate = make_cert(&row->issuer, ca.key, &world.root, NULL);
	sent[0] = make_cert(&leaf_spec, world.leaf.key, &ca, NULL);
	sent[1] = ca.certificate;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_int_equal(peer.path_error, row->path_error);
	assert_int_equal(peer.built.n, row->path_error == X509_V_OK ? 3 : 0);
	X509_free(sent[0]);
	issuer_deinit(&ca);
}

static void a_ca_below_one_for_leaves_only(void **state)
{
	const struct cert_spec spec = { .cn = "CA",
		.constraints = "critical,CA:TRUE,pathlen:0" };
	struct issuer upper = { .key = make_key() }, lower;
	struct peer peer;
	X509 *sent[3];

	(void)state;
	upper.certificate = make_cert(&spec, upper.key, &world.root, NULL);
	lower = make_ca("Lower", &upper);
	sent[0] = make_cert(&leaf_spec, world.leaf.key, &lower, NULL);
	sent[1] = lower.certificate;
	sent[2] = upper.certificate;
	assert_int_equal(collect(sent, 3, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_PATH_LENGTH_EXCEEDED);
	assert_reason(&peer, upper.certificate, REASON_PKIX_CONSTRAINT);
	X509_free(sent[0]);
	issuer_deinit(&lower);
	issuer_deinit(&upper);
}

static void a_weak_issuer(void **state)
{
	const struct cert_spec spec = { .cn = "Weak", .constraints = "CA:TRUE" };
	struct issuer ca = { .key = make_rsa_key(1024) };
	struct peer peer;
	X509 *sent[2];

	(void)state;
	ca.certificate = make_cert(&spec, ca.key, &world.root, NULL);
	sent[0] = make_cert(&leaf_spec, world.leaf.key, &ca, NULL);
	sent[1] = ca.certificate;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_CA_KEY_TOO_SMALL);
	assert_reason(&peer, ca.certificate, REASON_PKIX_WEAK);
	X509_free(sent[0]);
	issuer_deinit(&ca);
}

/* A chain of CAs below the root. */
static void make_links(struct issuer *cas, size_t n)
{
	char cn[40];

	for (size_t i = 0; i < n; i++) {
		snprintf(cn, sizeof cn, "Link %zu", i);
		cas[i] = make_ca(cn, i == 0 ? &world.root : &cas[i - 1]);
	}
}

/* Every certificate of the longest chain that is accepted is looked at: none may
 * hide behind the end of the array. */
static void the_longest_chain(void **state)
{
	struct issuer cas[PEER_CHAIN_MAX];
	X509 *sent[PEER_CHAIN_MAX + 1];
	struct peer peer;

	(void)state;
	make_links(cas, PEER_CHAIN_MAX);
	for (size_t links = 7; links <= PEER_CHAIN_MAX; links++) {
		sent[0] = make_cert(&leaf_spec, world.leaf.key, &cas[links - 1], NULL);
		for (size_t i = 0; i < links; i++)
			sent[1 + i] = cas[links - 1 - i].certificate;
		assert_int_equal(collect(sent, 1 + links, &peer), STATUS_OK);
		if (links + 2 <= PEER_CHAIN_MAX) {
			assert_built(&peer, links + 2);
			assert_reason(&peer, world.root.certificate, REASON_NONE);
		} else {
			assert_refused(&peer, X509_V_ERR_CERT_CHAIN_TOO_LONG);
		}
		X509_free(sent[0]);
	}
	for (size_t i = PEER_CHAIN_MAX; i-- > 0;)
		issuer_deinit(&cas[i]);
}

/* A bundle may end a chain anywhere: is it still short enough to be seen whole? */
static void the_longest_chain_to_a_bundle(void **state)
{
	struct issuer cas[PEER_CHAIN_MAX + 1];
	X509 *sent[PEER_CHAIN_MAX + 2];
	struct peer peer;

	(void)state;
	make_links(cas, PEER_CHAIN_MAX + 1);
	for (size_t links = 7; links <= PEER_CHAIN_MAX; links++) {
		sent[0] = make_cert(&leaf_spec, world.leaf.key, &cas[links], NULL);
		for (size_t i = 0; i < links; i++)
			sent[1 + i] = cas[links - i].certificate;
		assert_int_equal(collect_with_bundle(
					 &cas[0].certificate, 1, sent, 1 + links, &peer),
			STATUS_OK);
		if (links + 2 <= PEER_CHAIN_MAX)
			assert_built(&peer, links + 2);
		else
			assert_refused(&peer, X509_V_ERR_CERT_CHAIN_TOO_LONG);
		X509_free(sent[0]);
	}
	for (size_t i = PEER_CHAIN_MAX + 1; i-- > 0;)
		issuer_deinit(&cas[i]);
}

static void more_certificates_than_are_kept(void **state)
{
	X509 *sent[25] = { world.leaf.certificate };
	struct peer peer;

	(void)state;
	for (size_t i = 1; i < ROWS(sent); i++)
		sent[i] = world.stranger.certificate;
	sent[ROWS(sent) - 1] = world.inter.certificate;
	assert_int_equal(collect(sent, ROWS(sent), &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_int_equal(peer.sent.n, PEER_CHAIN_MAX);
}

static void a_bundle_ends_a_chain_at_any_certificate(void **state)
{
	struct peer peer;

	(void)state;
	assert_int_equal(collect_with_bundle(&world.inter.certificate, 1,
				 &world.leaf.certificate, 1, &peer),
		STATUS_OK);
	assert_built(&peer, 2);
	assert_reason(&peer, world.inter.certificate, REASON_NONE);
	assert_reason(&peer, world.root.certificate, REASON_PIN_MISMATCH);
}

static void a_bundle_of_the_leaf_itself(void **state)
{
	struct peer peer;

	(void)state;
	assert_int_equal(collect_with_bundle(&world.leaf.certificate, 1,
				 &world.leaf.certificate, 1, &peer),
		STATUS_OK);
	assert_built(&peer, 1);
}

static void a_bundle_of_others(void **state)
{
	X509 *sent[] = { world.leaf.certificate, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(
		collect_with_bundle(&world.stranger.certificate, 1, sent, 2, &peer),
		STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

/* Where a chain may end at any certificate of a directory, a root pin stops
 * matching; so it may not. */
static void a_directory_ends_a_chain_at_roots_only(void **state)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	char directory[MAKE_DIRECTORY_MAX];
	STACK_OF(X509) *list = make_list(&world.leaf.certificate, 1);
	X509_STORE *roots;
	struct peer peer;

	(void)state;
	make_directory(directory);
	make_hashed_file(directory, world.inter.certificate);
	roots = open_roots(NULL, directory);
	assert_int_equal(
		peer_collect(&policy, roots, list, bytes_of(address, 4), NOW, &peer),
		STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
	X509_STORE_free(roots);
	sk_X509_pop_free(list, X509_free);
	remove_directory(directory);
}

static void the_intermediate_may_come_from_the_directory(void **state)
{
	struct peer peer;
	char path[200];

	(void)state;
	snprintf(path, sizeof path, "%s/%08lx.0", world.directory,
		X509_subject_name_hash(world.inter.certificate));
	make_bundle(path, &world.inter.certificate, 1);
	assert_int_equal(collect(&world.leaf.certificate, 1, &peer), STATUS_OK);
	assert_built(&peer, 3);
	unlink(path);
}

/* One CA key, certified twice: by itself, and by another trusted root. The chain is
 * the short one, whichever way it is sent, so the pin of the longer's root does
 * not match: refused, never accepted for a chain that was not built. */
static void a_cross_signed_root(void **state)
{
	const struct cert_spec spec = { .cn = "Root", .constraints = "critical,CA:TRUE" };
	X509 *cross = make_cert(&spec, world.root.key, &world.stranger, NULL);
	X509 *sent[] = { world.leaf.certificate, world.inter.certificate, cross };
	X509 *both[] = { world.root.certificate, world.stranger.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect_with_bundle(both, 2, sent, 3, &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	assert_reason(&peer, world.stranger.certificate, REASON_PIN_MISMATCH);

	assert_int_equal(collect_with_bundle(&both[1], 1, sent, 3, &peer), STATUS_OK);
	assert_built(&peer, 4);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	assert_reason(&peer, world.stranger.certificate, REASON_NONE);
	X509_free(cross);
}

/* The first free descriptor is the limit: opening anything is EMFILE. */
static rlim_t use_up_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY);
	struct rlimit limit;
	rlim_t before;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)fd;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static void give_back_descriptors(rlim_t before)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = before;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void lack_of_descriptors_is_no_verdict(void **state)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	X509 *sent[] = { world.leaf.certificate, world.inter.certificate };
	X509_STORE *roots = open_roots(NULL, world.directory);
	STACK_OF(X509) *list = make_list(sent, 2);
	struct bytes to = bytes_of(address, 4);
	enum status status;
	struct peer peer;
	rlim_t before;

	(void)state;
	before = use_up_descriptors();
	status = peer_collect(&policy, roots, list, to, NOW, &peer);
	give_back_descriptors(before);
	assert_int_equal(status, STATUS_IO);
	assert_int_not_equal(peer.path_error, X509_V_OK);
	assert_int_equal(peer.built.n, 0);

	/* Nothing of that sticks to the store. */
	assert_int_equal(peer_collect(&policy, roots, list, to, NOW, &peer), STATUS_OK);
	assert_built(&peer, 3);
	sk_X509_pop_free(list, X509_free);
	X509_STORE_free(roots);
}

/* The directory has gone: that is no word on the server either. */
static void roots_that_vanished_are_no_verdict(void **state)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	X509 *sent[] = { world.leaf.certificate, world.inter.certificate };
	STACK_OF(X509) *list = make_list(sent, 2);
	char directory[MAKE_DIRECTORY_MAX];
	struct tls_policy vanished = policy;
	X509_STORE *roots;
	struct peer peer;

	(void)state;
	make_directory(directory);
	make_hashed_file(directory, world.root.certificate);
	roots = open_roots(NULL, directory);
	remove_directory(directory);
	vanished.ca_path = directory;
	assert_int_equal(
		peer_collect(&vanished, roots, list, bytes_of(address, 4), NOW, &peer),
		STATUS_IO);
	assert_int_equal(peer.built.n, 0);
	sk_X509_pop_free(list, X509_free);
	X509_STORE_free(roots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_to_the_root),
		cmocka_unit_test(the_order_sent_does_not_matter),
		cmocka_unit_test(without_the_intermediate),
		cmocka_unit_test(self_signed),
		cmocka_unit_test(genuine_certificates_appended),
		cmocka_unit_test(genuine_certificate_appended_to_a_trusted_chain),
		cmocka_unit_test(an_unknown_root_sent_along),
		cmocka_unit_test(a_forged_leaf_that_names_the_pinned_issuer),
		cmocka_unit_test(a_forged_leaf_under_an_unknown_root),
		cmocka_unit_test(a_ca_below_one_for_leaves_only),
		cmocka_unit_test(a_weak_issuer),
		cmocka_unit_test(the_longest_chain),
		cmocka_unit_test(the_longest_chain_to_a_bundle),
		cmocka_unit_test(more_certificates_than_are_kept),
		cmocka_unit_test(a_bundle_ends_a_chain_at_any_certificate),
		cmocka_unit_test(a_bundle_of_the_leaf_itself),
		cmocka_unit_test(a_bundle_of_others),
		cmocka_unit_test(a_directory_ends_a_chain_at_roots_only),
		cmocka_unit_test(the_intermediate_may_come_from_the_directory),
		cmocka_unit_test(a_cross_signed_root),
		cmocka_unit_test(lack_of_descriptors_is_no_verdict),
		cmocka_unit_test(roots_that_vanished_are_no_verdict),
	};
	int failed;

	set_up(NULL);
	failed = run_rows("issuers", limits, sizeof *limits, ROWS(limits), limit_row);
	failed += cmocka_run_group_tests_name("paths", tests, NULL, NULL);
	tear_down(NULL);
	return failed;
}
