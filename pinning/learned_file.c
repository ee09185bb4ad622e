/* Records of learned keys, on disk. */
#include "pinning/learned.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_MODE 0600

/* STATE_DIR/learned/UPSTREAM, where what is not plain in a name is %XX: two names
 * never share a file, and none leaves the directory. */
static enum status path_of(
	const char *state_dir, const char *upstream, char out[PATH_MAX])
{
	struct text text = text_in(out, PATH_MAX);

	text_add(&text, "%s/learned/", state_dir);
	for (const char *p = upstream; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '-' || *p == '_' ||
			     (*p == '.' && p != upstream);

		text_add(&text, plain ? "%c" : "%%%02X", (unsigned char)*p);
	}
	return text.cut ? STATUS_IO : STATUS_OK;
}

enum status learned_load(const char *state_dir, const char *upstream, struct text *error,
	struct learned *out)
{
	char path[PATH_MAX], words[PATH_MAX + 128];
	struct text why = text_in(words, sizeof words);
	const char *problem;
	struct bytes file;
	unsigned line;
	enum status status = path_of(state_dir, upstream, path);

	if (status == STATUS_OK)
		status = file_read_state(path, LEARNED_BYTES_MAX, &why, &file);
	if (status == STATUS_NOTFOUND || status == STATUS_NOMEM)
		return status;
	if (status != STATUS_OK) {
		text_add(error, "%s", words);
		/* Too long is not one of ours. */
		return status == STATUS_LIMIT ? STATUS_CONFIG : STATUS_IO;
	}
	status = learned_parse(file, out, &line, &problem);
	free((void *)file.p);
	if (status == STATUS_OK)
		return STATUS_OK;
	text_add(error,
		"%s:%u: %s; mend it, or remove the file to learn anew at the next "
		"contact",
		path, line, problem);
	return STATUS_CONFIG;
}

/* Whether it is there, made now or before. */
static bool make_directory(const char *state_dir, char out[PATH_MAX])
{
	struct text path = text_in(out, PATH_MAX);

	text_add(&path, "%s/learned", state_dir);
	errno = ENAMETOOLONG;
	return !path.cut && (mkdir(out, 0700) == 0 || errno == EEXIST);
}

enum status learned_prepare(const char *state_dir, struct text *error)
{
	char path[PATH_MAX];

	if (make_directory(state_dir, path) &&
		faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0)
		return STATUS_OK;
	text_add(error, "%s: %s", path, strerror(errno));
	return STATUS_IO;
}

enum status learned_try_save(const char *state_dir, struct text *error)
{
	char path[PATH_MAX], file[LEARNED_BYTES_MAX];
	/* path_of() gives no upstream a file that begins with a dot. */
	struct text text = text_in(path, sizeof path);
	enum status status = learned_prepare(state_dir, error);

	if (status != STATUS_OK)
		return status;
	text_add(&text, "%s/learned/.try", state_dir);
	if (text.cut) {
		text_add(error, "%s: %s", path, strerror(ENAMETOOLONG));
		return STATUS_IO;
	}
	memset(file, '#', sizeof file);
	status = file_replace(path, bytes_of(file, sizeof file), FILE_MODE, error);
	if (status == STATUS_OK)
		unlink(path);
	return status;
}

static bool is_writable(const char *directory)
{
	return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0;
}

static void cut_last(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');

	while (slash != NULL && slash > path && slash[-1] == '/')
		slash--;
	if (slash != NULL)
		slash[slash == path ? 1 : 0] = '\0';
}

enum status learned_look(const char *state_dir, struct text *error)
{
	char path[PATH_MAX];
	struct text text = text_in(path, sizeof path);
	bool is_private;
	int fd;

	text_add(&text, "%s/learned", state_dir);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_private = fd < 0 && errno == EACCES;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && is_writable(path))
		return STATUS_OK;
	/* A start makes it, and the directory above it, but none above that. */
	for (size_t up = 0; fd < 0 && errno == ENOENT && up < 2; up++) {
		cut_last(path);
		if (is_writable(path))
			return STATUS_NOTFOUND;
	}
	text_add(error, "%s: %s", path, strerror(errno));
	return is_private ? STATUS_UNSUPPORTED : STATUS_IO;
}

enum status learned_save(const char *state_dir, const char *upstream,
	const struct learned *learned, struct text *error)
{
	char path[PATH_MAX], file[LEARNED_BYTES_MAX];
	struct text text = text_in(file, sizeof file);
	enum status status = learned_prepare(state_dir, error);

	if (status == STATUS_OK)
		status = path_of(state_dir, upstream, path);
	if (status != STATUS_OK)
		return status;
	learned_format(learned, &text);
	return file_replace(path, bytes_of(file, text.n), FILE_MODE, error);
}
