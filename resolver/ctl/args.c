/* One pass: the first word that is no option names the command, which decides
 * what options are known from there on. */
#include "ctl/args.h"

#include <string.h>

#include "ctl/command.h"

enum kind { SWITCH, WORD, WORDS };

static const struct row {
	const char *name;
	const char *commands; /* with a space between; NULL: every command */
	enum kind kind;
	size_t at; /* in struct args */
	const char *value, *help;
} rows[] = {
#define AT(member) offsetof(struct args, member)
	{ "--socket", NULL, WORD, AT(socket), "PATH", "the daemon's control socket" },
	{ "-c", NULL, WORD, AT(config), "FILE", "the configuration" },
	{ "--json", NULL, SWITCH, AT(json), NULL, "print JSON" },
	{ "--help", NULL, SWITCH, AT(help), NULL, "print this, or a command's options" },
	{ "--version", NULL, SWITCH, AT(version), NULL, "print the version" },
	{ "--chain", "verify sct", WORD, AT(chain), "FILE",
		"the certificates, leaf first (PEM or DER)" },
	{ "--name", "verify", WORD, AT(name), "NAME", "the host name it must be for" },
	{ "--ip", "verify", WORD, AT(ip), "ADDRESS", "the address it must be for" },
	{ "--roots", "verify", WORD, AT(roots), "FILE",
		"trust these certificates (PEM), not the system's" },
	{ "--pin", "verify", WORDS, AT(pins), "PIN", "a pin; more may be given" },
	{ "--pins-only", "verify", SWITCH, AT(pins_only), NULL,
		"the leaf must be pinned; no root need vouch for it" },
	{ "--ct", "verify probe", WORD, AT(ct), "MODE",
		"Certificate Transparency: require, report or off" },
	{ "--log-list", "verify probe sct evidence", WORD, AT(log_list), "FILE",
		"the CT logs (log_list v3), or builtin" },
	{ "--policy", "verify probe sct evidence loglist", WORD, AT(policy), "NAME",
		"what SCTs must amount to: strict, chrome, mozilla, apple" },
	{ "--sct", "verify", WORD, AT(sct), "FILE",
		"the SCT list of the TLS extension (raw)" },
	{ "--ocsp", "verify", WORD, AT(ocsp), "FILE", "the stapled OCSP response (DER)" },
	{ "--issuer", "sct", WORD, AT(issuer), "FILE",
		"where the leaf's issuer is, if not in its file" },
	{ "--at", "verify sct loglist", WORD, AT(at), "TIME",
		"time of verification, as 2026-11-23T14:05:00Z" },
	{ "--compare", "loglist", WORD, AT(compare), "FILE",
		"show: the difference from this list" },
	{ "--apple", "loglist", WORD, AT(apple), "FILE", "build: Apple's list" },
	{ "--mozilla", "loglist", WORD, AT(mozilla), "FILE", "build: Mozilla's list" },
	{ "--timestamp", "loglist", WORD, AT(timestamp), "TIME",
		"build: the list's time, if not the newest stated" },
	{ "--output", "loglist", WORD, AT(output), "FILE",
		"build: where to, if not to the terminal" },
	{ "--key", "loglist", WORD, AT(key), "KEY",
		"Ed25519, base64; for check also a PEM file" },
	{ "--url", "loglist", WORD, AT(url), "URL", "update: where the list is" },
	{ "--address", "loglist", WORD, AT(address), "IP[:PORT]",
		"update: that server's address" },
	{ "--ca-file", "loglist", WORD, AT(ca_file), "FILE",
		"update: the roots for that server" },
	{ "--state-dir", "evidence loglist", WORD, AT(state_dir), "DIR",
		"the daemon's state_dir, if not as configured" },
	{ "--upstream", "query", WORD, AT(upstream), "NAME", "ask this upstream only" },
};

/* Whether the row is for that command; NULL: for every command alike. */
static bool row_is_of(const struct row *row, const char *command)
{
	const char *word = row->commands;

	if (word == NULL || command == NULL)
		return word == command;
	for (size_t n; *word != '\0'; word += n + (word[n] == ' ')) {
		n = strcspn(word, " ");
		if (strlen(command) == n && memcmp(word, command, n) == 0)
			return true;
	}
	return false;
}

static bool row_applies(const struct row *row, const struct args *args)
{
	if (row->commands == NULL)
		return true;
	return args->command != NULL && row_is_of(row, args->command->name);
}

