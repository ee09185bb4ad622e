/* Keys whose value goes into one of pintle's, within its range. */
#include "ctl/stubby_parts.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Of the keys that they go into. */
#define PADDING_MAX    512
#define TIMEOUT_MIN_MS 100
#define TIMEOUT_MAX_MS 60000
#define IDLE_MIN_MS    1000
#define IDLE_MAX_MS    3600000
/* What getdns makes of "pad by a sensible policy" (RFC 8467 §4.1). */
#define PADDING_SENSIBLE 128

enum status stubby_round_robin(struct stubby *s, const struct node *value, void *base)
{
	unsigned on;
	enum status status = stubby_number(s, value, 1, &on);

	(void)base;
	if (status == STATUS_OK)
		s->import->strategy = on ? "round_robin" : "ordered";
	return status;
}

/* In milliseconds there, too. */
static enum status take_time(struct stubby *s, const struct node *value, unsigned min_ms,
	unsigned max_ms, uint32_t *out)
{
	unsigned time_ms;
	enum status status = stubby_number(s, value, 86400000, &time_ms);

	if (status != STATUS_OK)
		return status;
	*out = time_ms < min_ms ? min_ms : time_ms;
	*out = *out > max_ms ? max_ms : *out;
	if (*out == time_ms)
		return STATUS_OK;
	return import_note(s->import, value->line, value->key->text,
		"%u ms is out of pintle's range; it is %u ms here", time_ms,
		(unsigned)*out);
}

enum status stubby_timeout(struct stubby *s, const struct node *value, void *base)
{
	(void)base;
	return take_time(
		s, value, TIMEOUT_MIN_MS, TIMEOUT_MAX_MS, &s->import->timeout_ms);
}

enum status stubby_idle(struct stubby *s, const struct node *value, void *base)
{
	(void)base;
	return take_time(s, value, IDLE_MIN_MS, IDLE_MAX_MS, &s->import->idle_timeout_ms);
}

enum status stubby_padding(struct stubby *s, const struct node *value, void *base)
{
	unsigned block;
	enum status status = stubby_number(s, value, 65535, &block);

	(void)base;
	if (status != STATUS_OK)
		return status;
	s->import->has_padding = true;
	s->import->padding = block == 1 ? PADDING_SENSIBLE : block;
	if (block <= PADDING_MAX)
		return STATUS_OK;
	s->import->padding = PADDING_MAX;
	return import_note(s->import, value->line, value->key->text,
		"blocks of %u bytes are more than pintle's %d", block, PADDING_MAX);
}

enum status stubby_subnet(struct stubby *s, const struct node *value, void *base)
{
	unsigned hide;
	enum status status = stubby_number(s, value, 1, &hide);

	(void)base;
	if (status == STATUS_OK)
		s->import->client_subnet = hide ? "opt_out" : "strip";
	return status;
}

/* Whole, and nothing in it that would need an escape in YAML. */
enum status stubby_path(struct stubby *s, const struct node *value, const char **out)
{
	if (value->kind != NODE_TEXT || value->text[0] != '/')
		return stubby_refuse(s, value, "is not a path that begins with a slash");
	for (const char *c = value->text; *c != '\0'; c++)
		if (*c < 0x20 || *c >= 0x7f || *c == '"' || *c == '\\')
			return stubby_refuse(s, value,
				"has a character in it that is not carried over");
	*out = arena_text(&s->import->arena, value->text);
	return *out != NULL ? STATUS_OK : STATUS_NOMEM;
}

enum status stubby_ca_file(struct stubby *s, const struct node *value, void *base)
{
	(void)base;
	return stubby_path(s, value, &s->import->ca_file);
}

enum status stubby_ca_path(struct stubby *s, const struct node *value, void *base)
{
	(void)base;
	return stubby_path(s, value, &s->import->ca_path);
}

enum status stubby_log_level(struct stubby *s, const struct node *value, void *base)
{
	static const struct stubby_word words[] = {
		{ "GETDNS_LOG_EMERG", "0", 0 },
		{ "GETDNS_LOG_ALERT", "1", 0 },
		{ "GETDNS_LOG_CRIT", "2", 0 },
		{ "GETDNS_LOG_ERR", "3", 0 },
		{ "GETDNS_LOG_WARNING", "4", 1 },
		{ "GETDNS_LOG_NOTICE", "5", 2 },
		{ "GETDNS_LOG_INFO", "6", 3 },
		{ "GETDNS_LOG_DEBUG", "7", 4 },
	};
	static const char *const ours[] = { "error", "warning", "notice", "info",
		"debug" };
	unsigned which;
	enum status status = stubby_word(s, value, words, COUNT(words), &which);

	(void)base;
	if (status == STATUS_OK)
		s->import->log_level = ours[which];
	return status;
}
