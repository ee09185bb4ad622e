/* `loglist show|check|build|update`: which of them. */
#include "ctl/loglist.h"

#include <string.h>

static const struct subcommand {
	const char *name, *usage;
	size_t operands_max; /* behind the name */
	enum exit_code (*run)(const struct args *args, const char *operand);
} subcommands[] = {
	{ "show",
		"[FILE] [--policy NAME] [--at TIME] [--compare FILE]\n"
		"            [-c FILE] [--state-dir DIR] [--key KEY]",
		1, loglist_show },
	{ "check", "FILE [--key KEY]", 1, loglist_check },
	{ "build",
		"--apple FILE --mozilla FILE [--timestamp TIME]\n"
		"            [--output FILE]",
		0, loglist_build },
	{ "update",
		"[-c FILE] [--url URL] [--address IP[:PORT]] [--key KEY]\n"
		"            [--ca-file FILE] [--state-dir DIR] [--policy NAME]",
		0, loglist_update },
};

static enum exit_code run(const struct args *args, const struct subcommand *subcommand)
{
	if (args->operand_n - 1 > subcommand->operands_max)
		return complain(CTL_USAGE, "usage: pintlectl loglist %s %s",
			subcommand->name, subcommand->usage);
	return subcommand->run(args, args->operand_n > 1 ? args->operands[1] : NULL);
}

enum exit_code command_loglist(const struct args *args)
{
	const struct subcommand *found = NULL;

	for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
		if (strcmp(args->operands[0], subcommands[i].name) == 0)
			found = &subcommands[i];
	/* args_parse() lets no other through. */
	return found != NULL ? run(args, found) : CTL_USAGE;
}
