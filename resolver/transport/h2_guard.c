#include "transport/h2_guard.h"

#include <string.h>

/* Frames that answer nothing, all at once and again every ten seconds. A server that
 * looks with a PING each second whether somebody is there sends ten of them. */
#define FRAMES_FREE 1000
#define RENEW_MS    10000
/* For one question: HEADERS, DATA and two WINDOW_UPDATEs. */
#define FRAMES_A_QUESTION 4
#define FRAMES_MAX        (64 * 1024)
/* DATA from this size on is paid for by the flow control window. */
#define DATA_FREE_BYTES 256
/* One header block: HEADERS and CONTINUATION. Answers have 0.2 to 1 kB. */
#define BLOCK_BYTES_MAX  (24 * 1024)
#define BLOCK_FRAMES_MAX 8

enum frame_type {
	FRAME_DATA,
	FRAME_HEADERS,
	FRAME_PUSH_PROMISE = 5,
	FRAME_CONTINUATION = 9
};
#define FLAG_END_STREAM 0x1

void h2_guard_init(struct h2_guard *g, uint64_t now_ms)
{
	*g = (struct h2_guard){ .frames_left = FRAMES_FREE, .renewed_ms = now_ms };
}

void h2_guard_asked(struct h2_guard *g)
{
	if (g->frames_left < FRAMES_MAX)
		g->frames_left += FRAMES_A_QUESTION;
}

void h2_guard_answered(struct h2_guard *g)
{
	if (g->frames_left < FRAMES_FREE)
		g->frames_left = FRAMES_FREE;
}

/* A block begins with HEADERS; whether it goes on is the decoder's business: a
 * CONTINUATION anywhere else is an error there. */
static const char *look_at_block(struct h2_guard *g, uint8_t type, uint32_t length)
{
	if (type == FRAME_HEADERS)
		g->block_bytes = g->block_frames = 0;
	g->block_bytes += length;
	g->block_frames++;
	return g->block_bytes > BLOCK_BYTES_MAX || g->block_frames > BLOCK_FRAMES_MAX
		       ? "too long a header block"
		       : NULL;
}

static bool is_free(uint8_t type, uint8_t flags, uint32_t length)
{
	if (type != FRAME_DATA)
		return false;
	return length >= DATA_FREE_BYTES || (flags & FLAG_END_STREAM);
}

/* RFC 9113 §4.1: Length (24), Type (8), Flags (8), Reserved (1), Stream (31). */
static const char *look_at_frame(struct h2_guard *g)
{
	struct reader r = { .rest = bytes_of(g->head, sizeof g->head) };
	uint32_t length = (uint32_t)rd_uint(&r, 3);
	uint8_t type = (uint8_t)rd_uint(&r, 1);
	uint8_t flags = (uint8_t)rd_uint(&r, 1);
	const char *what = NULL;

	g->rest = length;
	g->head_n = 0;
	/* ENABLE_PUSH is 0; nghttp2 would wait until that is acknowledged. */
	if (type == FRAME_PUSH_PROMISE)
		return "PUSH_PROMISE, which nobody asked for";
	if (type == FRAME_HEADERS || type == FRAME_CONTINUATION)
		what = look_at_block(g, type, length);
	if (what != NULL || is_free(type, flags, length))
		return what;
	if (g->frames_left == 0)
		return "too many frames without an answer";
	g->frames_left--;
	return NULL;
}

/* How many bytes it took. */
static size_t gather_head(struct h2_guard *g, struct bytes in)
{
	size_t n = sizeof g->head - g->head_n;

	if (n > in.n)
		n = in.n;
	memcpy(g->head + g->head_n, in.p, n);
	g->head_n += n;
	return n;
}

enum status h2_guard_take(
	struct h2_guard *g, struct bytes in, uint64_t now_ms, const char **what)
{
	*what = NULL;
	if (now_ms - g->renewed_ms >= RENEW_MS) {
		g->renewed_ms = now_ms;
		h2_guard_answered(g);
	}
	for (size_t at = 0; at < in.n;) {
		if (g->rest > 0) {
			size_t skip = g->rest < in.n - at ? g->rest : in.n - at;

			g->rest -= (uint32_t)skip;
			at += skip;
			continue;
		}
		at += gather_head(g, bytes_of(in.p + at, in.n - at));
		if (g->head_n == sizeof g->head)
			*what = look_at_frame(g);
		if (*what != NULL)
			return STATUS_LIMIT;
	}
	return STATUS_OK;
}
