#include "listen/handed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "listen/socket.h"

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

static bool read_number(const char *text, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

/* How many there are for this process; what is another's is not looked at. */
static enum status count(struct text *error, long *out)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	long number;

	*out = 0;
	if (pid == NULL || fds == NULL || !read_number(pid, &number) ||
		number != (long)getpid())
		return STATUS_OK;
	if (!read_number(fds, out) || *out < 0 || *out > 2 * HANDED_MAX) {
		text_add(error, "LISTEN_FDS: not a number from 0 to %d: %s",
			2 * HANDED_MAX, fds);
		return STATUS_CONFIG;
	}
	return STATUS_OK;
}

static int option(int fd, int level, int name)
{
	socklen_t n = sizeof(int);
	int value = -1;

	return getsockopt(fd, level, name, &value, &n) == 0 ? value : -1;
}

/* NULL: it can be listened on. */
static const char *find_fault(int fd, bool udp, const struct endpoint *e)
{
	if (e->sa.sa_family != AF_INET && e->sa.sa_family != AF_INET6)
		return "is not of IPv4 or IPv6";
	if (option(fd, SOL_SOCKET, SO_PROTOCOL) != (udp ? IPPROTO_UDP : IPPROTO_TCP))
		return "is neither UDP nor TCP";
	if (endpoint_port(e) == 0)
		return "has no port";
	if (!udp && option(fd, SOL_SOCKET, SO_ACCEPTCONN) != 1)
		return "does not listen";
	if (e->sa.sa_family == AF_INET6 && endpoint_is_wildcard(e) &&
		option(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 1)
		return "takes IPv4, too; it needs BindIPv6Only=ipv6-only";
	return NULL;
}

static size_t place_of(struct handed *h, const struct endpoint *e)
{
	size_t i = 0;

	while (i < h->n && !endpoint_equal(&h->endpoints[i], e))
		i++;
	if (i == h->n && i < HANDED_MAX) {
		h->endpoints[i] = *e;
		h->udp_fds[i] = h->tcp_fds[i] = -1;
		h->n++;
	}
	return i;
}

static const char *add(struct handed *h, int fd)
{
	int type = option(fd, SOL_SOCKET, SO_TYPE);
	struct endpoint e = { 0 };
	socklen_t n = sizeof e;
	const char *fault;
	int *place;
	size_t i;

	if (type < 0 || getsockname(fd, &e.sa, &n) != 0)
		return "is no socket";
	fault = find_fault(fd, type == SOCK_DGRAM, &e);
	if (fault != NULL)
		return fault;
	i = place_of(h, &e);
	if (i == HANDED_MAX)
		return "is one address too many";
	place = type == SOCK_DGRAM ? &h->udp_fds[i] : &h->tcp_fds[i];
	if (*place >= 0)
		return "is there twice";
	*place = fd;
	return socket_adopt(fd, &e, type == SOCK_DGRAM) ? NULL : "cannot be set up";
}

static enum status check_pairs(const struct handed *h, struct text *error)
{
	char address[ENDPOINT_TEXT_MAX];

	for (size_t i = 0; i < h->n; i++) {
		if (h->udp_fds[i] >= 0 && h->tcp_fds[i] >= 0)
			continue;
		endpoint_format(&h->endpoints[i], address);
		text_add(error,
			"%s was handed over for %s alone; DNS needs UDP and TCP "
			"(ListenDatagram= and ListenStream=)",
			address, h->udp_fds[i] >= 0 ? "UDP" : "TCP");
		return STATUS_CONFIG;
	}
	return STATUS_OK;
}

enum status handed_read(struct handed *h, struct text *error)
{
	enum status status;
	long fds;

	h->n = 0;
	status = count(error, &fds);
	for (int fd = FIRST_FD; fd < FIRST_FD + fds && status == STATUS_OK; fd++) {
		const char *fault = add(h, fd);

		if (fault == NULL)
			continue;
		text_add(error, "descriptor %d of the service manager %s", fd, fault);
		status = STATUS_CONFIG;
	}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return status == STATUS_OK ? check_pairs(h, error) : status;
}

void handed_close(struct handed *h)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->udp_fds[i] >= 0)
			close(h->udp_fds[i]);
		if (h->tcp_fds[i] >= 0)
			close(h->tcp_fds[i]);
	}
	h->n = 0;
}

bool handed_take(
	struct handed *h, const struct endpoint *endpoint, int *udp_fd, int *tcp_fd)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->udp_fds[i] < 0 || !endpoint_equal(&h->endpoints[i], endpoint))
			continue;
		*udp_fd = h->udp_fds[i];
		*tcp_fd = h->tcp_fds[i];
		h->udp_fds[i] = h->tcp_fds[i] = -1;
		return true;
	}
	return false;
}
