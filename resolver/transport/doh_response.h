/* The head of an HTTP response to a DNS query (RFC 8484 §4.2): what of it counts, and
 * what it comes to. Pure. */
#ifndef TRANSPORT_DOH_RESPONSE_H
#define TRANSPORT_DOH_RESPONSE_H

#include "transport/failure.h"

/* Names and values, and 32 bytes for each field (RFC 9113 §6.5.2). */
#define DOH_HEADER_BYTES_MAX (16 * 1024)
/* Informational responses, 1xx, before the one that counts (RFC 9110 §15.2). */
#define DOH_INTERIM_MAX 8

struct doh_response {
	unsigned status; /* 0: none yet */
	unsigned interim_n;
	size_t header_bytes; /* of all of them together */
	bool has_type, is_dns_message;
	bool is_encoded; /* compressed, say: nobody asked for that */
	uint64_t length; /* content-length; 0 without one */
	bool has_age;
	uint32_t age_s; /* 0 without one */
};

/* Another header block begins; the first is preceded by zeroes. LIMIT: too many
 * informational ones. */
MUST_CHECK enum status doh_response_begin(struct doh_response *response);
/* One field, its name in lower case; nothing is kept of either. LIMIT: too much. */
MUST_CHECK enum status doh_response_field(
	struct doh_response *response, struct bytes name, struct bytes value);
/* Not informational. */
bool doh_response_is_final(const struct doh_response *response);

/* Whether the head of a final response allows for an answer behind it. If not: why, and
 * whether another try may help: `*again`. */
bool doh_response_is_good(
	const struct doh_response *response, struct failure *why, bool *again);

/* A failure in these words. */
struct failure doh_failure(const char *words);

#endif
