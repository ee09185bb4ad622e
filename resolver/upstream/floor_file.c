#include "upstream/floor_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#define FILE_MODE 0644
#define WHY_MAX   512

enum status floor_file_decode(struct bytes file, int64_t *out)
{
	char line[FLOOR_FILE_BYTES_MAX + 1];
	size_t n = file.n;

	if (n > 0 && file.p[n - 1] == '\n')
		n--;
	if (n == 0 || n > FLOOR_FILE_BYTES_MAX || memchr(file.p, '\0', n) != NULL)
		return STATUS_MALFORMED;
	memcpy(line, file.p, n);
	line[n] = '\0';
	return clock_parse(line, out) == 0 ? STATUS_OK : STATUS_MALFORMED;
}

/* False: it is too long for a path, which has been said. */
static bool path_of(const char *state_dir, char out[PATH_MAX])
{
	struct text text = text_in(out, PATH_MAX);

	text_add(&text, "%s/clock", state_dir);
	if (text.cut)
		log_warning("clock: %s: the path is too long", out);
	return !text.cut;
}

void floor_file_open(struct floor_file *f, const char *state_dir)
{
	char path[PATH_MAX], why[WHY_MAX];
	struct text error = text_in(why, sizeof why);
	struct bytes file;
	enum status status;
	int64_t kept_s;

	*f = (struct floor_file){ .lock = PTHREAD_MUTEX_INITIALIZER };
	if (state_dir == NULL || !path_of(state_dir, path))
		return;
	status = file_read_state(path, FLOOR_FILE_BYTES_MAX, &error, &file);
	if (status == STATUS_NOTFOUND)
		return;
	if (status != STATUS_OK) {
		log_warning(
			"clock: not used: %s", error.n > 0 ? why : status_text(status));
		return;
	}
	if (floor_file_decode(file, &kept_s) == STATUS_OK)
		clock_floor_raise(&f->floor, kept_s);
	else
		log_warning("clock: not used: %s: it does not hold a time", path);
	free((void *)file.p);
}

static bool is_due(const struct floor_file *f)
{
	return !f->written || clock_now_ms() - f->written_ms >= FLOOR_FILE_EVERY_MS;
}

/* Whether it went well or not, the next time is an hour later. */
static void save(struct floor_file *f, const char *state_dir)
{
	char path[PATH_MAX], why[WHY_MAX], line[CLOCK_TEXT_MAX + 1];
	struct text error = text_in(why, sizeof why);
	struct text text = text_in(line, sizeof line);
	char time[CLOCK_TEXT_MAX];

	if (!f->unsaved || state_dir == NULL || !path_of(state_dir, path))
		return;
	clock_format(f->floor.floor_s, time);
	text_add(&text, "%s\n", time);
	f->written = true;
	f->written_ms = clock_now_ms();
	if (file_replace(path, bytes_of(line, text.n), FILE_MODE, &error) == STATUS_OK)
		f->unsaved = false;
	else
		log_warning("clock: not kept: %s",
			error.n > 0 ? why : status_text(STATUS_NOMEM));
}

void floor_file_raise(struct floor_file *f, const char *state_dir, int64_t proven_s)
{
	pthread_mutex_lock(&f->lock);
	if (clock_floor_raise(&f->floor, proven_s))
		f->unsaved = true;
	if (f->unsaved && is_due(f))
		save(f, state_dir);
	pthread_mutex_unlock(&f->lock);
}

void floor_file_save(struct floor_file *f, const char *state_dir)
{
	pthread_mutex_lock(&f->lock);
	save(f, state_dir);
	pthread_mutex_unlock(&f->lock);
}
