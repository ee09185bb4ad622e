/* pintle-lab: spoofed upstreams to point a DNS-over-TLS resolver at. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lab/command.h"
#include "tests/lab/output.h"

int command_list(int argc, char **argv)
{
	struct options o;

	if (!options_parse(argc, argv, 0, &o))
		return EXIT_USAGE;
	if (o.word_n > 0) {
		fputs(command_usage, stderr);
		return EXIT_USAGE;
	}
	output_list(stdout);
	output_list_events(stderr);
	return fflush(stdout) == 0 ? 0 : EXIT_FAILED;
}

int command_counters(int argc, char **argv)
{
	struct options o;

	if (!options_parse(argc, argv, OPTION_DIR | OPTION_JSON, &o))
		return EXIT_USAGE;
	if (o.word_n > 0) {
		fputs(command_usage, stderr);
		return EXIT_USAGE;
	}
	return counters_print(o.directory, o.json);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", command_list },
	{ "run", command_run },
	{ "against", command_against },
	{ "counters", command_counters },
};

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, word) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(word, "--version") == 0) {
		puts("pintle-lab " PINTLE_VERSION);
		return 0;
	}
	if (strcmp(word, "--help") == 0) {
		fputs(command_usage, stdout);
		return 0;
	}
	fputs(command_usage, stderr);
	return EXIT_USAGE;
}
