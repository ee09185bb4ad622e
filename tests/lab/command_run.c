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
	struct lab_options options = options_for_lab(o, choice, o->twins);
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
		!choice_make(o.words, o.word_n, &choice))
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
