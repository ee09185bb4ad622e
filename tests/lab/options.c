#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lab/command.h"

#define LISTEN_DEFAULT "127.44.0.1"
#define PORT_DEFAULT   8853

const char command_usage[] =
	"usage: pintle-lab list\n"
	"       pintle-lab run [SCENARIO...] [--listen ADDRESS] [--port N] [--dir DIR]\n"
	"                      [--no-twins] [--die-with-parent]\n"
	"       pintle-lab counters [--dir DIR] [--json]\n"
	"       pintle-lab --version | --help\n";

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, 'd' },
	{ "listen", required_argument, NULL, 'l' },
	{ "port", required_argument, NULL, 'p' },
	{ "no-twins", no_argument, NULL, 't' },
	{ "die-with-parent", no_argument, NULL, 'k' },
	{ "json", no_argument, NULL, 'j' },
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
		return OPTION_PLACE;
	case 't':
	case 'k':
		return OPTION_RUN;
	case 'j':
		return OPTION_JSON;
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

static bool take_port(struct options *o, const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || port < 0 || port > 65535)
		return complain(
			"--port takes a number up to 65535; 0 is any free one", text);
	o->base.in.sin_port = htons((uint16_t)port);
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
		return take_port(o, value);
	case 't':
		o->twins = false;
		return true;
	case 'k':
		o->die_with_parent = true;
		return true;
	case 'j':
		o->json = true;
		return true;
	}
	return false;
}

static void set_defaults(struct options *o)
{
	const char *tmp = getenv("TMPDIR");

	memset(o, 0, sizeof *o);
	o->twins = true;
	o->base.in.sin_family = AF_INET;
	o->base.in.sin_port = htons(PORT_DEFAULT);
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
	if (!ok)
		fputs(command_usage, stderr);
	out->words = argv + optind;
	out->word_n = (size_t)(argc - optind);
	return ok;
}
