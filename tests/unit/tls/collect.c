#include "tests/unit/tls/collect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

struct tls_policy collect_policy(void)
{
	return (struct tls_policy){ .identity = IDENTITY_NAME,
		.auth_name = "dns.lab",
		.ca_path = world.directory };
}

enum status collect_with(const struct tls_policy *policy, X509_STORE *roots,
	X509 *const *sent, size_t n, struct peer *out)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	STACK_OF(X509) *list = make_list(sent, n);
	enum status status = peer_collect(policy, &(struct tls_trust){ .roots = roots },
		&(struct peer_shown){ .sent = list }, bytes_of(address, sizeof address),
		MAKE_CERT_NOW, out);

	/* What is left to look at needs no more. */
	peer_deinit(out);
	sk_X509_pop_free(list, X509_free);
	return status;
}

enum status collect(X509 *const *sent, size_t n, struct peer *out)
{
	struct tls_policy policy = collect_policy();
	X509_STORE *roots = world_open(NULL, world.directory);
	enum status status = collect_with(&policy, roots, sent, n, out);

	X509_STORE_free(roots);
	return status;
}

enum status collect_with_bundle(X509 *const *trusted, size_t trusted_n, X509 *const *sent,
	size_t n, struct peer *out)
{
	struct tls_policy policy = collect_policy();
	char bundle[MAKE_DIRECTORY_MAX + 16];
	enum status status;
	X509_STORE *roots;

	snprintf(bundle, sizeof bundle, "%s/bundle", world.directory);
	policy.ca_file = bundle;
	policy.ca_path = NULL;
	make_bundle(bundle, trusted, trusted_n);
	roots = world_open(bundle, NULL);
	status = collect_with(&policy, roots, sent, n, out);
	unlink(bundle);
	X509_STORE_free(roots);
	return status;
}

void assert_refused(const struct peer *peer, int path_error)
{
	assert_int_equal(peer->path_error, path_error);
	assert_int_equal(peer->built.n, 0);
}

void assert_built(const struct peer *peer, size_t n)
{
	assert_int_equal(peer->path_error, X509_V_OK);
	assert_int_equal(peer->built.n, n);
}

void assert_reason(const struct peer *peer, const X509 *pinned, enum reason reason)
{
	struct tls_policy policy = collect_policy();
	struct pin pin = make_pin(pinned);
	struct verdict v;

	policy.pins = (struct pinset){ &pin, 1 };
	verdict_reach(&policy, peer, &v);
	assert_string_equal(reason_word(v.reason), reason_word(reason));
	assert_int_equal(v.accepted, reason == REASON_NONE);
}
