#include "listen/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "listen/holder.h"

#define RECEIVE_BUFFER_BYTES (4 * 1024 * 1024)

static bool set_number(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static bool set_option(int fd, int level, int option)
{
	return set_number(fd, level, option, 1);
}

static bool bind_now(int fd, const struct endpoint *e)
{
	return bind(fd, &e->sa, endpoint_size(e)) == 0;
}

/* An address may come later than pintle, when its interface is up. */
static bool bind_to(int fd, const struct endpoint *e)
{
	bool in6 = e->sa.sa_family == AF_INET6;
	char address[ENDPOINT_TEXT_MAX];

	if (bind_now(fd, e))
		return true;
	if (errno != EADDRNOTAVAIL || endpoint_is_loopback(e))
		return false;
	if (!set_option(fd, in6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    in6 ? IPV6_FREEBIND : IP_FREEBIND) ||
		!bind_now(fd, e))
		return false;
	endpoint_format(e, address);
	log_warning("listening on %s, which no interface has yet", address);
	return true;
}

/* Room for a burst while one handshake is judged; as much as the kernel gives. */
static void enlarge_buffer(int fd)
{
	int bytes = RECEIVE_BUFFER_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

/* RFC 9715 §3.1 (R2): no reply is ever fragmented, and no ICMP message, which anybody may
 * have written, changes that. What a socket does by itself is to believe them. */
static void forbid_fragments(int fd, bool in6)
{
	if (in6)
		(void)set_number(
			fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
	else
		(void)set_number(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
}

static bool set_udp_options(int fd, const struct endpoint *e)
{
	bool in6 = e->sa.sa_family == AF_INET6;

	enlarge_buffer(fd);
	forbid_fragments(fd, in6);
	if (!endpoint_is_wildcard(e))
		return true;
	return in6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO)
		   : set_option(fd, IPPROTO_IP, IP_PKTINFO);
}

static bool set_options(
	int fd, const struct endpoint *e, bool udp, enum socket_share share)
{
	bool in6 = e->sa.sa_family == AF_INET6;

	if (in6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY))
		return false;
	if (share == SOCKET_NEXT && !set_option(fd, SOL_SOCKET, SO_REUSEPORT))
		return false;
	if (!udp)
		return set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	return set_udp_options(fd, e);
}

static bool is_ipv6_missing(const struct endpoint *e, int error)
{
	if (e->sa.sa_family != AF_INET6)
		return false;
	return error == EAFNOSUPPORT ||
	       (error == EADDRNOTAVAIL && IN6_IS_ADDR_LOOPBACK(&e->in6.sin6_addr));
}

static enum status explain(
	const struct endpoint *e, bool udp, int error, struct text *out)
{
	char address[ENDPOINT_TEXT_MAX];

	if (is_ipv6_missing(e, error))
		return STATUS_UNSUPPORTED;
	endpoint_format(e, address);
	text_add(out, "cannot listen on %s (%s): %s", address, udp ? "UDP" : "TCP",
		strerror(error));
	if (error == EADDRINUSE)
		holder_describe(e, udp, out);
	if (error == EACCES)
		text_add(out, "; ports below 1024 need root or CAP_NET_BIND_SERVICE");
	return error == EACCES ? STATUS_CONFIG : STATUS_IO;
}

/* The first one is bound without SO_REUSEPORT, so that whoever holds the port already is
 * an error, also if he would share it; what the others need is that it is set by the time
 * they come (Linux reads it then). */
static bool open_up(int fd, enum socket_share share)
{
	return share != SOCKET_FIRST || set_option(fd, SOL_SOCKET, SO_REUSEPORT);
}

enum status socket_open(const struct endpoint *e, bool udp, enum socket_share share,
	struct text *error, int *fd)
{
	int type = (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;

	*fd = socket(e->sa.sa_family, type, 0);
	if (*fd < 0)
		return explain(e, udp, errno, error);
	if (set_options(*fd, e, udp, share) && bind_to(*fd, e) && open_up(*fd, share) &&
		(udp || listen(*fd, SOCKET_BACKLOG) == 0))
		return STATUS_OK;
	enum status status = explain(e, udp, errno, error);
	close(*fd);
	*fd = -1;
	return status;
}

bool socket_adopt(int fd, const struct endpoint *e, bool udp)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && (!udp || set_udp_options(fd, e));
}

void arrival_read(struct msghdr *header, struct arrival *out)
{
	*out = (struct arrival){ .known = false };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL;
		c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			out->address.in.sin_family = AF_INET;
			out->address.in.sin_addr = info.ipi_addr;
			out->known = true;
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			out->address.in6.sin6_family = AF_INET6;
			out->address.in6.sin6_addr = info.ipi6_addr;
			out->interface = info.ipi6_ifindex;
			out->known = true;
		}
	}
}

static void write_control(
	struct msghdr *header, int level, int type, const void *info, size_t n)
{
	struct cmsghdr *c;

	header->msg_controllen = CMSG_SPACE(n);
	c = CMSG_FIRSTHDR(header);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(c), info, n);
}

void arrival_write(const struct arrival *a, void *control, struct msghdr *header)
{
	header->msg_control = NULL;
	header->msg_controllen = 0;
	if (!a->known)
		return;
	memset(control, 0, ARRIVAL_CONTROL_BYTES);
	header->msg_control = control;
	header->msg_controllen = ARRIVAL_CONTROL_BYTES;
	if (a->address.sa.sa_family == AF_INET) {
		struct in_pktinfo info = { .ipi_spec_dst = a->address.in.sin_addr };

		write_control(header, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
	} else {
		struct in6_pktinfo info = { .ipi6_addr = a->address.in6.sin6_addr,
			.ipi6_ifindex = a->interface };

		write_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	}
}
