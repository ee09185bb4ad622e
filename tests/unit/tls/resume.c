#include "tests/unit/tls/resume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

const struct tls_policy resume_policy = { .identity = IDENTITY_NAME,
	.auth_name = "dns.lab" };
struct tls_context context;

struct pair_server resume_server(void)
{
	return (struct pair_server){ world.key, { world.leaf, world.inter.certificate },
		.version = TLS1_3_VERSION };
}

void resume_init(struct tls_context *out, const struct tls_policy *by)
{
	assert_int_equal(
		tls_context_init(out, by, &(struct tls_trust){ .roots = world.roots },
			tls_alpn_dot),
		STATUS_OK);
}

void start(struct pair *first, const struct pair_server *like)
{
	pair_at_s = NOW;
	resume_init(&context, &resume_policy);
	pair_init(first, &context, like);
	pair_run(first, 1000);
	assert_int_equal(session_handshake(first->client), SESSION_OPEN);
	assert_false(first->offered_ticket);
	assert_false(session_verdict(first->client)->resumed);
}

void finish(struct pair *first)
{
	pair_deinit(first);
	tls_context_deinit(&context);
}

struct outcome connect_with(
	struct tls_context *by, const struct pair *first, const char *address)
{
	struct outcome out;
	struct pair pair;

	pair_init_again(&pair, by, first, address);
	pair_run(&pair, 1000);
	assert_int_equal(session_handshake(pair.client), SESSION_OPEN);
	out.offered = pair.offered_ticket;
	out.resumed = SSL_session_reused(pair.server) == 1;
	assert_true(session_verdict(pair.client)->accepted);
	assert_int_equal(session_verdict(pair.client)->resumed, out.resumed);
	pair_deinit(&pair);
	return out;
}

struct outcome connect_again(const struct pair *first)
{
	return connect_with(&context, first, NULL);
}

void resume_rebase(void)
{
	tls_context_rebase(
		&context, &resume_policy, &(struct tls_trust){ .roots = world.roots });
}
