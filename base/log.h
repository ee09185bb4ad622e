/* Log lines to stderr.
 *
 * Under journald (JOURNAL_STREAM is set) a line starts with its priority as
 * "<N>"; elsewhere with the time. A line that repeats is counted, not written
 * again: "last message repeated 110 times". One that comes again with others in between,
 * as when several upstreams go and come, is written three times in ten minutes and then
 * counted: "… (37 more in 10 min)". Any thread may write. Text from a stranger goes
 * through text_add_untrusted() first. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/status.h"

/* syslog(3)'s numbers. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* Lines above `level` are dropped. The default is notice. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* "error" … "debug". NOTFOUND for another word. */
MUST_CHECK enum status log_level_from_text(const char *text, enum log_level *level);

/* What becomes of clients' queries (`log.queries`), and what of them is left out
 * (`log.privacy`): each word includes the one before. */
enum log_queries { LOG_QUERIES_OFF, LOG_QUERIES_TEXT, LOG_QUERIES_JSON };
enum log_privacy { LOG_PRIVACY_NONE, LOG_PRIVACY_CLIENT, LOG_PRIVACY_NAME };

void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A line that is a record, such as a query: whatever the level is, and however often it
 * comes. It is written at once, or, where whoever reads them is behind, not at all, and
 * counted: nobody waits here. `bare`: without the time in front. */
void log_record(const char *line, bool bare);
/* Writes the counts of repeated lines that are still held back. */
void log_flush(void);
/* Writes those whose time has come. So does the next line; who logs nothing for long
 * calls this now and then. */
void log_report(void);

/* Where lines go instead of stderr, for tests; one that logs would wait for
 * itself. NULL restores stderr. What was written before is forgotten. */
void log_replace(void (*sink)(enum log_level level, const char *line));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
