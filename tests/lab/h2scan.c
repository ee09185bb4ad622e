#include "tests/lab/h2scan.h"

#include <string.h>

#include "tests/lab/misdeed.h"

/* RFC 9113 §3.4. */
static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
#define PREFACE_BYTES (sizeof preface - 1)

/* A frame's header is whole: whether it counts, and how much of it is to come. */
static uint64_t begin_frame(struct h2scan *scan)
{
	uint8_t type = scan->header[3];

	scan->skip = scan->header[0] * 65536U + scan->header[1] * 256U + scan->header[2];
	scan->have = 0;
	scan->counts =
		type == FRAME_DATA || type == FRAME_HEADERS || type == FRAME_CONTINUATION;
	return scan->counts ? sizeof scan->header : 0;
}

uint64_t h2scan_feed(struct h2scan *scan, struct bytes in)
{
	uint64_t count = 0;

	for (size_t i = 0; i < in.n; i++) {
		if (scan->preface < PREFACE_BYTES && !scan->lost) {
			scan->lost = in.p[i] != (uint8_t)preface[scan->preface];
			count += scan->lost ? scan->preface : 0;
			scan->preface++;
		}
		if (scan->lost) {
			count++;
		} else if (scan->preface == PREFACE_BYTES) {
			scan->preface++; /* the last byte of it */
		} else if (scan->preface > PREFACE_BYTES && scan->skip > 0) {
			scan->skip--;
			count += scan->counts ? 1 : 0;
		} else if (scan->preface > PREFACE_BYTES) {
			scan->header[scan->have++] = in.p[i];
			if (scan->have == sizeof scan->header)
				count += begin_frame(scan);
		}
	}
	return count;
}
