/* A thread is detached and in the lab's list until its end; connections_end()
 * shuts the sockets down, which wakes every wait, and waits for the list to
 * drain. */
#include "tests/lab/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/log.h"

bool connection_wait(const struct connection *c, short events, int timeout_ms)
{
	struct pollfd p = { c->fd, events, 0 };
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (events == 0)
		return n == 0;
	return n > 0 && (p.revents & events) != 0;
}

void connection_count(struct connection *c, struct counts more)
{
	counters_add(&c->listener->counters, &more);
}

static void serve(struct connection *c)
{
	uint8_t first;

	connection_count(c, (struct counts){ .connections = 1 });
	if (!connection_wait(c, POLLIN, -1) || recv(c->fd, &first, 1, MSG_PEEK) != 1)
		return;
	if (c->listener->tls != NULL && first >= TLS_RECORD_FIRST &&
		first <= TLS_RECORD_LAST)
		connection_serve_tls(c);
	else
		connection_serve_plain(c);
}

static void *run(void *arg)
{
	struct connection *c = arg;
	struct lab *lab = c->listener->lab;

	serve(c);
	ERR_clear_error();
	OPENSSL_thread_stop();
	pthread_mutex_lock(&lab->lock);
	list_remove(&c->link);
	close(c->fd);
	free(c);
	pthread_cond_signal(&lab->idle);
	pthread_mutex_unlock(&lab->lock);
	return NULL;
}

void connection_start(struct listener *listener, int fd)
{
	struct lab *lab = listener->lab;
	struct connection *c = calloc(1, sizeof *c);
	pthread_t thread;

	if (c == NULL) {
		close(fd);
		return;
	}
	c->listener = listener;
	c->fd = fd;
	pthread_mutex_lock(&lab->lock);
	if (pthread_create(&thread, NULL, run, c) == 0) {
		pthread_detach(thread);
		list_append(&lab->connections, &c->link);
	} else {
		log_warning("%s: no thread for a connection", listener->name);
		close(fd);
		free(c);
	}
	pthread_mutex_unlock(&lab->lock);
}

void connections_drain(struct lab *lab, unsigned timeout_ms)
{
	struct timespec until;
	int code = 0;

	clock_gettime(CLOCK_REALTIME, &until); /* the condition variable's clock */
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&lab->lock);
	while (code == 0 && !list_empty(&lab->connections))
		code = pthread_cond_timedwait(&lab->idle, &lab->lock, &until);
	pthread_mutex_unlock(&lab->lock);
}

void connections_end(struct lab *lab)
{
	pthread_mutex_lock(&lab->lock);
	list_for_each (it, &lab->connections)
		shutdown(list_entry(it, struct connection, link)->fd, SHUT_RDWR);
	while (!list_empty(&lab->connections))
		pthread_cond_wait(&lab->idle, &lab->lock);
	pthread_mutex_unlock(&lab->lock);
}
