#include "upstream/evidence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/log.h"

/* What a CA signed for somebody who is not the upstream, and what anybody can
 * make: the second must not push out the first. */
static const char *class_of(const struct verdict *v)
{
	return v->chain_verified ? "-verified-" : "-unverified-";
}

static void add_pin(struct text *out, const struct verdict *v, size_t at, int digits)
{
	char hex[2 * PIN_BYTES + 1] = "";

	if (at < v->chain.n)
		hex_encode(
			bytes_of(v->chain.certificates[at].pin.sha256, PIN_BYTES), hex);
	text_add(out, "%.*s", digits, hex);
}

/* NAME-verified-LEAFKEY-ISSUERKEY.pem; the name's odd characters become '_'. */
static void file_name(const char *upstream, const struct verdict *v, struct text *out)
{
	for (const char *p = upstream; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '-';

		text_add(out, "%c", plain ? *p : '_');
	}
	text_add(out, "%s", class_of(v));
	add_pin(out, v, 0, 16);
	text_add(out, "-");
	add_pin(out, v, 1, 8);
	text_add(out, ".pem");
}

static bool is_evidence(const char *name, const char *class)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".pem") == 0 && strstr(name, class) != NULL;
}

/* Finds the oldest file of a class; returns how many there are. */
static unsigned find_oldest(int dir_fd, const char *class, char oldest[NAME_MAX + 1])
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

		if (!is_evidence(entry->d_name, class) ||
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

static void make_room(int dir_fd, const char *class)
{
	char oldest[NAME_MAX + 1];

	while (find_oldest(dir_fd, class, oldest) >= EVIDENCE_FILES_MAX / 2)
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

static bool write_file(int dir_fd, const char *name, struct bytes head, struct bytes pem)
{
	static const char temporary[] = ".new";
	bool ok;
	int fd;

	/* What a crash left behind, or anybody put there. */
	unlinkat(dir_fd, temporary, 0);
	fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	ok = write(fd, head.p, head.n) == (ssize_t)head.n &&
	     write(fd, pem.p, pem.n) == (ssize_t)pem.n;
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(dir_fd, temporary, dir_fd, name) == 0;
	if (!ok)
		unlinkat(dir_fd, temporary, 0);
	return ok;
}

static void describe(const char *upstream, const char *address, const struct verdict *v,
	struct text *out)
{
	char when[CLOCK_TEXT_MAX];

	clock_format(clock_wall_s(), when);
	text_add(out, "refused: %s\nupstream: %s\naddress: %s\nverdict: ", when, upstream,
		address);
	verdict_explain(v, out);
	text_add(out, "\n\n");
}

void evidence_keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *v, struct bytes pem)
{
	char name[NAME_MAX + 1], head[1024];
	struct text name_text = text_in(name, sizeof name);
	struct text head_text = text_in(head, sizeof head);
	int dir_fd;

	if (state_dir == NULL || pem.n == 0 || v->chain.n == 0)
		return;
	file_name(upstream, v, &name_text);
	describe(upstream, address, v, &head_text);
	dir_fd = open_directory(state_dir);
	if (dir_fd < 0) {
		log_warning("evidence against %s not kept: %s: %s", upstream, state_dir,
			strerror(errno));
		return;
	}
	if (faccessat(dir_fd, name, F_OK, 0) != 0) {
		make_room(dir_fd, class_of(v));
		if (!write_file(dir_fd, name, bytes_of(head, head_text.n), pem))
			log_warning("evidence against %s not kept: %s", upstream,
				strerror(errno));
	}
	close(dir_fd);
}
