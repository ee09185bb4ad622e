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

#define DIGEST_HEX 32
/* Of the text before the certificates; half of it for the verdict, cut if need be: the
 * certificates begin on a line of their own. */
#define HEAD_MAX 2048

/* What only a CA that is trusted can make, and should not have made unless the
 * operator says so; what anybody gets from one, for a name of his own; what anybody can
 * make. None of them pushes out the one before it. */
static const struct class
{
	const char *word;
	unsigned files_max;
} misissued = { "-misissued-", EVIDENCE_FILES_MAX / 2 },
  misnamed = { "-misnamed-", EVIDENCE_FILES_MAX / 4 },
  unverified = { "-unverified-", EVIDENCE_FILES_MAX / 4 };

static const struct class *class_of(const struct verdict *v)
{
	if (!v->chain_verified || v->provisional)
		return &unverified;
	return v->name.ok == RULE_FAILED ? &misnamed : &misissued;
}

/* NAME-misissued-DIGEST.pem; the name's odd characters become '_'. */
static void file_name(const char *upstream, const struct verdict *v, struct text *out)
{
	char hex[2 * sizeof v->chain.certificates[0].sha256 + 1];

	for (const char *p = upstream; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '-';

		text_add(out, "%c", plain ? *p : '_');
	}
	hex_encode(bytes_of(v->chain.certificates[0].sha256,
			   sizeof v->chain.certificates[0].sha256),
		hex);
	text_add(out, "%s%.*s.pem", class_of(v)->word, DIGEST_HEX, hex);
}

/* Told by what stands before the digest: an upstream's name may be anything. */
static bool is_evidence(const char *name, const struct class *class)
{
	size_t n = strlen(name), word_n = strlen(class->word);
	size_t tail_n = word_n + DIGEST_HEX + strlen(".pem");

	return n > tail_n && strcmp(name + n - 4, ".pem") == 0 &&
	       strncmp(name + n - tail_n, class->word, word_n) == 0;
}

/* Finds the oldest file of a class; returns how many there are. */
static unsigned find_oldest(
	int dir_fd, const struct class *class, char oldest[NAME_MAX + 1])
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

static void make_room(int dir_fd, const struct class *class)
{
	char oldest[NAME_MAX + 1];

	while (find_oldest(dir_fd, class, oldest) >= class->files_max)
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
	char when[CLOCK_TEXT_MAX], words[HEAD_MAX / 2];
	struct text explanation = text_in(words, sizeof words);

	clock_format(clock_wall_s(), when);
	verdict_explain(v, &explanation);
	text_add(out, "refused: %s\nupstream: %s\naddress: %s\nverdict: %s\n\n", when,
		upstream, address, words);
}

void evidence_keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *v, struct bytes pem)
{
	char name[NAME_MAX + 1], head[HEAD_MAX];
	struct text name_text = text_in(name, sizeof name);
	struct text head_text = text_in(head, sizeof head);
	int dir_fd;

	/* It is the last rule of all: nothing was wrong but the list's age, which says
	 * nothing against a certificate. */
	if (state_dir == NULL || pem.n == 0 || v->chain.n == 0 ||
		v->reason == REASON_CT_LOG_LIST_STALE)
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
