/* Each allocation fails once: then there is nothing, and nothing is left behind. */
#include "local/local.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/local/scene.h"

static const char *records[] = { "a.lan CNAME b.lan", "b.lan A 192.0.2.1",
	"*.dev.lan TXT x", "c.lan HTTPS 1 . alpn=h2" };
static const char *places[] = { "f:1", "f:2", "f:3", "f:4" };
static const struct local_zone zones[] = {
	{ { 5, "\3ads" }, LOCAL_NXDOMAIN, "z:1" },
};
static const struct name forwards[] = { { 6, "\4corp" } };

static void the_nth_allocation_fails(void **state)
{
	const struct local_options options = { .hosts = bytes_of_text("192.0.2.2 h\n"),
		.hosts_name = "hosts",
		.records = records,
		.places = places,
		.record_n = sizeof records / sizeof *records,
		.zones = zones,
		.zone_n = 1,
		.forwards = forwards,
		.forward_n = 1 };
	bool failed = true;
	unsigned refused = 0;

	(void)state;
	for (long n = 0; failed; n++) {
		char words[128];
		struct text error = text_in(words, sizeof words);
		struct local *local;
		enum status status;

		fail_alloc_at(n);
		status = local_new(&options, &error, &local);
		failed = fail_alloc_happened();
		fail_alloc_at(-1);
		/* More buckets are good to have, and no more. */
		if (status == STATUS_OK) {
			scene_assert(local, "h A", "NOERROR h. 60 A 192.0.2.2");
			local_free(local);
			continue;
		}
		assert_int_equal(status, STATUS_NOMEM);
		assert_null(local);
		refused++;
	}
	assert_true(refused > 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_nth_allocation_fails) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
