/* Bytes as lines of local_records. A line that is taken says the same when its RDATA is
 * written as bytes, if its type may be; and all that are taken together are answered with
 * well-formed messages. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "local/local.h"
#include "local/record_line.h"
#include "local/svcb.h"

#define LINES_MAX  16
#define TTLS_MAX   6000
#define TYPE_SVCB  64
#define TYPE_HTTPS 65

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

static void check_again(const struct record_line *line)
{
	static char text[NAME_TEXT_MAX + 2 * LOCAL_RDATA_MAX + 64],
		hex[2 * LOCAL_RDATA_MAX + 1];
	static struct record_line again;
	char name[NAME_TEXT_MAX], words[256];
	struct text t = text_in(text, sizeof text), error = text_in(words, sizeof words);

	if (line->type != TYPE_SVCB && line->type != TYPE_HTTPS && line->type < 65280)
		return;
	name_to_text(&line->owner, name);
	hex_encode(bytes_of(line->rdata, line->rdata_n), hex);
	text_add(&t, "%s %u TYPE%u \\# %zu %s", name, line->ttl_s, line->type,
		line->rdata_n, hex);
	must(record_line_read(text, &error, &again) == STATUS_OK);
	must(again.rdata_n == line->rdata_n && again.ttl_s == line->ttl_s);
	must(memcmp(again.rdata, line->rdata, line->rdata_n) == 0);
}

static void ask(const struct local *local, const struct record_line *line)
{
	static uint8_t wire[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[TTLS_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };
	struct question question = {
		.name = line->owner, .type = line->type, .class = CLASS_IN
	};
	struct answer answer;
	struct message m;

	must(local_lookup(local, &question, &w, ttl_at, TTLS_MAX, &answer) ==
		LOCAL_ANSWER);
	must(answer.rcode == RCODE_NOERROR);
	must(message_parse(answer.wire, &m) == STATUS_OK);
	must(m.counts[SECTION_ANSWER] > 0 && m.counts[SECTION_AUTHORITY] == 0);
}

static void check_together(const char **lines, size_t n)
{
	static const char *places[LINES_MAX];
	static struct record_line line;
	struct local_options options = {
		.records = lines, .places = places, .record_n = n
	};
	char words[512];
	struct text error = text_in(words, sizeof words);
	struct local *local;

	for (size_t i = 0; i < n; i++)
		places[i] = "f";
	if (local_new(&options, &error, &local) != STATUS_OK) {
		must(words[0] != '\0');
		return;
	}
	for (size_t i = 0; i < n; i++) {
		error = text_in(words, sizeof words);
		must(record_line_read(lines[i], &error, &line) == STATUS_OK);
		check_again(&line);
		ask(local, &line);
	}
	local_free(local);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *lines[LINES_MAX];
	char *text = malloc(size + 1), *rest = text, *line;
	size_t n = 0;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	while (n < LINES_MAX && (line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			lines[n++] = line;
	check_together(lines, n);
	free(text);
	return 0;
}
