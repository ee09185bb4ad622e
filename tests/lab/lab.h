/* The running lab: listeners made from scenarios, each on an address of its
 * own, served by a thread a connection. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <pthread.h>
#include <stdatomic.h>

#include <openssl/ssl.h>

#include "base/endpoint.h"
#include "base/list.h"
#include "tests/lab/counters.h"
#include "tests/lab/delivery.h"
#include "tests/lab/scenario.h"

enum role {
	ROLE_SCENARIO,
	ROLE_TWIN,
	ROLE_SECOND, /* the other address of the scenario's upstream */
};
const char *role_name(enum role role);

#define LISTENER_NAME_MAX 64
struct listener {
	const struct scenario *scenario;
	enum role role;
	char name[LISTENER_NAME_MAX]; /* of the upstream: "expired", "expired-twin" */
	enum verdict expected;
	const char *reason; /* NULL where accepted */
	enum protocol protocol;
	atomic_uint conversations; /* over DoH, behind a handshake */
	bool genuine_zone;
	const struct server_plan *server;
	const struct client_plan *client;
	struct endpoint address;
	struct credential own;    /* owned; what the server shows in the end */
	struct delivery delivery; /* owned; what it shows beside */
	SSL_CTX *tls;             /* owned; NULL without TLS */
	int fd;
	struct counters counters;
	struct lab *lab;
};

struct lab {
	struct ctlogs *logs; /* owned */
	struct pki *pki;     /* owned */
	struct listener *listeners;
	size_t listener_n;
	int directory; /* open */
	int control;   /* listening socket */
	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct list connections; /* under lock */
};

struct lab_options {
	const struct scenario *const *scenarios;
	size_t scenario_n;
	bool twins;
	bool protocols[PROTOCOL_COUNT]; /* which are served */
	struct endpoint base;           /* IPv4, the first listener's; port 0: any */
	uint16_t ports[PROTOCOL_COUNT]; /* of all listeners; 0: any */
	const char *directory;          /* made if absent */
};

/* Why it did not start, for people. */
struct lab_error {
	char text[256];
};

/* Makes keys and certificates, writes them, and listens. */
MUST_CHECK enum status lab_new(
	const struct lab_options *options, struct lab **out, struct lab_error *error);
/* Serves until `stop` becomes readable, then ends all connections. */
void lab_run(struct lab *lab, int stop);
void lab_free(struct lab *lab);

/* The second listener of this one's scenario, or NULL. */
const struct listener *lab_second(const struct lab *lab, const struct listener *listener);
/* Where it answers DNS over HTTPS: the name to authenticate, or its own address. */
#define LISTENER_URL_MAX 96
void listener_url(const struct listener *listener, char out[LISTENER_URL_MAX]);
/* The certificate behind a `who` in the listener's plans; borrowed. */
X509 *listener_certificate(const struct listener *listener, enum who who);

#endif
