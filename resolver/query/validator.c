/* new -> a resolver's -> free: when the timer is closed and no thread works. */
#include "query/validator.h"

#include <stdlib.h>
#include <string.h>

#include "dnssec/anchors.h"
#include "query/validate.h"

static enum status read_anchors(const struct validator_options *options,
	struct text *error, struct dnssec_anchors **out)
{
	if (options->anchors.p == NULL)
		return dnssec_anchors_builtin(out);
	return dnssec_anchors_read(options->anchors, options->file, error, out);
}

/* NULL and OK for nothing. */
static enum status copy(const void *from, size_t n, void *out)
{
	void *to = n > 0 ? malloc(n) : NULL;

	if (n > 0 && to == NULL)
		return STATUS_NOMEM;
	if (n > 0)
		memcpy(to, from, n);
	memcpy(out, &to, sizeof to);
	return STATUS_OK;
}

/* The closest anchor counts, and that is not the root's. */
static bool has_own_anchor(const struct validator *v, const struct name *name)
{
	struct name zone;

	return anchors_zone(v->anchors, name, &zone) && zone.n > 1;
}

/* Zones that are left out, for whichever reason: `n` of them. */
static enum status keep_negative(
	struct validator *v, const struct validator_options *options, size_t *n)
{
	*n = options->negative_n;
	v->negative = calloc(
		options->negative_n + options->unsignable_n + 1, sizeof *v->negative);
	if (v->negative == NULL)
		return STATUS_NOMEM;
	if (*n > 0)
		memcpy(v->negative, options->negative, *n * sizeof *v->negative);
	for (size_t i = 0; i < options->unsignable_n; i++)
		if (!has_own_anchor(v, &options->unsignable[i]))
			v->negative[(*n)++] = options->unsignable[i];
	return STATUS_OK;
}

static enum status keep_options(
	struct validator *v, const struct validator_options *options)
{
	size_t negative_n;
	enum status status = keep_negative(v, options, &negative_n);

	if (status == STATUS_OK)
		status = copy(options->anchors.p, options->anchors.n, &v->anchor_text);
	v->anchor_text_n = options->anchors.n;
	v->policy = (struct dnssec_policy){ .anchors = v->anchors,
		.negative = v->negative,
		.negative_n = negative_n,
		.limits = dnssec_limits_default };
	return status;
}

static void delete (struct validator *v)
{
	dnssec_keys_free(v->keys);
	dnssec_anchors_free(v->anchors);
	free(v->negative);
	free(v->anchor_text);
	free(v);
}

enum status validator_new(uv_loop_t *loop, const struct validator_options *options,
	struct text *error, struct validator **out)
{
	struct validator *v = calloc(1, sizeof *v);
	enum status status;

	*out = NULL;
	if (v == NULL)
		return STATUS_NOMEM;
	list_init(&v->under_way);
	jobs_init(&v->jobs, loop);
	status = read_anchors(options, error, &v->anchors);
	if (status == STATUS_OK)
		status = keep_options(v, options);
	if (status == STATUS_OK)
		status = dnssec_keys_new(DNSSEC_KEYS_DEFAULT_BYTES, &v->keys);
	if (status != STATUS_OK) {
		delete (v);
		return status;
	}
	v->has_timer = loop != NULL;
	if (v->has_timer) {
		uv_timer_init(loop, &v->timer);
		v->timer.data = v;
	}
	*out = v;
	return STATUS_OK;
}

static bool same_names(const struct dnssec_policy *a, const struct dnssec_policy *b)
{
	if (a->negative_n != b->negative_n)
		return false;
	for (size_t i = 0; i < a->negative_n; i++)
		if (!name_equal(&a->negative[i], &b->negative[i]))
			return false;
	return true;
}

bool validator_equal(const struct validator *a, const struct validator *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return same_names(&a->policy, &b->policy) &&
	       (a->anchor_text == NULL) == (b->anchor_text == NULL) &&
	       a->anchor_text_n == b->anchor_text_n &&
	       (a->anchor_text_n == 0 ||
		       memcmp(a->anchor_text, b->anchor_text, a->anchor_text_n) == 0);
}

static void delete_when_idle(struct validator *v)
{
	if (v->closed && v->jobs.running == 0)
		delete (v);
}

static void on_idle(struct jobs *jobs)
{
	delete_when_idle(list_entry(jobs, struct validator, jobs));
}

static void on_closed(uv_handle_t *handle)
{
	struct validator *v = handle->data;

	v->closed = true;
	delete_when_idle(v);
}

void validator_free(struct validator *v)
{
	if (v == NULL)
		return;
	v->jobs.idle = on_idle;
	if (v->has_timer)
		uv_close((uv_handle_t *)&v->timer, on_closed);
	else
		delete (v);
}

struct validator_stats validator_stats(const struct validator *v)
{
	struct validator_stats stats = v->stats;

	stats.zones = dnssec_keys_count(v->keys);
	return stats;
}

void validator_flush(struct validator *v)
{
	if (v != NULL)
		dnssec_keys_clear(v->keys);
}
