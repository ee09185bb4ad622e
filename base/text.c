#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text text_in(char *buffer, size_t cap)
{
	buffer[0] = '\0';
	return (struct text){ .p = buffer, .cap = cap };
}

void text_add(struct text *t, const char *fmt, ...)
{
	size_t room = t->cap - t->n;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->p + t->n, room, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= room) {
		t->cut = true;
		n = (int)room - 1;
	}
	t->n += (size_t)n;
}

static void add(struct text *t, const char *from, size_t n)
{
	size_t room = t->cap - t->n - 1;

	if (n > room) {
		t->cut = true;
		n = room;
	}
	memcpy(t->p + t->n, from, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void text_add_plain(struct text *t, const char *from)
{
	add(t, from, strlen(from));
}

void text_add_number(struct text *t, uint64_t number)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	add(t, digits + at, sizeof digits - at);
}

void text_copy(char *out, size_t cap, const char *from)
{
	size_t n = strnlen(from, cap - 1);

	memcpy(out, from, n);
	out[n] = '\0';
}

bool text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

void text_add_untrusted(struct text *t, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)from[i];

		if (c >= 0x20 && c < 0x7f && c != '\\')
			text_add(t, "%c", c);
		else
			text_add(t, "\\x%02x", c);
	}
}
