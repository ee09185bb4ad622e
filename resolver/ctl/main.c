/* pintlectl: everything a person types. The command line, then one row of the
 * table of commands. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/command.h"

#define ANY_NUMBER ((size_t)-1)

static const struct command commands[] = {
	{ "status", "", "does it work? upstreams, their verdicts, cache", NULL, 0, 0,
		command_status },
	{ "probe", "UPSTREAM | tls://IP[:PORT][#NAME] | https://HOST[:PORT]/PATH",
		"connect once; print chain, pins, verdict", NULL, 1, 1, command_probe },
	{ "verify", "--chain FILE [--name NAME | --ip ADDRESS] [OPTION...]",
		"the daemon's verdict on certificates in a file", NULL, 0, 0,
		command_verify },
	{ "sct", "FILE [--issuer FILE | --chain FILE] [OPTION...]",
		"every SCT in a file: log, time, whether it counts", NULL, 1, 1,
		command_sct },
	{ "evidence", "list | show [NAME]", "the certificates that the daemon refused",
		"list show", 1, 2, command_evidence },
	{ "pins", "FILE... | accept UPSTREAM [PIN [ROOT-PIN]]",
		"the pin of every certificate; take over a new issuer", NULL, 1,
		ANY_NUMBER, command_pins },
	{ "loglist", "show [FILE] | check FILE | build | update [OPTION...]",
		"the list of CT logs: look, check, make, fetch",
		"show check build update", 1, 2, command_loglist },
	{ "import", "stubby FILE | stamp sdns://... [--address IP[:PORT]]",
		"print a pintle.yaml made of stubby's, or of a DNS stamp", "stubby stamp",
		2, 2, command_import },
	{ "query", "NAME [TYPE] [--upstream NAME]", "ask the daemon", NULL, 1, 2,
		command_query },
	{ "flush", "[NAME]", "forget cached answers, all or those of a name", NULL, 0, 1,
		command_flush },
	{ "bypass", "[--for TIME] --server IP[:PORT] NAME... | --end",
		"plain DNS for a few names, for a short time (root)", NULL, 0, ANY_NUMBER,
		command_bypass },
	{ "reload", "", "read the configuration again", NULL, 0, 0, command_reload },
	{ "stats", "", "the daemon's counters", NULL, 0, 0, command_stats },
	{ .name = NULL },
};

enum exit_code complain(enum exit_code code, const char *fmt, ...)
{
	char line[2 * CTL_ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	fputs("pintlectl: ", stderr);
	for (const char *p = line; *p != '\0'; p++) {
		if (*p >= 0x20 && *p < 0x7f)
			fputc(*p, stderr);
		else
			fprintf(stderr, "\\x%02x", (unsigned char)*p);
	}
	fputc('\n', stderr);
	return code;
}

static void print_help(void)
{
	puts("usage: pintlectl [OPTION...] COMMAND [OPERAND...]\n\ncommands:");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-16s %s\n", c->name, c->help);
	puts("\noptions:");
	args_print_options(NULL, stdout);
	puts("\nexit: 0 ok, 1 failed, 2 usage, 3 refused, 78 configuration");
}

static void print_command_help(const struct command *command)
{
	printf("usage: pintlectl %s %s\n%s\n\n", command->name, command->operands,
		command->help);
	args_print_options(command, stdout);
	args_print_options(NULL, stdout);
}

static enum exit_code run(const struct args *args)
{
	const struct command *command = args->command;

	if (args->version)
		return puts("pintlectl " PINTLE_VERSION) < 0 ? CTL_FAILED : CTL_OK;
	if (command == NULL && args->help) {
		print_help();
		return CTL_OK;
	}
	if (command == NULL)
		return complain(CTL_USAGE, "no command (see pintlectl --help)");
	if (args->help) {
		print_command_help(command);
		return CTL_OK;
	}
	if (args->operand_n < command->operands_min ||
		args->operand_n > command->operands_max)
		return complain(CTL_USAGE, "usage: pintlectl %s %s", command->name,
			command->operands);
	return command->run(args);
}

int main(int argc, char **argv)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	enum exit_code code;
	struct args args;

	if (args_parse(argc, argv, commands, &args, &error) != STATUS_OK)
		return (int)complain(CTL_USAGE, "%s", why);
	code = run(&args);
	/* What nobody could read was not said: a full disk, a closed pipe. */
	if (fflush(stdout) != 0 || ferror(stdout))
		return (int)complain(CTL_FAILED, "the output could not be written");
	return (int)code;
}
