#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 1024
/* A line that keeps repeating is reported at least this often. */
#define REPEAT_REPORT_MS 10000

static enum log_level threshold = LOG_LEVEL_NOTICE;
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
	sink = to;
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

void log_flush(void)
{
	char line[64];

	if (last.repeats == 0)
		return;
	snprintf(line, sizeof line, "last message repeated %u times", last.repeats);
	emit(last.level, line);
	last.repeats = 0;
	last.since_ms = clock_now_ms();
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
	if (strcmp(line, last.line) == 0) {
		last.repeats++;
		if (clock_now_ms() - last.since_ms >= REPEAT_REPORT_MS)
			log_flush();
		return;
	}
	log_flush();
	memcpy(last.line, line, sizeof line);
	last.level = level;
	last.since_ms = clock_now_ms();
	emit(level, line);
}
