/* The kernel says that something changed -> it settles -> all is read and compared ->
 * on_network. A timer that also runs out in sleep, and one that ends when the clock is
 * set -> the clocks are compared -> on_resume, on_clock_step. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "netwatch/netwatch.h"
#include "netwatch/pace.h"
#include "netwatch/rtsock.h"
#include "netwatch/settle.h"

/* How often the clocks are compared when nothing else asks for it. After a sleep the
 * timer runs out at once. */
#define TICK_S 5
/* Between the readings of clocks that were read as one. */
#define READING_MS 100
#define WORDS_MAX  256

struct watched {
	uv_poll_t poll; /* first: a handle is its struct */
	int fd;         /* owned; -1: not watched */
};

struct netwatch {
	uv_loop_t *loop;
	const struct netwatch_events *events;
	void *owner;
	unsigned open_handles;

	struct watched changes; /* netlink: something is another */
	struct watched tick;    /* runs out each TICK_S, and at the end of a sleep */
	struct watched step;    /* ends when the wall clock is set */
	uv_timer_t settled;

	int questions; /* owned: netlink, asked for all there is; -1: not to be had */
	uint32_t sequence;
	struct netstate state;
	bool unread; /* the last reading failed */
	struct settle settle;
	struct pace pace;
};

static void warn(const char *what)
{
	log_warning("%s: %s", what, strerror(errno));
}

/* --- the network ----------------------------------------------------------- */

static void compare_states(struct netwatch *w, struct netstate *now)
{
	char buffer[WORDS_MAX];
	struct text words = text_in(buffer, sizeof buffer);
	enum netstate_change change = netstate_compare(&w->state, now, &words);

	netstate_deinit(&w->state);
	w->state = *now;
	if (change == NETSTATE_SAME)
		log_debug("network: the same as before");
	else
		w->events->on_network(w->owner, buffer, change == NETSTATE_BROKE);
}

/* A reading that fails is tried again with the next tick. */
static enum status read_network(struct netwatch *w, struct netstate *out)
{
	enum status status = rtsock_read_state(w->questions, &w->sequence, out);

	if (status != STATUS_OK && !w->unread)
		log_warning("the state of the network cannot be read: %s",
			status == STATUS_IO ? strerror(errno) : status_text(status));
	w->unread = status != STATUS_OK;
	return status;
}

static void look_at_network(struct netwatch *w)
{
	struct netstate now;

	if (read_network(w, &now) == STATUS_OK)
		compare_states(w, &now);
}

static void on_settled(uv_timer_t *timer)
{
	struct netwatch *w = timer->data;

	settle_end(&w->settle);
	look_at_network(w);
}

static void on_changes(uv_poll_t *poll, int status, int events)
{
	struct netwatch *w = poll->data;

	(void)status;
	(void)events;
	if (rtsock_take_changes(w->changes.fd, w->state.crowded))
		uv_timer_start(&w->settled, on_settled,
			settle_event(&w->settle, clock_now_ms()), 0);
}

/* --- the clocks ------------------------------------------------------------ */

static int64_t read_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whoever is stopped between two readings would see a jump. */
static struct pace_reading read_clocks(void)
{
	struct pace_reading r;
	int64_t end_ms;

	do {
		r.monotonic_ms = read_ms(CLOCK_MONOTONIC);
		r.boottime_ms = read_ms(CLOCK_BOOTTIME);
		r.wall_ms = read_ms(CLOCK_REALTIME);
		end_ms = read_ms(CLOCK_MONOTONIC);
	} while (end_ms - r.monotonic_ms > READING_MS);
	return r;
}

static void look_at_clocks(struct netwatch *w)
{
	struct pace_reading now = read_clocks();
	struct pace_news news = pace_look(&w->pace, &now);

	if (news.resumed)
		w->events->on_resume(w->owner, news.gap_s);
	if (news.stepped)
		w->events->on_clock_step(w->owner, news.step_s);
}

