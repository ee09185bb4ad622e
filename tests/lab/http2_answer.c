#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/lab/gzip.h"
#include "tests/lab/http2_parts.h"

#define TYPE            "application/dns-message"
#define DRIBBLE_BYTES   16
#define HUGE_BYTES      (65535 + 4465)
#define FIELDS_MAX      4
#define FIELD_VALUE_MAX 16

/* --- status, fields, body --------------------------------------------------- */

/* Gives a piece of the body, and says when it is the last one. */
static ssize_t on_read(nghttp2_session *session, int32_t stream, uint8_t *out, size_t cap,
	uint32_t *flags, nghttp2_data_source *source, void *user)
{
	static const nghttp2_nv trailer = { (uint8_t *)"x-lab", (uint8_t *)"done", 5, 4,
		NGHTTP2_NV_FLAG_NO_INDEX };
	struct request *request = source->ptr;
	const struct http_response *response = request->response;
	size_t n = request->body_n - request->sent;

	(void)user;
	if (response->body == BODY_ENDLESS) {
		memset(out, 0, cap);
		return (ssize_t)cap;
	}
	if (n == 0 && response->no_end)
		return NGHTTP2_ERR_DEFERRED;
	if (response->body == BODY_DRIBBLE && n > DRIBBLE_BYTES)
		n = DRIBBLE_BYTES;
	if (n > cap)
		n = cap;
	memcpy(out, request->body + request->sent, n);
	request->sent += n;
	if (request->sent < request->body_n || response->no_end)
		return (ssize_t)n;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (response->has_trailers &&
		nghttp2_submit_trailer(session, stream, &trailer, 1) == 0)
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
	return (ssize_t)n;
}

/* Replaces the DNS message by what is sent in its place. False: no memory. */
static bool make_body(struct request *request, enum body body)
{
	struct outbox made = { 0 };

	if (body == BODY_HUGE) {
		uint8_t *huge = realloc(request->body, HUGE_BYTES);

		if (huge == NULL)
			return false;
		memset(huge + request->body_n, 0, HUGE_BYTES - request->body_n);
		request->body = huge;
		request->body_n = HUGE_BYTES;
	} else if (body == BODY_GZIP) {
		gzip_store(&made, bytes_of(request->body, request->body_n));
		free(request->body);
		request->body = made.p;
		request->body_n = made.n;
	}
	return !made.bad;
}

static nghttp2_nv field(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value,
		strlen(name), strlen(value), NGHTTP2_NV_FLAG_NO_INDEX };
}

static void send_interim(struct http2 *http2, const struct request *request)
{
	char status[FIELD_VALUE_MAX];
	nghttp2_nv only;

	snprintf(status, sizeof status, "%u", request->response->interim);
	only = field(":status", status);
	if (nghttp2_submit_headers(http2->session, NGHTTP2_FLAG_NONE, request->stream,
		    NULL, &only, 1, NULL) < 0)
		http2->over = true;
}

void http2_respond(struct http2 *http2, struct request *request,
	const struct http_response *response)
{
	static const struct http_response usual = { 0 };
	nghttp2_data_provider body = { { .ptr = request }, on_read };
	char status[FIELD_VALUE_MAX], length[FIELD_VALUE_MAX];
	nghttp2_nv fields[FIELDS_MAX];
	size_t n = 0;

	request->response = response = response != NULL ? response : &usual;
	if (!make_body(request, response->body)) {
		http2->over = true;
		return;
	}
	if (response->interim != 0)
		send_interim(http2, request);
	snprintf(status, sizeof status, "%u",
		response->status != 0 ? response->status : 200);
	snprintf(
		length, sizeof length, "%d", (int)request->body_n + response->length_off);
	fields[n++] = field(":status", status);
	if (response->type == NULL || response->type[0] != '\0')
		fields[n++] = field(
			"content-type", response->type != NULL ? response->type : TYPE);
	if (response->length_off != 0)
		fields[n++] = field("content-length", length);
	if (response->header[0] != NULL)
		fields[n++] = field(response->header[0], response->header[1]);
	if (nghttp2_submit_response(http2->session, request->stream, fields, n,
		    response->body == BODY_NONE ? NULL : &body) != 0)
		http2->over = true;
}

/* --- what is answered -------------------------------------------------------- */

static void refuse(struct http2 *http2, struct request *request, unsigned status)
{
	static const struct http_response refusals[] = {
		{ .status = 400, .type = "", .body = BODY_NONE },
		{ .status = 404, .type = "", .body = BODY_NONE },
		{ .status = 405, .type = "", .body = BODY_NONE },
		{ .status = 413, .type = "", .body = BODY_NONE },
		{ .status = 415, .type = "", .body = BODY_NONE },
	};

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (refusals[i].status == status)
			http2_respond(http2, request, &refusals[i]);
}

/* False: it is no query. */
static bool ask_zone(struct http2 *http2, struct request *request)
{
	struct writer out = { .cap = REPLY_MAX_BYTES };
	enum status status;

	request->body = out.p = malloc(out.cap);
	if (out.p == NULL) {
		http2->over = true;
		return false;
	}
	status = zone_answer(bytes_of(request->query, request->query_n), http2->genuine,
		http2->options.who, &out, &request->manner);
	request->body_n = out.n;
	return status == STATUS_OK;
}

/* A stream has one answer: where a connection of DoT would show another ID first, this
 * one shows nothing else. */
static void answer_in_manner(struct http2 *http2, struct request *request)
{
	switch (request->manner) {
	case ZONE_NEVER:
		return;
	case ZONE_LATE:
		request->due_ms = clock_now_ms() + ZONE_SLOW_MS;
		return;
	case ZONE_WRONG_ID_FIRST:
		request->body[0] ^= 0xff;
		request->body[1] ^= 0xff;
		break;
	case ZONE_NOW:
		break;
	}
	http2_respond(http2, request, NULL);
}

/* Whole for the first time. */
static void take_request(struct http2 *http2, struct request *request)
{
	unsigned fault = request_fault(request);

	text_copy(http2->counts.last_request, sizeof http2->counts.last_request,
		request->fields);
	if (fault == 0 && !ask_zone(http2, request))
		fault = 400;
	if (fault != 0) {
		refuse(http2, request, fault);
		return;
	}
	http2->counts.queries++;
	if (!misdeed_meet(http2, request))
		answer_in_manner(http2, request);
}

void http2_answer(struct http2 *http2, struct request *request)
{
	bool first = !request->is_asked;

	request->is_asked = true;
	if (first)
		take_request(http2, request);
	else if (request->is_misdeed)
		misdeed_do(http2, request);
	else
		http2_respond(http2, request, NULL);
}
