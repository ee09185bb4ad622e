/* Listeners are laid out first, then get keys and certificates, then sockets.
 * One thread accepts for all of them; it also answers for the counters. */
#include "tests/lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lab/connection.h"
#include "tests/lab/listener.h"

#define BACKLOG 64

static enum status fail(struct lab_error *error, enum status status, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static enum status fail(struct lab_error *error, enum status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error->text, sizeof error->text, fmt, args);
	va_end(args);
	return status;
}

static enum status bind_listener(struct listener *l, struct lab_error *error)
{
	char address[ENDPOINT_TEXT_MAX];
	socklen_t n = sizeof l->address.in;
	int on = 1;

	endpoint_format(&l->address, address);
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return fail(error, STATUS_IO, "no socket: %s", strerror(errno));
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(l->fd, &l->address.sa, endpoint_size(&l->address)) != 0 ||
		listen(l->fd, BACKLOG) != 0)
		return fail(error, STATUS_IO, "cannot listen on %s for \"%s\": %s",
			address, l->name, strerror(errno));
	getsockname(l->fd, &l->address.sa, &n); /* for port 0 */
	return STATUS_OK;
}

static enum status open_directory(
	struct lab *lab, const char *directory, struct lab_error *error)
{
	/* O_NOFOLLOW, and the owner below: the default lies in a directory that
	 * others can write to. */
	struct stat st;

	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		return fail(error, STATUS_IO, "cannot make %s: %s", directory,
			strerror(errno));
	lab->directory = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (lab->directory < 0)
		return fail(error, STATUS_IO, "cannot open %s: %s", directory,
			strerror(errno));
	if (fstat(lab->directory, &st) != 0 || st.st_uid != geteuid())
		return fail(error, STATUS_IO, "%s belongs to somebody else", directory);
	if (flock(lab->directory, LOCK_EX | LOCK_NB) != 0)
		return fail(error, STATUS_IO, "another lab runs in %s", directory);
	if (mkdirat(lab->directory, "state", 0755) != 0 && errno != EEXIST)
		return fail(error, STATUS_IO, "cannot make %s/state: %s", directory,
			strerror(errno));
	return STATUS_OK;
}

static enum status start(
	struct lab *lab, const struct lab_options *options, struct lab_error *error)
{
	enum status status = open_directory(lab, options->directory, error);

	for (size_t i = 0; status == STATUS_OK && i < options->scenario_n; i++)
		listeners_add(lab, options, i);
	if (status == STATUS_OK && lab->listener_n == 0)
		return fail(error, STATUS_NOTFOUND,
			"none of these scenarios is served over that protocol");
	for (size_t i = 0; status == STATUS_OK && i < lab->listener_n; i++)
		status = bind_listener(&lab->listeners[i], error);
	if (status != STATUS_OK)
		return status;
	status = ctlogs_new(&lab->logs);
	if (status == STATUS_OK)
		status = ctlogs_write(lab->logs, lab->directory);
	if (status == STATUS_OK)
		status = pki_new(lab->logs, &lab->pki);
	if (status == STATUS_OK)
		status = pki_write(lab->pki, lab->directory);
	for (size_t i = 0; status == STATUS_OK && i < lab->listener_n; i++)
		status = listener_equip(lab, &lab->listeners[i]);
	if (status != STATUS_OK)
		return fail(error, status, "cannot make the certificates: %s",
			status_text(status));
	lab->control = counters_listen(lab->directory);
	if (lab->control < 0)
		return fail(error, STATUS_IO, "cannot listen on %s/lab.sock: %s",
			options->directory, strerror(errno));
	return STATUS_OK;
}

enum status lab_new(
	const struct lab_options *options, struct lab **out, struct lab_error *error)
{
	struct lab *lab = calloc(1, sizeof *lab);
	enum status status;

	if (lab == NULL)
		return fail(error, STATUS_NOMEM, "out of memory");
	lab->directory = lab->control = -1;
	list_init(&lab->connections);
	pthread_mutex_init(&lab->lock, NULL);
	pthread_cond_init(&lab->idle, NULL);
	/* A scenario has three roles at most, over each protocol. */
	lab->listeners =
		calloc(3 * PROTOCOL_COUNT * options->scenario_n, sizeof *lab->listeners);
	status = lab->listeners != NULL ? start(lab, options, error)
					: fail(error, STATUS_NOMEM, "out of memory");
	if (status != STATUS_OK) {
		lab_free(lab);
		return status;
	}
	*out = lab;
	return STATUS_OK;
}

void lab_free(struct lab *lab)
{
	if (lab == NULL)
		return;
	for (size_t i = 0; i < lab->listener_n; i++) {
		struct listener *l = &lab->listeners[i];

		if (l->fd >= 0)
			close(l->fd);
		SSL_CTX_free(l->tls);
		delivery_deinit(&l->delivery);
		credential_deinit(&l->own);
		counters_deinit(&l->counters);
	}
	if (lab->control >= 0) {
		unlinkat(lab->directory, "lab.sock", 0);
		close(lab->control);
	}
	if (lab->directory >= 0)
		close(lab->directory);
	free(lab->listeners);
	pki_free(lab->pki);
	ctlogs_free(lab->logs);
	pthread_cond_destroy(&lab->idle);
	pthread_mutex_destroy(&lab->lock);
	free(lab);
}

static void accept_all(struct listener *l)
{
	int fd, on = 1;

	while ((fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		/* Or an answer behind the session tickets waits for a delayed ACK. */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		connection_start(l, fd);
	}
}

/* `polls` has the listeners in their order, then control and stop. */
static void turn(struct lab *lab, const struct pollfd *polls)
{
	for (size_t i = 0; i < lab->listener_n; i++)
		if (polls[i].revents != 0)
			accept_all(&lab->listeners[i]);
	if (polls[lab->listener_n].revents != 0)
		counters_serve(lab->control, lab);
}

void lab_run(struct lab *lab, int stop)
{
	size_t n = lab->listener_n + 2;
	struct pollfd *polls = calloc(n, sizeof *polls);

	for (size_t i = 0; polls != NULL && i < lab->listener_n; i++)
		polls[i] = (struct pollfd){ lab->listeners[i].fd, POLLIN, 0 };
	if (polls != NULL) {
		polls[n - 2] = (struct pollfd){ lab->control, POLLIN, 0 };
		polls[n - 1] = (struct pollfd){ stop, POLLIN, 0 };
		while (poll(polls, n, -1) >= 0 || errno == EINTR) {
			if (polls[n - 1].revents != 0)
				break;
			turn(lab, polls);
		}
	}
	free(polls);
	connections_end(lab);
}
