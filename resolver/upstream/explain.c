#include "upstream/explain.h"

#include <stdio.h>
#include <string.h>

/* Kept free for "; and 200 more". */
#define MORE_BYTES 16
/* What an upstream's reason is cut to, where the whole does not fit: enough for
 * its word. */
#define LEAST_BYTES 40

void explanation_init(struct explanation *e)
{
	memset(e, 0, sizeof *e);
}

static void add(struct explanation *e, const char *upstream, const char *why)
{
	size_t room = sizeof e->reasons - MORE_BYTES - e->reasons_n;
	char entry[EDE_TEXT_MAX];
	struct text text = text_in(entry, sizeof entry);
	struct text out = text_in(e->reasons + e->reasons_n, room);

	text_add(&text, "%s%s: %s", e->reasons_n > 0 ? "; " : "", upstream, why);
	if (e->left_out > 0 || (text.n >= room && room < LEAST_BYTES)) {
		e->left_out++;
		return;
	}
	text_add(&out, "%s", entry);
	e->reasons_n += out.n;
}

void explanation_add(
	struct explanation *e, const char *upstream, const struct failure *why)
{
	if (why->kind == FAILURE_REFUSED || why->kind == FAILURE_PROTOCOL)
		e->refused = true;
	add(e, upstream, why->kind == FAILURE_NONE ? "not tried yet" : why->text);
}

void explanation_add_silent(struct explanation *e, const char *upstream)
{
	e->silent = true;
	add(e, upstream, failure_text(FAILURE_TIMEOUT));
}

static const char *rcode_words(unsigned rcode)
{
	static const char *const words[] = { "half an answer", "FORMERR", "SERVFAIL",
		"NXDOMAIN", "NOTIMP", "REFUSED" };

	return rcode < sizeof words / sizeof *words ? words[rcode] : "an unusual rcode";
}

void explanation_add_answer(struct explanation *e, const char *upstream, unsigned rcode)
{
	char why[64];

	e->answered = true;
	snprintf(why, sizeof why, "answered %s", rcode_words(rcode));
	add(e, upstream, why);
}

void explanation_ede(const struct explanation *e, struct ede *out)
{
	struct text text = text_in(out->text, sizeof out->text);

	out->present = true;
	out->code = e->answered  ? EDE_OTHER
		    : e->silent  ? EDE_NO_REACHABLE_AUTHORITY
		    : e->refused ? EDE_POLICY
				 : EDE_NETWORK_ERROR;
	text_add(&text, "%.*s", (int)e->reasons_n, e->reasons);
	if (e->left_out > 0)
		text_add(&text, "; and %u more", e->left_out);
}
