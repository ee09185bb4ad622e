#include "tests/unit/ct/verify_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

struct ct_world world;
struct loglist *list;
struct ct_scene scene;
struct ct_report report;

int scene_setup(void **state)
{
	const struct listed logs[] = {
		{ .log = &world.logs[0], .operator_name = "A", .name = "first" },
		{ .log = &world.logs[1], .operator_name = "B", .name = "second" },
		{ .log = &world.logs[2], .operator_name = "C", .name = "third" },
	};

	(void)state;
	list = make_loglist(logs, ROWS(logs));
	return 0;
}

int scene_teardown(void **state)
{
	(void)state;
	loglist_free(list);
	return 0;
}

void verify(const char *policy)
{
	assert_int_equal(ct_verify(list, ct_policy_find(policy), &scene.evidence,
				 MAKE_CERT_NOW, &report),
		STATUS_OK);
}

void make_full_scene(void)
{
	const struct planned scts[] = {
		{ .log = &world.logs[0], .source = SCT_OCSP },
		{ .log = &world.logs[1], .source = SCT_OCSP },
		{ .log = &world.logs[0], .source = SCT_TLS },
		{ .log = &world.logs[1], .source = SCT_TLS },
		{ .log = &world.logs[0], .source = SCT_EMBEDDED },
		{ .log = &world.logs[1], .source = SCT_EMBEDDED },
	};

	make_scene(&world, scts, ROWS(scts), NOT_AFTER_S, &scene);
}
