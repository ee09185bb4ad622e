#include "local/hosts.h"

#include <arpa/inet.h>
#include <string.h>

#define NAME_BYTES_MAX 254

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The next line without its end and its comment. */
static struct bytes take_line(struct hosts_reader *r)
{
	const uint8_t *p = r->rest.p;
	size_t n = 0, used;

	while (n < r->rest.n && p[n] != '\n')
		n++;
	used = n < r->rest.n ? n + 1 : n;
	r->rest = bytes_of(p + used, r->rest.n - used);
	for (size_t i = 0; i < n; i++)
		if (p[i] == '#')
			n = i;
	return bytes_of(p, n);
}

/* Empty at the end. */
static struct bytes take_word(struct bytes *line)
{
	size_t from = 0, to;
	struct bytes word;

	if (line->n == 0)
		return *line;
	while (from < line->n && is_space(line->p[from]))
		from++;
	for (to = from; to < line->n && !is_space(line->p[to]);)
		to++;
	word = bytes_of(line->p + from, to - from);
	*line = bytes_of(line->p + to, line->n - to);
	return word;
}

/* False where it is too long for a name or an address, or has a NUL in it. */
static bool to_text(struct bytes word, char out[NAME_BYTES_MAX + 1])
{
	if (word.n > NAME_BYTES_MAX || memchr(word.p, '\0', word.n) != NULL)
		return false;
	memcpy(out, word.p, word.n);
	out[word.n] = '\0';
	return true;
}

static bool read_address(const char *text, struct hosts_entry *out)
{
	out->address_n = 4;
	if (inet_pton(AF_INET, text, out->address) == 1)
		return true;
	out->address_n = 16;
	return inet_pton(AF_INET6, text, out->address) == 1;
}

/* Letters of host names, and the underscore that some have. */
static bool read_name(const char *text, struct name *out)
{
	for (const char *c = text; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || strchr("-_.", *c) != NULL))
			return false;
	return name_from_text(text, out) == STATUS_OK && out->n > 1;
}

static bool has_zone(struct bytes word)
{
	return memchr(word.p, '%', word.n) != NULL && memchr(word.p, ':', word.n) != NULL;
}

/* The address, and whether the line is worth going on with. */
static enum hosts_item begin_line(struct hosts_reader *r)
{
	char text[NAME_BYTES_MAX + 1];
	struct bytes line = take_line(r), word = take_word(&line), rest = line;

	r->entry.line++;
	r->names = bytes_of(line.p, 0);
	if (word.n == 0 || has_zone(word))
		return HOSTS_END;
	if (!to_text(word, text) || !read_address(text, &r->entry) ||
		take_word(&rest).n == 0)
		return HOSTS_BROKEN;
	r->names = line;
	return HOSTS_NAME;
}

/* END: a word that is passed over. */
static enum hosts_item read_word(struct hosts_reader *r, struct bytes word)
{
	char text[NAME_BYTES_MAX + 1];
	struct hosts_entry address;

	if (!to_text(word, text))
		return HOSTS_BROKEN;
	if (read_address(text, &address))
		return HOSTS_END;
	return read_name(text, &r->entry.name) ? HOSTS_NAME : HOSTS_BROKEN;
}

enum hosts_item hosts_next(struct hosts_reader *r, struct hosts_entry *out)
{
	enum hosts_item item = HOSTS_END;

	while (item == HOSTS_END) {
		struct bytes word = take_word(&r->names);

		if (word.n > 0) {
			item = read_word(r, word);
		} else if (r->rest.n > 0) {
			if (begin_line(r) == HOSTS_BROKEN)
				item = HOSTS_BROKEN;
		} else {
			return HOSTS_END;
		}
	}
	*out = r->entry;
	return item;
}
