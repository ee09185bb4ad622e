/* Frames of HTTP/2 written by hand (RFC 9113 §4.1), so that they can be wrong. */
#ifndef LAB_H2FRAME_H
#define LAB_H2FRAME_H

#include "base/bytes.h"
#include "tests/lab/misdeed.h"

/* Bytes to send. Growing fails once and for all: `bad`. */
struct outbox {
	uint8_t *p; /* owned */
	size_t n, cap;
	bool bad;
};

void outbox_deinit(struct outbox *out);
void outbox_add(struct outbox *out, struct bytes in);

#define H2_HEADER_BYTES 9
/* `payload` goes on with zeros up to `n` bytes. */
void h2_frame(struct outbox *out, enum frame_type type, unsigned flags, uint32_t stream,
	struct bytes payload, size_t n);
void h2_raw_frames(struct outbox *out, const struct raw_frames *frames, uint32_t stream);

/* A field of a header block, as a literal that no table remembers (RFC 7541 §6.2.2).
 * Name and value have less than 127 bytes. */
void h2_field(struct outbox *block, const char *name, const char *value);
/* Begins a header block with status 200 and the right type. */
void h2_fields_ok(struct outbox *block);

#endif
