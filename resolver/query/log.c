/* As text, for people, or as JSON, an object a line, for programs. All of it is printable
 * ASCII: names have their own escapes (RFC 1035 §5.1), and what an upstream says is
 * escaped as for any log line. */
#include "query/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "query/resolver.h"

/* A name of 1004 characters, a text of 800, each twice as long where all of it has to be
 * escaped, fits into what log_record() takes. */
#define LINE_BYTES_MAX 3900

static const char *const words[] = {
	[TOLD_HERE] = "here",
	[TOLD_LOCAL] = "local",
	[TOLD_CACHE] = "cache",
	[TOLD_STALE] = "stale",
	[TOLD_UPSTREAM] = "upstream",
	[TOLD_NOBODY] = "nobody",
};

/* Everything of one line, with what is not to be said already left out. */
struct line {
	const struct told *told;
	char name[NAME_TEXT_MAX];       /* "" */
	char type[TYPE_TEXT_MAX];       /* as in a zone file */
	char client[ENDPOINT_TEXT_MAX]; /* "" */
	bool prefetch;
	const char *upstream; /* NULL */
	char ede_text[4 * EDE_TEXT_MAX];
	uint64_t ms;
};

void log_tell(
	struct resolver *r, unsigned rcode, bool authenticated, const struct ede *ede)
{
	if (r->options.log_queries == LOG_QUERIES_OFF)
		return;
	r->told.rcode = rcode;
	r->told.authenticated = authenticated;
	if (ede != NULL)
		r->told.ede = *ede;
	else
		r->told.ede.present = false;
}

/* RFC 1035 §4.1.1, RFC 6891 §9. */
static void add_rcode(unsigned rcode, struct text *out)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
		"NOTIMP", "REFUSED" };

	if (rcode < sizeof names / sizeof *names)
		text_add(out, "%s", names[rcode]);
	else if (rcode == RCODE_BADVERS)
		text_add(out, "BADVERS");
	else
		text_add(out, "RCODE%u", rcode);
}

/* --- text ------------------------------------------------------------------ */

static void write_text(const struct line *l, struct text *out)
{
	const struct told *told = l->told;

	text_add(out, "%s", l->prefetch ? "prefetch" : "query");
	text_add(out, " %s %s", l->name[0] != '\0' ? l->name : "-", l->type);
	if (!l->prefetch)
		text_add(out, " from %s", l->client[0] != '\0' ? l->client : "-");
	text_add(out, ": %s", words[told->by]);
	if (l->upstream != NULL)
		text_add(out, " %s", l->upstream);
	text_add(out, " ");
	add_rcode(told->rcode, out);
	text_add(out, " %" PRIu64 " ms%s", l->ms, told->authenticated ? " secure" : "");
	if (told->ede.present)
		text_add(out, " EDE %u%s%s", told->ede.code,
			l->ede_text[0] != '\0' ? " " : "", l->ede_text);
}

/* --- JSON ------------------------------------------------------------------ */

/* Printable ASCII as a string (RFC 8259 §7). */
static void add_string(struct text *out, const char *key, const char *value)
{
	text_add(out, "\"%s\":\"", key);
	for (; *value != '\0'; value++)
		text_add(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	text_add(out, "\"");
}

static void add_member(struct text *out, const char *key, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	text_add(out, ",");
	add_string(out, key, value);
}

static void write_json(const struct line *l, struct text *out)
{
	const struct told *told = l->told;
	char time[CLOCK_TEXT_MAX], rcode[32];
	struct text rcode_text = text_in(rcode, sizeof rcode);

	clock_format(clock_wall_s(), time);
	add_rcode(told->rcode, &rcode_text);
	text_add(out, "{");
	add_string(out, "time", time);
	add_member(out, "event", l->prefetch ? "prefetch" : "query");
	add_member(out, "name", l->name);
	add_member(out, "type", l->type);
	add_member(out, "client", l->client);
	add_member(out, "by", words[told->by]);
	add_member(out, "upstream", l->upstream);
	add_member(out, "rcode", rcode);
	text_add(out, ",\"ms\":%" PRIu64 ",\"secure\":%s", l->ms,
		told->authenticated ? "true" : "false");
	if (told->ede.present) {
		text_add(out, ",\"ede\":{\"code\":%u", told->ede.code);
		add_member(out, "text", l->ede_text);
		text_add(out, "}");
	}
	text_add(out, "}");
}

/* --- both ------------------------------------------------------------------ */

/* What upstreams say of a failure may have the name in it. */
static void fill(struct line *l, const struct resolver *r,
	const struct question *question, const struct endpoint *client)
{
	enum log_privacy privacy = r->options.log_privacy;
	struct text ede = text_in(l->ede_text, sizeof l->ede_text);
	const char *said = r->told.ede.text;

	/* text_in() has emptied the third. */
	l->name[0] = l->client[0] = '\0';
	type_to_text(question->type, l->type);
	if (client != NULL && privacy < LOG_PRIVACY_CLIENT)
		endpoint_format_address(client, l->client);
	if (privacy >= LOG_PRIVACY_NAME)
		return;
	name_to_text(&question->name, l->name);
	if (r->told.ede.present)
		text_add_untrusted(&ede, said, strnlen(said, sizeof r->told.ede.text));
}

static void write_line(const struct line *line, bool json)
{
	char buffer[LINE_BYTES_MAX];
	struct text out = text_in(buffer, sizeof buffer);

	if (json)
		write_json(line, &out);
	else
		write_text(line, &out);
	log_record(buffer, json);
}

static void write_told(const struct resolver *r, const struct question *question,
	const struct endpoint *client, const char *upstream, uint64_t since_ms)
{
	struct line line;

	line.told = &r->told;
	line.prefetch = client == NULL;
	line.upstream = r->told.by == TOLD_UPSTREAM ? upstream : NULL;
	line.ms = since_ms > 0 ? clock_now_ms() - since_ms : 0;
	fill(&line, r, question, client);
	write_line(&line, r->options.log_queries == LOG_QUERIES_JSON);
}

/* Without a log nothing is set up for a line: this is called for each query. */
void log_told(const struct resolver *r, const struct question *question,
	const struct endpoint *client, const char *upstream, uint64_t since_ms)
{
	if (r->options.log_queries != LOG_QUERIES_OFF)
		write_told(r, question, client, upstream, since_ms);
}
