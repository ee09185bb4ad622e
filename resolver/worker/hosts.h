/* What is answered here, and the hosts file that some of it comes from: it is looked at
 * once a second, and read again when it has changed and then stood still from one look
 * to the next. A file that has become unreadable, or is gone, changes nothing: what was
 * read of it stays, and the log says so. */
#ifndef WORKER_HOSTS_H
#define WORKER_HOSTS_H

#include <uv.h>

#include "config/config.h"
#include "local/local.h"

#define HOSTS_BYTES_MAX (16u * 1024u * 1024u)

/* By what a file is known to be another one, or changed. */
struct hosts_mark {
	bool present;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

/* Ready to be put in force. */
struct hosts_plan {
	struct local *local; /* owned */
	struct hosts_mark mark;
	uint64_t hash; /* of the file's content */
};

/* Reads the file, if there is one configured. CONFIG: it cannot be read, or a record or a
 * zone is wrong, and `error` says which; NOMEM. */
MUST_CHECK enum status hosts_prepare(
	const struct config *config, struct text *error, struct hosts_plan *plan);
void hosts_plan_discard(struct hosts_plan *plan);

struct hosts_events {
	/* `local` is in force, or none is (NULL). What was before is freed when this
	 * returns. */
	void (*on_local)(void *owner, const struct local *local);
	void *owner; /* borrowed */
};

struct hosts;
/* `events` is copied. NOMEM. */
MUST_CHECK enum status hosts_new(
	uv_loop_t *loop, const struct hosts_events *events, struct hosts **out);
/* `config` is borrowed until the next call. */
void hosts_commit(
	struct hosts *hosts, struct hosts_plan *plan, const struct config *config);
/* Nothing is in force any more. The loop needs a last turn. */
void hosts_free(struct hosts *hosts);

#endif
