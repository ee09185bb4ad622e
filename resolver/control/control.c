/* accept -> one line -> command_run() -> one answer -> close. */
#include "control/control.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "control/commands.h"
#include "control/door.h"

#define REQUEST_MAX    4096
#define CLIENTS_MAX    16
#define CLIENT_TIME_MS 10000

struct control {
	uv_loop_t *loop;         /* borrowed */
	struct workers *workers; /* borrowed */
	struct door *door;       /* owned */
	struct door *next;       /* owned: during a reload that changes it */
	struct list requests;
	unsigned count;
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

static void on_deadline(uv_timer_t *timer)
{
	request_close(timer->data);
}

void control_await(
	struct control_request *r, struct exchange *exchange, uint32_t timeout_ms)
{
	r->exchange = exchange;
	uv_timer_start(&r->deadline, on_deadline, timeout_ms + CLIENT_TIME_MS, 0);
}

void control_forget(struct control_request *r)
{
	r->exchange = NULL;
}

uid_t control_peer(const struct control_request *r)
{
	struct ucred peer;
	socklen_t n = sizeof peer;
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&r->pipe, &fd) != 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return (uid_t)-1;
	return peer.uid;
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
		command_run(r->control->workers, command, r);
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

/* A door's client; false: no memory for it now. */
static bool on_client(void *owner, uv_stream_t *server)
{
	struct control *c = owner;
	struct control_request *r = calloc(1, sizeof *r);

	if (r == NULL)
		return false;
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
	return true;
}

/* --- reload ---------------------------------------------------------------- */

/* The next door is open before the old one is closed. */
static enum status on_prepare(
	void *owner, const struct config *config, struct text *error)
{
	struct control *c = owner;
	const struct door_events events = { on_client, c };

	if (strcmp(door_path(c->door), config->control) == 0)
		return STATUS_OK;
	return door_open(c->loop, config->control, &events, error, &c->next);
}

static void on_commit(void *owner)
{
	struct control *c = owner;

	if (c->next == NULL)
		return;
	door_close(c->door);
	c->door = c->next;
	c->next = NULL;
}

static void on_discard(void *owner)
{
	struct control *c = owner;

	door_close(c->next);
	c->next = NULL;
}

/* --- start and end ----------------------------------------------------------- */

enum status control_open(uv_loop_t *loop, const char *path, struct workers *workers,
	struct text *error, struct control **out)
{
	struct control *c = calloc(1, sizeof *c);
	struct door_events events = { on_client, c };
	enum status status = STATUS_NOMEM;

	*out = NULL;
	if (c != NULL)
		status = door_open(loop, path, &events, error, &c->door);
	if (status != STATUS_OK) {
		free(c);
		return status;
	}
	c->loop = loop;
	c->workers = workers;
	list_init(&c->requests);
	workers->follower =
		(struct workers_follower){ on_prepare, on_commit, on_discard, c };
	*out = c;
	return STATUS_OK;
}

void control_close(struct control *c)
{
	if (c == NULL)
		return;
	list_for_each_safe (it, &c->requests)
		request_close(list_entry(it, struct control_request, link));
	c->workers->follower = (struct workers_follower){ 0 };
	door_close(c->door);
	free(c);
}
