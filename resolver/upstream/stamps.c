#include "upstream/stamps.h"

#include <stdlib.h>

/* Whoever started us has had the first answers by then. */
#define LATER_MS 1000

struct stamps {
	uv_timer_t timer;
	struct upstream_set *set;
	int64_t opened_s;
};

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void stamps_cancel(struct upstream_set *set)
{
	if (set->stamps == NULL)
		return;
	uv_close((uv_handle_t *)&set->stamps->timer, on_closed);
	set->stamps = NULL;
}

/* The directory that it has its roots from; NULL: none. */
static const char *directory_of(const struct upstream *u)
{
	const struct config_upstream *config = upstream_config(u);

	return upstream_needs_roots(config) ? config->policy.ca_path : NULL;
}

/* As another with the same directory has it, or anew. */
static uint64_t find_stamp(const struct stamps *stamps, size_t at)
{
	const struct upstream_set *set = stamps->set;
	const char *path = directory_of(set->items[at]);

	for (size_t i = 0; i < at; i++)
		if (text_equal(directory_of(set->items[i]), path))
			return upstream_stamp(set->items[i]);
	return roots_stamp_of_before(NULL, path, stamps->opened_s);
}

static void on_later(uv_timer_t *timer)
{
	struct stamps *stamps = timer->data;

	for (size_t i = 0; i < stamps->set->n; i++)
		if (directory_of(stamps->set->items[i]) != NULL)
			upstream_set_stamp(stamps->set->items[i], find_stamp(stamps, i));
	stamps_cancel(stamps->set);
}

void stamps_start(struct upstream_set *set, int64_t opened_s)
{
	struct stamps *stamps = calloc(1, sizeof *stamps);

	if (stamps == NULL)
		return;
	stamps->set = set;
	stamps->opened_s = opened_s;
	uv_timer_init(set->loop, &stamps->timer);
	stamps->timer.data = stamps;
	uv_timer_start(&stamps->timer, on_later, LATER_MS, 0);
	set->stamps = stamps;
}
