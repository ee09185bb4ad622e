/* One upstream's connections to an OpenSSL server that gives tickets, one after the
 * other; the clock is `pair_at_s`. */
#ifndef TESTS_UNIT_TLS_RESUME_H
#define TESTS_UNIT_TLS_RESUME_H

#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/world.h"

#define NOW MAKE_CERT_NOW

extern const struct tls_policy resume_policy;
extern struct tls_context context;

/* With the world's leaf; TLS 1.3. */
struct pair_server resume_server(void);
void resume_init(struct tls_context *out, const struct tls_policy *by);
/* As a reload does. */
void resume_rebase(void);

/* At NOW a first connection of `context`, accepted, with its tickets taken; and the end
 * of both. */
void start(struct pair *first, const struct pair_server *like);
void finish(struct pair *first);

/* One more to the server of `first`, accepted: whether a ticket was offered, and taken.
 * `address` as in pair_init_again(). */
struct outcome {
	bool offered, resumed;
};
struct outcome connect_with(
	struct tls_context *by, const struct pair *first, const char *address);
struct outcome connect_again(const struct pair *first);

#endif
