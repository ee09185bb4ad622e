/* The SvcParamKeys that have words, and the form of their values (RFC 9460 §7, §8, §14.3;
 * RFC 9461 §5; RFC 9540 §4). */
#ifndef LOCAL_SVCB_KEY_H
#define LOCAL_SVCB_KEY_H

#include <stdint.h>

#include "local/words.h"

/* The bytes of all values of one record. */
#define SVCB_VALUES_MAX 4096

enum svcb_key {
	SVCB_MANDATORY = 0,
	SVCB_ALPN = 1,
	SVCB_NO_DEFAULT_ALPN = 2,
	SVCB_PORT = 3,
	SVCB_IPV4HINT = 4,
	SVCB_ECH = 5,
	SVCB_IPV6HINT = 6,
	SVCB_DOHPATH = 7,
	SVCB_OHTTP = 8,
	SVCB_INVALID = 65535,
};

/* "alpn", or "key1" for a number (RFC 9460 §2.1). False: neither. */
bool svcb_key_from_text(const char *text, size_t n, uint16_t *key);
/* It is written as a number, and its value as bytes. */
bool svcb_key_is_number(const char *text, size_t n);

/* Appends a value, which may be quoted, to `w`. `by_form`: as its key has it; otherwise
 * its bytes as they are. NULL, or what is wrong with it. */
const char *svcb_value_read(
	uint16_t key, bool by_form, const struct word *value, struct writer *w);

/* What is wrong with the bytes of a value, or NULL. */
const char *svcb_value_problem(uint16_t key, struct bytes value);

#endif
