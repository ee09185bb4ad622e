/* Connects, sends, reads to the end, decodes. Every failure is one sentence on
 * stderr: no daemon, no permission, no answer, not an answer. */
#include "ctl/daemon.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "ctl/output.h"

#define CONTROL_SOCKET "/run/pintle/control.sock"

/* A status with a hundred upstreams is about 200 kB. */
#define ANSWER_BYTES_MAX (4 * 1024 * 1024)
/* Longer than the daemon itself waits for an upstream: limits.timeout is at most 60 s. */
#define ANSWER_TIMEOUT_MS 75000

static const char *socket_path(const struct args *args)
{
	return args->socket != NULL ? args->socket : CONTROL_SOCKET;
}

/* -1, and errno says why: ENAMETOOLONG of a path that no socket can have. */
static int open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, saved;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static enum exit_code connect_to(const char *path, int *out)
{
	*out = open_socket(path);
	if (*out >= 0)
		return CTL_OK;
	if (errno == ENAMETOOLONG)
		return complain(CTL_USAGE, "--socket: the path is longer than %zu bytes",
			sizeof((struct sockaddr_un *)NULL)->sun_path - 1);
	if (errno == ENOENT || errno == ECONNREFUSED)
		return complain(CTL_FAILED,
			"pintle does not run, or its control socket is not %s (%s)", path,
			strerror(errno));
	return complain(CTL_FAILED, "%s: %s", path, strerror(errno));
}

bool daemon_runs(const struct args *args)
{
	int fd = open_socket(socket_path(args));
	bool runs = fd >= 0 || (errno != ENOENT && errno != ECONNREFUSED);

	if (fd >= 0)
		close(fd);
	return runs;
}

static enum exit_code say(int fd, const json_t *request)
{
	char *line = json_dumps(request, JSON_COMPACT | JSON_ENSURE_ASCII);
	struct bytes left;
	enum exit_code code = CTL_OK;

	if (line == NULL)
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	left = bytes_of_text(line);
	/* The terminator's place serves for the line's end. */
	line[left.n++] = '\n';
	while (left.n > 0 && code == CTL_OK) {
		ssize_t n = send(fd, left.p, left.n, MSG_NOSIGNAL);

		if (n >= 0)
			left = bytes_of(left.p + n, left.n - (size_t)n);
		else if (errno != EINTR)
			code = complain(CTL_FAILED, "the daemon does not listen: %s",
				strerror(errno));
	}
	free(line);
	return code;
}

/* Waits until there is something to read; false at the deadline. */
static bool await(int fd, uint64_t deadline_ms)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN };

	for (;;) {
		uint64_t now_ms = clock_now_ms();
		int n;

		if (now_ms >= deadline_ms)
			return false;
		n = poll(&entry, 1, (int)(deadline_ms - now_ms));
		if (n != 0 && (n > 0 || errno != EINTR))
			return n > 0;
	}
}

/* Up to the end of the stream. */
static enum exit_code hear(int fd, char *out, size_t *n)
{
	uint64_t deadline_ms = clock_now_ms() + ANSWER_TIMEOUT_MS;

	for (*n = 0; *n < ANSWER_BYTES_MAX;) {
		ssize_t more;

		if (!await(fd, deadline_ms))
			return complain(CTL_FAILED,
				"the daemon did not answer within %d s",
				ANSWER_TIMEOUT_MS / 1000);
		more = recv(fd, out + *n, ANSWER_BYTES_MAX - *n, 0);
		if (more == 0)
			return CTL_OK;
		if (more < 0 && errno != EINTR)
			return complain(CTL_FAILED, "the daemon's answer broke off: %s",
				strerror(errno));
		*n += more > 0 ? (size_t)more : 0;
	}
	return complain(CTL_FAILED, "the daemon's answer is longer than %d bytes",
		ANSWER_BYTES_MAX);
}

static enum exit_code converse(int fd, const json_t *request, json_t **answer)
{
	char *in = malloc(ANSWER_BYTES_MAX);
	enum exit_code code;
	size_t n = 0;

	if (in == NULL)
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	code = say(fd, request);
	if (code == CTL_OK)
		code = hear(fd, in, &n);
	if (code == CTL_OK) {
		*answer = json_loadb(in, n, 0, NULL);
		if (!json_is_object(*answer) || json_object_get(*answer, "ok") == NULL)
			code = complain(CTL_FAILED,
				"what answered is not pintle: %zu bytes, no JSON object "
				"with \"ok\"",
				n);
	}
	free(in);
	return code;
}

/* The daemon's exit code, if it is one of ours. */
static enum exit_code failed_code(const json_t *answer)
{
	switch (member_number(answer, "exit")) {
	case CTL_USAGE:
		return CTL_USAGE;
	case CTL_REFUSED:
		return CTL_REFUSED;
	case CTL_CONFIG:
		return CTL_CONFIG;
	}
	return CTL_FAILED;
}

/* What may be taken over instead, each with its command. */
static void print_choices(const json_t *refused)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)refused, i, one)
		complain(CTL_FAILED, "refused since %s: %s, issuer %s, root %s: %s",
			member_text(one, "first_seen"), member_text(one, "leaf"),
			member_text(one, "issuer"), member_text(one, "root"),
			member_text(one, "command"));
}

/* Goes to stderr, and with --json the whole object to stdout. */
static enum exit_code report_failure(const struct args *args, const json_t *answer)
{
	const char *error = member_text(answer, "error");

	complain(CTL_FAILED, "%s", error[0] != '\0' ? error : "the daemon says no");
	print_choices(json_object_get(answer, "refused"));
	if (args->json)
		print_json(json_deep_copy(answer));
	return failed_code(answer);
}

enum exit_code daemon_ask(const struct args *args, json_t *request, json_t **answer)
{
	enum exit_code code;
	int fd;

	*answer = NULL;
	/* jansson makes nothing of text that is not UTF-8. */
	if (request == NULL)
		return complain(CTL_USAGE, "an operand is not UTF-8");
	code = connect_to(socket_path(args), &fd);
	if (code == CTL_OK) {
		code = converse(fd, request, answer);
		close(fd);
	}
	if (code == CTL_OK && !json_is_true(json_object_get(*answer, "ok")))
		code = report_failure(args, *answer);
	if (code != CTL_OK) {
		json_decref(*answer);
		*answer = NULL;
	}
	json_decref(request);
	return code;
}

const char *member_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

json_int_t member_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
