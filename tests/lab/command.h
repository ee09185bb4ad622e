/* The commands, and the command line. */
#ifndef LAB_COMMAND_H
#define LAB_COMMAND_H

#include <limits.h>

#include "tests/lab/lab.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

extern const char command_usage[];

/* What a command allows, besides words. */
enum option_set {
	OPTION_DIR = 1,
	OPTION_PLACE = 2, /* --listen, --port, --doh-port, --protocol */
	OPTION_RUN = 4,   /* --no-twins, --die-with-parent */
	OPTION_JSON = 8,
	OPTION_TIMEOUT = 16,
};

struct options {
	struct endpoint base;
	bool protocols[PROTOCOL_COUNT];
	uint16_t ports[PROTOCOL_COUNT];
	char directory[PATH_MAX];
	bool twins;
	bool die_with_parent;
	bool json;
	unsigned timeout_s;
	char **words; /* borrowed from argv */
	size_t word_n;
};

/* False, after a line to stderr, if the line is wrong. */
bool options_parse(int argc, char **argv, unsigned allowed, struct options *out);

#define SCENARIOS_MAX 256 /* the addresses of one role lie within 256 */
struct choice {
	const struct scenario *of[SCENARIOS_MAX];
	size_t n;
};

/* The scenarios of that name, all if `n` is 0. False, after a line to stderr. */
bool choice_make(char **names, size_t n, struct choice *out);

/* What lab_new() is to start. */
struct lab_options options_for_lab(
	const struct options *options, const struct choice *choice, bool twins);

int command_list(int argc, char **argv);
int command_run(int argc, char **argv);
int command_against(int argc, char **argv);
int command_counters(int argc, char **argv);

#endif
