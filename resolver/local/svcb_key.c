#include "local/svcb_key.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

#define ITEM_MAX 255

static const struct {
	const char *word;
	uint16_t key;
} words[] = {
	{ "mandatory", SVCB_MANDATORY },
	{ "alpn", SVCB_ALPN },
	{ "no-default-alpn", SVCB_NO_DEFAULT_ALPN },
	{ "port", SVCB_PORT },
	{ "ipv4hint", SVCB_IPV4HINT },
	{ "ech", SVCB_ECH },
	{ "ipv6hint", SVCB_IPV6HINT },
	{ "dohpath", SVCB_DOHPATH },
	{ "ohttp", SVCB_OHTTP },
};

bool svcb_key_is_number(const char *text, size_t n)
{
	return n > 3 && memcmp(text, "key", 3) == 0;
}

/* §2.1: no leading zeros. */
static bool key_from_number(const char *text, size_t n, uint16_t *key)
{
	const struct word digits = { .p = text, .n = n };
	unsigned long value;

	if (!word_number(&digits, SVCB_INVALID - 1, &value) || (n > 1 && text[0] == '0'))
		return false;
	*key = (uint16_t)value;
	return true;
}

bool svcb_key_from_text(const char *text, size_t n, uint16_t *key)
{
	if (svcb_key_is_number(text, n))
		return key_from_number(text + 3, n - 3, key);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strlen(words[i].word) == n && memcmp(words[i].word, text, n) == 0) {
			*key = words[i].key;
			return true;
		}
	}
	return false;
}

/* --- from text ------------------------------------------------------------- */

/* One item of a list: of all but alpn short ones without a comma. */
static const char *read_alpn(const char *item, size_t n, struct writer *w)
{
	wr_uint(w, n, 1);
	wr_bytes(w, bytes_of(item, n));
	return NULL;
}

static const char *read_address(
	int family, size_t bytes, const char *item, size_t n, struct writer *w)
{
	uint8_t address[16];

	if (strlen(item) != n || inet_pton(family, item, address) != 1)
		return "has a hint that is not an address of its family";
	wr_bytes(w, bytes_of(address, bytes));
	return NULL;
}

static const char *read_ipv4(const char *item, size_t n, struct writer *w)
{
	return read_address(AF_INET, 4, item, n, w);
}

static const char *read_ipv6(const char *item, size_t n, struct writer *w)
{
	return read_address(AF_INET6, 16, item, n, w);
}

static const char *read_key(const char *item, size_t n, struct writer *w)
{
	uint16_t key;

	if (!svcb_key_from_text(item, n, &key))
		return "calls a key mandatory that is not known";
	wr_uint(w, key, 2);
	return NULL;
}

/* RFC 9460 App. A.1: items with commas between; a comma or a backslash in an item has a
 * backslash before it. `text` has lost its outer quotes and escapes. */
static const char *read_list(struct bytes text, struct writer *w,
	const char *(*read_item)(const char *item, size_t n, struct writer *w))
{
	char item[ITEM_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i <= text.n; i++) {
		bool end = i == text.n || text.p[i] == ',';
		const char *problem;

		if (!end) {
			if (text.p[i] == '\\' && ++i == text.n)
				return "has a list that ends in a backslash";
			if (n == ITEM_MAX)
				return "has an item of more than 255 bytes";
			item[n++] = (char)text.p[i];
			continue;
		}
		if (n == 0)
			return "has an empty item in a list";
		item[n] = '\0';
		problem = read_item(item, n, w);
		if (problem != NULL)
			return problem;
		n = 0;
	}
	return NULL;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 2);
}

static const char *read_mandatory(struct bytes text, struct writer *w)
{
	size_t start = w->n;
	const char *problem = read_list(text, w, read_key);

	if (problem == NULL && !w->bad)
		qsort(w->p + start, (w->n - start) / 2, 2, compare);
	return problem;
}

static const char *read_port(struct bytes text, struct writer *w)
{
	const struct word digits = { .p = (const char *)text.p, .n = text.n };
	unsigned long port;

	if (!word_number(&digits, UINT16_MAX, &port))
		return "has a port that is not a number up to 65535";
	wr_uint(w, port, 2);
	return NULL;
}

static const char *read_ech(struct bytes text, struct writer *w)
{
	uint8_t out[SVCB_VALUES_MAX];
	size_t n;

	if (base64_decode(text, out, sizeof out, &n) != STATUS_OK)
		return "has an ech that is not Base64";
	wr_bytes(w, bytes_of(out, n));
	return NULL;
}

static const char *read_form(uint16_t key, struct bytes text, struct writer *w)
{
	switch (key) {
	case SVCB_MANDATORY:
		return read_mandatory(text, w);
	case SVCB_ALPN:
		return read_list(text, w, read_alpn);
	case SVCB_PORT:
		return read_port(text, w);
	case SVCB_IPV4HINT:
		return read_list(text, w, read_ipv4);
	case SVCB_ECH:
		return read_ech(text, w);
	case SVCB_IPV6HINT:
		return read_list(text, w, read_ipv6);
	default:
		wr_bytes(w, text);
		return NULL;
	}
}

const char *svcb_value_read(
	uint16_t key, bool by_form, const struct word *value, struct writer *w)
{
	uint8_t scratch[SVCB_VALUES_MAX];
	struct writer text = { .p = scratch, .cap = sizeof scratch };

	if (!word_unescape(value, &text))
		return "has an escape that is none";
	if (text.bad)
		return "is too long";
	if (by_form)
		return read_form(key, wr_done(&text), w);
	wr_bytes(w, wr_done(&text));
	return NULL;
}

/* --- as bytes -------------------------------------------------------------- */

static const char *check_keys(struct bytes value)
{
	struct reader r = { .rest = value };
	uint64_t last = SVCB_MANDATORY;

	if (value.n == 0 || value.n % 2 != 0)
		return "has a list of mandatory keys that is empty or cut";
	while (r.rest.n > 0) {
		uint64_t key = rd_uint(&r, 2);

		/* "mandatory" itself, which is 0, is not among them (§8). */
		if (key <= last)
			return "has a list of mandatory keys with one twice, or itself";
		last = key;
	}
	return NULL;
}

static const char *check_alpn(struct bytes value)
{
	struct reader r = { .rest = value };

	do {
		if (rd_take(&r, (size_t)rd_uint(&r, 1)).n == 0)
			return "has a list of protocols with an empty or a cut one";
	} while (r.rest.n > 0);
	return NULL;
}

const char *svcb_value_problem(uint16_t key, struct bytes value)
{
	switch (key) {
	case SVCB_MANDATORY:
		return check_keys(value);
	case SVCB_ALPN:
		return check_alpn(value);
	case SVCB_NO_DEFAULT_ALPN:
	case SVCB_OHTTP:
		return value.n > 0 ? "has a value where the key alone stands" : NULL;
	case SVCB_PORT:
		return value.n != 2 ? "has a port that is not two bytes" : NULL;
	case SVCB_IPV4HINT:
		return value.n == 0 || value.n % 4 != 0 ? "has cut hints" : NULL;
	case SVCB_IPV6HINT:
		return value.n == 0 || value.n % 16 != 0 ? "has cut hints" : NULL;
	case SVCB_ECH:
		return value.n == 0 ? "has an empty ech" : NULL;
	case SVCB_DOHPATH:
		return value.n == 0 || value.p[0] != '/'
			       ? "has a dohpath that does not begin with a slash"
			       : NULL;
	case SVCB_INVALID:
		return "has key65535, which is no key";
	default:
		return NULL;
	}
}
