#include "transport/doh_template.h"

#include <string.h>

#include "base/text.h"

#define HTTPS_PORT 443

/* What may stand in a path and its query: pchar, "/" and "?" (RFC 3986 §3.3, §3.4). */
static bool is_path_text(const char *text)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"-._~%!$&'()*+,;=:@/?";

	return text[strspn(text, allowed)] == '\0';
}

static bool is_host_text(const char *text)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-._:";

	return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

/* RFC 9113 §8.3.1, RFC 3986 §3.2. The port goes without saying if it is 443. */
static enum status set_authority(struct doh_template *t, const char *host, uint16_t port)
{
	struct text out = text_in(t->authority, sizeof t->authority);
	bool is_ipv6 = strchr(host, ':') != NULL;

	if (!is_host_text(host))
		return STATUS_RANGE;
	text_add(&out, is_ipv6 ? "[%s]" : "%s", host);
	if (port != HTTPS_PORT)
		text_add(&out, ":%u", (unsigned)port);
	return out.cut ? STATUS_RANGE : STATUS_OK;
}

/* One "?" begins the query, whoever brings it. */
static bool joins(const struct doh_template *t)
{
	bool begun = strchr(t->before, '?') != NULL;

	return !t->get || begun == (t->joint == '&');
}

/* RFC 6570 §3.2.8, §3.2.9: {?dns} begins a query, {&dns} goes on with one. */
static enum status set_path(struct doh_template *t, const char *path)
{
	const char *open = strchr(path, '{');
	size_t before_n = open != NULL ? (size_t)(open - path) : strlen(path);

	if (strlen(path) >= DOH_PATH_MAX)
		return STATUS_NOSPACE;
	memcpy(t->before, path, before_n);
	t->before[before_n] = '\0';
	if (open != NULL) {
		if (strncmp(open, "{?dns}", 6) != 0 && strncmp(open, "{&dns}", 6) != 0)
			return STATUS_MALFORMED;
		t->get = true;
		t->joint = open[1];
		text_copy(t->after, sizeof t->after, open + 6);
	}
	if (path[0] != '/' || !joins(t) || !is_path_text(t->before) ||
		!is_path_text(t->after))
		return STATUS_MALFORMED;
	return STATUS_OK;
}

enum status doh_template_init(
	struct doh_template *t, const char *host, uint16_t port, const char *path)
{
	enum status status;

	*t = (struct doh_template){ .get = false };
	status = set_authority(t, host, port);
	return status == STATUS_OK ? set_path(t, path) : status;
}

enum status doh_template_path(
	const struct doh_template *t, struct bytes query, char out[DOH_REQUEST_PATH_MAX])
{
	UNCLEARED char text[BASE64_TEXT_MAX(QUERY_WIRE_MAX)];
	struct text path = text_in(out, DOH_REQUEST_PATH_MAX);

	text_add_plain(&path, t->before);
	if (!t->get)
		return STATUS_OK;
	if (query.n > QUERY_WIRE_MAX)
		return STATUS_NOSPACE;
	base64url_encode(query, text);
	text_add_plain(&path, t->joint == '?' ? "?dns=" : "&dns=");
	text_add_plain(&path, text);
	text_add_plain(&path, t->after);
	return path.cut ? STATUS_NOSPACE : STATUS_OK;
}
