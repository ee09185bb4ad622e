/* Walks both lists by ID; each log in either passes the rules below, one by one,
 * and what is left of them is written. A rule that is in doubt decides for the
 * answer with which the log counts less. */
#include "ct/loglist_merge.h"

#include <stdlib.h>
#include <string.h>

#include "ct/loglist_names.h"
#include "ct/loglist_write.h"

/* log_list v3 wants one, and has this by default. */
#define MMD_DEFAULT_S 86400

struct merge {
	int64_t at_ms;
	struct list_names names;
	struct ct_log *logs; /* owned */
	size_t n;
	struct text *error;
};

/* From the best to the worst. A retired log counts for what it signed before, a
 * pending one never. */
static int badness(enum log_state state)
{
	switch (state) {
	case LOG_USABLE:
		return 0;
	case LOG_QUALIFIED:
		return 1;
	case LOG_READONLY:
		return 2;
	case LOG_RETIRED:
		return 3;
	case LOG_PENDING:
		return 4;
	case LOG_REJECTED:
	case LOG_STATE_COUNT:
		break;
	}
	return 5;
}

static bool is_good(enum log_state state)
{
	return badness(state) < badness(LOG_RETIRED);
}

/* What one list says of the log: its latest state begun, or the end that is
 * announced for it. Admitted only later is not admitted. False: stateless. */
static bool find_phase(const struct ct_log *log, int64_t at_ms, struct log_phase *out)
{
	bool good = log->phase_n == 1 && log->phases[0].state == LOG_RETIRED;

	if (log->phase_n == 0)
		return false;
	*out = (struct log_phase){ LOG_PENDING, log->phases[0].since_ms };
	for (size_t i = 0; i < log->phase_n; i++) {
		const struct log_phase *phase = &log->phases[i];

		if (phase->since_ms > at_ms && (!good || is_good(phase->state)))
			continue;
		*out = *phase;
		good = is_good(phase->state);
	}
	return true;
}

/* The worse state; it holds since both lists have it so, or for an end, since the
 * first says so. */
static struct log_phase worse(struct log_phase a, struct log_phase b)
{
	bool both_good = is_good(a.state) && is_good(b.state);
	struct log_phase out = badness(a.state) >= badness(b.state) ? a : b;

	if (both_good)
		out.since_ms = a.since_ms > b.since_ms ? a.since_ms : b.since_ms;
	else if (a.state == b.state)
		out.since_ms = a.since_ms < b.since_ms ? a.since_ms : b.since_ms;
	return out;
}

/* It can neither vouch for a certificate valid at `at_ms` nor has it anything to
 * say about an older one. */
static bool is_past(
	const struct ct_log *log, const struct log_phase *phase, int64_t at_ms)
{
	int64_t past_ms = at_ms - LOGLIST_MERGE_PAST_S * 1000;
	bool is_off = phase->state == LOG_RETIRED || phase->state == LOG_REJECTED;

	if (phase->state == LOG_REJECTED && log->until_ms <= at_ms)
		return true;
	return log->until_ms <= past_ms || (is_off && phase->since_ms < past_ms);
}

/* A log that only one list has. Mozilla's forgets shards that have ended: as all
 * their certificates have expired, the one list's word does, for old evidence.
 * Any other log is not admitted by both. */
static struct log_phase stand_alone(
	const struct merge *m, const struct ct_log *log, struct log_phase phase)
{
	if (log->until_ms <= m->at_ms || badness(phase.state) >= badness(LOG_PENDING))
		return phase;
	return (struct log_phase){ LOG_PENDING, phase.since_ms };
}

static enum status contradict(
	const struct merge *m, const struct ct_log *log, const char *what)
{
	text_add(m->error, "the lists contradict each other about '%s': %s", log->name,
		what);
	return STATUS_CONFIG;
}

