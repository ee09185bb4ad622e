#include "ctl/evidence_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tls/verdict.h"

const char *evidence_reason(const struct evidence *e)
{
	size_t n = strcspn(e->verdict, ":");

	for (int i = REASON_NONE + 1; i < REASON_COUNT; i++) {
		const char *word = reason_word((enum reason)i);

		if (strlen(word) == n && memcmp(word, e->verdict, n) == 0)
			return word;
	}
	return "";
}

/* "KEY: VALUE" to the member of that name. */
static void take_line(const char *line, size_t n, struct evidence *out)
{
	const struct {
		const char *key;
		char *to;
		size_t cap;
	} members[] = {
		{ "refused: ", out->refused, sizeof out->refused },
		{ "upstream: ", out->upstream, sizeof out->upstream },
		{ "address: ", out->address, sizeof out->address },
		{ "verdict: ", out->verdict, sizeof out->verdict },
	};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		size_t key_n = strlen(members[i].key), value_n = n - key_n;

		if (n < key_n || memcmp(line, members[i].key, key_n) != 0)
			continue;
		if (value_n >= members[i].cap)
			value_n = members[i].cap - 1;
		memcpy(members[i].to, line + key_n, value_n);
		members[i].to[value_n] = '\0';
	}
}

/* The lines up to the first that is PEM. */
static void read_head(struct bytes content, struct evidence *out)
{
	static const char begin[] = "-----BEGIN ";
	const char *at = (const char *)content.p, *end = at + content.n;

	while (at < end && ((size_t)(end - at) < sizeof begin - 1 ||
				   memcmp(at, begin, sizeof begin - 1) != 0)) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline != NULL ? newline : end;

		take_line(at, (size_t)(stop - at), out);
		at = newline != NULL ? newline + 1 : end;
	}
	out->pem = at;
	if (clock_parse(out->refused, &out->refused_s) != 0)
		out->refused_s = INT64_MIN;
}

/* Takes `content` over, whatever comes of it. */
static enum status parse(
	const char *name, struct bytes content, struct text *error, struct evidence *out)
{
	const char *base = strrchr(name, '/');
	enum status status;

	memset(out, 0, sizeof *out);
	out->content = content;
	text_copy(out->file, sizeof out->file, base != NULL ? base + 1 : name);
	out->class = evidence_name_class(out->file);
	read_head(content, out);
	status = shownfile_parse(content, error, &out->shown);
	if (status == STATUS_NOMEM)
		text_add(error, "%s", status_text(status));
	if (status != STATUS_OK)
		evidence_deinit(out);
	return status;
}

enum status evidence_parse(
	const char *name, struct bytes content, struct text *error, struct evidence *out)
{
	uint8_t *copy = malloc(content.n + 1);

	text_add(error, "%s: ", name);
	if (copy == NULL) {
		text_add(error, "%s", status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	memcpy(copy, content.p, content.n);
	copy[content.n] = 0;
	return parse(name, bytes_of(copy, content.n), error, out);
}

void evidence_deinit(struct evidence *e)
{
	shownfile_deinit(&e->shown);
	free((void *)e->content.p);
	e->content = bytes_of(NULL, 0);
}

/* A link, a pipe or a device would not be evidence that the daemon kept. */
static enum status slurp(int fd, struct text *error, struct bytes *out)
{
	struct stat st;
	uint8_t *content;
	size_t n = 0;
	ssize_t more = 1;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		text_add(error, "not a file");
		return STATUS_IO;
	}
	if (st.st_size > EVIDENCE_BYTES_MAX) {
		text_add(error, "larger than %d bytes", EVIDENCE_BYTES_MAX);
		return STATUS_LIMIT;
	}
	content = malloc((size_t)st.st_size + 1);
	if (content == NULL) {
		text_add(error, "%s", status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	while (more > 0 && n < (size_t)st.st_size) {
		more = read(fd, content + n, (size_t)st.st_size - n);
		n += more > 0 ? (size_t)more : 0;
	}
	content[n] = 0;
	*out = bytes_of(content, n);
	if (more >= 0)
		return STATUS_OK;
	text_add(error, "%s", strerror(errno));
	free(content);
	return STATUS_IO;
}

enum status evidence_read(
	int dir_fd, const char *name, struct text *error, struct evidence *out)
{
	struct bytes content;
	enum status status;
	int fd;

	text_add(error, "%s: ", name);
	fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		status = errno == ENOENT ? STATUS_NOTFOUND : STATUS_IO;
		text_add(error, "%s", strerror(errno));
		return status;
	}
	status = slurp(fd, error, &content);
	close(fd);
	return status == STATUS_OK ? parse(name, content, error, out) : status;
}

enum status evidence_names(int dir_fd, char (**names)[NAME_MAX + 1], size_t *n)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	*n = 0;
	*names = NULL;
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return STATUS_IO;
	}
	*names = calloc(EVIDENCE_LISTED_MAX, sizeof **names);
	while (*names != NULL && *n < EVIDENCE_LISTED_MAX &&
		(entry = readdir(dir)) != NULL)
		if (evidence_name_class(entry->d_name) != EVIDENCE_CLASS_COUNT)
			text_copy((*names)[(*n)++], sizeof **names, entry->d_name);
	closedir(dir);
	return *names != NULL ? STATUS_OK : STATUS_NOMEM;
}
