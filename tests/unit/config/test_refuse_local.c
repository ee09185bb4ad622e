/* What `hosts`, `local_records` and `local_zone` may not be. What a record says is looked
 * at where it is answered from: tests/unit/local. */
#include "refusal.h"

/* `keys` begins in line 2, column 4. */
#define ZONE(keys) "local_zone:\n- {" keys "}" REST
#define ZONES      "a domain name such as corp.example"
#define ACTIONS    "nxdomain, nodata, refuse, transparent"
#define RECORDS                                 \
	"a list of 1 to 10000 records such as " \
	"\"router.lan. 300 IN A 192.168.1.1\""

static const struct refusal rows[] = {
	{ "hosts: no value", "hosts:" REST,
		"f:1:7: hosts: \"\" is no value; allowed: an absolute path of at most "
		"4095 bytes" },
	{ "hosts: a relative path", "hosts: etc/hosts" REST,
		"f:1:8: hosts: \"etc/hosts\" does not begin with a slash; allowed: an "
		"absolute path of at most 4095 bytes" },
	{ "hosts: a list", "hosts: [/etc/hosts]" REST,
		"f:1:8: hosts: a list is not a single value; allowed: an absolute path "
		"of at most 4095 bytes" },
	{ "local_records: a text", "local_records: a.lan A 192.0.2.1" REST,
		"f:1:16: local_records: \"a.lan A 192.0.2.1\" is not a list; "
		"allowed: " RECORDS },
	{ "local_records: empty", "local_records: []" REST,
		"f:1:16: local_records: a list without entries; allowed: " RECORDS },
	{ "local_records: a map in it", "local_records: [{a.lan: 192.0.2.1}]" REST,
		"f:1:17: local_records: a map is not an entry; allowed: " RECORDS },
	{ "local_records: nothing in it", "local_records: [~]" REST,
		"f:1:17: local_records: \"~\" is not an entry; allowed: " RECORDS },
	{ "local_zone: a map", "local_zone: {zone: a, action: nodata}" REST,
		"f:1:13: local_zone: a map is not a list; allowed: a list of 1 to 10000 "
		"maps" },
	{ "local_zone: empty", "local_zone: []" REST,
		"f:1:13: local_zone: a list without entries; allowed: a list of 1 to "
		"10000 maps" },
	{ "local_zone: a text in it", "local_zone: [ads.example]" REST,
		"f:1:14: local_zone: \"ads.example\" is not a map; allowed: a list of "
		"1 to 10000 maps" },
	{ "local_zone: an unknown key", ZONE("zone: a, actoin: nodata"),
		"f:2:13: unknown key \"actoin\"; did you mean action?" },
	{ "zone: absent", ZONE("action: nodata"),
		"f:2:3: local_zone[].zone is missing; needed: " ZONES },
	{ "zone: the root", ZONE("zone: ., action: nodata"),
		"f:2:10: local_zone[].zone: \".\" is the root, all names there are; "
		"allowed: " ZONES },
	{ "zone: a wildcard", ZONE("zone: \"*.a\", action: nodata"),
		"f:2:10: local_zone[].zone: \"*.a\" has a wildcard, which needs not be "
		"written; allowed: " ZONES },
	{ "zone: two dots", ZONE("zone: a..b, action: nodata"),
		"f:2:10: local_zone[].zone: \"a..b\" is not a domain name; "
		"allowed: " ZONES },
	{ "action: absent", ZONE("zone: a"),
		"f:2:3: local_zone[].action is missing; needed: " ACTIONS },
	{ "action: unbound's", ZONE("zone: a, action: always_nxdomain"),
		"f:2:21: local_zone[].action: \"always_nxdomain\" is none of the words "
		"known here; allowed: " ACTIONS },
	{ "action: a list", ZONE("zone: a, action: [nodata]"),
		"f:2:21: local_zone[].action: a list is not a single value; "
		"allowed: " ACTIONS },
};

int main(void)
{
	return refusal_run("local names", rows, sizeof rows / sizeof *rows);
}
