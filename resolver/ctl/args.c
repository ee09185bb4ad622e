/* One pass: the first word that is no option names the command, which decides
 * what options are known from there on. */
#include "ctl/args.h"

#include <string.h>

#include "ctl/command.h"

enum kind { SWITCH, WORD, WORDS };

static const struct row {
	const char *name;
	/* With a space between, "COMMAND" or "COMMAND/SUBCOMMAND"; NULL: every command.
	 */
	const char *commands;
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
	{ "--log-list", "verify probe sct evidence/show", WORD, AT(log_list), "FILE",
		"the CT logs (log_list v3), or builtin" },
	{ "--policy", "verify probe sct evidence/show loglist/show loglist/update", WORD,
		AT(policy), "NAME",
		"what SCTs must amount to: strict, chrome, mozilla, apple" },
	{ "--sct", "verify", WORD, AT(sct), "FILE",
		"the SCT list of the TLS extension (raw)" },
	{ "--ocsp", "verify", WORD, AT(ocsp), "FILE", "the stapled OCSP response (DER)" },
	{ "--issuer", "sct", WORD, AT(issuer), "FILE",
		"where the leaf's issuer is, if not in its file" },
	{ "--at", "verify sct loglist/show", WORD, AT(at), "TIME",
		"time of verification, as 2026-11-23T14:05:00Z" },
	{ "--compare", "loglist/show", WORD, AT(compare), "FILE",
		"the difference from this list" },
	{ "--apple", "loglist/build", WORD, AT(apple), "FILE", "Apple's list" },
	{ "--mozilla", "loglist/build", WORD, AT(mozilla), "FILE", "Mozilla's list" },
	{ "--timestamp", "loglist/build", WORD, AT(timestamp), "TIME",
		"the list's time, if not the newest stated" },
	{ "--output", "loglist/build", WORD, AT(output), "FILE",
		"where to, if not to the terminal" },
	{ "--key", "loglist/show loglist/check loglist/update", WORD, AT(key), "KEY",
		"Ed25519, base64; for check also a PEM file" },
	{ "--url", "loglist/update", WORD, AT(url), "URL", "where the list is" },
	{ "--address", "probe loglist/update import/stamp", WORD, AT(address),
		"IP[:PORT]", "that server's address" },
	{ "--ca-file", "loglist/update", WORD, AT(ca_file), "FILE",
		"the roots for that server" },
	{ "--state-dir", "evidence loglist/show loglist/update", WORD, AT(state_dir),
		"DIR", "the daemon's state_dir, if not as configured" },
	{ "--for", "bypass", WORD, AT(duration), "TIME",
		"how long, such as 90s or 5m (the default)" },
	{ "--server", "bypass", WORD, AT(server), "IP[:PORT]", "who is asked" },
	{ "--end", "bypass", SWITCH, AT(end), NULL, "end it before its time" },
	{ "--upstream", "query", WORD, AT(upstream), "NAME", "ask this upstream only" },
};

#define ROW_N (sizeof rows / sizeof *rows)

/* The length of the word at `at` in a list with spaces between; returns the next. */
static const char *next_word(const char *at, size_t *n)
{
	*n = strcspn(at, " ");
	return at + *n + (at[*n] == ' ');
}

/* "COMMAND" of `n` characters, or "COMMAND/SUBCOMMAND". `sub` NULL: any of them. */
static bool word_is(const char *word, size_t n, const char *command, const char *sub)
{
	size_t command_n = strlen(command);

	if (n < command_n || memcmp(word, command, command_n) != 0)
		return false;
	if (n == command_n)
		return true;
	if (word[command_n] != '/')
		return false;
	word += command_n + 1;
	n -= command_n + 1;
	return sub == NULL || (strlen(sub) == n && memcmp(word, sub, n) == 0);
}

