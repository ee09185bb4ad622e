/* nghttp2 does what is right; what is wrong is written between its frames, which
 * it gives whole. It sends no field that a table would remember, so that header
 * blocks written by hand fit among its own. */
#include "tests/lab/http2.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/lab/http2_parts.h"

#define OUT_MAX_BYTES 65536 /* more waits within nghttp2 */
#define STREAMS_MAX   100

static int on_begin_headers(
	nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct request *request;

	if (frame->hd.type != NGHTTP2_HEADERS ||
		frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	request = request_new(user, frame->hd.stream_id);
	if (request == NULL)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, request);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
	const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
	uint8_t flags, void *user)
{
	struct request *request =
		nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	(void)flags, (void)user;
	if (request != NULL)
		request_take_field(
			request, bytes_of(name, name_n), bytes_of(value, value_n));
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream,
	const uint8_t *data, size_t n, void *user)
{
	struct request *request = nghttp2_session_get_stream_user_data(session, stream);

	(void)flags, (void)user;
	if (request != NULL)
		request_take_body(request, bytes_of(data, n));
	return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct request *request;
	bool whole =
		(frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
		(frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA);

	(void)user;
	if (!whole)
		return 0;
	request = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	/* Not now: nothing may be sent from within this callback. */
	if (request != NULL)
		request->due_ms = 1;
	return 0;
}

static int on_stream_close(
	nghttp2_session *session, int32_t stream, uint32_t code, void *user)
{
	(void)code, (void)user;
	request_free(nghttp2_session_get_stream_user_data(session, stream));
	return 0;
}

static bool open_session(struct http2 *http2)
{
	nghttp2_session_callbacks *callbacks;
	bool ok;

	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return false;
	nghttp2_session_callbacks_set_on_begin_headers_callback(
		callbacks, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(
		callbacks, on_stream_close);
	ok = nghttp2_session_server_new(&http2->session, callbacks, http2) == 0;
	nghttp2_session_callbacks_del(callbacks);
	return ok;
}

static bool send_settings(struct http2 *http2)
{
	nghttp2_settings_entry entries[1 + MISDEED_SETTINGS] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS_MAX },
	};
	const struct misdeed *misdeed = http2->options.misdeed;
	size_t n = 1;

	for (size_t i = 0; misdeed != NULL && i < MISDEED_SETTINGS; i++)
		if (misdeed->settings[i].id != 0)
			entries[n++] = (nghttp2_settings_entry){ misdeed->settings[i].id,
				misdeed->settings[i].value };
	return nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, entries, n) ==
	       0;
}

struct http2 *http2_new(const struct http2_options *options)
{
	struct http2 *http2 = calloc(1, sizeof *http2);

	if (http2 == NULL)
		return NULL;
	http2->options = *options;
	list_init(&http2->requests);
	/* From its second connection on such a server is honest. */
	if (options->misdeed != NULL && options->misdeed->when != WHEN_ALWAYS &&
		!options->first)
		http2->options.misdeed = NULL;
	if (!open_session(http2) || !send_settings(http2)) {
		http2_free(http2);
		return NULL;
	}
	misdeed_start(http2);
	return http2;
}

void http2_free(struct http2 *http2)
{
	if (http2 == NULL)
		return;
	nghttp2_session_del(http2->session);
	list_for_each_safe (it, &http2->requests)
		request_free(list_entry(it, struct request, link));
	outbox_deinit(&http2->out);
	outbox_deinit(&http2->given);
	outbox_deinit(&http2->flood);
	free(http2);
}

bool http2_take(struct http2 *http2, struct bytes in, bool genuine)
{
	http2->genuine = genuine;
	http2->counts.query_bytes += h2scan_feed(&http2->scan, in);
	return http2->deaf || nghttp2_session_mem_recv(http2->session, in.p, in.n) >= 0;
}

/* The one that waits for the earliest time; NULL: none waits. */
static struct request *find_next(const struct http2 *http2)
{
	struct request *next = NULL;

	list_for_each (it, &http2->requests) {
		struct request *request = list_entry(it, struct request, link);

		if (request->due_ms != 0 &&
			(next == NULL || request->due_ms < next->due_ms))
			next = request;
	}
	return next;
}

int http2_turn(struct http2 *http2)
{
	uint64_t now_ms = clock_now_ms();
	struct request *next;

	while ((next = find_next(http2)) != NULL && next->due_ms <= now_ms) {
		next->due_ms = 0;
		if (!http2->deaf)
			http2_answer(http2, next);
	}
	return next == NULL ? -1 : (int)(next->due_ms - now_ms);
}

void http2_flush(struct http2 *http2)
{
	const uint8_t *p;
	ssize_t n = 1;

	while (!http2->out.bad && http2->out.n < OUT_MAX_BYTES && n > 0) {
		n = nghttp2_session_mem_send(http2->session, &p);
		if (n > 0)
			outbox_add(&http2->out, bytes_of(p, (size_t)n));
	}
}

struct bytes http2_output(struct http2 *http2)
{
	struct outbox spare = http2->given;

	if (!http2->deaf)
		http2_flush(http2);
	http2->given = http2->out;
	http2->out = spare;
	http2->out.n = 0;
	return bytes_of(http2->given.p, http2->given.n);
}

struct bytes http2_flood(const struct http2 *http2)
{
	return bytes_of(http2->flood.p, http2->flood.n);
}

bool http2_is_over(const struct http2 *http2)
{
	return http2->over || http2->out.bad || http2->given.bad || http2->flood.bad ||
	       (!http2->deaf && nghttp2_session_want_read(http2->session) == 0 &&
		       nghttp2_session_want_write(http2->session) == 0);
}

struct counts http2_counts(struct http2 *http2)
{
	struct counts counts = http2->counts;

	http2->counts = (struct counts){ 0 };
	return counts;
}
