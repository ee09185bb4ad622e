/* look -> another file? -> still the same one at the next look? -> read -> put in force.
 */
#include "worker/hosts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

#define LOOK_MS   1000
#define ERROR_MAX 512
/* Two changes within one tick of a file system's clock look like one: what was changed
 * this recently is read once more. FAT has the coarsest, 2 s. */
#define RECENT_S 3

struct hosts {
	uv_timer_t timer;
	struct hosts_events events;
	const struct config *config;
	struct hosts_plan in_force;
	struct hosts_mark seen;   /* at the last look */
	struct hosts_mark failed; /* when it could not be read; one that no file has */
};

/* --- the file -------------------------------------------------------------- */

static struct hosts_mark mark_of(const char *path)
{
	struct hosts_mark mark = { .present = false };
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return mark;
	mark.present = true;
	mark.device = st.st_dev;
	mark.inode = st.st_ino;
	mark.size = st.st_size;
	mark.modified = st.st_mtim;
	mark.changed = st.st_ctim;
	return mark;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_mark(const struct hosts_mark *a, const struct hosts_mark *b)
{
	return a->present == b->present && a->device == b->device &&
	       a->inode == b->inode && a->size == b->size &&
	       same_time(&a->modified, &b->modified) &&
	       same_time(&a->changed, &b->changed);
}

/* A mark that no file will have: it is read again. */
static void forget_recent(struct hosts_mark *mark)
{
	int64_t age_s = clock_wall_s() - (int64_t)mark->changed.tv_sec;

	/* A clock that is not set yet does not make it recent for ever. */
	if (age_s < RECENT_S && age_s > -RECENT_S)
		mark->size = -1;
}

/* `out->p` is owned. */
static enum status read_file(
	const struct config *config, struct text *error, struct bytes *out)
{
	const char *path = config->hosts;
	char why[ERROR_MAX];
	struct text words = text_in(why, sizeof why);
	struct stat st;
	enum status status;

	/* A pipe would be waited for, and nobody answered meanwhile. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		text_add(error, "%s: %s: is no regular file", config->hosts_place, path);
		return STATUS_CONFIG;
	}
	status = file_read(path, HOSTS_BYTES_MAX, &words, out);
	if (status == STATUS_OK || status == STATUS_NOMEM)
		return status;
	text_add(error, "%s: %s", config->hosts_place, why);
	return STATUS_CONFIG;
}

static enum status make_local(const struct config *config, struct bytes hosts,
	struct text *error, struct local **out)
{
	struct name *forwards = calloc(config->forward_n + 1, sizeof *forwards);
	struct local_options options = { .hosts = hosts,
		.hosts_name = config->hosts,
		.records = config->local_records.lines,
		.places = config->local_records.places,
		.record_n = config->local_records.n,
		.zones = config->local_zones,
		.zone_n = config->local_zone_n,
		.forwards = forwards,
		.forward_n = config->forward_n };
	enum status status;

	if (forwards == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < config->forward_n; i++)
		forwards[i] = config->forwards[i].zone;
	status = local_new(&options, error, out);
	free(forwards);
	return status;
}

enum status hosts_prepare(
	const struct config *config, struct text *error, struct hosts_plan *plan)
{
	struct bytes hosts = bytes_of(NULL, 0);
	enum status status = STATUS_OK;

	/* Before it is read, so that a change meanwhile is one. */
	*plan = (struct hosts_plan){ .mark = mark_of(config->hosts) };
	if (config->hosts != NULL)
		status = read_file(config, error, &hosts);
	if (status != STATUS_OK)
		return status;
	forget_recent(&plan->mark);
	plan->hash = hash_bytes(hosts);
	status = make_local(config, hosts, error, &plan->local);
	free((void *)hosts.p);
	return status;
}

void hosts_plan_discard(struct hosts_plan *plan)
{
	local_free(plan->local);
	plan->local = NULL;
}

/* --- in force -------------------------------------------------------------- */

/* Takes the plan over. */
static void put_in_force(struct hosts *h, struct hosts_plan *plan)
{
	struct local *old = h->in_force.local;

	h->events.on_local(h->events.owner, plan->local);
	h->in_force = *plan;
	h->failed.size = -1;
	plan->local = NULL;
	local_free(old);
}

static void read_again(struct hosts *h)
{
	char words[ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	struct hosts_plan plan;
	enum status status = hosts_prepare(h->config, &error, &plan);

	if (status != STATUS_OK) {
		log_warning("%s; what was read of it before stays",
			status == STATUS_NOMEM ? status_text(status) : words);
		h->failed = h->seen;
		return;
	}
	if (plan.hash == h->in_force.hash) {
		/* Touched, or replaced by the same. */
		h->in_force.mark = plan.mark;
		h->failed.size = -1;
		hosts_plan_discard(&plan);
		return;
	}
	put_in_force(h, &plan);
	log_notice("hosts: %s has changed; %zu names", h->config->hosts,
		local_hosts_n(h->in_force.local));
}

static void on_look(uv_timer_t *timer)
{
	struct hosts *h = timer->data;
	struct hosts_mark mark = mark_of(h->config->hosts);
	bool still = same_mark(&mark, &h->seen);

	h->seen = mark;
	if (still && !same_mark(&mark, &h->in_force.mark) &&
		!same_mark(&mark, &h->failed))
		read_again(h);
}

enum status hosts_new(
	uv_loop_t *loop, const struct hosts_events *events, struct hosts **out)
{
	struct hosts *h = calloc(1, sizeof *h);

	*out = h;
	if (h == NULL)
		return STATUS_NOMEM;
	h->events = *events;
	uv_timer_init(loop, &h->timer);
	h->timer.data = h;
	uv_unref((uv_handle_t *)&h->timer);
	return STATUS_OK;
}

void hosts_commit(struct hosts *h, struct hosts_plan *plan, const struct config *config)
{
	h->config = config;
	put_in_force(h, plan);
	h->seen = h->in_force.mark;
	if (config->hosts != NULL)
		uv_timer_start(&h->timer, on_look, LOOK_MS, LOOK_MS);
	else
		uv_timer_stop(&h->timer);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	h->events.on_local(h->events.owner, NULL);
	hosts_plan_discard(&h->in_force);
	uv_close((uv_handle_t *)&h->timer, on_closed);
}
