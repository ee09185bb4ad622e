#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define LINE_MAX_BYTES 1024
/* A record, with what stands around it. Less than PIPE_BUF, which is 4096 on Linux. */
#define RECORD_MAX_BYTES 4096
/* A line that keeps repeating is reported after this time, and twice that, … up to
 * the longest. */
#define REPORT_FIRST_MS   10000
#define REPORT_LONGEST_MS 600000

/* Lines that come again with others in between: so many are known, and in so long each
 * is written so often, then counted. */
#define KNOWN_MAX     16
#define KNOWN_WRITTEN 3
#define WINDOW_MS     600000

static _Atomic enum log_level threshold = LOG_LEVEL_NOTICE;

/* Guards what follows: threads share one sequence of lines. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned lost; /* records since one was written */
static void (*sink)(enum log_level level, const char *line);
static struct {
	char line[LINE_MAX_BYTES];
	enum log_level level;
	unsigned repeats;
	uint64_t since_ms;
	uint64_t report_ms; /* after `since_ms` */
} last;

/* Of notice and above: the others are many where they are asked for. An empty line is a
 * free place. */
static struct known {
	char line[LINE_MAX_BYTES];
	enum log_level level;
	unsigned written, counted;
	uint64_t last_ms;
} known[KNOWN_MAX];
static uint64_t window_ms; /* when it began */

static const struct {
	const char *name;
	enum log_level level;
} levels[] = {
	{ "error", LOG_LEVEL_ERROR },
	{ "warning", LOG_LEVEL_WARNING },
	{ "notice", LOG_LEVEL_NOTICE },
	{ "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
};

void log_set_level(enum log_level level)
{
	threshold = level;
}

enum log_level log_get_level(void)
{
	return threshold;
}

enum status log_level_from_text(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		if (strcmp(levels[i].name, text) == 0) {
			*level = levels[i].level;
			return STATUS_OK;
		}
	}
	return STATUS_NOTFOUND;
}

void log_replace(void (*to)(enum log_level level, const char *line))
{
	pthread_mutex_lock(&lock);
	sink = to;
	memset(&last, 0, sizeof last);
	memset(known, 0, sizeof known);
	pthread_mutex_unlock(&lock);
}

static void emit(enum log_level level, const char *line)
{
	char stamp[CLOCK_TEXT_MAX];

	if (sink != NULL) {
		sink(level, line);
		return;
	}
	if (getenv("JOURNAL_STREAM") != NULL) {
		fprintf(stderr, "<%d>%s\n", (int)level, line);
		return;
	}
	clock_format(clock_wall_s(), stamp);
	fprintf(stderr, "%s %s\n", stamp, line);
}

/* --- lines that come again at once ----------------------------------------- */

static void flush_repeats(void)
{
	char line[64];

	if (last.repeats == 0)
		return;
	if (last.repeats == 1)
		snprintf(line, sizeof line, "last message repeated once");
	else
		snprintf(line, sizeof line, "last message repeated %u times",
			last.repeats);
	emit(last.level, line);
	last.repeats = 0;
	last.since_ms = clock_now_ms();
	last.report_ms *= 2;
	if (last.report_ms > REPORT_LONGEST_MS)
		last.report_ms = REPORT_LONGEST_MS;
}

static void flush_repeats_in_time(void)
{
	if (clock_now_ms() - last.since_ms >= last.report_ms)
		flush_repeats();
}

/* What is written next stands behind something else. */
static void end_repeats(void)
{
	flush_repeats();
	last.line[0] = '\0';
}

/* --- lines that come again, with others in between ------------------------- */

static void report(struct known *k)
{
	char line[LINE_MAX_BYTES + 64];

	if (k->counted == 0)
		return;
	end_repeats();
	snprintf(line, sizeof line, "%s (%u more in %u min)", k->line, k->counted,
		(unsigned)((clock_now_ms() - window_ms + 59999) / 60000));
	emit(k->level, line);
	k->counted = 0;
}

static void forget(struct known *k)
{
	report(k);
	k->line[0] = '\0';
	k->written = 0;
}

/* The one that has not come for longest, of those that were counted or of all. */
static struct known *find_oldest(bool counted)
{
	struct known *oldest = NULL;

