/* bind -> listen -> accept, and who could not be accepted is looked at once more. */
#include "control/door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

/* After this, a client there was no memory for is looked at again. */
#define AGAIN_MS 100

struct door {
	uv_pipe_t pipe;
	uv_timer_t again;
	unsigned open_handles;
	struct door_events events;
	char *path; /* owned */
};

/* --- the socket ------------------------------------------------------------ */

static bool is_answered(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered;

	if (fd < 0)
		return false;
	answered = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
		   errno == EAGAIN;
	close(fd);
	return answered;
}

static int bind_socket(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old = umask(0117);
	bool ok = fd >= 0 &&
		  bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
		  listen(fd, DOOR_BACKLOG) == 0;
	int error = errno;

	umask(old);
	if (!ok && fd >= 0)
		close(fd);
	errno = error;
	return ok ? fd : -1;
}

static enum status open_socket(const char *path, struct text *error, int *fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;

	if (strlen(path) >= sizeof address.sun_path) {
		text_add(error,
			"control: %s: longer than a socket's path may be (%zu bytes)",
			path, sizeof address.sun_path - 1);
		return STATUS_CONFIG;
	}
	strcpy(address.sun_path, path);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		if (is_answered(&address)) {
			text_add(
				error, "control: %s: another pintle answers there", path);
			return STATUS_IO;
		}
		unlink(path);
	}
	*fd = bind_socket(&address);
	if (*fd >= 0)
		return STATUS_OK;
	text_add(error, "control: cannot listen on %s: %s", path, strerror(errno));
	return STATUS_CONFIG;
}

/* --- accepting ------------------------------------------------------------- */

static void accept_one(struct door *d);

static void on_again(uv_timer_t *timer)
{
	accept_one(timer->data);
}

/* As in listen/tcp.c: one that is not accepted keeps libuv from listening. */
static void accept_one(struct door *d)
{
	if (!d->events.on_client(d->events.owner, (uv_stream_t *)&d->pipe))
		uv_timer_start(&d->again, on_again, AGAIN_MS, 0);
}

static void on_connection(uv_stream_t *server, int status)
{
	if (status < 0)
		log_warning(
			"a control client cannot be accepted: %s", uv_strerror(status));
	else
		accept_one(server->data);
}

static void on_closed(uv_handle_t *handle)
{
	struct door *d = handle->data;

	if (--d->open_handles > 0)
		return;
	free(d->path);
	free(d);
}

static struct door *door_new(uv_loop_t *loop, const char *path)
{
	struct door *d = calloc(1, sizeof *d);

	if (d == NULL || (d->path = strdup(path)) == NULL) {
		free(d);
		return NULL;
	}
	uv_pipe_init(loop, &d->pipe, 0);
	uv_timer_init(loop, &d->again);
	d->pipe.data = d->again.data = d;
	d->open_handles = 2;
	return d;
}

/* Takes `fd` over, whatever comes of it. */
static bool watch(struct door *d, int fd)
{
	if (uv_pipe_open(&d->pipe, fd) != 0) {
		close(fd);
		return false;
	}
	return uv_listen((uv_stream_t *)&d->pipe, DOOR_BACKLOG, on_connection) == 0;
}

enum status door_open(uv_loop_t *loop, const char *path, const struct door_events *events,
	struct text *error, struct door **out)
{
	struct door *d;
	int fd = -1;
	enum status status = open_socket(path, error, &fd);

	*out = NULL;
	if (status != STATUS_OK)
		return status;
	d = door_new(loop, path);
	if (d == NULL) {
		close(fd);
		unlink(path);
		text_add(error, "control: %s", status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	d->events = *events;
	if (!watch(d, fd)) {
		text_add(error, "control: %s: cannot be watched", path);
		door_close(d);
		return STATUS_IO;
	}
	*out = d;
	return STATUS_OK;
}

const char *door_path(const struct door *d)
{
	return d->path;
}

void door_close(struct door *d)
{
	if (d == NULL)
		return;
	if (unlink(d->path) != 0 && errno != ENOENT)
		log_warning("control: %s is left behind: %s", d->path, strerror(errno));
	uv_close((uv_handle_t *)&d->again, on_closed);
	uv_close((uv_handle_t *)&d->pipe, on_closed);
}
