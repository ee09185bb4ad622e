/* Every allocation fails once, and nothing leaks or crashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/config.h"
#include "tests/unit/fail_alloc.h"

static const char yaml[] =
	"listen: [127.0.0.1]\n"
	"allow: [any]\n"
	"user: pintle\n"
	"ct: {log_list: /l.json}\n"
	"tls: {deny: "
	"[0000000000000000000000000000000000000000000000000000000000000000]}\n"
	"bootstrap: [192.0.2.53]\n"
	"ntp_names: [a.example]\n"
	"upstreams:\n"
	"  - {name: b, protocol: doh, url: \"https://192.0.2.2/q\"}\n"
	"  - name: a\n"
	"    address: [192.0.2.1]\n"
	"    auth_name: a.example\n"
	"    pins: [0000000000000000000000000000000000000000000000000000000000000000]\n"
	"rebind_protection: {allow: [b.example]}\n"
	"hosts: /etc/hosts\n"
	"local_records: [a.lan A 192.0.2.1]\n"
	"local_zone: [{zone: c.example, action: refuse}]\n"
	"forward:\n"
	"  - {zone: a.example, upstreams: [b]}\n"
	"  - {zone: lan, address: [192.0.2.5], protocol: plain}\n";

static void the_nth_allocation_fails(void **state)
{
	struct config *config = NULL;
	long n = 0;

	(void)state;
	for (; config == NULL && n < 1000; n++) {
		struct config_error error;
		enum status status;

		fail_alloc_at(n);
		status = config_parse("f", bytes_of_text(yaml), &config, &error);
		fail_alloc_at(-1);
		assert_int_equal(status, config == NULL ? STATUS_NOMEM : STATUS_OK);
		assert_string_equal(error.text, config == NULL ? "out of memory" : "");
	}
	assert_non_null(config);
	assert_true(n > 4);
	config_free(config);
}

static void the_file_s_buffer_fails(void **state)
{
	struct config *config = NULL;
	struct config_error error;

	(void)state;
	fail_alloc_at(0);
	assert_int_equal(config_load("/dev/null", &config, &error), STATUS_NOMEM);
	fail_alloc_at(-1);
	assert_string_equal(error.text, "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_allocation_fails),
		cmocka_unit_test(the_file_s_buffer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
