/* The limit of what answers over UDP: recvmmsg(), three bytes changed, sendmmsg().
 *
 *	echo ADDRESS:PORT */
#include <stdio.h>
#include <string.h>

#include "base/endpoint.h"

#define BATCH        64
#define PACKET_MAX   2048
#define BUFFER_BYTES (4 << 20)

static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static struct endpoint clients[BATCH];
static uint8_t packets[BATCH][PACKET_MAX];

static int receive(int fd)
{
	for (size_t i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ packets[i], PACKET_MAX };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &clients[i],
			.msg_namelen = sizeof clients[i],
			.msg_iov = &vectors[i],
			.msg_iovlen = 1 };
	}
	return recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
}

static void answer(int fd, int n)
{
	int sent = 0, more = 1;

	for (int i = 0; i < n; i++) {
		vectors[i].iov_len = messages[i].msg_len;
		packets[i][2] |= 0x80; /* QR */
		packets[i][3] = 0x80;  /* RA, NOERROR */
		packets[i][7] = 1;     /* the count of answers, as the load looks at it */
	}
	while (sent < n && more > 0) {
		more = sendmmsg(fd, messages + sent, (unsigned)(n - sent), 0);
		sent += more;
	}
}

int main(int argc, char **argv)
{
	struct endpoint at;
	int fd, size = BUFFER_BYTES;

	if (argc != 2 || endpoint_parse(argv[1], 53, &at) != STATUS_OK)
		return 2;
	fd = socket(at.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &at.sa, endpoint_size(&at)) != 0) {
		perror("echo");
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	for (;;)
		answer(fd, receive(fd));
}
