#include "tests/lab/h2frame.h"

#include <stdlib.h>
#include <string.h>

void outbox_deinit(struct outbox *out)
{
	free(out->p);
	*out = (struct outbox){ 0 };
}

static uint8_t *outbox_grow(struct outbox *out, size_t n)
{
	size_t cap = out->cap > 0 ? out->cap : 4096;
	uint8_t *grown;

	while (cap < out->n + n)
		cap *= 2;
	if (cap > out->cap) {
		grown = realloc(out->p, cap);
		if (grown == NULL) {
			out->bad = true;
			return NULL;
		}
		out->p = grown;
		out->cap = cap;
	}
	out->n += n;
	return out->p + out->n - n;
}

void outbox_add(struct outbox *out, struct bytes in)
{
	uint8_t *at = outbox_grow(out, in.n);

	if (at != NULL && in.n > 0)
		memcpy(at, in.p, in.n);
}

void h2_frame(struct outbox *out, enum frame_type type, unsigned flags, uint32_t stream,
	struct bytes payload, size_t n)
{
	uint8_t head[H2_HEADER_BYTES];
	struct writer w = { .p = head, .cap = sizeof head };
	uint8_t *rest;

	wr_uint(&w, n, 3);
	wr_uint(&w, type, 1);
	wr_uint(&w, flags, 1);
	wr_uint(&w, stream, 4);
	outbox_add(out, wr_done(&w));
	outbox_add(out, payload);
	rest = outbox_grow(out, n - payload.n);
	if (rest != NULL)
		memset(rest, 0, n - payload.n);
}

void h2_raw_frames(struct outbox *out, const struct raw_frames *frames, uint32_t stream)
{
	for (size_t i = 0; i < frames->n; i++) {
		const struct raw_frame *f = &frames->of[i];

		h2_frame(out, f->type, f->flags, f->on_stream ? stream : 0,
			bytes_of(f->payload, f->given), f->n);
	}
}

static void add_string(struct outbox *block, const char *text)
{
	uint8_t n = (uint8_t)strlen(text); /* RFC 7541 §5.2, without Huffman */

	outbox_add(block, bytes_of(&n, 1));
	outbox_add(block, bytes_of_text(text));
}

void h2_field(struct outbox *block, const char *name, const char *value)
{
	outbox_add(block, bytes_of("\0", 1));
	add_string(block, name);
	add_string(block, value);
}

void h2_fields_ok(struct outbox *block)
{
	outbox_add(block, bytes_of("\x88", 1)); /* ":status: 200" (RFC 7541, A) */
	h2_field(block, "content-type", "application/dns-message");
}
