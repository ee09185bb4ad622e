#include <string.h>

#include "base/clock.h"
#include "tests/lab/http2_parts.h"

#define FLOOD_BYTES     16384 /* in one piece: a TLS record */
#define FRAME_MAX_BYTES 16384 /* RFC 9113 §6.5.2 */
/* A table entry takes 32 bytes more (RFC 7541 §4.1), and the table holds 4096. */
#define BOMB_VALUE_BYTES 4000
#define BOMB_FIELDS      12000
#define HUGE_FRAMES      64

static void fill_flood(
	struct outbox *flood, const struct raw_frames *frames, int32_t stream)
{
	while (frames->n > 0 && flood->n < FLOOD_BYTES && !flood->bad)
		h2_raw_frames(flood, frames, (uint32_t)stream);
}

static void send_frames(struct http2 *http2, int32_t stream)
{
	const struct misdeed *misdeed = http2->options.misdeed;

	http2_flush(http2);
	h2_raw_frames(&http2->out, &misdeed->first, (uint32_t)stream);
	fill_flood(&http2->flood, &misdeed->flood, stream);
}

void misdeed_start(struct http2 *http2)
{
	const struct misdeed *misdeed = http2->options.misdeed;

	if (misdeed == NULL || misdeed->instead == NULL)
		return;
	outbox_add(&http2->out, bytes_of_text(misdeed->instead));
	http2->deaf = true;
}

bool misdeed_meet(struct http2 *http2, struct request *request)
{
	const struct misdeed *misdeed = http2->options.misdeed;
	bool again = http2->has_misdone;

	if (misdeed == NULL || (misdeed->when == WHEN_ONCE && again))
		return false;
	http2->has_misdone = true;
	if (misdeed->delay_ms == 0) {
		misdeed_do(http2, request);
	} else if (!again) {
		request->is_misdeed = true;
		request->due_ms = clock_now_ms() + misdeed->delay_ms;
	}
	return true;
}

void misdeed_do(struct http2 *http2, struct request *request)
{
	const struct misdeed *misdeed = http2->options.misdeed;

	send_frames(http2, request->stream);
	if (misdeed->act != NULL)
		misdeed->act(http2, request);
	if (misdeed->response != NULL || misdeed->answers)
		http2_respond(http2, request, misdeed->response);
	http2->over = http2->over || misdeed->then_close;
	if (misdeed->then_deaf) {
		http2_flush(http2);
		http2->deaf = true;
	}
}

/* Half of the answer, GOAWAY, the other half. What was asked meanwhile is above the
 * last stream that GOAWAY names, and never answered (RFC 9113 §6.8). */
void misdeed_goaway_midway(struct http2 *http2, struct request *request)
{
	struct outbox block = { 0 }, *out = &http2->out;
	uint32_t stream = (uint32_t)request->stream;
	size_t half = request->body_n / 2, rest = request->body_n - half;
	uint8_t last[8] = { 0 };
	struct writer w = { .p = last, .cap = 4 };

	wr_uint(&w, stream, 4);
	h2_fields_ok(&block);
	h2_frame(out, FRAME_HEADERS, FLAG_END_HEADERS, stream, bytes_of(block.p, block.n),
		block.n);
	h2_frame(out, FRAME_DATA, 0, stream, bytes_of(request->body, half), half);
	h2_frame(out, FRAME_GOAWAY, 0, 0, bytes_of(last, sizeof last), sizeof last);
	h2_frame(out, FRAME_DATA, FLAG_END_STREAM, stream,
		bytes_of(request->body + half, rest), rest);
	outbox_deinit(&block);
}

/* 16 KB that become 48 MB: one field for the table, then its number over and over. */
void misdeed_header_bomb(struct http2 *http2, struct request *request)
{
	/* A literal for the table (RFC 7541 §6.2.1): name "x", a value of 4000 bytes. */
	static const uint8_t head[] = { 0x88, 0x40, 1, 'x', 0x7f, 0xa1, 0x1e };
	static const uint8_t same = 0x80 | 62; /* the newest entry (RFC 7541 §2.3.3) */
	struct outbox block = { 0 };

	outbox_add(&block, bytes_of(head, sizeof head));
	for (size_t i = 0; i < BOMB_VALUE_BYTES; i++)
		outbox_add(&block, bytes_of("a", 1));
	for (size_t i = 0; i < BOMB_FIELDS; i++)
		outbox_add(&block, bytes_of(&same, 1));
	h2_frame(&http2->out, FRAME_HEADERS, FLAG_END_HEADERS, (uint32_t)request->stream,
		bytes_of(block.p, block.n), block.n);
	outbox_deinit(&block);
}

/* A megabyte of fields in one block. */
void misdeed_header_huge(struct http2 *http2, struct request *request)
{
	uint32_t stream = (uint32_t)request->stream;
	struct outbox block = { 0 };

	h2_fields_ok(&block);
	h2_frame(&http2->out, FRAME_HEADERS, 0, stream, bytes_of(block.p, block.n),
		block.n);
	block.n = 0;
	while (block.n < FRAME_MAX_BYTES - 128 && !block.bad)
		h2_field(
			&block, "x-lab", "a field of no use to anybody, again and again");
	for (int i = 1; i <= HUGE_FRAMES; i++)
		h2_frame(&http2->out, FRAME_CONTINUATION,
			i == HUGE_FRAMES ? FLAG_END_HEADERS : 0, stream,
			bytes_of(block.p, block.n), block.n);
	outbox_deinit(&block);
}
