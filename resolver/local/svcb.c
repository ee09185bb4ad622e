#include "local/svcb.h"

#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "local/svcb_key.h"

#define PARAMS_MAX 64

/* One SvcParam; its value lies in the scratch. */
struct param {
	uint16_t key;
	struct bytes value;
};

struct params {
	struct param params[PARAMS_MAX];
	size_t n;
	uint8_t scratch[SVCB_VALUES_MAX];
	struct writer values; /* on `scratch` */
};

static const char *read_param(const struct word *word, struct params *out)
{
	const char *equals = memchr(word->p, '=', word->n);
	size_t key_n = equals != NULL ? (size_t)(equals - word->p) : word->n;
	struct word value = { .p = word->p + word->n };
	struct param *param = &out->params[out->n];
	size_t start = out->values.n;
	const char *problem;

	if (word->quote_at != word->n && word->quote_at != key_n + 1)
		return "has a quote in the middle of a value";
	if (!svcb_key_from_text(word->p, key_n, &param->key))
		return "has a parameter that is not known; others are written keyNNNNN";
	for (size_t i = 0; i < out->n; i++)
		if (out->params[i].key == param->key)
			return "has a parameter twice";
	if (equals != NULL)
		value = (struct word){ .p = equals + 1, .n = word->n - key_n - 1 };
	problem = svcb_value_read(
		param->key, !svcb_key_is_number(word->p, key_n), &value, &out->values);
	if (problem != NULL)
		return problem;
	if (out->values.bad)
		return "is too long";
	param->value = bytes_of(out->values.p + start, out->values.n - start);
	out->n++;
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const struct param *x = a, *y = b;

	return (int)x->key - (int)y->key;
}

static const char *read_params(
	const struct word *words, size_t n, struct params *params, struct writer *w)
{
	const char *problem = NULL;

	*params = (struct params){ .n = 0 };
	params->values = (struct writer){ params->scratch, .cap = SVCB_VALUES_MAX };
	if (n > PARAMS_MAX)
		return "has too many parameters";
	for (size_t i = 0; i < n && problem == NULL; i++)
		problem = read_param(&words[i], params);
	if (problem != NULL)
		return problem;
	qsort(params->params, params->n, sizeof *params->params, compare);
	for (size_t i = 0; i < params->n; i++) {
		wr_uint(w, params->params[i].key, 2);
		wr_uint(w, params->params[i].value.n, 2);
		wr_bytes(w, params->params[i].value);
	}
	return NULL;
}

static const char *read_target(const struct word *word, struct writer *w)
{
	char text[NAME_TEXT_MAX];
	struct name name;

	if (word->n >= sizeof text || word->quote_at != word->n)
		return "has a target that is not a name";
	memcpy(text, word->p, word->n);
	text[word->n] = '\0';
	if (name_from_text(text, &name) != STATUS_OK)
		return "has a target that is not a name";
	wr_bytes(w, name_bytes(&name));
	return NULL;
}

const char *svcb_from_words(const struct word *words, size_t n, struct writer *w)
{
	struct params params;
	unsigned long priority;
	size_t start = w->n;
	const char *problem;

	if (n < 2)
		return "needs a priority and a target";
	if (!word_number(&words[0], UINT16_MAX, &priority))
		return "has a priority that is not a number up to 65535";
	wr_uint(w, priority, 2);
	problem = read_target(&words[1], w);
	if (problem == NULL)
		problem = read_params(words + 2, n - 2, &params, w);
	if (problem != NULL)
		return problem;
	if (w->bad)
		return "is too long";
	return svcb_problem(bytes_of(w->p + start, w->n - start));
}

/* --- as bytes -------------------------------------------------------------- */

/* §8: the keys of "mandatory" are all there. `params`: all SvcParams. */
static bool has_key(struct bytes params, uint16_t key)
{
	struct reader r = { .rest = params };
	bool found = false;

	while (!r.bad && r.rest.n > 0 && !found) {
		found = rd_uint(&r, 2) == key;
		rd_take(&r, (size_t)rd_uint(&r, 2));
	}
	return found;
}

static const char *check_mandatory(struct bytes keys, struct bytes params)
{
	struct reader r = { .rest = keys };

	while (r.rest.n > 0)
		if (!has_key(params, (uint16_t)rd_uint(&r, 2)))
			return "lacks a parameter that it calls mandatory";
	return NULL;
}

static const char *check_param(
	uint16_t key, struct bytes value, int last, struct bytes params)
{
	const char *problem;

	if (key <= last)
		return "has parameters that are not in the order of their keys";
	problem = svcb_value_problem(key, value);
	if (problem == NULL && key == SVCB_MANDATORY)
		problem = check_mandatory(value, params);
	if (problem == NULL && key == SVCB_NO_DEFAULT_ALPN && !has_key(params, SVCB_ALPN))
		problem = "has no-default-alpn without alpn";
	return problem;
}

/* The target is not compressed (§2.2): it is read as if it were a message of its own. */
static bool take_name(struct reader *r)
{
	size_t n;

	while ((n = (size_t)rd_uint(r, 1)) > 0 && n < 64)
		rd_take(r, n);
	return !r->bad && n == 0;
}

const char *svcb_problem(struct bytes rdata)
{
	struct reader r = { .rest = rdata };
	uint64_t priority = rd_uint(&r, 2);
	const char *problem = NULL;
	struct bytes params;
	int last = -1;

	if (!take_name(&r) || rdata.n - r.rest.n > 2 + NAME_WIRE_MAX)
		return "has a target that is not a name";
	params = r.rest;
	if (priority == 0 && params.n > 0)
		return "has parameters, which do not count with priority 0";
	while (r.rest.n > 0 && problem == NULL) {
		uint16_t key = (uint16_t)rd_uint(&r, 2);
		struct bytes value = rd_take(&r, (size_t)rd_uint(&r, 2));

		if (r.bad)
			return "ends in the middle of a parameter";
		problem = check_param(key, value, last, params);
		last = key;
	}
	return problem;
}
