/* Text built piece by piece in a fixed buffer. What does not fit is cut and
 * `cut` says so; the result is always terminated. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct text {
	char *p; /* borrowed, `cap` bytes, cap > 0 */
	size_t n, cap;
	bool cut;
};

struct text text_in(char *buffer, size_t cap);
void text_add(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same without a format, where that would cost more than all the rest. */
void text_add_plain(struct text *t, const char *from);
void text_add_number(struct text *t, uint64_t number);

/* Copies, cutting what does not fit; always terminated. cap > 0. */
void text_copy(char *out, size_t cap, const char *from);

/* Both NULL, or the same characters. */
bool text_equal(const char *a, const char *b);

/* Makes bytes from a stranger safe for a log line or a terminal: everything
 * outside printable ASCII, and the backslash, becomes \xNN. */
void text_add_untrusted(struct text *t, const char *from, size_t n);

#endif