static void on_tick(uv_poll_t *poll, int status, int events)
{
	struct netwatch *w = poll->data;
	uint64_t times;

	(void)status;
	(void)events;
	if (read(w->tick.fd, &times, sizeof times) < 0)
		return;
	look_at_clocks(w);
	if (w->unread)
		look_at_network(w);
}

/* It is there to be cancelled, again and again; that it runs out in 2038 has no
 * effect. */
static bool arm_step(int fd)
{
	struct itimerspec late = { .it_value.tv_sec = INT32_MAX };

	/* timerfd_create(2): ECANCELED says that the clock was set meanwhile. */
	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &late,
		       NULL) == 0 ||
	       errno == ECANCELED;
}

static void on_step(uv_poll_t *poll, int status, int events)
{
	struct netwatch *w = poll->data;
	uint64_t times;

	(void)status;
	(void)events;
	if (read(w->step.fd, &times, sizeof times) < 0 && errno == ECANCELED)
		look_at_clocks(w);
}

/* --- start and stop -------------------------------------------------------- */

/* Takes `fd` over. */
static void watch(
	struct netwatch *w, struct watched *watched, int fd, uv_poll_cb on_readable)
{
	if (uv_poll_init(w->loop, &watched->poll, fd) != 0) {
		close(fd);
		return;
	}
	watched->fd = fd;
	watched->poll.data = w;
	w->open_handles++;
	uv_poll_start(&watched->poll, UV_READABLE, on_readable);
}

static void watch_network(struct netwatch *w)
{
	int changes = rtsock_open_changes();

	w->questions = rtsock_open_questions();
	if (changes < 0 || w->questions < 0) {
		warn("changes of the network go unseen: netlink");
		if (changes >= 0)
			close(changes);
		return;
	}
	watch(w, &w->changes, changes, on_changes);
	if (read_network(w, &w->state) != STATUS_OK)
		log_info("a change that is seen later may be none");
}

static void watch_sleep(struct netwatch *w)
{
	struct itimerspec each = { .it_value.tv_sec = TICK_S,
		.it_interval.tv_sec = TICK_S };
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd >= 0 && timerfd_settime(fd, 0, &each, NULL) == 0) {
		watch(w, &w->tick, fd, on_tick);
		return;
	}
	warn("sleep goes unseen: timerfd");
	if (fd >= 0)
		close(fd);
}

static void watch_clock(struct netwatch *w)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd >= 0 && arm_step(fd)) {
		watch(w, &w->step, fd, on_step);
		return;
	}
	warn("steps of the clock are seen late: timerfd");
	if (fd >= 0)
		close(fd);
}

enum status netwatch_start(uv_loop_t *loop, const struct netwatch_events *events,
	void *owner, struct netwatch **out)
{
	struct netwatch *w = calloc(1, sizeof *w);
	struct pace_reading now = read_clocks();

	*out = w;
	if (w == NULL)
		return STATUS_NOMEM;
	w->loop = loop;
	w->events = events;
	w->owner = owner;
	w->changes.fd = w->tick.fd = w->step.fd = w->questions = -1;
	uv_timer_init(loop, &w->settled);
	w->settled.data = w;
	w->open_handles++;
	pace_start(&w->pace, &now);
	watch_network(w);
	watch_sleep(w);
	watch_clock(w);
	return STATUS_OK;
}

static void on_closed(uv_handle_t *handle)
{
	struct netwatch *w = handle->data;

	if (--w->open_handles > 0)
		return;
	netstate_deinit(&w->state);
	free(w);
}

static void unwatch(struct watched *watched)
{
	if (watched->fd < 0)
		return;
	uv_close((uv_handle_t *)&watched->poll, on_closed);
	close(watched->fd);
}

void netwatch_stop(struct netwatch *w)
{
	if (w == NULL)
		return;
	unwatch(&w->changes);
	unwatch(&w->tick);
	unwatch(&w->step);
	if (w->questions >= 0)
		close(w->questions);
	uv_close((uv_handle_t *)&w->settled, on_closed);
}
