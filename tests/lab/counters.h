/* What happened at a listener: the proof of who got a query, and who did not. */
#ifndef LAB_COUNTERS_H
#define LAB_COUNTERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct lab;

/* `application_bytes` is every byte of application data that was decrypted, and every
 * byte that reached the port outside TLS. `query_bytes` is the same over DoT; over DoH
 * it is what DATA, HEADERS and CONTINUATION take, or all that is no HTTP/2. After a
 * renegotiation only what came under the second certificate. */
#define LAST_REQUEST_MAX 160
struct counts {
	uint64_t connections;
	uint64_t handshakes; /* completed */
	uint64_t resumed;    /* of these, by a session ticket */
	uint64_t application_bytes;
	uint64_t query_bytes;
	uint64_t queries;
	char last_alert[64]; /* from the client, "-" for none; not close_notify */
	char last_request[LAST_REQUEST_MAX]; /* DoH: the names of its fields, with its
					      * method; "-": none came */
};

struct counters {
	pthread_mutex_t lock;
	struct counts counts;
};

void counters_init(struct counters *counters);
void counters_deinit(struct counters *counters);
void counters_add(struct counters *counters, const struct counts *more);
struct counts counters_read(struct counters *counters);

/* Listens on lab.sock in the open directory; -1 with errno. */
int counters_listen(int directory);
/* Answers one caller with JSON. `fd` is what counters_listen() gave. */
void counters_serve(int fd, struct lab *lab);

/* The command: asks the lab of `directory`, prints. Returns an exit code. */
int counters_print(const char *directory, bool json);

#endif
