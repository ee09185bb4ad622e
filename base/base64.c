#include "base/base64.h"

#include <string.h>

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct bytes in, char *out)
{
	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t group = (uint32_t)in.p[i] << 16;

		group |= left > 1 ? (uint32_t)in.p[i + 1] << 8 : 0;
		group |= left > 2 ? in.p[i + 2] : 0;
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[group & 63] : '=';
	}
	*out = '\0';
}

void base64url_encode(struct bytes in, char *out)
{
	base64_encode(in, out);
	for (; *out != '\0' && *out != '='; out++) {
		if (*out == '+')
			*out = '-';
		else if (*out == '/')
			*out = '_';
	}
	*out = '\0';
}

/* The alphabet the other way round, from '+' on; a table, because log lists are
 * mostly base64 and are read at every start. */
static const int8_t sextets['z' - '+' + 1] = { 62, -1, -1, -1, 63, 52, 53, 54, 55, 56, 57,
	58, 59, 60, 61, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
	12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, -1, -1,
	26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45,
	46, 47, 48, 49, 50, 51 };

static int sextet(uint8_t c)
{
	return c >= '+' && c <= 'z' ? sextets[c - '+'] : -1;
}

/* Four characters, `keep` bytes; 0 if it is not canonical base64. */
static int decode_group(const uint8_t *in, size_t keep, uint8_t out[3])
{
	uint32_t group = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i <= keep ? sextet(in[i]) : in[i] == '=' ? 0 : -1;

		if (value < 0)
			return 0;
		group = group << 6 | (uint32_t)value;
	}
	for (size_t i = 0; i < 3; i++)
		out[i] = (uint8_t)(group >> (16 - 8 * i));
	return (keep > 1 || out[1] == 0) && (keep > 2 || out[2] == 0);
}

enum status base64_decode(struct bytes text, uint8_t *out, size_t cap, size_t *n)
{
	*n = 0;
	if (text.n % 4 != 0)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < text.n; i += 4) {
		bool last = i + 4 == text.n;
		size_t keep = 3;
		uint8_t group[3];

		if (last && text.p[i + 3] == '=')
			keep = text.p[i + 2] == '=' ? 1 : 2;
		if (!decode_group(text.p + i, keep, group))
			return STATUS_MALFORMED;
		if (keep > cap - *n)
			return STATUS_NOSPACE;
		memcpy(out + *n, group, keep);
		*n += keep;
	}
	return STATUS_OK;
}

void hex_encode(struct bytes in, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.n; i++) {
		*out++ = digits[in.p[i] >> 4];
		*out++ = digits[in.p[i] & 15];
	}
	*out = '\0';
}

static int nibble(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum status hex_decode(struct bytes text, uint8_t *out, size_t cap, size_t *n)
{
	*n = 0;
	if (text.n % 2 != 0)
		return STATUS_MALFORMED;
	for (size_t i = 0; i < text.n; i += 2) {
		int high = nibble(text.p[i]), low = nibble(text.p[i + 1]);

		if (high < 0 || low < 0)
			return STATUS_MALFORMED;
		if (*n == cap)
			return STATUS_NOSPACE;
		out[(*n)++] = (uint8_t)(high << 4 | low);
	}
	return STATUS_OK;
}