/* Facts of `b` that `a` does not have; both are of one ID, so of one key. */
static enum status join_facts(
	const struct merge *m, struct ct_log *a, const struct ct_log *b)
{
	if (a->is_static != b->is_static)
		return contradict(m, a, "only one has it among the tiled logs");
	a->from_ms = a->from_ms > b->from_ms ? a->from_ms : b->from_ms;
	a->until_ms = a->until_ms < b->until_ms ? a->until_ms : b->until_ms;
	if (a->from_ms >= a->until_ms)
		return contradict(m, a, "its intervals have no day in common");
	if (a->name[0] == '\0')
		a->name = b->name;
	if (a->url[0] == '\0')
		a->url = b->url;
	if (a->monitoring_url[0] == '\0')
		a->monitoring_url = b->monitoring_url;
	if (a->mmd_s == 0)
		a->mmd_s = b->mmd_s;
	if (a->term_n == 0) {
		a->terms = b->terms;
		a->term_n = b->term_n;
	}
	return STATUS_OK;
}

static void take(struct merge *m, struct ct_log log, struct log_phase phase)
{
	log.operator_name = list_names_find(&m->names, log.operator_name);
	if (log.mmd_s == 0)
		log.mmd_s = MMD_DEFAULT_S;
	log.phases[0] = phase;
	log.phase_n = 1;
	m->logs[m->n++] = log;
}

static enum status merge_one(struct merge *m, const struct ct_log *log)
{
	struct log_phase phase;

	if (log->mimic || log->unfit != NULL || !find_phase(log, m->at_ms, &phase))
		return STATUS_OK;
	if (!is_past(log, &phase, m->at_ms))
		take(m, *log, stand_alone(m, log, phase));
	return STATUS_OK;
}

static enum status merge_both(
	struct merge *m, const struct ct_log *apple, const struct ct_log *mozilla)
{
	struct log_phase a, b;
	struct ct_log log = *apple;
	enum status status;

	if (apple->mimic || apple->unfit != NULL || mozilla->unfit != NULL)
		return STATUS_OK;
	/* Without a state in one list it is not admitted there. */
	if (!find_phase(mozilla, m->at_ms, &b))
		return merge_one(m, apple);
	if (!find_phase(apple, m->at_ms, &a))
		return merge_one(m, mozilla);
	status = join_facts(m, &log, mozilla);
	a = worse(a, b);
	if (status == STATUS_OK && !is_past(&log, &a, m->at_ms))
		take(m, log, a);
	return status;
}

static enum status merge_all(
	struct merge *m, const struct loglist *apple, const struct loglist *mozilla)
{
	enum status status = STATUS_OK;
	size_t i = 0, j = 0;

	while ((i < apple->n || j < mozilla->n) && status == STATUS_OK) {
		int order = i == apple->n ? 1
			    : j == mozilla->n
				    ? -1
				    : memcmp(apple->logs[i].id, mozilla->logs[j].id,
					      SCT_LOG_ID_BYTES);

		if (order == 0)
			status = merge_both(m, &apple->logs[i++], &mozilla->logs[j++]);
		else if (order < 0)
			status = merge_one(m, &apple->logs[i++]);
		else
			status = merge_one(m, &mozilla->logs[j++]);
	}
	return status;
}

enum status loglist_merge(const struct loglist *apple, const struct loglist *mozilla,
	int64_t at_s, char **out, struct text *error)
{
	struct merge m = { .at_ms = at_s * 1000, .error = error };
	enum status status = list_names_init(&m.names, apple, mozilla);

	*out = NULL;
	m.logs = calloc(apple->n + mozilla->n + 1, sizeof *m.logs);
	if (status == STATUS_OK && m.logs == NULL)
		status = STATUS_NOMEM;
	if (status == STATUS_OK)
		status = merge_all(&m, apple, mozilla);
	if (status == STATUS_OK)
		status = loglist_write(m.logs, m.n, at_s, out);
	if (status == STATUS_NOMEM)
		text_add(error, "%s", status_text(status));
	list_names_deinit(&m.names);
	free(m.logs);
	return status;
}
