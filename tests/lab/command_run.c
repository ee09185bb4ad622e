/* Choose, start, write, say "ready", serve until told to end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tests/lab/command.h"
#include "tests/lab/output.h"

#define SCENARIOS_MAX 200 /* the addresses of one role lie within 256 */

struct choice {
	const struct scenario *of[SCENARIOS_MAX];
	size_t n;
};

static bool chosen_before(const struct choice *choice, const struct scenario *scenario)
{
	for (size_t i = 0; i < choice->n; i++)
		if (choice->of[i] == scenario)
			return true;
	return false;
}

/* All if none is named. */
static bool choose(const struct options *o, struct choice *choice)
{
	const struct scenario *s;

	choice->n = 0;
	for (size_t i = 0; o->word_n == 0 && (s = scenario_at(i)) != NULL; i++)
		choice->of[choice->n++] = s;
	for (size_t i = 0; i < o->word_n; i++) {
		s = scenario_find(o->words[i]);
		if (s == NULL) {
			fprintf(stderr,
				"pintle-lab: no scenario \"%s\"; see pintle-lab list\n",
				o->words[i]);
			return false;
		}
		if (!chosen_before(choice, s))
			choice->of[choice->n++] = s;
	}
	return true;
}

/* SIGTERM and SIGINT as a descriptor; blocked before any thread starts. */
static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The parent may have ended before the call: then it is another one already. */
static bool tie_to_parent(void)
{
	pid_t parent = getppid();

	return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

static int announce(const struct lab *lab, const char *directory)
{
	char *absolute = realpath(directory, NULL);
	enum status status = STATUS_IO;

	if (absolute != NULL)
		status = output_files(lab, absolute);
	if (status == STATUS_OK)
		status = output_yaml(stdout, lab, absolute);
	free(absolute);
	if (status != STATUS_OK || fflush(stdout) != 0) {
		fprintf(stderr, "pintle-lab: cannot write the configuration: %s\n",
			status_text(status));
		return EXIT_FAILED;
	}
	fputs("ready\n", stderr);
	return 0;
}

static int serve(const struct options *o, const struct choice *choice, int stop)
{
	struct lab_options options = { choice->of, choice->n, o->twins, o->base,
		o->directory };
	struct lab_error error;
	struct lab *lab;
	int code;

	if (lab_new(&options, &lab, &error) != STATUS_OK) {
		fprintf(stderr, "pintle-lab: %s\n", error.text);
		return EXIT_FAILED;
	}
	code = announce(lab, o->directory);
	if (code == 0)
		lab_run(lab, stop);
	lab_free(lab);
	return code;
}

int command_run(int argc, char **argv)
{
	struct options o;
	struct choice choice;
	int stop, code;

	if (!options_parse(argc, argv, OPTION_DIR | OPTION_PLACE | OPTION_RUN, &o) ||
		!choose(&o, &choice))
		return EXIT_USAGE;
	stop = watch_signals();
	if (stop < 0 || (o.die_with_parent && !tie_to_parent())) {
		fprintf(stderr, "pintle-lab: cannot watch signals: %s\n",
			strerror(errno));
		return EXIT_FAILED;
	}
	code = serve(&o, &choice, stop);
	close(stop);
	return code;
}
