/* A client that asks as fast as it is answered (a window of questions in flight), or at
 * a steady rate, over UDP or TCP, and notes how long each took.
 *
 * Not dnsperf: unique names for forwarding would have to stand in files of millions of
 * lines, it has no percentiles, and its threads and time-outs take more of the one core
 * that is left beside the server's than batches do. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <stdbool.h>

#include "base/endpoint.h"
#include "tests/bench/timing.h"

#define LOAD_BATCH       64
#define LOAD_SOCKETS_MAX 256
#define LOAD_IDS         65536
#define LOAD_QUERY_MAX   160
#define LOAD_LABEL_MAX   40

struct load_options {
	struct endpoint server;
	bool tcp;
	bool busy; /* never sleeps: only where nothing else needs the core */
	unsigned sockets;
	unsigned window;  /* in flight, over all sockets; 0: at a rate */
	double rate_qps;  /* 0: by window */
	uint64_t queries; /* 0: as many as there is time for */
	double seconds;   /* 0: until all are asked */
	uint64_t names;   /* that are asked in turn; 0: each but once */
	/* In place of that: the names' numbers in their order, and again; NULL: none. */
	const uint32_t *trace;
	size_t trace_n;
	unsigned timeout_ms;
	char label[LOAD_LABEL_MAX]; /* part of every name: other runs, other names */
};

struct load_counts {
	uint64_t sent, answered;
	uint64_t good;   /* NOERROR with an answer to the question */
	uint64_t failed; /* SERVFAIL */
	uint64_t other;  /* another rcode, or no answer in it */
	uint64_t wrong;  /* to another question: never to happen */
	uint64_t timeouts;
	uint64_t reconnects;
};

/* A question in flight. */
struct load_slot {
	uint64_t sent_ns; /* 0: free */
	uint32_t number;
};

struct load;
struct load_socket {
	struct load *load;
	int fd;
	uint16_t next_id;   /* IDs go round */
	uint16_t oldest_id; /* all before it are settled */
	unsigned in_flight;
	struct load_slot *slots; /* LOAD_IDS; owned */
	/* TCP: what has come and what waits to go; owned. */
	uint8_t *in, *out;
	size_t in_n, out_n;
};

struct load {
	struct load_options options;
	struct load_socket sockets[LOAD_SOCKETS_MAX];
	/* A query with ID 0 and the number 0, and where these stand. */
	uint8_t query[LOAD_QUERY_MAX];
	size_t query_n, digits_at;
	uint64_t asked; /* the next question's number */
	uint64_t begin_ns, last_answer_ns;
	struct load_counts counts;
	struct timing timing; /* of good answers */
};

/* --- load_query.c: what is asked ---------------------------------------------- */

#define LOAD_DIGITS 8
/* A name's number as it stands in its first label. */
void load_write_digits(uint64_t number, uint8_t out[LOAD_DIGITS]);
void load_query_make(struct load *load);
/* The question of that number with that ID, query_n bytes. */
void load_query_write(
	const struct load *load, uint16_t id, uint64_t number, uint8_t *out);
/* Takes account of one reply. */
void load_take_reply(
	struct load_socket *s, const uint8_t *reply, size_t n, uint64_t now_ns);

/* --- load_udp.c, load_tcp.c: how ---------------------------------------------- */

/* Each sends up to `n` questions and says how many went out. */
void load_udp_open(struct load_socket *s);
unsigned load_udp_send(struct load_socket *s, unsigned n);
void load_udp_receive(struct load_socket *s);

void load_tcp_open(struct load_socket *s);
unsigned load_tcp_send(struct load_socket *s, unsigned n);
void load_tcp_receive(struct load_socket *s);

/* --- load.c: when ------------------------------------------------------------- */

/* Asks all there is to ask, and waits for the last answer. */
void load_run(struct load *load);
/* Reserves the next ID, if it is free, for a question that goes out now. */
bool load_reserve(struct load_socket *s, uint64_t now_ns, uint16_t *id);
/* Takes back the last `n` reservations: they did not go out. */
void load_unreserve(struct load_socket *s, unsigned n);
/* What is in flight will not be answered. */
void load_give_up(struct load_socket *s);

#endif
