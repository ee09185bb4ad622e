#include "tests/bench/load.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPIRY_STEP_NS (50 * NS_PER_MS)
/* With so many in flight answers come in groups: a nap for them costs the core that the
 * upstream is on less than to be woken for each. */
#define NAP_IN_FLIGHT 16
#define NAP_NS        30000
/* Looked at one by one without being told which is ready. */
#define FEW_SOCKETS 8

/* --- what is in flight -------------------------------------------------------- */

bool load_reserve(struct load_socket *s, uint64_t now_ns, uint16_t *id)
{
	struct load_slot *slot = &s->slots[s->next_id];

	/* All IDs in use would look like none. */
	if ((uint16_t)(s->next_id + 1) == s->oldest_id)
		return false;
	slot->sent_ns = now_ns;
	slot->number = (uint32_t)s->load->asked++;
	*id = s->next_id++;
	s->in_flight++;
	s->load->counts.sent++;
	return true;
}

void load_unreserve(struct load_socket *s, unsigned n)
{
	for (; n > 0; n--) {
		s->slots[--s->next_id].sent_ns = 0;
		s->in_flight--;
		s->load->asked--;
		s->load->counts.sent--;
	}
}

static void lose(struct load_socket *s, struct load_slot *slot)
{
	slot->sent_ns = 0;
	s->in_flight--;
	s->load->counts.timeouts++;
}

void load_give_up(struct load_socket *s)
{
	for (size_t i = 0; i < LOAD_IDS; i++)
		if (s->slots[i].sent_ns != 0)
			lose(s, &s->slots[i]);
	s->oldest_id = s->next_id;
}

static void expire(struct load_socket *s, uint64_t now_ns)
{
	uint64_t limit_ns = s->load->options.timeout_ms * NS_PER_MS;

	for (; s->oldest_id != s->next_id; s->oldest_id++) {
		struct load_slot *slot = &s->slots[s->oldest_id];

		if (slot->sent_ns != 0 && slot->sent_ns + limit_ns > now_ns)
			return;
		if (slot->sent_ns != 0)
			lose(s, slot);
	}
}

/* --- when ---------------------------------------------------------------------- */

static unsigned send_some(struct load_socket *s, unsigned n)
{
	return s->load->options.tcp ? load_tcp_send(s, n) : load_udp_send(s, n);
}

/* By window: each socket has its share. */
static void fill_window(struct load *load, uint64_t left)
{
	unsigned share = load->options.window / load->options.sockets;

	for (unsigned i = 0; i < load->options.sockets && left > 0; i++) {
		struct load_socket *s = &load->sockets[i];
		unsigned room = s->in_flight < share ? share - s->in_flight : 0;

		left -= send_some(s, room < left ? room : (unsigned)left);
	}
}

/* At a rate: what is due, in turn over the sockets. */
static void send_due(struct load *load, uint64_t now_ns, uint64_t left)
{
	double elapsed_s = (double)(now_ns - load->begin_ns) / 1e9;
	uint64_t due = (uint64_t)(elapsed_s * load->options.rate_qps) + 1;

	for (; load->asked < due && left > 0; left--) {
		struct load_socket *s =
			&load->sockets[load->asked % load->options.sockets];

		if (send_some(s, 1) == 0)
			return;
	}
}

static uint64_t next_due_ns(const struct load *load)
{
	return load->begin_ns +
	       (uint64_t)((double)load->asked / load->options.rate_qps * 1e9);
}

static void receive(struct load_socket *s)
{
	if (s->load->options.tcp)
		load_tcp_receive(s);
	else
		load_udp_receive(s);
}

static void poll_replies(struct load *load, uint64_t until_ns)
{
	struct pollfd fds[LOAD_SOCKETS_MAX];
	unsigned n = load->options.sockets;
	uint64_t now_ns = timing_now_ns();
	uint64_t wait_ns =
		until_ns > now_ns && !load->options.busy ? until_ns - now_ns : 0;
	struct timespec timeout = { (time_t)(wait_ns / NS_PER_S),
		(long)(wait_ns % NS_PER_S) };

	for (unsigned i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = load->sockets[i].fd, .events = POLLIN };
	if (ppoll(fds, n, &timeout, NULL) <= 0)
		return;
	for (unsigned i = 0; i < n; i++)
		if (fds[i].revents != 0)
			receive(&load->sockets[i]);
}

static unsigned in_flight(const struct load *load)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < load->options.sockets; i++)
		sum += load->sockets[i].in_flight;
	return sum;
}

static void wait_replies(struct load *load, uint64_t until_ns)
{
	const struct load_options *o = &load->options;
	const struct timespec nap = { .tv_nsec = NAP_NS };

	if (o->rate_qps > 0 || o->sockets > FEW_SOCKETS ||
		in_flight(load) < NAP_IN_FLIGHT) {
		poll_replies(load, until_ns);
		return;
	}
	if (!o->busy)
		nanosleep(&nap, NULL);
	for (unsigned i = 0; i < o->sockets; i++)
		receive(&load->sockets[i]);
}

static bool is_over(const struct load *load, uint64_t now_ns)
{
	const struct load_options *o = &load->options;

	if (o->queries > 0 && load->asked >= o->queries)
		return true;
	return o->seconds > 0 && (double)(now_ns - load->begin_ns) >= o->seconds * 1e9;
}

static void turn(struct load *load, bool asking)
{
	const struct load_options *o = &load->options;
	uint64_t now_ns = timing_now_ns(), until_ns = now_ns + EXPIRY_STEP_NS;
	uint64_t left = o->queries > 0 ? o->queries - load->asked : UINT32_MAX;

	if (asking && o->rate_qps > 0) {
		send_due(load, now_ns, left);
		until_ns = next_due_ns(load);
	} else if (asking) {
		fill_window(load, left);
	}
	wait_replies(load, until_ns);
	for (unsigned i = 0; i < o->sockets; i++)
		expire(&load->sockets[i], now_ns);
}

static void ask_all(struct load *load)
{
	load->begin_ns = load->last_answer_ns = timing_now_ns();
	while (!is_over(load, timing_now_ns()))
		turn(load, true);
	while (in_flight(load) > 0)
		turn(load, false);
}

/* --- beginning and end ---------------------------------------------------------- */

static void open_all(struct load *load)
{
	load_query_make(load);
	for (unsigned i = 0; i < load->options.sockets; i++) {
		struct load_socket *s = &load->sockets[i];

		s->load = load;
		s->slots = calloc(LOAD_IDS, sizeof *s->slots);
		if (s->slots == NULL)
			abort();
		if (load->options.tcp)
			load_tcp_open(s);
		else
			load_udp_open(s);
	}
}

void load_run(struct load *load)
{
	open_all(load);
	ask_all(load);
}
