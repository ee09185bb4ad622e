#include "tests/lab/scenario.h"

#include <string.h>

static const struct scenario_table *const tables[] = {
	&scenarios_honest,
	&scenarios_pkix,
	&scenarios_name,
	&scenarios_pin,
	&scenarios_tls,
	&scenarios_ct,
	&scenarios_delivery,
	&scenarios_staple,
	&scenarios_http2,
	&scenarios_http2_answers,
	&scenarios_http2_frames,
};

const struct scenario *scenario_at(size_t index)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (index < tables[i]->n)
			return &tables[i]->rows[index];
		index -= tables[i]->n;
	}
	return NULL;
}

const struct scenario *scenario_find(const char *name)
{
	const struct scenario *s;

	for (size_t i = 0; (s = scenario_at(i)) != NULL; i++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

bool scenario_is_over(const struct scenario *scenario, enum protocol protocol)
{
	return scenario->over == OVER_BOTH ||
	       (scenario->over == OVER_DOH_ONLY) == (protocol == PROTOCOL_DOH);
}

const char *protocol_name(enum protocol protocol)
{
	return protocol == PROTOCOL_DOH ? "doh" : "dot";
}

const char *verdict_name(enum verdict verdict)
{
	return verdict == VERDICT_ACCEPTED ? "accepted" : "refused";
}

const char *twin_kind_name(enum twin_kind kind)
{
	switch (kind) {
	case TWIN_CONFIG:
		return "same server and certificate, the check switched off by "
		       "configuration";
	case TWIN_SERVER:
		return "same configuration, a server without the one fault";
	case TWIN_NONE:
		break;
	}
	return "no twin: nothing is refused";
}
