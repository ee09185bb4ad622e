#include "transport/failure.h"

#include <uv.h>

static const struct {
	const char *word, *text;
} kinds[FAILURE_COUNT] = {
#define X(name, word, text) [FAILURE_##name] = { word, text },
	FAILURE_LIST(X)
#undef X
};

const char *failure_word(enum failure_kind kind)
{
	return kinds[kind].word;
}

const char *failure_text(enum failure_kind kind)
{
	return kinds[kind].text;
}

struct failure failure_of(enum failure_kind kind, const char *detail)
{
	struct failure f = { .kind = kind };
	struct text text = text_in(f.text, sizeof f.text);

	text_add(&text, "%s", kinds[kind].text);
	if (detail != NULL)
		text_add(&text, " (%s)", detail);
	return f;
}

static enum failure_kind kind_of_uv(int code)
{
	switch (code) {
	case UV_ENETUNREACH:
	case UV_EHOSTUNREACH:
	case UV_ENETDOWN:
	case UV_EADDRNOTAVAIL:
	case UV_EAFNOSUPPORT: /* no IPv6 here */
	case UV_EPERM:        /* a firewall of this machine */
		return FAILURE_NO_NETWORK;
	case UV_ETIMEDOUT:
		return FAILURE_TIMEOUT;
	case UV_EOF:
		return FAILURE_CLOSED;
	case UV_EMFILE:
	case UV_ENFILE:
	case UV_ENOMEM:
	case UV_ENOBUFS:
		return FAILURE_LOCAL;
	default:
		return FAILURE_UNREACHABLE;
	}
}

struct failure failure_from_uv(int code)
{
	return failure_of(kind_of_uv(code), uv_strerror(code));
}

struct failure failure_from_verdict(const struct verdict *verdict)
{
	struct failure f = { .kind = FAILURE_REFUSED };
	struct text text = text_in(f.text, sizeof f.text);

	if (verdict->reason == REASON_TLS_PROTOCOL)
		f.kind = FAILURE_PROTOCOL;
	verdict_explain(verdict, &text);
	return f;
}
