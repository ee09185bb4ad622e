/* From the start of a server to its first answer.
 *
 *	first ADDRESS:PORT LABEL CORES COMMAND…
 *
 * Starts the command on those cores ("0,2"; "-": on any) and asks it; prints the
 * milliseconds from its start until NOERROR with an answer came, ends it, and waits for
 * its end. A server that is not there yet, or says SERVFAIL, is asked again every tenth
 * of a millisecond, and one that says nothing every 100 ms: more would be a load by
 * itself. It chooses the cores itself since taskset(1) would be a second program to
 * start. */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/load.h"

#define AGAIN_NS   100000
#define SILENCE_MS 100
/* Under valgrind on a busy machine it takes that. */
#define PATIENCE_NS (60 * NS_PER_S)
#define GRACE_NS    (20 * NS_PER_S)

/* Nothing to choose: nothing is changed. */
static void go_to(const char *cores)
{
	cpu_set_t set;
	char *end;

	CPU_ZERO(&set);
	for (const char *at = cores; *at >= '0' && *at <= '9'; at = end + (*end == ','))
		CPU_SET(strtoul(at, &end, 10), &set);
	if (CPU_COUNT(&set) > 0 && sched_setaffinity(0, sizeof set, &set) != 0)
		perror("first: cores");
}

static pid_t start(const char *cores, char **command)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	go_to(cores);
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

static void pause_ns(long ns)
{
	struct timespec t = { .tv_nsec = ns };

	nanosleep(&t, NULL);
}

/* Asks once. True: a good answer came. */
static bool ask(struct load *load)
{
	struct load_socket *s = &load->sockets[0];
	struct pollfd fd = { .fd = s->fd, .events = POLLIN };
	uint64_t good = load->counts.good;

	if (load_udp_send(s, 1) == 1 && poll(&fd, 1, SILENCE_MS) > 0)
		load_udp_receive(s);
	return load->counts.good > good;
}

static void end(pid_t pid)
{
	uint64_t until_ns = timing_now_ns() + GRACE_NS;

	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (timing_now_ns() > until_ns)
			kill(pid, SIGKILL);
		pause_ns(AGAIN_NS);
	}
}

int main(int argc, char **argv)
{
	static struct load load = { .options.sockets = 1 };
	struct load_socket *s = &load.sockets[0];
	uint64_t begin_ns, took_ns = 0;
	bool good = false;
	pid_t pid;

	if (argc < 5 || strlen(argv[2]) >= LOAD_LABEL_MAX ||
		endpoint_parse(argv[1], 53, &load.options.server) != STATUS_OK)
		return 2;
	strcpy(load.options.label, argv[2]);
	load_query_make(&load);
	s->load = &load;
	s->slots = calloc(LOAD_IDS, sizeof *s->slots);
	if (s->slots == NULL)
		return 1;
	load_udp_open(s);
	prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
	begin_ns = timing_now_ns();
	pid = start(argv[3], argv + 4);
	while (!good && took_ns < PATIENCE_NS && waitpid(pid, NULL, WNOHANG) == 0) {
		good = ask(&load);
		took_ns = timing_now_ns() - begin_ns;
		if (!good)
			pause_ns(AGAIN_NS);
	}
	if (good)
		printf("%.3f\n", (double)took_ns / 1e6);
	end(pid);
	return good ? 0 : 1;
}
