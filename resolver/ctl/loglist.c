/* `loglist show|check|build|update`: which of them, and which options each takes. */
#include "ctl/loglist.h"

#include <string.h>

static const struct subcommand {
	const char *name, *usage;
	size_t operands_max; /* behind the name */
	const char *options; /* with a space between */
	enum exit_code (*run)(const struct args *args, const char *operand);
} subcommands[] = {
	{ "show",
		"[FILE] [--policy NAME] [--at TIME] [--compare FILE]\n"
		"            [-c FILE] [--state-dir DIR] [--key KEY]",
		1, "--policy --at --compare --state-dir --key", loglist_show },
	{ "check", "FILE [--key KEY]", 1, "--key", loglist_check },
	{ "build",
		"--apple FILE --mozilla FILE [--timestamp TIME]\n"
		"            [--output FILE]",
		0, "--apple --mozilla --timestamp --output", loglist_build },
	{ "update",
		"[-c FILE] [--url URL] [--address IP[:PORT]] [--key KEY]\n"
		"            [--ca-file FILE] [--state-dir DIR]",
		0, "--url --address --key --ca-file --state-dir", loglist_update },
};

static const struct {
	const char *name;
	size_t at; /* in struct args */
} options[] = {
#define AT(member) offsetof(struct args, member)
	{ "--policy", AT(policy) },
	{ "--at", AT(at) },
	{ "--compare", AT(compare) },
	{ "--key", AT(key) },
	{ "--apple", AT(apple) },
	{ "--mozilla", AT(mozilla) },
	{ "--timestamp", AT(timestamp) },
	{ "--output", AT(output) },
	{ "--url", AT(url) },
	{ "--address", AT(address) },
	{ "--ca-file", AT(ca_file) },
	{ "--state-dir", AT(state_dir) },
};

static bool is_among(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; (p = strstr(p, word)) != NULL; p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

/* The command line's table knows options by command: here is what it cannot see. */
static enum exit_code check_options(
	const struct args *args, const struct subcommand *subcommand)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		const char *value =
			*(const char *const *)((const char *)args + options[i].at);

		if (value != NULL && !is_among(subcommand->options, options[i].name))
			return complain(CTL_USAGE, "loglist %s takes no %s",
				subcommand->name, options[i].name);
	}
	return CTL_OK;
}

static enum exit_code run(const struct args *args, const struct subcommand *subcommand)
{
	enum exit_code code;

	if (args->operand_n - 1 > subcommand->operands_max)
		return complain(CTL_USAGE, "usage: pintlectl loglist %s %s",
			subcommand->name, subcommand->usage);
	code = check_options(args, subcommand);
	if (code != CTL_OK)
		return code;
	return subcommand->run(args, args->operand_n > 1 ? args->operands[1] : NULL);
}

enum exit_code command_loglist(const struct args *args)
{
	for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
		if (strcmp(args->operands[0], subcommands[i].name) == 0)
			return run(args, &subcommands[i]);
	return complain(CTL_USAGE, "loglist '%s': allowed are show, check, build, update",
		args->operands[0]);
}
