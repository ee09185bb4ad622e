/* Views of bytes, and a bounded reader and writer over them.
 *
 * A reader's failure is sticky: read everything, look at `bad` once. After a
 * failure numbers read as 0 and views as empty, so no caller can run past the
 * end. The writer works the same way: `bad` means "did not fit". */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed memory: valid as long as its owner says. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

struct reader {
	struct bytes rest;
	bool bad;
};

struct writer {
	uint8_t *p; /* borrowed, `cap` bytes */
	size_t n;   /* written so far */
	size_t cap;
	bool bad;
};

struct bytes bytes_of(const void *p, size_t n);
/* The bytes of a C string, without its terminator. */
struct bytes bytes_of_text(const char *text);
bool bytes_equal(struct bytes a, struct bytes b);

/* A big-endian number of `width` bytes, 1 to 8. */
uint64_t rd_uint(struct reader *r, unsigned width);
/* A view of the next `n` bytes. */
struct bytes rd_take(struct reader *r, size_t n);

/* A big-endian number of `width` bytes, 1 to 8; the low ones of `value`. */
void wr_uint(struct writer *w, uint64_t value, unsigned width);
void wr_bytes(struct writer *w, struct bytes in);
/* Overwrites two bytes written before, at `at`. */
void wr_patch16(struct writer *w, size_t at, uint16_t value);
struct bytes wr_done(const struct writer *w);

#endif
