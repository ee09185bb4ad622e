#include "ctl/logs.h"

#include <string.h>

#include "base/clock.h"
#include "ct/liststore.h"

enum exit_code logs_policy(const struct args *args, const struct ct_policy **out)
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

enum exit_code logs_mode(const struct args *args, enum ct_mode *mode)
{
	if (args->ct != NULL && ct_mode_from_text(args->ct, mode) != STATUS_OK)
		return complain(CTL_USAGE, "--ct '%s': allowed are require, report, off",
			args->ct);
	return CTL_OK;
}

static enum exit_code complain_of_list(enum status status, const char *why)
{
	return complain(status == STATUS_NOMEM || status == STATUS_CRYPTO ? CTL_FAILED
									  : CTL_CONFIG,
		"the log list: %s", why[0] != '\0' ? why : status_text(status));
}

enum exit_code logs_read(const char *path, struct loglist **out)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	bool builtin = path == NULL || strcmp(path, "builtin") == 0;
	enum status status =
		builtin ? loglist_builtin(&error, out) : loglist_read(path, &error, out);

	if (status == STATUS_OK)
		return CTL_OK;
	*out = NULL;
	return complain_of_list(status, why);
}

enum exit_code logs_read_configured(const struct config *config, struct loglist **out)
{
	const uint8_t *key = config->update.url != NULL ? config->update.key : NULL;
	char why[CTL_ERROR_MAX];
	struct text warning = text_in(why, sizeof why);
	struct list_choice choice = { 0 };
	enum status status;

	if (config->log_list != NULL)
		return logs_read(config->log_list, out);
	status = loglist_choose(config->state_dir, key, &choice, &warning);
	*out = choice.list;
	if (status != STATUS_OK)
		return complain_of_list(status, why);
	if (why[0] != '\0')
		complain(CTL_OK, "warning: %s", why);
	return CTL_OK;
}

enum exit_code logs_time(const struct args *args, int64_t *at_s)
{
	*at_s = clock_wall_s();
	if (args->at != NULL && clock_parse(args->at, at_s) != 0)
		return complain(CTL_USAGE,
			"--at '%s' is not a time, such as 2026-11-23T14:05:00Z",
			args->at);
	return CTL_OK;
}
