/* A resolver with cache and exchanger over the lab's servers, and clients. */
#ifndef TESTS_UNIT_QUERY_HOUSE_H
#define TESTS_UNIT_QUERY_HOUSE_H

#include "query/query.h"
#include "tests/unit/upstream/lab.h"

/* How long expired answers are kept; the servers' answers live for 60 s. */
#define HOUSE_STALE_S 3600

struct house {
	struct lab lab;
	struct cache *cache;
	struct resolver *resolver;
	struct resolver_options options;
	struct prefix allow;
	struct endpoint client;
};

/* Allows 192.0.2.0/24, out of which `client` comes; the lab is loaded. */
void house_init(struct house *house);
void house_deinit(struct house *house);

/* What a client asks and gets. */
struct visit {
	struct query query;
	struct house *house;
	/* Before visit_ask(). */
	const char *name;
	uint16_t id, type, flags;
	uint16_t udp_size; /* 0: no EDNS */
	bool dnssec_ok, tcp;
	struct visit *leaves; /* on done that one is cancelled, as its client goes */

	bool waits;
	unsigned replies;
	uint8_t reply[4096];
	struct message message; /* the reply, parsed */
	char ede[EDE_TEXT_MAX + 1];
	int ede_code; /* -1: none */
};

/* query_receive(), and query_wait() if need be. */
enum query_outcome visit_ask(struct house *house, struct visit *visit);
/* The same with any bytes. */
enum query_outcome visit_send(
	struct house *house, struct visit *visit, struct bytes wire);
/* Runs the loop until the reply is there. */
void visit_wait(struct visit *visit);
/* The client goes away. */
/* The same where upstreams cannot be reached: it waits for them, but not for ever. */
void visit_hold(struct visit *visit);
void visit_leave(struct visit *visit);

#endif
