/* TCP connections as somebody on the way sees them: who opened them and who ended them.
 * They are told apart by the port at side A, which opens them all. */
#ifndef TESTS_NET_FLOWS_H
#define TESTS_NET_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOWS_PORTS 65536

struct flow {
	bool seen, dead, ended;
	uint32_t first_sequence; /* of its SYN: a port that is used again is another flow
				  */
};

struct flows {
	struct flow of[FLOWS_PORTS];
	/* By the first FIN or RST that went by. */
	unsigned opened, ended_by_a, ended_by_b;
};

/* Looks at an IPv4 packet on its way. False: it is of a connection that was forgotten;
 * nothing else is looked at in it. */
bool flows_pass(struct flows *flows, const uint8_t *packet, size_t n, bool from_a);
/* Nothing of the connections that were seen passes any more. */
void flows_forget(struct flows *flows);

#endif
