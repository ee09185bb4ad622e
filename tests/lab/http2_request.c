/* A request is collected field by field; what a query may look like is RFC 8484
 * §4.1. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "tests/lab/http2_parts.h"

#define TYPE "application/dns-message"

struct request *request_new(struct http2 *http2, int32_t stream)
{
	struct request *request = calloc(1, sizeof *request);

	if (request == NULL)
		return NULL;
	request->stream = stream;
	list_append(&http2->requests, &request->link);
	return request;
}

void request_free(struct request *request)
{
	if (request == NULL)
		return;
	list_remove(&request->link);
	free(request->body);
	free(request);
}

static bool is(struct bytes bytes, const char *text)
{
	return bytes_equal(bytes, bytes_of_text(text));
}

/* Base64url without padding (RFC 8484 §6). */
static bool take_parameter(struct request *request, struct bytes text)
{
	char padded[BASE64_TEXT_MAX(QUERY_MAX_BYTES) + 3];
	size_t n = text.n;

	if (n >= BASE64_TEXT_MAX(QUERY_MAX_BYTES)) {
		request->too_long = true;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		char c = (char)text.p[i];

		if (c == '+' || c == '/' || c == '=')
			return false;
		padded[i] = c == '-' ? '+' : c == '_' ? '/' : c;
	}
	while (n % 4 != 0)
		padded[n++] = '=';
	return base64_decode(bytes_of(padded, n), request->query, sizeof request->query,
		       &request->query_n) == STATUS_OK;
}

static bool take_path(struct request *request, struct bytes path)
{
	static const char with_parameter[] = HTTP2_PATH "?dns=";
	size_t n = sizeof with_parameter - 1;

	if (is(path, HTTP2_PATH))
		return true;
	return path.n > n && memcmp(path.p, with_parameter, n) == 0 &&
	       take_parameter(request, bytes_of(path.p + n, path.n - n));
}

static enum method method_of(struct bytes name)
{
	return is(name, "GET")    ? METHOD_GET
	       : is(name, "POST") ? METHOD_POST
				  : METHOD_OTHER;
}

/* The names of all fields, and the method, for `pintle-lab counters`. */
static void note(struct request *request, struct bytes name, struct bytes value)
{
	size_t n = strlen(request->fields);
	struct text text = text_in(request->fields + n, sizeof request->fields - n);

	text_add(&text, "%s%.*s", n > 0 ? " " : "", (int)name.n, (const char *)name.p);
	if (is(name, ":method"))
		text_add(&text, "=%.*s", (int)value.n, (const char *)value.p);
}

void request_take_field(struct request *request, struct bytes name, struct bytes value)
{
	note(request, name, value);
	if (is(name, ":method"))
		request->method = method_of(value);
	else if (is(name, ":path"))
		request->right_path = take_path(request, value);
	else if (is(name, "content-type"))
		request->right_type = is(value, TYPE);
	else if (is(name, "cookie"))
		request->has_cookie = true;
}

void request_take_body(struct request *request, struct bytes in)
{
	if (request->method != METHOD_POST)
		return;
	if (in.n > sizeof request->query - request->query_n) {
		request->too_long = true;
		return;
	}
	memcpy(request->query + request->query_n, in.p, in.n);
	request->query_n += in.n;
}

unsigned request_fault(const struct request *request)
{
	if (request->method == METHOD_OTHER)
		return 405;
	if (!request->right_path)
		return 404;
	if (request->method == METHOD_POST && !request->right_type)
		return 415;
	if (request->too_long)
		return 413;
	return request->has_cookie || request->query_n == 0 ? 400 : 0;
}
