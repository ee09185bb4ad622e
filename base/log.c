#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 1024
/* A line that keeps repeating is reported at least this often. */
#define REPEAT_REPORT_MS 10000

static _Atomic enum log_level threshold = LOG_LEVEL_NOTICE;

/* Guards what follows: threads share one sequence of lines. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*sink)(enum log_level level, const char *line);
static struct {
	char line[LINE_MAX_BYTES];
	enum log_level level;
	unsigned repeats;
	uint64_t since_ms;
} last;

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
}

void log_flush(void)
{
	pthread_mutex_lock(&lock);
	flush_repeats();
	pthread_mutex_unlock(&lock);
}

/* `line` is LINE_MAX_BYTES. */
static void write_or_count(enum log_level level, const char *line)
{
	if (strcmp(line, last.line) == 0) {
		last.repeats++;
		if (clock_now_ms() - last.since_ms >= REPEAT_REPORT_MS)
			flush_repeats();
		return;
	}
	flush_repeats();
	memcpy(last.line, line, LINE_MAX_BYTES);
	last.level = level;
	last.since_ms = clock_now_ms();
	emit(level, line);
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
	write_or_count(level, line);
	pthread_mutex_unlock(&lock);
}
