/* Says on stdout what netwatch says, a line a time. SIGUSR1: this process alone goes to
 * where CLOCK_BOOTTIME is 31 s ahead, as after a sleep. */
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

#include "base/log.h"
#include "netwatch/netwatch.h"

static void on_network(void *owner, const char *what, bool broke)
{
	(void)owner;
	printf("network%s: %s\n", broke ? " broke" : "", what);
}

static void on_resume(void *owner, int64_t gap_s)
{
	(void)owner;
	printf("resumed after %" PRId64 " s\n", gap_s);
}

static void on_clock_step(void *owner, int64_t step_s)
{
	(void)owner;
	printf("clock was set by %" PRId64 " s\n", step_s);
}

static void print_line(enum log_level level, const char *line)
{
	printf("%d %s\n", (int)level, line);
}

/* time_namespaces(7): what was made for children may be entered by a process without
 * threads. */
static bool enter_later_time(void)
{
	static const char offset[] = "boottime 31 0\n";
	bool ok = unshare(CLONE_NEWTIME) == 0;
	int to = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	int there;

	ok = ok && to >= 0 && write(to, offset, sizeof offset - 1) > 0;
	there = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	ok = ok && there >= 0 && setns(there, CLONE_NEWTIME) == 0;
	if (to >= 0)
		close(to);
	if (there >= 0)
		close(there);
	return ok;
}

static void on_leap(uv_signal_t *handle, int number)
{
	(void)handle;
	(void)number;
	puts(enter_later_time() ? "leapt" : "cannot leap");
}

struct program {
	uv_signal_t leap, end;
	struct netwatch *watch;
};

static void on_end(uv_signal_t *handle, int number)
{
	struct program *p = handle->data;

	(void)number;
	netwatch_stop(p->watch);
	uv_close((uv_handle_t *)&p->leap, NULL);
	uv_close((uv_handle_t *)&p->end, NULL);
}

int main(void)
{
	static const struct netwatch_events events = { on_network, on_resume,
		on_clock_step };
	static struct program p;
	uv_loop_t loop;

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_replace(print_line);
	log_set_level(LOG_LEVEL_DEBUG);
	uv_loop_init(&loop);
	uv_signal_init(&loop, &p.leap);
	uv_signal_init(&loop, &p.end);
	uv_signal_start(&p.leap, on_leap, SIGUSR1);
	uv_signal_start(&p.end, on_end, SIGTERM);
	p.end.data = &p;
	if (netwatch_start(&loop, &events, NULL, &p.watch) != STATUS_OK)
		return 1;
	puts("ready");
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop) == 0 ? 0 : 1;
}
