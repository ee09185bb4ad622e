/* Which of the bytes that a client sent carry a query. */
#ifndef LAB_H2SCAN_H
#define LAB_H2SCAN_H

#include <stdbool.h>

#include "base/bytes.h"

/* Follows frames from header to header; a zeroed one stands before the preface. */
struct h2scan {
	size_t preface; /* so many bytes of it have come */
	uint8_t header[9];
	size_t have, skip;
	bool counts; /* the frame that is skipped does */
	bool lost;   /* what comes is no HTTP/2: all of it counts */
};

/* The bytes of DATA, HEADERS and CONTINUATION, their headers too; of anything that
 * is no HTTP/2, all. */
uint64_t h2scan_feed(struct h2scan *scan, struct bytes in);

#endif
