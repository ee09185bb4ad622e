/* `bypass`: a few names in plain DNS, for a short time, such as a captive portal needs.
 */
#include <stdio.h>
#include <string.h>

#include "config/units.h"
#include "ctl/daemon.h"
#include "ctl/output.h"

#define FOR_DEFAULT "5m"

static enum exit_code finish(const struct args *args, json_t *request)
{
	json_t *answer;
	enum exit_code code = daemon_ask(args, request, &answer);
	const json_t *bypass;

	if (code != CTL_OK)
		return code;
	if (args->json)
		return print_json(answer);
	bypass = json_object_get(answer, "bypass");
	if (json_is_object(bypass)) {
		printf("for %lld s in plain DNS, of ",
			(long long)((member_number(bypass, "ends_in_ms") + 999) / 1000));
		print_untrusted(member_text(bypass, "server"));
		puts(": anybody on the way sees and changes that\n"
		     "pintlectl bypass --end ends it before its time");
	} else {
		puts(json_is_true(json_object_get(answer, "ended"))
				? "ended"
				: "there was no bypass");
	}
	json_decref(answer);
	return CTL_OK;
}

static json_t *names_json(const struct args *args)
{
	json_t *names = json_array();

	for (size_t i = 0; i < args->operand_n; i++)
		if (json_array_append_new(names, json_string(args->operands[i])) != 0) {
			json_decref(names);
			return NULL;
		}
	return names;
}

static enum exit_code begin(const struct args *args)
{
	const char *duration = args->duration != NULL ? args->duration : FOR_DEFAULT;
	long long for_ms;

	if (args->server == NULL || args->operand_n == 0)
		return complain(CTL_USAGE, "usage: pintlectl bypass [--for TIME] "
					   "--server IP[:PORT] NAME..., "
					   "or --end");
	if (units_parse(duration, units_time_ms, &for_ms) != STATUS_OK)
		return complain(CTL_USAGE,
			"--for '%s' is not a time with its unit, such as 90s or 5m",
			duration);
	return finish(args, json_pack("{s:s, s:s, s:I, s:o}", "command", "bypass",
				    "server", args->server, "for_ms", (json_int_t)for_ms,
				    "names", names_json(args)));
}

enum exit_code command_bypass(const struct args *args)
{
	if (!args->end)
		return begin(args);
	if (args->server != NULL || args->duration != NULL || args->operand_n > 0)
		return complain(CTL_USAGE, "--end stands alone");
	return finish(args, json_pack("{s:s, s:b}", "command", "bypass", "end", 1));
}
