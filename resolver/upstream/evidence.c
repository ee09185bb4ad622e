#include "upstream/evidence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

/* Of the text before the certificates; half of it for the verdict, cut if need be: the
 * certificates begin on a line of their own. */
#define HEAD_MAX 2048
#define WHY_MAX  512

/* Finds the oldest file of a class; returns how many there are. */
static unsigned find_oldest(
	int dir_fd, enum evidence_class class, char oldest[NAME_MAX + 1])
{
	int fd = dup(dir_fd);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct timespec when = { 0 };
	struct dirent *entry;
	unsigned count = 0;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;

		if (evidence_name_class(entry->d_name) != class ||
			fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (count++ == 0 || st.st_mtim.tv_sec < when.tv_sec ||
			(st.st_mtim.tv_sec == when.tv_sec &&
				st.st_mtim.tv_nsec < when.tv_nsec)) {
			when = st.st_mtim;
			text_copy(oldest, NAME_MAX + 1, entry->d_name);
		}
	}
	closedir(dir);
	return count;
}

static void make_room(int dir_fd, enum evidence_class class)
{
	char oldest[NAME_MAX + 1];

	while (find_oldest(dir_fd, class, oldest) >= evidence_class_files_max(class))
		if (unlinkat(dir_fd, oldest, 0) != 0)
			return;
}

static int open_directory(const char *state_dir)
{
	char path[PATH_MAX];
	struct text text = text_in(path, sizeof path);

	text_add(&text, "%s/evidence", state_dir);
	if (text.cut)
		return -1;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Written beside it, synced, renamed: a crash leaves no half of a file. */
static enum status write_file(const char *state_dir, const char *name, struct bytes head,
	struct bytes pem, struct text *error)
{
	char path[PATH_MAX];
	struct text path_text = text_in(path, sizeof path);
	uint8_t *content = malloc(head.n + pem.n);
	enum status status;

	if (content == NULL) {
		text_add(error, "%s", status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	memcpy(content, head.p, head.n);
	memcpy(content + head.n, pem.p, pem.n);
	text_add(&path_text, "%s/evidence/%s", state_dir, name);
	status = file_replace(path, bytes_of(content, head.n + pem.n), 0600, error);
	free(content);
	return status;
}

static void describe(const char *upstream, const char *address, const struct verdict *v,
	struct text *out)
{
	char when[CLOCK_TEXT_MAX], words[HEAD_MAX / 2];
	struct text explanation = text_in(words, sizeof words);

	clock_format(clock_wall_s(), when);
	verdict_explain(v, &explanation);
	text_add(out, "refused: %s\nupstream: %s\naddress: %s\nverdict: %s\n\n", when,
		upstream, address, words);
}

static void keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *v, struct bytes pem)
{
	char name[NAME_MAX + 1], head[HEAD_MAX], why[WHY_MAX];
	struct text error = text_in(why, sizeof why);
	struct text name_text = text_in(name, sizeof name);
	struct text head_text = text_in(head, sizeof head);
	int dir_fd;

	evidence_name_write(upstream, v, &name_text);
	describe(upstream, address, v, &head_text);
	dir_fd = open_directory(state_dir);
	if (dir_fd < 0) {
		log_warning("evidence against %s not kept: %s: %s", upstream, state_dir,
			strerror(errno));
		return;
	}
	if (faccessat(dir_fd, name, F_OK, 0) != 0) {
		make_room(dir_fd, evidence_class_of(v));
		/* A link that leads nowhere. */
		unlinkat(dir_fd, name, 0);
		if (write_file(state_dir, name, bytes_of(head, head_text.n), pem,
			    &error) != STATUS_OK)
			log_warning("evidence against %s not kept: %s", upstream, why);
	}
	close(dir_fd);
}

void evidence_keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *v, struct bytes pem)
{
	/* How many there are is counted by one at a time. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	/* Nothing was wrong but the list's age, or the clock: neither says anything
	 * against a certificate. */
	if (state_dir == NULL || pem.n == 0 || v->chain.n == 0 ||
		v->reason == REASON_CT_LOG_LIST_STALE ||
		v->reason == REASON_CLOCK_SUSPECT)
		return;
	pthread_mutex_lock(&lock);
	keep(state_dir, upstream, address, v, pem);
	pthread_mutex_unlock(&lock);
}
