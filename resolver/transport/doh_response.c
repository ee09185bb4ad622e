#include "transport/doh_response.h"

#include <string.h>
#include <strings.h>

#include "dns/message.h"

#define HTTP_INTERIM  1 /* 1xx */
#define HTTP_OK       200
#define HTTP_TOO_MANY 429
#define HTTP_SERVER   500
#define FIELD_BYTES   32
/* RFC 9111 §1.2.2: what is larger counts as this. */
#define AGE_MAX_S 2147483648u

enum status doh_response_begin(struct doh_response *r)
{
	unsigned interim_n = r->interim_n + (r->status != 0);
	size_t header_bytes = r->header_bytes;

	*r = (struct doh_response){ .interim_n = interim_n,
		.header_bytes = header_bytes };
	return interim_n > DOH_INTERIM_MAX ? STATUS_LIMIT : STATUS_OK;
}

/* Digits and nothing else; what is over `max` counts as that. */
static bool read_number(struct bytes value, uint64_t max, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(value.p[i] - '0');
		if (*out > max)
			*out = max;
	}
	return value.n > 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* RFC 8484 §6; RFC 9110 §8.3.1: parameters may follow, case does not count. */
static bool is_dns_message(struct bytes value)
{
	static const char type[] = "application/dns-message";
	size_t at = sizeof type - 1;

	if (value.n < at || strncasecmp((const char *)value.p, type, at) != 0)
		return false;
	while (at < value.n && is_blank(value.p[at]))
		at++;
	return at == value.n || value.p[at] == ';';
}

static void take_status(struct doh_response *r, struct bytes value)
{
	uint64_t number;

	if (read_number(value, 999, &number))
		r->status = (unsigned)number;
}

/* Two types are none. */
static void take_type(struct doh_response *r, struct bytes value)
{
	r->is_dns_message = !r->has_type && is_dns_message(value);
	r->has_type = true;
}

static void take_length(struct doh_response *r, struct bytes value)
{
	if (!read_number(value, UINT32_MAX, &r->length))
		r->length = 0;
}

/* RFC 9111 §5.1: the first counts, and what is no number is ignored. */
static void take_age(struct doh_response *r, struct bytes value)
{
	uint64_t age_s;

	if (!r->has_age && read_number(value, AGE_MAX_S, &age_s))
		r->age_s = (uint32_t)age_s;
	r->has_age = true;
}

static void take_encoding(struct doh_response *r, struct bytes value)
{
	(void)value;
	r->is_encoded = true;
}

#define NAMED(name) .p = (const uint8_t *)name, .n = sizeof name - 1
static const struct {
	struct bytes name;
	void (*take)(struct doh_response *, struct bytes);
} fields[] = {
	{ { NAMED(":status") }, take_status },
	{ { NAMED("content-type") }, take_type },
	{ { NAMED("content-length") }, take_length },
	{ { NAMED("content-encoding") }, take_encoding },
	{ { NAMED("age") }, take_age },
};

enum status doh_response_field(
	struct doh_response *r, struct bytes name, struct bytes value)
{
	r->header_bytes += name.n + value.n + FIELD_BYTES;
	if (r->header_bytes > DOH_HEADER_BYTES_MAX)
		return STATUS_LIMIT;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (bytes_equal(name, fields[i].name))
			fields[i].take(r, value);
	return STATUS_OK;
}

bool doh_response_is_final(const struct doh_response *r)
{
	return r->status != 0 && r->status / 100 != HTTP_INTERIM;
}

struct failure doh_failure(const char *words)
{
	struct failure f = { .kind = FAILURE_PROTOCOL };
	struct text text = text_in(f.text, sizeof f.text);

	text_add(&text, "%s", words);
	return f;
}

/* RFC 8484 §4.2.1: a DNS answer, SERVFAIL too, comes with 200. Redirects are not
 * followed: they lead to somebody whom nobody configured. */
static struct failure failure_from_status(unsigned status)
{
	char words[32];
	struct text text = text_in(words, sizeof words);

	text_add(&text, "HTTP status %u", status);
	return doh_failure(words);
}

bool doh_response_is_good(const struct doh_response *r, struct failure *why, bool *again)
{
	*again = false;
	if (r->status != HTTP_OK) {
		*why = failure_from_status(r->status);
		*again = r->status == HTTP_TOO_MANY || r->status >= HTTP_SERVER;
		return false;
	}
	if (!r->is_dns_message)
		*why = doh_failure("HTTP content is not application/dns-message");
	else if (r->is_encoded)
		*why = doh_failure("HTTP content is encoded");
	else if (r->length > DNS_MESSAGE_MAX)
		*why = doh_failure("HTTP content is larger than a DNS message");
	else
		return true;
	return false;
}