/* `n` characters of `text` are the option's name. */
static const struct row *find_row(const char *text, size_t n, const struct args *args)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].name) == n && memcmp(rows[i].name, text, n) == 0 &&
			row_applies(&rows[i], args))
			return &rows[i];
	return NULL;
}

static enum status store(
	const struct row *row, const char *value, struct args *out, struct text *error)
{
	void *at = (char *)out + row->at;

	switch (row->kind) {
	case SWITCH:
		*(bool *)at = true;
		return STATUS_OK;
	case WORD:
		*(const char **)at = value;
		return STATUS_OK;
	case WORDS:
		if (out->pin_n == ARGS_PINS_MAX) {
			text_add(error, "at most %d pins", ARGS_PINS_MAX);
			return STATUS_CONFIG;
		}
		((const char **)at)[out->pin_n++] = value;
		return STATUS_OK;
	}
	return STATUS_CONFIG;
}

/* `*i` is the option's place, and moves to its value if that is the next word. */
static enum status take_option(
	int argc, char **argv, int *i, struct args *out, struct text *error)
{
	const char *word = argv[*i];
	size_t n = strcspn(word, "=");
	const struct row *row = find_row(word, n, out);
	const char *value = word[n] == '=' ? word + n + 1 : NULL;

	if (row == NULL) {
		text_add(error, "unknown option '%.*s'", (int)n, word);
		if (out->command != NULL)
			text_add(error, " (see pintlectl %s --help)", out->command->name);
		return STATUS_CONFIG;
	}
	if (row->kind == SWITCH && value != NULL) {
		text_add(error, "%s takes no value", row->name);
		return STATUS_CONFIG;
	}
	if (row->kind != SWITCH && value == NULL) {
		if (*i + 1 >= argc) {
			text_add(error, "%s wants a value: %s", row->name, row->value);
			return STATUS_CONFIG;
		}
		value = argv[++*i];
	}
	return store(row, value, out, error);
}

/* Letters to change, add or drop to turn one word into the other; words are
 * short, so the plain recursion does. */
static size_t distance(const char *a, const char *b, size_t budget)
{
	size_t best, other;

	while (*a != '\0' && *a == *b)
		a++, b++;
	if ((*a == '\0' && *b == '\0') || budget == 0)
		return *a == *b ? 0 : 1;
	best = *a != '\0' && *b != '\0' ? distance(a + 1, b + 1, budget - 1) : budget;
	other = *a != '\0' ? distance(a + 1, b, budget - 1) : budget;
	best = other < best ? other : best;
	other = *b != '\0' ? distance(a, b + 1, budget - 1) : budget;
	best = other < best ? other : best;
	return best + 1;
}

static enum status choose_command(const char *word, const struct command *commands,
	struct args *out, struct text *error)
{
	const char *nearest = NULL;
	size_t least = 3;

	for (const struct command *c = commands; c->name != NULL; c++) {
		size_t d = distance(word, c->name, 2);

		if (d == 0) {
			out->command = c;
			return STATUS_OK;
		}
		if (d < least || (nearest == NULL && strncmp(c->name, word, 3) == 0)) {
			least = d;
			nearest = c->name;
		}
	}
	text_add(error, "unknown command '%s'", word);
	if (nearest != NULL)
		text_add(error, ": did you mean '%s'?", nearest);
	else
		text_add(error, " (see pintlectl --help)");
	return STATUS_CONFIG;
}

enum status args_parse(int argc, char **argv, const struct command *commands,
	struct args *out, struct text *error)
{
	enum status status = STATUS_OK;
	bool options_ended = false;

	*out = (struct args){ .operands = (const char **)argv };
	for (int i = 1; i < argc && status == STATUS_OK; i++) {
		if (options_ended || argv[i][0] != '-' || argv[i][1] == '\0') {
			if (out->command == NULL)
				status = choose_command(argv[i], commands, out, error);
			else
				out->operands[out->operand_n++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			options_ended = true;
		} else {
			status = take_option(argc, argv, &i, out, error);
		}
	}
	return status;
}

void args_print_options(const char *command, FILE *out)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		char left[32];
		struct text text = text_in(left, sizeof left);

		if (!row_is_of(row, command))
			continue;
		text_add(&text, "%s%s%s", row->name, row->value != NULL ? " " : "",
			row->value != NULL ? row->value : "");
		fprintf(out, "  %-19s %s\n", left, row->help);
	}
}
