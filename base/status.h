/* What a function that can fail returns.
 *
 * A negative answer is a result, not an error: a refused certificate, a cache
 * miss and an NXDOMAIN all come with STATUS_OK. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#define MUST_CHECK __attribute__((warn_unused_result))
/* A local that is not cleared first, as the others are (-ftrivial-auto-var-init): for
 * what is large, filled before it is read, and in the way of each query. */
#if __has_attribute(uninitialized)
#define UNCLEARED __attribute__((uninitialized))
#else
#define UNCLEARED
#endif
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define STATUS_LIST(X)                                 \
	X(OK, "ok")                                    \
	X(NOMEM, "out of memory")                      \
	X(MALFORMED, "bytes do not follow the format") \
	X(NOSPACE, "does not fit")                     \
	X(RANGE, "value out of range")                 \
	X(NOTFOUND, "not found")                       \
	X(UNSUPPORTED, "not supported")                \
	X(IO, "input or output failed")                \
	X(TIMEOUT, "deadline passed")                  \
	X(LIMIT, "limit reached")                      \
	X(CLOSED, "closed")                            \
	X(CRYPTO, "the crypto library failed")         \
	X(CONFIG, "configuration in error")

enum status {
#define X(name, text) STATUS_##name,
	STATUS_LIST(X)
#undef X
};

/* The text above; never NULL. */
const char *status_text(enum status status);

#endif
