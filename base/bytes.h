/* Views of bytes, and a bounded reader and writer over them.
 *
 * A reader's failure is sticky: read everything, look at `bad` once. After a
 * failure numbers read as 0 and views as empty, so no caller can run past the
 * end. The writer works the same way: `bad` means "did not fit".
 *
 * What is called for every few bytes of a message is inline: the call would cost more
 * than the work. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static inline struct bytes bytes_of(const void *p, size_t n)
{
	return (struct bytes){ .p = (const uint8_t *)p, .n = n };
}

/* Big-endian, without a look at what is there: for places that are known to be. Each is
 * one load or store. */
static inline unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The low 16 bits of `value`. */
static inline void put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

/* Eight bytes in the machine's own order. */
static inline uint64_t load_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

/* The bytes of a C string, without its terminator. */
struct bytes bytes_of_text(const char *text);
bool bytes_equal(struct bytes a, struct bytes b);

/* A view of the next `n` bytes. */
static inline struct bytes rd_take(struct reader *r, size_t n)
{
	struct bytes out = { .p = r->rest.p, .n = n };

	if (r->bad || n > r->rest.n) {
		r->bad = true;
		return (struct bytes){ .p = NULL, .n = 0 };
	}
	if (n > 0)
		r->rest.p += n;
	r->rest.n -= n;
	return out;
}

/* A big-endian number of `width` bytes, 1 to 8. */
static inline uint64_t rd_uint(struct reader *r, unsigned width)
{
	const uint8_t *p = rd_take(r, width).p;
	uint64_t value = 0;

	if (r->bad)
		return 0;
	/* What most numbers are becomes one load; a loop is not unrolled. */
	if (width == 2)
		return get16(p);
	if (width == 4)
		return get32(p);
	for (unsigned i = 0; i < width; i++)
		value = value << 8 | p[i];
	return value;
}

static inline void wr_bytes(struct writer *w, struct bytes in)
{
	if (w->bad || in.n > w->cap - w->n) {
		w->bad = true;
		return;
	}
	if (in.n > 0)
		memcpy(w->p + w->n, in.p, in.n);
	w->n += in.n;
}

/* A big-endian number of `width` bytes, 1 to 8; the low ones of `value`. */
static inline void wr_uint(struct writer *w, uint64_t value, unsigned width)
{
	uint8_t *p;

	if (w->bad || width > w->cap - w->n) {
		w->bad = true;
		return;
	}
	p = w->p + w->n;
	w->n += width;
	if (width == 2) {
		put16(p, (unsigned)value);
		return;
	}
	for (unsigned i = 0; i < width; i++)
		p[i] = (uint8_t)(value >> 8 * (width - 1 - i));
}

void wr_zeros(struct writer *w, size_t n);
/* Overwrites two bytes written before, at `at`. */
void wr_patch16(struct writer *w, size_t at, uint16_t value);
struct bytes wr_done(const struct writer *w);

#endif
