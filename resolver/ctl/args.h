/* The command line. Options are rows of one table in args.c, each for every command, for
 * some, or for subcommands; they may stand before or after the operands. */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/status.h"
#include "base/text.h"

#define ARGS_PINS_MAX 64

struct command;

/* An option that is given twice counts as given last, but --pin adds. What is
 * not given is NULL or false. All pointers are borrowed from main()'s argv. */
struct args {
	const struct command *command; /* NULL: none given */
	const char **operands;
	size_t operand_n;

	/* every command */
	const char *socket, *config;
	bool json, help, version;
	/* verify */
	const char *name, *ip, *roots, *sct, *ocsp;
	const char *pins[ARGS_PINS_MAX];
	size_t pin_n;
	bool pins_only;
	/* sct */
	const char *issuer;
	/* of several commands: args.c names them */
	const char *chain, *at, *ct, *log_list, *policy, *state_dir;
	/* loglist */
	const char *compare, *key, *apple, *mozilla, *timestamp, *output;
	const char *url, *address, *ca_file;
	/* bypass */
	const char *server, *duration;
	bool end;
	/* query */
	const char *upstream;
};

/* `commands` ends with a row without a name. `argv` is permuted. CONFIG: the
 * line is wrong, `error` says how. */
MUST_CHECK enum status args_parse(int argc, char **argv, const struct command *commands,
	struct args *out, struct text *error);

/* The options of `command`, or of every command if NULL, a line each. */
void args_print_options(const struct command *command, FILE *out);

#endif
