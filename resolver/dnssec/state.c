#include "dnssec/state.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct ede *ede, enum ede_code code, const char *fmt, va_list args)
	PRINTF_LIKE(3, 0);
static void fill(struct ede *ede, enum ede_code code, const char *fmt, va_list args)
{
	ede->present = true;
	ede->code = (uint16_t)code;
	vsnprintf(ede->text, sizeof ede->text, fmt, args);
}

void note(struct ede *ede, enum ede_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(ede, code, fmt, args);
	va_end(args);
}

enum trust bogus(struct validation *v, enum ede_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(&v->result.ede, code, fmt, args);
	va_end(args);
	return TRUST_BOGUS;
}

enum trust unknown(struct validation *v, enum ede_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(&v->result.ede, code, fmt, args);
	va_end(args);
	return TRUST_UNKNOWN;
}

enum trust insecure(struct validation *v, enum ede_code code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(&v->insecure, code, fmt, args);
	va_end(args);
	return TRUST_INSECURE;
}

struct subject subject_name(const struct name *name)
{
	struct subject out;

	name_to_text(name, out.text);
	return out;
}

struct subject subject(const struct name *name, uint16_t type)
{
	struct subject out = subject_name(name);
	char word[TYPE_TEXT_MAX];
	struct text t = { .p = out.text, .cap = sizeof out.text };

	type_to_text(type, word);
	while (out.text[t.n] != '\0')
		t.n++;
	text_add(&t, " %s", word);
	return out;
}

enum trust validation_fetch(
	struct validation *v, const struct name *name, uint16_t type, struct packet **out)
{
	struct question question = { .name = *name, .type = type, .class = CLASS_IN };

	for (const struct fetched *f = v->fetched; f != NULL; f = f->next) {
		if (!question_equal(&f->question, &question))
			continue;
		*out = f->packet;
		if (f->packet == NULL)
			return unknown(v,
				type == TYPE_DNSKEY ? EDE_DNSKEY_MISSING
						    : EDE_DNSSEC_INDETERMINATE,
				"no usable answer to %s", subject(name, type).text);
		return TRUST_SECURE;
	}
	if (v->needs == v->policy->limits.needs)
		return bogus(v, EDE_DNSSEC_BOGUS,
			"the chain takes more than %u questions", v->needs);
	v->need = question;
	return TRUST_NEEDS;
}
