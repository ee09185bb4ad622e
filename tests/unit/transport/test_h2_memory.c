/* HTTP/2 without memory, allocation by allocation: nothing is lost, nobody is told
 * twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"
#include "tests/unit/fail_alloc.h"
#include "transport/h2.h"

#define REQUESTS 4

/* Streams 1 and 3 are answered, in several frames; 5 is given up; 7 waits. */
static const char frames[] = "000006 04 00 00000000 0003 00000003"
			     "00001b 01 04 00000001 88 0f10 17'application/dns-message'"
			     "000400 00 00 00000001 00*1024 "
			     "00001b 01 04 00000003 88 0f10 17'application/dns-message'"
			     "000010 00 00 00000003 00*16 "
			     "000800 00 01 00000001 00*2048 "
			     "000004 03 00 00000005 00000007"
			     "000010 00 01 00000003 00*16";

struct came {
	unsigned asked, answers, failures;
	bool broken;
};

static void take_all(struct h2 *h2, struct came *came)
{
	struct h2_stream *s;

	while ((s = h2_take(h2)) != NULL) {
		unsigned *told = s->owner;

		assert_int_equal((*told)++, 0);
		if (s->failed)
			came->failures++;
		else
			came->answers++;
		h2_stream_free(h2, s);
	}
}

static bool send_all(struct h2 *h2)
{
	struct failure why;
	struct bytes out;

	do {
		if (h2_output(h2, &out, &why) != STATUS_OK)
			return false;
	} while (out.n > 0);
	return true;
}

static bool run(struct bytes wire, struct came *came)
{
	const struct h2_request request = { "dns.lab", "/dns-query",
		bytes_of("question", 8) };
	unsigned told[REQUESTS] = { 0 };
	struct h2_stream *stream;
	struct failure why;
	struct h2 *h2;

	*came = (struct came){ .asked = 0 };
	if (h2_new(0, &h2) != STATUS_OK)
		return false;
	for (size_t i = 0; i < REQUESTS; i++)
		came->asked += h2_ask(h2, &request, &told[i], &stream) == STATUS_OK;
	came->broken = !send_all(h2) || h2_receive(h2, wire, 0, &why) != STATUS_OK ||
		       !send_all(h2);
	take_all(h2, came);
	h2_free(h2);
	return true;
}

static void every_allocation_fails_once(void **state)
{
	struct bytes wire = wire_new(frames);
	unsigned failed = 0, untold = 0;
	struct came came;

	(void)state;
	assert_true(run(wire, &came));
	assert_int_equal(came.answers, 2);
	assert_int_equal(came.failures, 1);
	for (long n = 0; n < 100; n++) {
		bool made;

		fail_alloc_at(n);
		made = run(wire, &came);
		if (!fail_alloc_happened())
			break;
		fail_alloc_at(-1);
		failed++;
		assert_true(made || n == 0);
		/* One request, or one answer, less; never the connection. */
		if (made)
			assert_false(came.broken && came.asked == REQUESTS);
		untold += came.answers < 2;
	}
	fail_alloc_at(-1);
	assert_in_range(failed, 1 + REQUESTS + 2, 50);
	assert_in_range(untold, 3, 50);
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
