#include "tests/unit/dns/wire.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOTATION_BYTES_MAX 70000

static void add(struct writer *w, unsigned byte)
{
	wr_uint(w, byte, 1);
	if (w->bad)
		fail_msg("a message of more than %d bytes", NOTATION_BYTES_MAX);
}

static const char *add_text(struct writer *w, const char *t)
{
	while (*t != '\0' && *t != '\'')
		add(w, (uint8_t)*t++);
	return *t == '\'' ? t + 1 : t;
}

static const char *add_repeated(struct writer *w, const char *t)
{
	char *end;
	unsigned long n = strtoul(t, &end, 10);

	if (w->n == 0 || n == 0)
		fail_msg("nothing to repeat: *%s", t);
	while (--n > 0)
		add(w, w->p[w->n - 1]);
	return end;
}

static const char *add_hex(struct writer *w, const char *t)
{
	unsigned value;
	char pair[3] = { t[0], t[1], '\0' };

	if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
		fail_msg("not a pair of hex digits: %s", t);
	sscanf(pair, "%x", &value);
	add(w, value);
	return t + 2;
}

struct bytes wire_new(const char *notation)
{
	struct writer w = { .p = malloc(NOTATION_BYTES_MAX), .cap = NOTATION_BYTES_MAX };
	const char *t = notation;
	uint8_t *p;

	assert_non_null(w.p);
	while (*t != '\0') {
		if (isspace((unsigned char)*t))
			t++;
		else if (*t == '\'')
			t = add_text(&w, t + 1);
		else if (*t == '*')
			t = add_repeated(&w, t + 1);
		else
			t = add_hex(&w, t);
	}
	p = malloc(w.n > 0 ? w.n : 1);
	assert_non_null(p);
	if (w.n > 0)
		memcpy(p, w.p, w.n);
	free(w.p);
	return bytes_of(p, w.n);
}

void wire_free(struct bytes wire)
{
	free((void *)wire.p);
}

static void print_wire(const char *what, struct bytes wire)
{
	fprintf(stderr, "%s (%zu bytes)", what, wire.n);
	for (size_t i = 0; i < wire.n; i++)
		fprintf(stderr, "%s%02x", i % 16 == 0 ? "\n\t" : " ", wire.p[i]);
	fprintf(stderr, "\n");
}

void wire_assert_equal(const char *row, struct bytes got, struct bytes want)
{
	if (bytes_equal(got, want))
		return;
	print_wire("got", got);
	print_wire("want", want);
	fail_msg("%s: bytes differ", row);
}