	for (struct known *k = known; k < known + KNOWN_MAX; k++) {
		if (counted && k->counted == 0)
			continue;
		if (oldest == NULL || k->last_ms < oldest->last_ms)
			oldest = k;
	}
	return oldest;
}

/* What came last is told last: that is how things are now. Who was counted goes on being
 * counted; the others are forgotten. */
static void close_window(void)
{
	struct known *k;

	for (k = known; k < known + KNOWN_MAX; k++)
		if (k->counted == 0)
			forget(k);
	while ((k = find_oldest(true)) != NULL)
		report(k);
	window_ms = clock_now_ms();
}

static void close_window_in_time(void)
{
	if (clock_now_ms() - window_ms >= WINDOW_MS)
		close_window();
}

static struct known *find_line(const char *line)
{
	for (struct known *k = known; k < known + KNOWN_MAX; k++)
		if (strcmp(k->line, line) == 0)
			return k;
	return NULL;
}

/* NULL: of no such line is account kept. */
static struct known *know(enum log_level level, const char *line)
{
	struct known *k = find_line(line);

	if (level > LOG_LEVEL_NOTICE || line[0] == '\0')
		return NULL;
	if (k == NULL) {
		k = find_line("");
		k = k != NULL ? k : find_oldest(false);
		forget(k);
		memcpy(k->line, line, LINE_MAX_BYTES);
		k->level = level;
	}
	k->last_ms = clock_now_ms();
	return k;
}

/* --- all lines ------------------------------------------------------------- */

/* `line` is LINE_MAX_BYTES. */
static void write_or_count(enum log_level level, const char *line)
{
	struct known *k = know(level, line);

	if (k != NULL && k->written >= KNOWN_WRITTEN) {
		k->counted++;
		return;
	}
	if (strcmp(line, last.line) == 0) {
		last.repeats++;
		flush_repeats_in_time();
		return;
	}
	if (k != NULL)
		k->written++;
	flush_repeats();
	memcpy(last.line, line, LINE_MAX_BYTES);
	last.level = level;
	last.since_ms = clock_now_ms();
	last.report_ms = REPORT_FIRST_MS;
	emit(level, line);
}

/* A pipe that can be written to takes PIPE_BUF bytes at once (pipe(7)), a socket is told
 * not to wait; files never do. */
static bool write_at_once(const char *line, size_t n)
{
	struct pollfd entry = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t written;

	if (poll(&entry, 1, 0) != 1 || (entry.revents & POLLOUT) == 0)
		return false;
	written = send(STDERR_FILENO, line, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (written < 0 && errno == ENOTSOCK)
		written = write(STDERR_FILENO, line, n);
	return written == (ssize_t)n;
}

static bool write_record(const char *line, bool bare)
{
	char whole[RECORD_MAX_BYTES], stamp[CLOCK_TEXT_MAX];
	struct text text = text_in(whole, sizeof whole);

	if (sink != NULL) {
		sink(LOG_LEVEL_NOTICE, line);
		return true;
	}
	clock_format(clock_wall_s(), stamp);
	if (getenv("JOURNAL_STREAM") != NULL)
		text_add(&text, "<%d>%s\n", (int)LOG_LEVEL_NOTICE, line);
	else
		text_add(&text, "%s%s%s\n", bare ? "" : stamp, bare ? "" : " ", line);
	return !text.cut && write_at_once(text.p, text.n);
}

/* Stands behind the gap. */
static void report_lost(void)
{
	char words[80];

	snprintf(words, sizeof words,
		"%u lines were not written: the log is read too slowly", lost);
	if (lost > 0 && write_record(words, false))
		lost = 0;
}

void log_record(const char *line, bool bare)
{
	pthread_mutex_lock(&lock);
	end_repeats();
	report_lost();
	if (!write_record(line, bare))
		lost++;
	pthread_mutex_unlock(&lock);
}

void log_flush(void)
{
	pthread_mutex_lock(&lock);
	flush_repeats();
	close_window();
	pthread_mutex_unlock(&lock);
}

void log_report(void)
{
	pthread_mutex_lock(&lock);
	flush_repeats_in_time();
	close_window_in_time();
	pthread_mutex_unlock(&lock);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;

	if (level > threshold)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	pthread_mutex_lock(&lock);
	close_window_in_time();
	write_or_count(level, line);
	pthread_mutex_unlock(&lock);
}
