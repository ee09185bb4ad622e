/* connect(2), then bytes to and fro until the session is open or has failed.
 * Failures: what connect says, the deadline, an end of the stream. */
#include "ctl/dial.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tls/session.h"

struct line {
	int fd;
	uint64_t deadline_ms;
	struct dialled *out;
};

static enum status problem(
	struct line *line, enum dial_outcome outcome, const char *what, int error)
{
	struct text text = text_in(line->out->problem, sizeof line->out->problem);

	line->out->outcome = outcome;
	text_add(&text, "%s%s%s", what, error != 0 ? ": " : "",
		error != 0 ? strerror(error) : "");
	return STATUS_IO;
}

/* Until the socket is ready; TIMEOUT at the deadline. */
static enum status await(const struct line *line, short events)
{
	struct pollfd entry = { .fd = line->fd, .events = events };

	for (;;) {
		uint64_t now_ms = clock_now_ms();
		int n;

		if (now_ms >= line->deadline_ms)
			return STATUS_TIMEOUT;
		n = poll(&entry, 1, (int)(line->deadline_ms - now_ms));
		if (n > 0)
			return STATUS_OK;
		if (n < 0 && errno != EINTR)
			return STATUS_IO;
	}
}

static enum status reach(struct line *line, const struct endpoint *address)
{
	int error = 0;
	socklen_t size = sizeof error;

	line->fd = socket(address->sa.sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (line->fd < 0)
		return problem(line, DIAL_UNREACHABLE, "no socket", errno);
	if (connect(line->fd, &address->sa, endpoint_size(address)) == 0)
		return STATUS_OK;
	if (errno != EINPROGRESS)
		return problem(line, DIAL_UNREACHABLE, "no connection", errno);
	if (await(line, POLLOUT) != STATUS_OK)
		return problem(line, DIAL_UNREACHABLE, "no connection", ETIMEDOUT);
	if (getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	if (error != 0)
		return problem(line, DIAL_UNREACHABLE, "no connection", error);
	return STATUS_OK;
}

/* What the session has to say: a Finished, or an alert. */
static enum status flush(struct line *line, struct session *session)
{
	struct bytes pending = session_pending(session);

	while (pending.n > 0) {
		ssize_t n = send(line->fd, pending.p, pending.n, MSG_NOSIGNAL);

		if (n >= 0)
			pending = bytes_of(pending.p + n, pending.n - (size_t)n);
		else if (errno != EAGAIN && errno != EINTR)
			return problem(line, DIAL_BROKEN, "sending failed", errno);
		else if (await(line, POLLOUT) != STATUS_OK)
			return problem(line, DIAL_BROKEN, "TLS handshake", ETIMEDOUT);
	}
	session_sent(session);
	return STATUS_OK;
}

static enum status hear(struct line *line, struct session *session)
{
	uint8_t in[16 * 1024];
	ssize_t n;

	if (await(line, POLLIN) != STATUS_OK)
		return problem(line, DIAL_BROKEN, "TLS handshake", ETIMEDOUT);
	n = recv(line->fd, in, sizeof in, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return STATUS_OK;
	if (n < 0)
		return problem(line, DIAL_BROKEN, "TLS handshake", errno);
	if (n == 0)
		return problem(line, DIAL_BROKEN,
			"the server closed the connection during the handshake", 0);
	return session_receive(session, bytes_of(in, (size_t)n));
}

static enum status shake(struct line *line, struct session *session)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && session_handshake(session) == SESSION_HANDSHAKE) {
		status = flush(line, session);
		if (status == STATUS_OK)
			status = hear(line, session);
	}
	return status;
}

static void keep_result(struct line *line, struct session *session)
{
	const struct verdict *verdict = session_verdict(session);

	if (verdict == NULL) {
		problem(line, DIAL_BROKEN, status_text(session_trouble(session)), 0);
		return;
	}
	line->out->outcome = DIAL_JUDGED;
	line->out->verdict = *verdict;
	if (verdict->accepted)
		text_copy(
			line->out->tls, sizeof line->out->tls, session_version(session));
	/* Politeness; nothing depends on its arrival. */
	session_close(session);
	if (flush(line, session) != STATUS_OK)
		line->out->outcome = DIAL_JUDGED;
}

void dial(const struct endpoint *address, struct tls_context *context,
	uint64_t deadline_ms, struct dialled *out)
{
	struct line line = { .fd = -1, .deadline_ms = deadline_ms, .out = out };
	struct session *session = NULL;
	uint64_t start_ms = clock_now_ms(), connected_ms;
	enum status status;

	memset(out, 0, sizeof *out);
	status = reach(&line, address);
	connected_ms = clock_now_ms();
	out->connect_ms = (unsigned)(connected_ms - start_ms);
	if (status == STATUS_OK) {
		status = session_new(context, address, &session);
		if (status == STATUS_OK)
			status = shake(&line, session);
		out->handshake_ms = (unsigned)(clock_now_ms() - connected_ms);
		/* A server that is refused may end the handshake as it likes. */
		if (status == STATUS_OK ||
			(session != NULL && session_verdict(session) != NULL))
			keep_result(&line, session);
	}
	/* problem() has said what the network did; this is ours. */
	if (status != STATUS_OK && out->problem[0] == '\0')
		problem(&line, DIAL_BROKEN, status_text(status), 0);
	session_free(session);
	if (line.fd >= 0)
		close(line.fd);
}
