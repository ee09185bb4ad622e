#include "ctl/fetch.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#define CONNECT_TIMEOUT_S 15

struct body {
	uint8_t *p; /* owned */
	size_t n, max;
	bool too_long, no_memory;
};

/* Anything but `n` ends the transfer. */
static size_t on_data(char *data, size_t one, size_t n, void *user)
{
	struct body *body = user;
	uint8_t *bigger;

	(void)one;
	if (n > body->max - body->n) {
		body->too_long = true;
		return n + 1;
	}
	bigger = realloc(body->p, body->n + n + 1);
	if (bigger == NULL) {
		body->no_memory = true;
		return n + 1;
	}
	memcpy(bigger + body->n, data, n);
	body->p = bigger;
	body->n += n;
	return n;
}

/* "::ADDRESS:PORT": whatever the URL's host and port are, this is connected to; the
 * certificate is still checked for the URL's host. */
static struct curl_slist *connect_to(const struct endpoint *address)
{
	char text[ENDPOINT_TEXT_MAX], line[ENDPOINT_TEXT_MAX + 2];
	struct text out = text_in(line, sizeof line);

	endpoint_format(address, text);
	text_add(&out, "::%s", text);
	return curl_slist_append(NULL, line);
}

static bool set_text(CURL *curl, CURLoption option, const char *value)
{
	return curl_easy_setopt(curl, option, value) == CURLE_OK;
}

static bool set_number(CURL *curl, CURLoption option, long value)
{
	return curl_easy_setopt(curl, option, value) == CURLE_OK;
}

/* Only these roots: libcurl has others by default. */
static bool set_roots(CURL *curl, const struct fetch_from *from)
{
	CURLcode code = curl_easy_setopt(curl, CURLOPT_CAPATH, from->ca_path);

	/* One that knows no directories has none to leave out. */
	if (code == CURLE_NOT_BUILT_IN && from->ca_path == NULL)
		code = CURLE_OK;
	return code == CURLE_OK && set_text(curl, CURLOPT_CAINFO, from->ca_file);
}

/* False: no memory, or a libcurl without TLS. */
static bool set_options(
	CURL *curl, const char *url, const struct fetch_from *from, struct body *body)
{
	return set_text(curl, CURLOPT_URL, url) &&
	       set_text(curl, CURLOPT_PROTOCOLS_STR, "https") &&
	       set_number(curl, CURLOPT_FOLLOWLOCATION, 0) &&
	       /* Not the environment's either. */
	       set_text(curl, CURLOPT_PROXY, "") &&
	       set_number(curl, CURLOPT_NOSIGNAL, 1) &&
	       set_number(curl, CURLOPT_TIMEOUT, FETCH_TIMEOUT_S) &&
	       set_number(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) &&
	       set_number(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) &&
	       set_number(curl, CURLOPT_SSL_VERIFYPEER, 1) &&
	       set_number(curl, CURLOPT_SSL_VERIFYHOST, 2) && set_roots(curl, from) &&
	       set_text(curl, CURLOPT_USERAGENT, "pintlectl/" PINTLE_VERSION) &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, body) == CURLE_OK;
}

static enum status explain(
	CURLcode code, const struct body *body, const char *detail, struct text *error)
{
	if (body->no_memory || code == CURLE_OUT_OF_MEMORY) {
		text_add(error, "%s", status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	if (body->too_long) {
		text_add(error, "longer than %zu bytes", body->max);
		return STATUS_LIMIT;
	}
	text_add(error, "%s", detail[0] != '\0' ? detail : curl_easy_strerror(code));
	if (code == CURLE_OPERATION_TIMEDOUT)
		return STATUS_TIMEOUT;
	return code == CURLE_PEER_FAILED_VERIFICATION ? STATUS_CRYPTO : STATUS_IO;
}

static enum status transfer(CURL *curl, struct body *body, struct text *error)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode code;
	long answer = 0;

	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	/* What comes with another status need not be read to its end. */
	if (answer != 200 && answer != 0 && (code == CURLE_OK || body->too_long)) {
		text_add(error, "the server answers with status %ld%s", answer,
			answer / 100 == 3 ? ": redirects are not followed" : "");
		return STATUS_UNSUPPORTED;
	}
	return code == CURLE_OK ? STATUS_OK : explain(code, body, detail, error);
}

enum status fetch(const char *url, const struct fetch_from *from, size_t bytes_max,
	struct text *error, struct bytes *out)
{
	struct body body = { .max = bytes_max };
	struct curl_slist *to = NULL;
	enum status status = STATUS_NOMEM;
	CURL *curl = curl_easy_init();
	bool ready = curl != NULL;

	*out = bytes_of(NULL, 0);
	text_add(error, "%s: ", url);
	if (ready && from->address != NULL) {
		to = connect_to(from->address);
		ready = to != NULL &&
			curl_easy_setopt(curl, CURLOPT_CONNECT_TO, to) == CURLE_OK;
	}
	if (ready && set_options(curl, url, from, &body))
		status = transfer(curl, &body, error);
	else
		text_add(error, "libcurl cannot be set up");
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	if (status == STATUS_OK)
		*out = bytes_of(body.p, body.n);
	else
		free(body.p);
	return status;
}
