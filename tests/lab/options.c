#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lab/command.h"

#define LISTEN_DEFAULT "127.44.0.1"
#define PORT_DEFAULT   8853
#define DOH_PORT       8443
#define TIMEOUT_S      5
#define TIMEOUT_S_MAX  600

const char command_usage[] =
	"usage: pintle-lab list\n"
	"       pintle-lab run [SCENARIO...] [--protocol dot|doh|both] [--listen "
	"ADDRESS]\n"
	"                      [--port N] [--doh-port N] [--dir DIR] [--no-twins]\n"
	"                      [--die-with-parent]\n"
	"       pintle-lab against COMMAND [SCENARIO...] [--timeout SECONDS]\n"
	"                      [--protocol dot|doh|both] [--listen ADDRESS] [--port N]\n"
	"                      [--doh-port N] [--dir DIR]\n"
	"       pintle-lab counters [--dir DIR] [--json]\n"
	"       pintle-lab --version | --help\n";

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, 'd' },
	{ "listen", required_argument, NULL, 'l' },
	{ "port", required_argument, NULL, 'p' },
	{ "doh-port", required_argument, NULL, 'h' },
	{ "protocol", required_argument, NULL, 'o' },
	{ "no-twins", no_argument, NULL, 't' },
	{ "die-with-parent", no_argument, NULL, 'k' },
	{ "json", no_argument, NULL, 'j' },
	{ "timeout", required_argument, NULL, 's' },
	{ 0 },
};

/* Which set each letter above belongs to. */
static unsigned set_of(int letter)
{
	switch (letter) {
	case 'd':
		return OPTION_DIR;
	case 'l':
	case 'p':
	case 'h':
	case 'o':
		return OPTION_PLACE;
	case 't':
	case 'k':
		return OPTION_RUN;
	case 'j':
		return OPTION_JSON;
	case 's':
		return OPTION_TIMEOUT;
	}
	return 0;
}

static bool complain(const char *what, const char *value)
{
	fprintf(stderr, "pintle-lab: %s: %s\n", value, what);
	return false;
}

static bool take_directory(struct options *o, const char *text)
{
	if (*text == '\0' || strlen(text) >= sizeof o->directory)
		return complain("not a directory's name", text);
	strcpy(o->directory, text);
	return true;
}

static bool take_listen(struct options *o, const char *text)
{
	if (inet_pton(AF_INET, text, &o->base.in.sin_addr) == 1)
		return true;
	return complain("--listen takes an IPv4 address, such as " LISTEN_DEFAULT, text);
}

/* -1 if it is no number, or out of range. */
static long parse_number(const char *text, long min, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text != '\0' && *end == '\0' && value >= min && value <= max ? value : -1;
}

static bool take_port(struct options *o, const char *text, enum protocol protocol)
{
	long port = parse_number(text, 0, 65535);

	if (port < 0)
		return complain(
			"a port is a number up to 65535; 0 is any free one", text);
	o->ports[protocol] = (uint16_t)port;
	return true;
}

static bool take_protocol(struct options *o, const char *text)
{
	bool both = strcmp(text, "both") == 0;

	o->protocols[PROTOCOL_DOT] = both || strcmp(text, "dot") == 0;
	o->protocols[PROTOCOL_DOH] = both || strcmp(text, "doh") == 0;
	return o->protocols[PROTOCOL_DOT] || o->protocols[PROTOCOL_DOH] ||
	       complain("--protocol takes dot, doh or both", text);
}

static bool take_timeout(struct options *o, const char *text)
{
	long timeout = parse_number(text, 1, TIMEOUT_S_MAX);

	if (timeout < 0)
		return complain("--timeout takes 1 to 600 seconds", text);
	o->timeout_s = (unsigned)timeout;
	return true;
}

static bool take(struct options *o, int letter, const char *value)
{
	switch (letter) {
	case 'd':
		return take_directory(o, value);
	case 'l':
		return take_listen(o, value);
	case 'p':
		return take_port(o, value, PROTOCOL_DOT);
	case 'h':
		return take_port(o, value, PROTOCOL_DOH);
	case 'o':
		return take_protocol(o, value);
	case 't':
		o->twins = false;
		return true;
	case 'k':
		o->die_with_parent = true;
		return true;
	case 'j':
		o->json = true;
		return true;
	case 's':
		return take_timeout(o, value);
	}
	return false;
}

static void set_defaults(struct options *o)
{
	const char *tmp = getenv("TMPDIR");

	memset(o, 0, sizeof *o);
	o->twins = true;
	o->timeout_s = TIMEOUT_S;
	o->base.in.sin_family = AF_INET;
	o->protocols[PROTOCOL_DOT] = true;
	o->ports[PROTOCOL_DOT] = PORT_DEFAULT;
	o->ports[PROTOCOL_DOH] = DOH_PORT;
	inet_pton(AF_INET, LISTEN_DEFAULT, &o->base.in.sin_addr);
	snprintf(o->directory, sizeof o->directory, "%s/pintle-lab-%u",
		tmp != NULL && *tmp != '\0' ? tmp : "/tmp", (unsigned)geteuid());
}

bool options_parse(int argc, char **argv, unsigned allowed, struct options *out)
{
	int letter;
	bool ok = true;

	set_defaults(out);
	opterr = 0;
	while (ok && (letter = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if ((set_of(letter) & allowed) == 0)
			ok = complain(
				"not an option of this command, or without its value",
				argv[optind - 1]);
		else
			ok = take(out, letter, optarg);
	}
	/* Any free port for one, any for the other. */
	if (out->ports[PROTOCOL_DOT] == 0 && out->ports[PROTOCOL_DOH] == DOH_PORT)
		out->ports[PROTOCOL_DOH] = 0;
	if (!ok)
		fputs(command_usage, stderr);
	out->words = argv + optind;
	out->word_n = (size_t)(argc - optind);
	return ok;
}

static bool chosen_before(const struct choice *choice, const struct scenario *scenario)
{
	for (size_t i = 0; i < choice->n; i++)
		if (choice->of[i] == scenario)
			return true;
	return false;
}

bool choice_make(char **names, size_t n, struct choice *out)
{
	const struct scenario *s;

	out->n = 0;
	for (size_t i = 0;
		n == 0 && out->n < SCENARIOS_MAX && (s = scenario_at(i)) != NULL; i++)
		out->of[out->n++] = s;
	for (size_t i = 0; i < n && out->n < SCENARIOS_MAX; i++) {
		s = scenario_find(names[i]);
		if (s == NULL)
			return complain(
				"no such scenario; see pintle-lab list", names[i]);
		if (!chosen_before(out, s))
			out->of[out->n++] = s;
	}
	return true;
}

struct lab_options options_for_lab(
	const struct options *options, const struct choice *choice, bool twins)
{
	struct lab_options lab = { .scenarios = choice->of,
		.scenario_n = choice->n,
		.twins = twins,
		.base = options->base,
		.directory = options->directory };

	memcpy(lab.protocols, options->protocols, sizeof lab.protocols);
	memcpy(lab.ports, options->ports, sizeof lab.ports);
	return lab;
}
