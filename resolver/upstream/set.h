/* The upstreams of one configuration, in its order, and their change at a
 * reload: prepared whole, then swapped whole or not at all. */
#ifndef UPSTREAM_SET_H
#define UPSTREAM_SET_H

#include "base/text.h"
#include "upstream/upstream.h"

struct stamps;

struct upstream_set {
	struct upstream_shared *shared; /* borrowed: what other sets know, too */
	const char *state_dir;          /* where that is kept; NULL: nowhere */
	uv_loop_t *loop;
	struct upstream_events events;
	struct upstream **items; /* owned, and owns each */
	size_t n;
	struct logs *logs;      /* owned; NULL: nobody is held against a log list */
	int64_t newest_list_ms; /* that was in force since the start, or LOGS_UNDATED */
	struct stamps *stamps;  /* owned; NULL: none are to be taken */
};

/* A set that could take the place of the one in force. */
struct upstream_plan {
	struct upstream_parts *parts; /* owned; one an upstream */
	struct upstream **items;      /* owned; NULL: the one in force stays */
	size_t n;
	struct logs *logs; /* owned */
	const char *state_dir;
	bool is_first;    /* there is none in force */
	int64_t opened_s; /* the wall clock, before any roots were read */
};

/* A set without a loop is good for a check alone: what an upstream has learned is
 * read, and nothing is written. `shared` is borrowed for the set's life. */
void upstream_set_init(struct upstream_set *set, uv_loop_t *loop,
	struct upstream_shared *shared, const struct upstream_events *events);
/* All attempts fail first. */
void upstream_set_deinit(struct upstream_set *set);

/* Reads roots, log list and what was learned, and makes what is new. CONFIG with words in
 * `error`, NOMEM, CRYPTO: the set is as it was. `config` is borrowed by the set after a
 * commit. Of several sets all are given the same, while none of their loops turns. */
MUST_CHECK enum status upstream_set_prepare(struct upstream_set *set,
	const struct config *config, struct text *error, struct upstream_plan *plan);
/* Cannot fail. Upstreams that are the same in both keep their connections; the
 * others' are closed, and what was asked on them is lost. */
void upstream_set_commit(struct upstream_set *set, struct upstream_plan *plan);
void upstream_plan_discard(struct upstream_plan *plan);

/* What other sets have learned is known to this one, too; before it is prepared, and
 * before it is told what it knows. */
void upstream_set_catch_up(struct upstream_set *set);

/* upstream_network_changed() and upstream_clock_stepped() of all. */
void upstream_set_network_changed(struct upstream_set *set, bool drop);
void upstream_set_clock_stepped(struct upstream_set *set);

/* A time that has been for certain, beside what lists in force and connections prove;
 * after the first commit. The log is told of a clock that is behind. */
void upstream_set_prove(struct upstream_set *set, int64_t proven_s);

/* Who looks at no chain needs none. */
bool upstream_needs_roots(const struct config_upstream *config);

/* NULL if there is none of that name. */
struct upstream *upstream_set_find(const struct upstream_set *set, const char *name);

#endif
