#include "tests/unit/ct/list_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char list_text[] =
	"{\n"
	" \"version\": \"1.2\",\n"
	" \"log_list_timestamp\": \"2026-01-02T03:04:05Z\",\n"
	" \"operators\": [\n"
	"  {\"name\": \"Oak\", \"email\": [\"oak@example.net\"],\n"
	"   \"logs\": [{\n"
	"    \"description\": \"Oak 1\",\n"
	"    \"log_id\": \"" LIST_ID_1 "\",\n"
	"    \"key\": \"" LIST_KEY_1 "\",\n"
	"    \"url\": \"https://oak.example/1/\",\n"
	"    \"mmd\": 86400,\n"
	"    \"log_type\": \"prod\",\n"
	"    \"state\": {\"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}},\n"
	"    \"temporal_interval\": {\"start_inclusive\": \"2026-07-01T00:00:00Z\",\n"
	"     \"end_exclusive\": \"2027-01-01T00:00:00Z\"},\n"
	"    \"previous_operators\": [\n"
	"     {\"name\": \"Fir\", \"end_time\": \"2024-06-01T00:00:00Z\"},\n"
	"     {\"name\": \"Ash\", \"end_time\": \"2023-01-01T00:00:00Z\"}]\n"
	"   }],\n"
	"   \"tiled_logs\": [{\n"
	"    \"description\": \"Oak 2\",\n"
	"    \"log_id\": \"" LIST_ID_2 "\",\n"
	"    \"key\": \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEV+3cyA/kfoNgxftkdHcIUIm3H"
	"m5bFfKkmK2I1nTVreKaJWuOXkXJK7DhSuDn+cCJvtlb7az32ZkCcK+W/fyv+g==\",\n"
	"    \"submission_url\": \"https://oak.example/2/\",\n"
	"    \"monitoring_url\": \"https://tiles.oak.example/2/\",\n"
	"    \"mmd\": 60,\n"
	"    \"state\": {\"qualified\": {\"timestamp\": \"2025-02-01T00:00:00Z\"}}\n"
	"   }]\n"
	"  },\n"
	"  {\"name\": \"Elm\", \"logs\": []}\n"
	" ]\n"
	"}\n";

void list_edit(const char *from, const char *to, char out[LIST_TEXT_MAX])
{
	const char *at = list_text;
	size_t skipped = 0;
	int n;

	if (from != NULL) {
		at = strstr(list_text, from);
		if (at == NULL || strstr(at + 1, from) != NULL)
			fail_msg("'%s' is not there once", from);
		skipped = strlen(from);
	}
	n = snprintf(out, LIST_TEXT_MAX, "%.*s%s%s", (int)(at - list_text), list_text,
		from != NULL ? to : "", at + skipped);
	assert_in_range(n, 1, LIST_TEXT_MAX - 1);
}