/* Whether the row is for that command; NULL: for every command alike. */
static bool row_is_of(const struct row *row, const char *command, const char *sub)
{
	const char *word = row->commands;

	if (word == NULL || command == NULL)
		return word == command;
	while (*word != '\0') {
		size_t n;
		const char *next = next_word(word, &n);

		if (word_is(word, n, command, sub))
			return true;
		word = next;
	}
	return false;
}

static bool row_applies(const struct row *row, const struct args *args)
{
	if (row->commands == NULL)
		return true;
	return args->command != NULL && row_is_of(row, args->command->name, NULL);
}

/* `n` characters of `text` are the option's name. */
static const struct row *find_row(const char *text, size_t n, const struct args *args)
{
	for (size_t i = 0; i < ROW_N; i++)
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

/* "show, check, build, update" */
static void add_words(const char *words, struct text *out)
{
	const char *between = "";

	while (*words != '\0') {
		size_t n;
		const char *next = next_word(words, &n);

		text_add(out, "%s%.*s", between, (int)n, words);
		between = ", ";
		words = next;
	}
}

static bool is_among(const char *words, const char *word)
{
	while (*words != '\0') {
		size_t n;
		const char *next = next_word(words, &n);

		if (strlen(word) == n && memcmp(words, word, n) == 0)
			return true;
		words = next;
	}
	return false;
}

static bool was_given(const struct row *row, const struct args *args)
{
	const void *at = (const char *)args + row->at;

	return row->kind == SWITCH ? *(const bool *)at : *(const char *const *)at != NULL;
}

/* An option may stand before the subcommand that does not take it. */
static enum status check_subcommand(const struct args *args, struct text *error)
{
	const struct command *command = args->command;
	const char *sub;

	if (command == NULL || command->subcommands == NULL || args->operand_n == 0)
		return STATUS_OK;
	sub = args->operands[0];
	if (!is_among(command->subcommands, sub)) {
		text_add(error, "%s '%s': allowed are ", command->name, sub);
		add_words(command->subcommands, error);
		return STATUS_CONFIG;
	}
	for (size_t i = 0; i < ROW_N; i++) {
		if (rows[i].commands == NULL || !was_given(&rows[i], args) ||
			row_is_of(&rows[i], command->name, sub))
			continue;
		text_add(error, "%s %s takes no %s", command->name, sub, rows[i].name);
		return STATUS_CONFIG;
	}
	return STATUS_OK;
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
	return status == STATUS_OK ? check_subcommand(out, error) : status;
}

/* "(show, update) " of an option that not all subcommands take. */
static void add_subcommands(
	const struct row *row, const struct command *command, struct text *out)
{
	const char *sub = command != NULL ? command->subcommands : NULL;
	const char *between = "(";
	bool all = true;
	char words[64];
	struct text some = text_in(words, sizeof words);

	while (sub != NULL && *sub != '\0') {
		size_t n;
		const char *next = next_word(sub, &n);
		char name[16];

		snprintf(name, sizeof name, "%.*s", (int)n, sub);
		if (row_is_of(row, command->name, name)) {
			text_add(&some, "%s%s", between, name);
			between = ", ";
		} else {
			all = false;
		}
		sub = next;
	}
	if (!all)
		text_add(out, "%s) ", words);
}

void args_print_options(const struct command *command, FILE *out)
{
	const char *name = command != NULL ? command->name : NULL;

	for (size_t i = 0; i < ROW_N; i++) {
		const struct row *row = &rows[i];
		char left[32], subcommands[64];
		struct text text = text_in(left, sizeof left);
		struct text of = text_in(subcommands, sizeof subcommands);

		if (!row_is_of(row, name, NULL))
			continue;
		text_add(&text, "%s%s%s", row->name, row->value != NULL ? " " : "",
			row->value != NULL ? row->value : "");
		add_subcommands(row, command, &of);
		fprintf(out, "  %-19s %s%s\n", left, subcommands, row->help);
	}
}
