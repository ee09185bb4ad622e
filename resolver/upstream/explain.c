#include "upstream/explain.h"

#include <string.h>

static void add(struct explanation *e, const char *upstream, const char *why)
{
	struct text text;

	if (e->n < EXPLAINED_MAX) {
		text = text_in(e->reasons[e->n], sizeof e->reasons[e->n]);
		text_add(&text, "%s: %s", upstream, why);
	}
	e->n++;
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

const char *explain_rcode(unsigned rcode)
{
	static const char *const words[] = { "answered, but cut", "answered FORMERR",
		"answered SERVFAIL", "answered NXDOMAIN", "answered NOTIMP",
		"answered REFUSED" };

	return rcode < sizeof words / sizeof *words ? words[rcode]
						    : "answered an unusual rcode";
}

void explanation_add_answer(
	struct explanation *e, const char *upstream, const char *words)
{
	e->answered = true;
	add(e, upstream, words);
}

/* What one leaves the others have. */
static void write_reasons(const struct explanation *e, struct text *out)
{
	unsigned n = e->n < EXPLAINED_MAX ? e->n : EXPLAINED_MAX;
	size_t kept = e->n > n ? sizeof "; and 200 more" : 1;

	for (unsigned i = 0; i < n; i++) {
		const char *between = i > 0 ? "; " : "";
		size_t share = (out->cap - kept - out->n) / (n - i);

		text_add(out, "%s%.*s", between, (int)(share - strlen(between)),
			e->reasons[i]);
	}
	if (e->n > n)
		text_add(out, "; and %u more", e->n - n);
}

void explanation_ede(const struct explanation *e, struct ede *out)
{
	struct text text = text_in(out->text, sizeof out->text);

	out->present = true;
	out->code = e->answered  ? EDE_OTHER
		    : e->silent  ? EDE_NO_REACHABLE_AUTHORITY
		    : e->refused ? EDE_POLICY
				 : EDE_NETWORK_ERROR;
	write_reasons(e, &text);
}
