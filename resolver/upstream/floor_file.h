/* The floor of the clock as it is kept over a restart: state_dir/clock, one line, a time
 * that has been for certain, in RFC 3339. */
#ifndef UPSTREAM_FLOOR_FILE_H
#define UPSTREAM_FLOOR_FILE_H

#include <pthread.h>

#include "base/bytes.h"
#include "base/status.h"
#include "tls/floor.h"

/* "2026-11-23T14:05:00Z\n", and some room for what a person may write. */
#define FLOOR_FILE_BYTES_MAX 64
/* Not more often is it written: flash wears. An hour more or less is of no matter. */
#define FLOOR_FILE_EVERY_MS (3600 * 1000)

struct floor_file {
	struct clock_floor floor; /* what tls_trust.clock points to */
	pthread_mutex_t lock;     /* of what follows, and of the file */
	bool unsaved;             /* it is higher than what was written last */
	bool written;             /* … at: */
	uint64_t written_ms;
};

/* MALFORMED: not one time and nothing else. */
MUST_CHECK enum status floor_file_decode(struct bytes file, int64_t *out);

/* Makes `f` anew. Reads what is kept; what cannot be read is told in the log, and is as
 * good as nothing. Nothing is kept where `state_dir` is NULL. */
void floor_file_open(struct floor_file *f, const char *state_dir);

/* From any thread. Raises the floor, if that is later, and writes it, if it is time to.
 * For what a connection has proven; a log list, which is there at the next start, too, is
 * for clock_floor_raise(). */
void floor_file_raise(struct floor_file *f, const char *state_dir, int64_t proven_s);

/* Writes what was not written yet: at stop. From any thread. */
void floor_file_save(struct floor_file *f, const char *state_dir);

#endif
