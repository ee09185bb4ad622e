/* A subcommand of pintlectl, and what all of them share. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stddef.h>

#include "base/status.h"
#include "ctl/args.h"

/* The same for every program of pintle. */
enum exit_code {
	CTL_OK = 0,
	CTL_FAILED = 1, /* at run time */
	CTL_USAGE = 2,
	CTL_REFUSED = 3, /* a verdict */
	CTL_CONFIG = 78, /* sysexits(3)'s EX_CONFIG */
};

struct command {
	const char *name;
	const char *operands; /* as in a usage line */
	const char *help;     /* one line */
	/* What the first operand must be, with a space between; NULL: anything. */
	const char *subcommands;
	size_t operands_min, operands_max;
	enum exit_code (*run)(const struct args *args);
};

/* What went wrong, with a path in it. */
#define CTL_ERROR_MAX 512

enum exit_code command_verify(const struct args *args);
enum exit_code command_sct(const struct args *args);
enum exit_code command_evidence(const struct args *args);
enum exit_code command_pins(const struct args *args);
enum exit_code command_accept(const struct args *args);
enum exit_code command_loglist(const struct args *args);
enum exit_code command_import(const struct args *args);
enum exit_code command_probe(const struct args *args);
enum exit_code command_status(const struct args *args);
enum exit_code command_query(const struct args *args);
enum exit_code command_bypass(const struct args *args);
enum exit_code command_flush(const struct args *args);
enum exit_code command_reload(const struct args *args);
enum exit_code command_stats(const struct args *args);

/* "pintlectl: …" and a newline to stderr, what is not printable as \xNN: the
 * text may quote a stranger. Returns `code`. */
enum exit_code complain(enum exit_code code, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
