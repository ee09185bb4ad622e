/* A DNS server over UDP on the test's loop, that says what the test wants. */
#ifndef TEST_NAME_SERVER_H
#define TEST_NAME_SERVER_H

#include <uv.h>

#include "base/endpoint.h"

struct name_server {
	uv_udp_t udp;
	struct endpoint at;
	unsigned asked; /* questions of either type */
	uint8_t rcode;
	uint32_t ttl_s;              /* of each record */
	const char *addresses[24];   /* of either family; NULL ends them */
	uint8_t last_name_bytes[32]; /* first of the question's name, as on the wire */
};

void name_server_start(struct name_server *server, uv_loop_t *loop);
void name_server_stop(struct name_server *server);

#endif
