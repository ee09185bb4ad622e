/* Why a connection or an attempt came to nothing. "No network" is not
 * "refused" and not "dead": each kind has a back-off of its own. */
#ifndef TRANSPORT_FAILURE_H
#define TRANSPORT_FAILURE_H

#include "tls/verdict.h"

#define FAILURE_LIST(X)                                              \
	X(NONE, "none", "no failure")                                \
	X(NO_NETWORK, "no_network", "no route to it")                \
	X(UNREACHABLE, "unreachable", "connection refused or reset") \
	X(TIMEOUT, "timeout", "no answer in time")                   \
	X(REFUSED, "refused", "its certificate was refused")         \
	X(PROTOCOL, "protocol", "it does not speak the protocol")    \
	X(CLOSED, "closed", "it closed the connection")              \
	X(LOCAL, "local", "out of resources here")

enum failure_kind {
#define X(name, word, text) FAILURE_##name,
	FAILURE_LIST(X)
#undef X
		FAILURE_COUNT
};

#define FAILURE_TEXT_MAX 320

struct failure {
	enum failure_kind kind;
	char text[FAILURE_TEXT_MAX]; /* one line, safe to print */
};

/* "timeout" */
const char *failure_word(enum failure_kind kind);
/* "no answer in time" */
const char *failure_text(enum failure_kind kind);

/* From a negative libuv error code. */
struct failure failure_from_uv(int code);
/* With the words of the kind, and of `detail` unless NULL. */
struct failure failure_of(enum failure_kind kind, const char *detail);
/* A verdict that is not accepted: REFUSED, or PROTOCOL for tls_protocol. */
struct failure failure_from_verdict(const struct verdict *verdict);

#endif
