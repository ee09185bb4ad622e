#include "ctl/ct_options.h"

#include "base/clock.h"

enum exit_code ct_option_policy(const struct args *args, const struct ct_policy **out)
{
	char names[128];
	struct text text = text_in(names, sizeof names);

	*out = args->policy != NULL ? ct_policy_find(args->policy) : ct_policy_default();
	if (*out != NULL)
		return CTL_OK;
	for (size_t i = 0; ct_policy_at(i) != NULL; i++)
		text_add(&text, "%s%s", i > 0 ? ", " : "", ct_policy_at(i)->name);
	return complain(CTL_USAGE, "--policy '%s': allowed are %s", args->policy, names);
}

enum exit_code ct_option_mode(const struct args *args, enum ct_mode *mode)
{
	if (args->ct != NULL && ct_mode_from_text(args->ct, mode) != STATUS_OK)
		return complain(CTL_USAGE, "--ct '%s': allowed are require, report, off",
			args->ct);
	return CTL_OK;
}

enum exit_code ct_option_time(const struct args *args, int64_t *at_s)
{
	*at_s = clock_wall_s();
	if (args->at != NULL && clock_parse(args->at, at_s) != 0)
		return complain(CTL_USAGE,
			"--at '%s' is not a time, such as 2026-11-23T14:05:00Z",
			args->at);
	return CTL_OK;
}
