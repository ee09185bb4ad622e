#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "tests/unit/rows.h"
#include "transport/failure.h"

struct row {
	const char *name;
	int code;
	enum failure_kind kind;
};

static const struct row rows[] = {
	{ "no route to the network", UV_ENETUNREACH, FAILURE_NO_NETWORK },
	{ "no route to the host", UV_EHOSTUNREACH, FAILURE_NO_NETWORK },
	{ "the interface is down", UV_ENETDOWN, FAILURE_NO_NETWORK },
	{ "no address of our own", UV_EADDRNOTAVAIL, FAILURE_NO_NETWORK },
	{ "this machine has no IPv6", UV_EAFNOSUPPORT, FAILURE_NO_NETWORK },
	{ "a local firewall", UV_EPERM, FAILURE_NO_NETWORK },
	{ "the kernel gave up", UV_ETIMEDOUT, FAILURE_TIMEOUT },
	{ "the server closed", UV_EOF, FAILURE_CLOSED },
	{ "no descriptors", UV_EMFILE, FAILURE_LOCAL },
	{ "no descriptors in the system", UV_ENFILE, FAILURE_LOCAL },
	{ "no memory", UV_ENOMEM, FAILURE_LOCAL },
	{ "no buffers", UV_ENOBUFS, FAILURE_LOCAL },
	{ "refused", UV_ECONNREFUSED, FAILURE_UNREACHABLE },
	{ "reset", UV_ECONNRESET, FAILURE_UNREACHABLE },
	{ "broken pipe", UV_EPIPE, FAILURE_UNREACHABLE },
};

static void a_code_has_its_kind(void **state)
{
	const struct row *row = *state;
	struct failure f = failure_from_uv(row->code);

	assert_int_equal(f.kind, row->kind);
	assert_memory_equal(f.text, failure_text(f.kind), strlen(failure_text(f.kind)));
	assert_non_null(strstr(f.text, uv_strerror(row->code)));
}

static void a_refusal_is_no_protocol_error(void **state)
{
	struct verdict verdict = { .reason = REASON_PIN_MISMATCH };

	(void)state;
	assert_int_equal(failure_from_verdict(&verdict).kind, FAILURE_REFUSED);
	verdict_protocol_failure("wrong version number", &verdict);
	assert_int_equal(failure_from_verdict(&verdict).kind, FAILURE_PROTOCOL);
	assert_non_null(strstr(failure_from_verdict(&verdict).text, "wrong version"));
}

static void a_long_detail_is_cut(void **state)
{
	char detail[1000];
	struct failure f;

	(void)state;
	memset(detail, 'x', sizeof detail - 1);
	detail[sizeof detail - 1] = '\0';
	f = failure_of(FAILURE_CLOSED, detail);
	assert_int_equal(strlen(f.text), FAILURE_TEXT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_no_protocol_error),
		cmocka_unit_test(a_long_detail_is_cut),
	};
	int failed =
		run_rows("failure", rows, sizeof *rows, ROWS(rows), a_code_has_its_kind);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
