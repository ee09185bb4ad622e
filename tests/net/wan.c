/* A wide area network between two network namespaces, for kernels without netem: a TUN
 * device in each, and this program carries the IPv4 packets between them, late, or not at
 * all.
 *
 *	wan NAMESPACE-A DEVICE-A NAMESPACE-B DEVICE-B DELAY_MS LOSS_PERMILLE SEED
 *
 * Says "ready", and then takes a command a line:
 *
 *	hole [IPV4]   nothing passes, or nothing to and from that address; nobody is told
 *	heal          all passes again
 *	forget        TCP connections that were seen so far are dropped for ever, new ones
 *	              pass (a NAT that lost its state, a machine that slept)
 *	loss N        N of 1,000 packets are lost, each way
 *	flows         says "opened N ended by A: N, by B: N" of TCP connections so far
 *
 * Each is answered with a line, "ok" if it has nothing to say. Ends with its input. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "tests/net/flows.h"

#define QUEUE_MAX      8192
#define PACKET_MAX     1700
#define IPV4_BYTES     20
#define NS_PER_S       1000000000ull
#define NS_PER_MS      1000000ull
#define TIMER_SLACK_NS 1000

struct packet {
	uint64_t due_ns;
	size_t n;
	uint8_t bytes[PACKET_MAX];
};

/* One direction; a ring, first in, first out, for all take equally long. */
struct way {
	int from, to;
	struct packet *queue;
	size_t first, n;
};

struct wan {
	struct way ways[2]; /* from A, from B */
	uint64_t delay_ns;
	unsigned loss_permille;
	uint64_t random;
	bool hole;
	in_addr_t hole_at; /* 0: everywhere */
	struct flows flows;
};

static void die(const char *what)
{
	fprintf(stderr, "wan: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* xorshift64: the same losses for the same seed. */
static unsigned draw_permille(struct wan *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (unsigned)((w->random >> 20) % 1000);
}

static int open_tun(const char *namespace, const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	char path[300];
	int ns, tun;

	snprintf(path, sizeof path, "/var/run/netns/%s", namespace);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET) != 0)
		die(path);
	close(ns);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun < 0)
		die("/dev/net/tun");
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
	if (ioctl(tun, TUNSETIFF, &request) != 0)
		die(device);
	return tun;
}

/* RFC 791 §3.1. */
static bool is_of(const struct packet *p, in_addr_t address)
{
	return memcmp(p->bytes + 12, &address, 4) == 0 ||
	       memcmp(p->bytes + 16, &address, 4) == 0;
}

static bool falls_into_hole(const struct wan *w, const struct packet *p)
{
	return w->hole && (w->hole_at == 0 || is_of(p, w->hole_at));
}

static bool is_lost(struct wan *w, const struct packet *p, bool from_a)
{
	return p->n < IPV4_BYTES || p->bytes[0] >> 4 != 4 ||
	       !flows_pass(&w->flows, p->bytes, p->n, from_a) || falls_into_hole(w, p) ||
	       draw_permille(w) < w->loss_permille;
}

static void take(struct wan *w, struct way *way)
{
	while (way->n < QUEUE_MAX) {
		struct packet *p = &way->queue[(way->first + way->n) % QUEUE_MAX];
		ssize_t n = read(way->from, p->bytes, sizeof p->bytes);

		if (n <= 0)
			return;
		p->n = (size_t)n;
		p->due_ns = now_ns() + w->delay_ns;
		if (!is_lost(w, p, way == &w->ways[0]))
			way->n++;
	}
}

/* Delivers what is due. When the next one is, or UINT64_MAX. */
static uint64_t deliver(struct wan *w, struct way *way)
{
	while (way->n > 0) {
		struct packet *p = &way->queue[way->first];

		if (p->due_ns > now_ns())
			return p->due_ns;
		/* A device that is down, or full, is a lost packet. */
		if (!falls_into_hole(w, p) && write(way->to, p->bytes, p->n) < 0)
			p->n = 0;
		way->first = (way->first + 1) % QUEUE_MAX;
		way->n--;
	}
	return UINT64_MAX;
}

static void say_flows(const struct flows *f)
{
	printf("opened %u ended by A: %u, by B: %u\n", f->opened, f->ended_by_a,
		f->ended_by_b);
}

/* False if there is no such command. */
static bool change(struct wan *w, const char *command)
{
	char address[INET_ADDRSTRLEN];
	unsigned n;

	if (strcmp(command, "hole") == 0) {
		w->hole = true;
		w->hole_at = 0;
	} else if (sscanf(command, "hole %15s", address) == 1) {
		w->hole = inet_pton(AF_INET, address, &w->hole_at) == 1;
		return w->hole;
	} else if (strcmp(command, "heal") == 0) {
		w->hole = false;
	} else if (strcmp(command, "forget") == 0) {
		flows_forget(&w->flows);
	} else if (sscanf(command, "loss %u", &n) == 1) {
		w->loss_permille = n;
	} else {
		return false;
	}
	return true;
}

static void obey(struct wan *w, char *command)
{
	command[strcspn(command, "\n")] = '\0';
	if (strcmp(command, "flows") == 0)
		say_flows(&w->flows);
	else
		puts(change(w, command) ? "ok" : "no such command");
	fflush(stdout);
}

static void wait_until(struct wan *w, uint64_t due_ns)
{
	struct pollfd fds[] = { { .fd = w->ways[0].from, .events = POLLIN },
		{ .fd = w->ways[1].from, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	uint64_t now = now_ns(), left = due_ns > now ? due_ns - now : 0;
	struct timespec timeout = { .tv_sec = (time_t)(left / NS_PER_S),
		.tv_nsec = (long)(left % NS_PER_S) };
	char command[64];

	if (ppoll(fds, 3, due_ns == UINT64_MAX ? NULL : &timeout, NULL) < 0)
		die("ppoll");
	if (fds[2].revents == 0)
		return;
	if (fgets(command, sizeof command, stdin) == NULL)
		exit(0);
	obey(w, command);
}

static void start(struct wan *w, char **argv)
{
	w->ways[0].from = w->ways[1].to = open_tun(argv[1], argv[2]);
	w->ways[1].from = w->ways[0].to = open_tun(argv[3], argv[4]);
	w->delay_ns = strtoull(argv[5], NULL, 10) * NS_PER_MS;
	w->loss_permille = (unsigned)strtoul(argv[6], NULL, 10);
	/* Never 0, where xorshift would stay. */
	w->random = strtoull(argv[7], NULL, 10) * 2 + 88172645463325253ull;
	for (size_t i = 0; i < 2; i++) {
		w->ways[i].queue = calloc(QUEUE_MAX, sizeof *w->ways[i].queue);
		if (w->ways[i].queue == NULL)
			die("memory");
	}
}

int main(int argc, char **argv)
{
	static struct wan w;

	if (argc != 8) {
		fputs("usage: wan NS-A DEV-A NS-B DEV-B DELAY_MS LOSS_PERMILLE SEED\n",
			stderr);
		return 2;
	}
	start(&w, argv);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	puts("ready");
	fflush(stdout);
	for (;;) {
		uint64_t due_ns = UINT64_MAX;

		for (size_t i = 0; i < 2; i++) {
			uint64_t next;

			take(&w, &w.ways[i]);
			next = deliver(&w, &w.ways[i]);
			due_ns = next < due_ns ? next : due_ns;
		}
		wait_until(&w, due_ns);
	}
}
