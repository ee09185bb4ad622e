#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "listen/holder.h"
#include "listen/socket.h"
#include "tests/unit/rows.h"

struct row {
	const char *name;
	const char *wildcard, *to; /* bound to; and sent to */
};

static const struct row rows[] = {
	{ "IPv4", "0.0.0.0", "127.0.0.3" },
	{ "IPv6", "::", "::1" },
};

static struct endpoint endpoint(const char *text)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse(text, 1, &e), STATUS_OK);
	e.in.sin_port = 0; /* at the same place in both families */
	return e;
}

static int open_share(struct endpoint *e, bool udp, enum socket_share share)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	socklen_t size = sizeof *e;
	int fd = -1;
	enum status status = socket_open(e, udp, share, &error, &fd);

	if (status == STATUS_UNSUPPORTED)
		skip();
	if (status != STATUS_OK)
		print_error("%s\n", words);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(getsockname(fd, &e->sa, &size), 0);
	return fd;
}

static int open_at(struct endpoint *e, bool udp)
{
	return open_share(e, udp, SOCKET_ALONE);
}

static size_t receive(int fd, struct endpoint *from, struct arrival *arrival)
{
	static uint8_t data[64];
	_Alignas(struct cmsghdr) uint8_t control[ARRIVAL_CONTROL_BYTES];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof data };
	struct msghdr header = { .msg_name = from,
		.msg_namelen = sizeof *from,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	ssize_t n;

	/* On a busy machine it may be on its way still. */
	assert_int_equal(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, -1), 1);
	n = recvmsg(fd, &header, 0);
	assert_true(n > 0);
	arrival_read(&header, arrival);
	return (size_t)n;
}

/* The reply comes from the address that was asked, not from any of ours. */
static void a_reply_comes_from_where_it_was_asked(void **state)
{
	const struct row *row = *state;
	struct endpoint wildcard = endpoint(row->wildcard), to = endpoint(row->to), from;
	struct endpoint expected;
	_Alignas(struct cmsghdr) uint8_t control[ARRIVAL_CONTROL_BYTES];
	struct iovec iov = { .iov_base = control, .iov_len = 3 };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct arrival arrival;
	int server = open_at(&wildcard, true);
	int client = socket(to.sa.sa_family, SOCK_DGRAM, 0);

	to.in.sin_port = wildcard.in.sin_port;
	assert_int_equal(sendto(client, "abc", 3, 0, &to.sa, endpoint_size(&to)), 3);
	assert_int_equal(receive(server, &from, &arrival), 3);
	assert_true(arrival.known);
	assert_true(
		bytes_equal(endpoint_address(&arrival.address), endpoint_address(&to)));

	arrival_write(&arrival, control, &header);
	header.msg_name = &from;
	header.msg_namelen = endpoint_size(&from);
	assert_int_equal(sendmsg(server, &header, 0), 3);
	expected = to;
	assert_int_equal(receive(client, &from, &arrival), 3);
	assert_true(endpoint_equal(&from, &expected));
	assert_false(arrival.known);
	close(client);
	close(server);
}

static void without_an_arrival_the_kernel_chooses(void **state)
{
	struct arrival arrival = { .known = false };
	struct msghdr header = { .msg_control = &arrival, .msg_controllen = 7 };
	uint8_t control[ARRIVAL_CONTROL_BYTES];

	(void)state;
	arrival_write(&arrival, control, &header);
	assert_null(header.msg_control);
	assert_int_equal(header.msg_controllen, 0);
}

static void what_it_sends_is_never_fragmented(void **state)
{
	const struct row *row = *state;
	struct endpoint e = endpoint(row->wildcard);
	bool in6 = e.sa.sa_family == AF_INET6;
	int fd = open_at(&e, true), value = -1;
	socklen_t size = sizeof value;

	assert_int_equal(
		getsockopt(fd, in6 ? IPPROTO_IPV6 : IPPROTO_IP,
			in6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &value, &size),
		0);
	assert_int_equal(value, in6 ? IPV6_PMTUDISC_PROBE : IP_PMTUDISC_PROBE);
	close(fd);
}

/* The port that the one has, for the other: -1 if somebody else has it there. */
static int open_beside(const struct endpoint *one, struct endpoint *other, bool udp)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	enum status status;
	int fd;

	other->in6.sin6_port = one->in.sin_port;
	status = socket_open(other, udp, SOCKET_ALONE, &error, &fd);
	if (status == STATUS_UNSUPPORTED)
		skip();
	if (status != STATUS_OK)
		assert_non_null(strstr(words, "Address already in use"));
	return fd;
}

/* The system's choice is free in one family; in the other one not always. */
static void both_families_share_a_port(void **state)
{
	struct endpoint in6 = endpoint("::");

	(void)state;
	for (int udp = 0; udp < 2; udp++) {
		int held[50], other = -1;
		size_t n = 0;

		while (other < 0 && n < sizeof held / sizeof *held) {
			struct endpoint in4 = endpoint("0.0.0.0");

			held[n++] = open_at(&in4, udp);
			other = open_beside(&in4, &in6, udp);
		}
		assert_true(other >= 0);
		close(other);
		while (n > 0)
			close(held[--n]);
	}
}

