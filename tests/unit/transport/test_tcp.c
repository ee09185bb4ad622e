#include "transport/tcp.h"

#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

/* A socket that connects to itself's own listener is enough. */
struct socket_pair {
	uv_loop_t loop;
	uv_tcp_t listener, tcp;
	uv_connect_t connecting;
};

static void on_connection(uv_stream_t *listener, int status)
{
	(void)listener;
	(void)status;
}

static void on_connected(uv_connect_t *request, int status)
{
	(void)request;
	(void)status;
}

static int setup(void **state)
{
	static struct socket_pair p;
	struct sockaddr_in any;

	assert_int_equal(uv_loop_init(&p.loop), 0);
	uv_tcp_init(&p.loop, &p.listener);
	uv_tcp_init(&p.loop, &p.tcp);
	assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &any), 0);
	assert_int_equal(
		uv_tcp_bind(&p.listener, (const struct sockaddr *)(void *)&any, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&p.listener, 1, on_connection), 0);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct socket_pair *p = *state;

	uv_close((uv_handle_t *)&p->listener, NULL);
	uv_close((uv_handle_t *)&p->tcp, NULL);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	return uv_loop_close(&p->loop);
}

static int option_of(const uv_tcp_t *tcp, int option)
{
	socklen_t size = sizeof(int);
	uv_os_fd_t fd;
	int value;

	assert_int_equal(uv_fileno((const uv_handle_t *)tcp, &fd), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, option, &value, &size), 0);
	return value;
}

static void set_once_it_connects(void **state)
{
	struct socket_pair *p = *state;
	struct sockaddr_storage to;
	int size = sizeof to;

	assert_int_equal(
		uv_tcp_getsockname(&p->listener, (struct sockaddr *)&to, &size), 0);
	assert_int_equal(uv_tcp_connect(&p->connecting, &p->tcp,
				 (const struct sockaddr *)&to, on_connected),
		0);
	tcp_set_options(&p->tcp);
	assert_int_equal(option_of(&p->tcp, TCP_NODELAY), 1);
	assert_int_equal(option_of(&p->tcp, TCP_USER_TIMEOUT), TCP_UNACKNOWLEDGED_MAX_MS);
}

/* connect() may have failed at once: then there may be none. */
static void without_a_socket_nothing_happens(void **state)
{
	struct socket_pair *p = *state;
	uv_os_fd_t fd;

	tcp_set_options(&p->tcp);
	assert_int_equal(uv_fileno((const uv_handle_t *)&p->tcp, &fd), UV_EBADF);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(set_once_it_connects),
		TEST(without_a_socket_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
