/* The lab runs in a thread; the command runs once a scenario, one after the
 * other, and the counters say what it gave away. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/lab/command.h"
#include "tests/lab/connection.h"

#define ASKED_NAME   "example.lab"
#define DRAIN_MS     1000 /* for the last bytes of a command that has ended */
#define VARIABLES    12
#define VARIABLE_MAX (PATH_MAX + 64)

struct against {
	struct lab *lab;
	const char *command;
	char *directory; /* absolute, owned */
	unsigned timeout_s;
	int stop; /* ends the lab's thread */
	bool interrupted;
	size_t tried, as_expected;
};

/* What the command is told, and the environment made of it and ours. */
struct environment {
	char variables[VARIABLES][VARIABLE_MAX];
	size_t n;
	char **all; /* owned; the strings are not */
};

static void add_variable(struct environment *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add_variable(struct environment *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(e->variables[e->n++], VARIABLE_MAX, fmt, args);
	va_end(args);
}

static bool add_pins(struct environment *e, const struct listener *l)
{
	char pins[PLAN_PINS_MAX * LAB_PIN_TEXT_MAX + 1], pin[LAB_PIN_TEXT_MAX];
	struct text text = text_in(pins, sizeof pins);

	for (size_t i = 0; i < PLAN_PINS_MAX && l->client->pins[i] != WHO_NONE; i++) {
		if (certificate_pin(listener_certificate(l, l->client->pins[i]), pin) !=
			STATUS_OK)
			return false;
		text_add(&text, "%s%s", i > 0 ? " " : "", pin);
	}
	add_variable(e, "LAB_PINS=%s", pins);
	return true;
}

static bool environment_make(
	struct environment *e, const struct against *a, const struct listener *l)
{
	const struct client_plan *client = l->client;
	char address[ENDPOINT_TEXT_MAX], url[LISTENER_URL_MAX];
	size_t n = 0;

	e->n = 0;
	listener_url(l, url);
	endpoint_format_address(&l->address, address);
	add_variable(e, "LAB_ADDRESS=%s", address);
	add_variable(e, "LAB_PORT=%u", endpoint_port(&l->address));
	add_variable(e, "LAB_PROTOCOL=%s", protocol_name(l->protocol));
	add_variable(e, "LAB_URL=%s", l->protocol == PROTOCOL_DOH ? url : "");
	add_variable(e, "LAB_AUTH_NAME=%s",
		client->auth_name != NULL ? client->auth_name : "");
	add_variable(e, "LAB_CA_FILE=%s/%s", a->directory,
		pki_file_name(client->ca != WHO_NONE ? client->ca : WHO_ROOT));
	add_variable(e, "LAB_PKIX=%s", client->pins_only ? "pins_only" : "require");
	add_variable(
		e, "LAB_CT=%s", client->ct_off || client->pins_only ? "off" : "require");
	add_variable(e, "LAB_CT_LOGS=%s/%s", a->directory, CTLOGS_FILE);
	add_variable(e, "LAB_NAME=" ASKED_NAME);
	add_variable(e, "LAB_DIR=%s", a->directory);
	if (!add_pins(e, l))
		return false;
	while (environ[n] != NULL)
		n++;
	e->all = calloc(n + VARIABLES + 1, sizeof *e->all);
	if (e->all == NULL)
		return false;
	for (size_t i = 0; i < VARIABLES; i++)
		e->all[i] = e->variables[i];
	memcpy(e->all + VARIABLES, environ, n * sizeof *e->all);
	return true;
}

/* In a process group of its own, so that all of it can be ended; its output goes
 * to a file. 0: it did not start. */
static pid_t spawn(const struct against *a, const struct listener *l, char **environment)
{
	char log[PATH_MAX + LISTENER_NAME_MAX], shell[] = "sh", option[] = "-c";
	char *command = strdup(a->command);
	char *argv[] = { shell, option, command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	pid_t pid = 0;

	sigemptyset(&none);
	sigfillset(&all);
	snprintf(log, sizeof log, "%s/against-%s.log", a->directory, l->name);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(
		&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	if (command == NULL || posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv,
				       environment) != 0)
		pid = 0;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	free(command);
	return pid;
}

static sigset_t watched_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

/* Without reaping it: its process group stays ours. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == pid;
}

/* Until it ends, the time is over, or we are told to end. */
static void wait_child(struct against *a, pid_t pid)
{
	uint64_t until_ms = clock_now_ms() + a->timeout_s * 1000U, now_ms;
	sigset_t set = watched_signals();

	while (!a->interrupted && !has_ended(pid) &&
		(now_ms = clock_now_ms()) < until_ms) {
		struct timespec left = { .tv_sec = (time_t)((until_ms - now_ms) / 1000),
			.tv_nsec = (long)((until_ms - now_ms) % 1000) * 1000000 };
		int number = sigtimedwait(&set, NULL, &left);

		a->interrupted = number == SIGINT || number == SIGTERM;
	}
	kill(-pid, SIGKILL); /* what it left running, too */
	waitpid(pid, NULL, 0);
}

/* No byte may come where a refusal is expected, nor under a certificate that
 * was swapped in after the handshake. */
static bool must_stay_silent(const struct scenario *scenario)
{
	return scenario->expected == VERDICT_REFUSED ||
	       scenario->server.manner == MANNER_RENEGOTIATE;
}

static void report(struct against *a, struct listener *l)
{
	struct counts counts = counters_read(&l->counters);
	bool answered = counts.queries > 0;
	bool silent = must_stay_silent(l->scenario);
	bool right = silent ? counts.application_bytes == 0 : answered;

	a->tried++;
	a->as_expected += right;
	printf("%-26s %-10s %-10s %6llu%s\n", l->name, silent ? "refused" : "ANSWERED",
		answered ? "ANSWERED" : "refused",
		(unsigned long long)counts.application_bytes, right ? "" : "  <--");
	fflush(stdout);
}

static bool try_one(struct against *a, struct listener *l)
{
	struct environment environment;
	pid_t pid = 0;

	if (environment_make(&environment, a, l)) {
		pid = spawn(a, l, environment.all);
		free(environment.all);
	}
	if (pid == 0) {
		fprintf(stderr, "pintle-lab: cannot start the command\n");
		return false;
	}
	wait_child(a, pid);
	connections_drain(a->lab, DRAIN_MS);
	if (!a->interrupted)
		report(a, l);
	return !a->interrupted;
}

static void *serve(void *arg)
{
	const struct against *a = arg;

	lab_run(a->lab, a->stop);
	return NULL;
}

/* True if all was as expected. */
static bool try_all(struct against *a)
{
	pthread_t thread;
	bool more = true;

	a->stop = eventfd(0, EFD_CLOEXEC);
	if (a->stop < 0 || pthread_create(&thread, NULL, serve, a) != 0)
		return false;
	printf("%-26s %-10s %-10s %6s\n", "scenario", "expected", "outcome", "bytes");
	for (size_t i = 0; more && i < a->lab->listener_n; i++)
		if (a->lab->listeners[i].role == ROLE_SCENARIO)
			more = try_one(a, &a->lab->listeners[i]);
	eventfd_write(a->stop, 1);
	pthread_join(thread, NULL);
	close(a->stop);
	printf("%zu of %zu as expected\n", a->as_expected, a->tried);
	return more && a->as_expected == a->tried;
}

int command_against(int argc, char **argv)
{
	sigset_t set = watched_signals();
	struct against against = { 0 };
	struct choice choice;
	struct lab_options lab_options;
	struct lab_error error;
	struct options o;
	bool ok;

	if (!options_parse(argc, argv, OPTION_DIR | OPTION_PLACE | OPTION_TIMEOUT, &o))
		return EXIT_USAGE;
	if (o.word_n == 0) {
		fputs(command_usage, stderr);
		return EXIT_USAGE;
	}
	if (!choice_make(o.words + 1, o.word_n - 1, &choice))
		return EXIT_USAGE;
	sigprocmask(SIG_BLOCK, &set, NULL);
	lab_options = options_for_lab(&o, &choice, false);
	if (lab_new(&lab_options, &against.lab, &error) != STATUS_OK) {
		fprintf(stderr, "pintle-lab: %s\n", error.text);
		return EXIT_FAILED;
	}
	against.command = o.words[0];
	against.timeout_s = o.timeout_s;
	against.directory = realpath(o.directory, NULL);
	ok = against.directory != NULL && try_all(&against);
	free(against.directory);
	lab_free(against.lab);
	return ok ? 0 : EXIT_FAILED;
}