static void who_holds_the_port(void **state)
{
	static const char expected[] = ", held by this pintle: that needs a restart";
	char words[256];

	(void)state;
	for (int udp = 0; udp < 2; udp++) {
		struct text text = text_in(words, sizeof words);
		struct endpoint e = endpoint("127.0.0.1");
		int fd = open_at(&e, udp), second;

		holder_describe(&e, udp, &text);
		assert_string_equal(words, expected);
		text = text_in(words, sizeof words);
		assert_int_equal(
			socket_open(&e, udp, SOCKET_ALONE, &text, &second), STATUS_IO);
		assert_int_equal(second, -1);
		assert_non_null(strstr(words, "Address already in use"));
		assert_non_null(strstr(words, expected));
		assert_non_null(strstr(words, udp ? "(UDP)" : "(TCP)"));
		close(fd);
		text = text_in(words, sizeof words);
		holder_describe(&e, udp, &text);
		/* Another program may have it by now. */
		assert_null(strstr(words, "this pintle"));
	}
}

/* A socket each for workers, and nobody else: not even one who would share. */
static void workers_share_an_address(void **state)
{
	static const enum socket_share others[] = { SOCKET_ALONE, SOCKET_FIRST };
	char words[256];

	(void)state;
	for (int udp = 0; udp < 2; udp++) {
		struct endpoint e = endpoint("127.0.0.1");
		int first = open_share(&e, udp, SOCKET_FIRST);
		int second = open_share(&e, udp, SOCKET_NEXT);
		int third = open_share(&e, udp, SOCKET_NEXT), none;

		for (size_t i = 0; i < ROWS(others); i++) {
			struct text text = text_in(words, sizeof words);

			assert_int_equal(
				socket_open(&e, udp, others[i], &text, &none), STATUS_IO);
			assert_non_null(strstr(words, "Address already in use"));
		}
		close(first);
		close(second);
		close(third);
	}
}

static void a_share_of_what_is_alone(void **state)
{
	char words[256];

	(void)state;
	for (int udp = 0; udp < 2; udp++) {
		struct text text = text_in(words, sizeof words);
		struct endpoint e = endpoint("127.0.0.1");
		int alone = open_at(&e, udp), none;

		assert_int_equal(
			socket_open(&e, udp, SOCKET_NEXT, &text, &none), STATUS_IO);
		close(alone);
	}
}

/* Who has the same port at another address has nothing to do with it. */
static void who_holds_it_elsewhere(void **state)
{
	char words[256];

	(void)state;
	for (int udp = 0; udp < 2; udp++) {
		struct endpoint there = endpoint("127.0.0.3"), here, any;
		int fd = open_at(&there, udp);
		struct text text = text_in(words, sizeof words);

		here = endpoint("127.0.0.4");
		here.in.sin_port = there.in.sin_port;
		holder_describe(&here, udp, &text);
		assert_null(strstr(words, "this pintle"));

		any = endpoint("0.0.0.0");
		any.in.sin_port = there.in.sin_port;
		text = text_in(words, sizeof words);
		holder_describe(&any, udp, &text);
		assert_non_null(strstr(words, "held by"));
		close(fd);
	}
}

/* A socket at all addresses is in the way of each; of IPv6, of IPv4 too. */
static void who_holds_it_everywhere(void **state)
{
	static const char *const everywhere[] = { "0.0.0.0", "::" };
	char words[256];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct endpoint all = endpoint(everywhere[i]), here;
		int fd = open_at(&all, true);
		struct text text = text_in(words, sizeof words);

		here = endpoint("127.0.0.4");
		here.in.sin_port = all.in.sin_port;
		holder_describe(&here, true, &text);
		assert_non_null(strstr(words, "held by"));
		close(fd);
	}
}

/* Its interface may come up later. */
static void an_address_that_is_not_here(void **state)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	struct endpoint e = endpoint("192.0.2.1");
	int fd;

	(void)state;
	assert_int_equal(socket_open(&e, true, SOCKET_ALONE, &error, &fd), STATUS_OK);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_arrival_the_kernel_chooses),
		cmocka_unit_test(both_families_share_a_port),
		cmocka_unit_test(who_holds_the_port),
		cmocka_unit_test(workers_share_an_address),
		cmocka_unit_test(a_share_of_what_is_alone),
		cmocka_unit_test(who_holds_it_elsewhere),
		cmocka_unit_test(who_holds_it_everywhere),
		cmocka_unit_test(an_address_that_is_not_here),
	};
	int failed = run_rows("arrival", rows, sizeof *rows, ROWS(rows),
		a_reply_comes_from_where_it_was_asked);

	failed += run_rows("fragments", rows, sizeof *rows, ROWS(rows),
		what_it_sends_is_never_fragmented);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
