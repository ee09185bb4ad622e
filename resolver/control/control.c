/* accept -> one line -> command_run() -> one answer -> close. */
#include "control/control.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "control/commands.h"

#define REQUEST_MAX    4096
#define CLIENTS_MAX    16
#define CLIENT_TIME_MS 10000
/* After this, a client there was no memory for is looked at again. */
#define AGAIN_MS 100

struct control {
	uv_pipe_t pipe;
	uv_timer_t again;
	unsigned open_handles;
	struct worker *worker;
	struct list requests;
	unsigned count;
	char *path; /* owned */
};

struct control_request {
	uv_pipe_t pipe;
	uv_timer_t deadline;
	unsigned open_handles;
	struct control *control;
	struct list link;
	struct exchange *exchange;
	bool closing;
	char line[REQUEST_MAX];
	size_t line_n;
	char *answer; /* owned, from jansson */
	uv_write_t write;
};

static void on_handle_closed(uv_handle_t *handle)
{
	struct control_request *r = handle->data;

	if (--r->open_handles > 0)
		return;
	free(r->answer);
	free(r);
}

static void request_close(struct control_request *r)
{
	if (r->closing)
		return;
	r->closing = true;
	if (r->exchange != NULL)
		exchange_cancel(r->exchange);
	r->exchange = NULL;
	list_remove(&r->link);
	r->control->count--;
	uv_close((uv_handle_t *)&r->deadline, on_handle_closed);
	uv_close((uv_handle_t *)&r->pipe, on_handle_closed);
}

void control_set_exchange(struct control_request *r, struct exchange *exchange)
{
	r->exchange = exchange;
}

static void on_written(uv_write_t *write, int status)
{
	(void)status;
	request_close(write->data);
}

void control_reply(struct control_request *r, json_t *answer)
{
	uv_buf_t buf;

	if (answer != NULL)
		r->answer = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	if (r->answer == NULL) {
		request_close(r);
		return;
	}
	buf = uv_buf_init(r->answer, (unsigned)strlen(r->answer));
	r->write.data = r;
	if (uv_write(&r->write, (uv_stream_t *)&r->pipe, &buf, 1, on_written) != 0)
		request_close(r);
}

/* What was cut may end in the middle of a UTF-8 character (RFC 3629 §3), which
 * is not JSON. */
static void cut_at_character(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	text[n > 0 ? n - 1 : 0] = '\0';
}

void control_reply_error(
	struct control_request *r, enum control_exit code, const char *fmt, ...)
{
	char words[512];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(words, sizeof words, fmt, args);
	va_end(args);
	if (n >= (int)sizeof words)
		cut_at_character(words);
	control_reply(r,
		json_pack("{s:b, s:s, s:i}", "ok", 0, "error", words, "exit", (int)code));
}

static void run_line(struct control_request *r, size_t n)
{
	json_error_t error;
	json_t *command = json_loadb(r->line, n, JSON_REJECT_DUPLICATES, &error);

	if (!json_is_object(command))
		control_reply_error(r, CONTROL_EXIT_USAGE,
			"a request is one JSON object on one line");
	else
		command_run(r->control->worker, command, r);
	json_decref(command);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct control_request *r = handle->data;

	(void)suggested;
	*buf = uv_buf_init(r->line + r->line_n, (unsigned)(sizeof r->line - r->line_n));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct control_request *r = stream->data;
	const char *end;

	(void)buf;
	if (n < 0) {
		request_close(r);
		return;
	}
	r->line_n += (size_t)n;
	end = memchr(r->line, '\n', r->line_n);
	if (end == NULL && r->line_n < sizeof r->line)
		return;
	/* One line is all there is, and a client that closes its side after it
	 * still wants the answer. One that is gone is noticed in writing. */
	uv_read_stop(stream);
	if (end != NULL)
		run_line(r, (size_t)(end - r->line));
	else
		control_reply_error(r, CONTROL_EXIT_USAGE,
			"a request longer than %d bytes", REQUEST_MAX);
}

static void on_deadline(uv_timer_t *timer)
{
	request_close(timer->data);
}

static void accept_one(struct control *c);

static void on_again(uv_timer_t *timer)
{
	accept_one(timer->data);
}

/* As in listen/tcp.c: one that is not accepted keeps libuv from listening. */
static void accept_one(struct control *c)
{
	uv_stream_t *server = (uv_stream_t *)&c->pipe;
	struct control_request *r = calloc(1, sizeof *r);

	if (r == NULL) {
		uv_timer_start(&c->again, on_again, AGAIN_MS, 0);
		return;
	}
	r->control = c;
	r->open_handles = 2;
	uv_pipe_init(server->loop, &r->pipe, 0);
	uv_timer_init(server->loop, &r->deadline);
	r->pipe.data = r->deadline.data = r;
	list_append(&c->requests, &r->link);
	c->count++;
	uv_timer_start(&r->deadline, on_deadline, CLIENT_TIME_MS, 0);
	if (uv_accept(server, (uv_stream_t *)&r->pipe) != 0 || c->count > CLIENTS_MAX ||
		uv_read_start((uv_stream_t *)&r->pipe, on_alloc, on_read) != 0)
		request_close(r);
}

static void on_connection(uv_stream_t *server, int status)
{
	if (status < 0)
		log_warning(
			"a control client cannot be accepted: %s", uv_strerror(status));
	else
		accept_one(server->data);
}

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
		  listen(fd, CLIENTS_MAX) == 0;
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

static void on_control_closed(uv_handle_t *handle)
{
	struct control *c = handle->data;

	if (--c->open_handles > 0)
		return;
	free(c->path);
	free(c);
}

enum status control_open(uv_loop_t *loop, const char *path, struct worker *worker,
	struct text *error, struct control **out)
{
	struct control *c;
	int fd = -1;
	enum status status = open_socket(path, error, &fd);

	*out = NULL;
	if (status != STATUS_OK)
		return status;
	c = calloc(1, sizeof *c);
	if (c == NULL || (c->path = strdup(path)) == NULL) {
		free(c);
		close(fd);
		unlink(path);
		text_add(error, "control: %s", status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	c->worker = worker;
	list_init(&c->requests);
	uv_pipe_init(loop, &c->pipe, 0);
	uv_timer_init(loop, &c->again);
	c->pipe.data = c->again.data = c;
	c->open_handles = 2;
	if (uv_pipe_open(&c->pipe, fd) != 0) {
		close(fd);
		status = STATUS_IO;
	} else if (uv_listen((uv_stream_t *)&c->pipe, CLIENTS_MAX, on_connection) != 0) {
		status = STATUS_IO;
	}
	if (status == STATUS_OK) {
		*out = c;
		return STATUS_OK;
	}
	text_add(error, "control: %s: cannot be watched", path);
	control_close(c);
	return status;
}

void control_close(struct control *c)
{
	if (c == NULL)
		return;
	list_for_each_safe (it, &c->requests)
		request_close(list_entry(it, struct control_request, link));
	unlink(c->path);
	uv_close((uv_handle_t *)&c->again, on_control_closed);
	uv_close((uv_handle_t *)&c->pipe, on_control_closed);
}
