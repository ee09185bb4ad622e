/* Sockets that clients' queries arrive at. */
#ifndef LISTEN_SOCKET_H
#define LISTEN_SOCKET_H

#include "base/endpoint.h"
#include "base/text.h"

/* TCP clients that the kernel keeps until they are accepted. */
#define SOCKET_BACKLOG 256

/* Who else has a socket of this process at the same address. */
enum socket_share {
	SOCKET_ALONE, /* nobody */
	/* Others will, opened after it; not those of another process, unless it is of the
	 * same user and asks for a share (SO_REUSEPORT) by itself. */
	SOCKET_FIRST,
	SOCKET_NEXT, /* the first one is open */
};

/* Bound, not blocking, close-on-exec; for TCP listening too. IPv6 sockets take
 * IPv6 alone, so that 0.0.0.0 and :: stand side by side. An
 * address that no interface has yet is bound all the same (ip(7), IP_FREEBIND).
 * IO, with who holds the port if that is the trouble; CONFIG: not allowed to;
 * UNSUPPORTED: this machine has no IPv6. */
MUST_CHECK enum status socket_open(const struct endpoint *endpoint, bool udp,
	enum socket_share share, struct text *error, int *fd);

/* The same for a socket that somebody else has bound to it, and TCP that listens already;
 * IPv6 without IPv4. False: the system refuses, errno says why. */
MUST_CHECK bool socket_adopt(int fd, const struct endpoint *endpoint, bool udp);

/* The address a datagram was sent to, so that the reply comes from there: with
 * a wildcard socket the kernel would choose (RFC 1123 §4.1.3.5). */
struct arrival {
	bool known;
	struct endpoint address; /* port unused */
	unsigned interface;      /* 0: any */
};

/* Room for one control message of either family. */
#define ARRIVAL_CONTROL_BYTES 64

struct msghdr;
void arrival_read(struct msghdr *header, struct arrival *out);
/* Sets msg_control and msg_controllen; `control` is ARRIVAL_CONTROL_BYTES. */
void arrival_write(const struct arrival *arrival, void *control, struct msghdr *header);

#endif
