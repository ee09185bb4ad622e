#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status fail(const char *path, struct text *error)
{
	enum status status = errno == ENOENT   ? STATUS_NOTFOUND
			     : errno == ENOMEM ? STATUS_NOMEM
					       : STATUS_IO;

	text_add(error, "%s: %s", path, strerror(errno));
	return status;
}

/* Up to the end, or to one byte more than is allowed. The size that stat() tells is
 * no use for a pipe. */
static int read_all(int fd, size_t bytes_max, uint8_t **out, size_t *n)
{
	size_t cap = 0;

	*out = NULL;
	for (*n = 0; *n <= bytes_max;) {
		ssize_t more;

		if (*n == cap) {
			uint8_t *bigger;

			cap = cap == 0 ? 4096 : 2 * cap;
			bigger = realloc(*out, cap);
			if (bigger == NULL)
				return -1;
			*out = bigger;
		}
		more = read(fd, *out + *n, cap - *n);
		if (more == 0)
			return 0;
		if (more < 0 && errno != EINTR)
			return -1;
		*n += more > 0 ? (size_t)more : 0;
	}
	return 0;
}

/* Closes `fd`, which is that of `path`. */
static enum status read_and_close(
	int fd, const char *path, size_t bytes_max, struct text *error, struct bytes *out)
{
	enum status status = STATUS_OK;
	uint8_t *content;
	size_t n;

	if (read_all(fd, bytes_max, &content, &n) != 0) {
		status = fail(path, error);
	} else if (n > bytes_max) {
		text_add(error, "%s: longer than %zu bytes", path, bytes_max);
		status = STATUS_LIMIT;
	}
	close(fd);
	if (status != STATUS_OK)
		free(content);
	else
		*out = bytes_of(content, n);
	return status;
}

enum status file_read(
	const char *path, size_t bytes_max, struct text *error, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*out = bytes_of(NULL, 0);
	if (fd < 0)
		return fail(path, error);
	return read_and_close(fd, path, bytes_max, error, out);
}

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

enum status file_read_state(
	const char *path, size_t bytes_max, struct text *error, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	*out = bytes_of(NULL, 0);
	if (fd < 0 && errno != ELOOP)
		return fail(path, error);
	if (fd >= 0 && is_regular(fd))
		return read_and_close(fd, path, bytes_max, error, out);
	text_add(error, "%s: not a regular file", path);
	if (fd >= 0)
		close(fd);
	return STATUS_IO;
}

static int write_all(int fd, struct bytes left)
{
	while (left.n > 0) {
		ssize_t n = write(fd, left.p, left.n);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			left = bytes_of(left.p + n, left.n - (size_t)n);
	}
	return 0;
}

/* The name is on the disk, too, only once its directory is. A file system that cannot
 * sync directories has done what it can. */
static void sync_directory(char *path)
{
	char *slash = strrchr(path, '/');
	int fd;

	if (slash != NULL)
		slash[slash == path ? 1 : 0] = '\0';
	fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

mode_t file_mode_asked(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* rename() would put a file in the place of a device, too. */
static bool is_replaceable(const char *path)
{
	struct stat st;

	/* What else is wrong there is found when it is written. */
	return lstat(path, &st) != 0 || S_ISREG(st.st_mode);
}

enum status file_replace(
	const char *path, struct bytes content, mode_t mode, struct text *error)
{
	size_t size = strlen(path) + sizeof ".XXXXXX";
	char *beside = malloc(size);
	enum status status = STATUS_OK;
	bool written;
	int fd;

	if (beside == NULL)
		return STATUS_NOMEM;
	if (!is_replaceable(path)) {
		text_add(error, "%s: not a regular file", path);
		free(beside);
		return STATUS_IO;
	}
	snprintf(beside, size, "%s.XXXXXX", path);
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0) {
		/* ENOENT is the directory's here. */
		text_add(error, "%s: %s", path, strerror(errno));
		free(beside);
		return STATUS_IO;
	}
	written = write_all(fd, content) == 0 && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	if (close(fd) != 0 || !written || rename(beside, path) != 0) {
		text_add(error, "%s: %s", path, strerror(errno));
		unlink(beside);
		status = STATUS_IO;
	} else {
		sync_directory(beside);
	}
	free(beside);
	return status;
}
