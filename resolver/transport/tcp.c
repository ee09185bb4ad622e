#include "transport/tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* RFC 5482 as a local option: Linux, FreeBSD. */
#ifdef TCP_USER_TIMEOUT
static void set_user_timeout(int fd)
{
	unsigned ms = TCP_UNACKNOWLEDGED_MAX_MS;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
}
#else
static void set_user_timeout(int fd)
{
	(void)fd;
}
#endif

void tcp_set_options(uv_tcp_t *tcp)
{
	uv_os_fd_t fd;

	(void)uv_tcp_nodelay(tcp, 1);
	if (uv_fileno((const uv_handle_t *)tcp, &fd) == 0)
		set_user_timeout(fd);
}
