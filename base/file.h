/* Small files, read and written whole. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/bytes.h"
#include "base/text.h"

/* All of it; `out->p` is owned: free(). Never NULL, also of an empty file. NOTFOUND:
 * there is none; LIMIT: longer than `bytes_max`; IO, NOMEM. `error` names it. */
MUST_CHECK enum status file_read(
	const char *path, size_t bytes_max, struct text *error, struct bytes *out);

/* The same of a file in a directory that belongs to another user, who may have put
 * anything there: what is no regular file itself (a link to one, a pipe) is not read and
 * keeps nobody waiting. IO. */
MUST_CHECK enum status file_read_state(
	const char *path, size_t bytes_max, struct text *error, struct bytes *out);

/* Puts a new file in the place of `path`, or leaves what is there: written beside
 * it, synced, renamed. Only a regular file is replaced: a device, a FIFO and a symbolic
 * link, which is not followed, stay. IO: `error` names it. NOMEM. */
MUST_CHECK enum status file_replace(
	const char *path, struct bytes content, mode_t mode, struct text *error);

/* The mode of a file that a person asked for: what his umask leaves of 0666. */
mode_t file_mode_asked(void);

#endif
