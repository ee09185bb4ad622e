/* What every TCP connection to an upstream is set to. */
#ifndef TRANSPORT_TCP_H
#define TRANSPORT_TCP_H

#include <uv.h>

/* Sent bytes that nobody acknowledges for so long end the connection. Suspicion comes
 * much earlier; this is for those whose silence nobody notices. */
#define TCP_UNACKNOWLEDGED_MAX_MS 10000

/* After uv_tcp_connect(): there is no socket before. Options that this system does not
 * have are left out. */
void tcp_set_options(uv_tcp_t *tcp);

#endif
