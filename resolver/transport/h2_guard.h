/* Bounds on what an HTTP/2 server may send without answering anything: looks at frame
 * headers alone (RFC 9113 §4.1), before anybody decodes what is in them. Floods of
 * CONTINUATION, SETTINGS, PING, RST_STREAM, WINDOW_UPDATE or empty DATA frames cost the
 * one who gets them more than the one who sends them (RFC 9113 §10.5). Pure. */
#ifndef TRANSPORT_H2_GUARD_H
#define TRANSPORT_H2_GUARD_H

#include "base/bytes.h"
#include "base/status.h"

#define H2_FRAME_HEADER_BYTES 9

struct h2_guard {
	uint8_t head[H2_FRAME_HEADER_BYTES];
	size_t head_n;
	uint32_t rest; /* of the frame's content, still to come */

	uint32_t block_bytes, block_frames; /* of one header block (RFC 9113 §4.3) */
	uint32_t frames_left;
	uint64_t renewed_ms;
};

void h2_guard_init(struct h2_guard *guard, uint64_t now_ms);

/* Bytes as they come. LIMIT: more than an honest server has reason to send; *what says of
 * what. */
MUST_CHECK enum status h2_guard_take(
	struct h2_guard *guard, struct bytes in, uint64_t now_ms, const char **what);

/* A question was sent: there is reason for a few frames more. */
void h2_guard_asked(struct h2_guard *guard);
/* An answer came: the server does its work. */
void h2_guard_answered(struct h2_guard *guard);

#endif
