/* How a server of HTTP/2 misbehaves: plain data, which http2_misdeed.c carries out. */
#ifndef LAB_MISDEED_H
#define LAB_MISDEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 9113 §6, and one that nobody knows. */
enum frame_type {
	FRAME_DATA,
	FRAME_HEADERS,
	FRAME_PRIORITY,
	FRAME_RST_STREAM,
	FRAME_SETTINGS,
	FRAME_PUSH_PROMISE,
	FRAME_PING,
	FRAME_GOAWAY,
	FRAME_WINDOW_UPDATE,
	FRAME_CONTINUATION,
	FRAME_UNKNOWN = 0xfa,
};

enum frame_flag {
	FLAG_END_STREAM = 0x1,
	FLAG_ACK = 0x1,
	FLAG_END_HEADERS = 0x4,
	FLAG_PADDED = 0x8,
	FLAG_PRIORITY = 0x20,
};

/* A frame as it goes out, right or wrong. */
struct raw_frame {
	enum frame_type type;
	uint8_t flags;
	bool on_stream;      /* on the request's; otherwise on stream 0 */
	const char *payload; /* its first `given` bytes; the rest, up to `n`, are 0 */
	size_t given, n;
};

struct raw_frames {
	const struct raw_frame *of;
	size_t n;
};

enum body {
	BODY_ANSWER,
	BODY_NONE,
	BODY_HUGE,    /* more than a DNS message can be */
	BODY_ENDLESS, /* as much as the client's windows allow, for ever */
	BODY_GZIP,    /* the answer, compressed */
	BODY_DRIBBLE, /* the answer, a few bytes a frame */
};

/* What is answered in place of a DNS message with status 200. */
struct http_response {
	unsigned status;       /* 0: 200 */
	const char *type;      /* of the content; NULL: the right one, "": none */
	const char *header[2]; /* one more, and its value */
	unsigned interim;      /* a 1xx before it; 0: none */
	enum body body;
	int length_off;    /* content-length is wrong by so much; 0: there is none */
	bool no_end;       /* END_STREAM never comes */
	bool has_trailers; /* fields behind the body */
};

struct http2;
struct request;

/* Of a listener's connections and their requests, in the order they came. */
enum when {
	WHEN_ONCE,             /* the first request of the first connection */
	WHEN_FIRST_CONNECTION, /* every request of it, and its settings */
	WHEN_ALWAYS,
};

struct setting {
	uint16_t id; /* RFC 9113 §6.5.2; 0: none */
	uint32_t value;
};

#define MISDEED_SETTINGS 2
struct misdeed {
	enum when when;
	struct setting settings[MISDEED_SETTINGS]; /* of the first SETTINGS */
	const char *instead;                       /* this text, and no HTTP/2 at all */
	struct raw_frames first;                   /* these frames … */
	struct raw_frames flood;                   /* … and these again and again */
	void (*act)(struct http2 *http2, struct request *request);
	unsigned delay_ms;                    /* before all this */
	const struct http_response *response; /* then this is answered … */
	bool answers;                         /* … or what the zone says … */
	bool then_close; /* … or nothing, and this is the end … */
	bool then_deaf;  /* … or whatever comes is not looked at */
};

/* What `act` may be. */
void misdeed_goaway_midway(struct http2 *http2, struct request *request);
void misdeed_header_bomb(struct http2 *http2, struct request *request);
void misdeed_header_huge(struct http2 *http2, struct request *request);

#endif
