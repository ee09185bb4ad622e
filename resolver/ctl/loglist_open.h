/* Log lists for whatever command: files, the built-in one, the one in force. A file may
 * be a bare list or one as it is stored with its signature. */
#ifndef CTL_LOGLIST_OPEN_H
#define CTL_LOGLIST_OPEN_H

#include "base/endpoint.h"
#include "ct/loglist_store.h"
#include "ctl/command.h"

struct config;

/* `path`, or the built-in list if it is NULL or "builtin". `*out` is owned:
 * loglist_free(). CONFIG: there is no such list, or it is in error; FAILED: trouble of
 * our own. Either has been said. */
enum exit_code loglist_open(const char *path, struct loglist **out);

/* The list that the daemon uses, as above. `*warning`, if there is one, is
 * loglist_in_force()'s. */
enum exit_code loglist_open_in_force(
	const struct list_source *source, struct list_choice *out, struct text *warning);

/* A file's bytes (owned, free()) and what in them is the list and its signature, if it
 * has one; borrowed from `file`. CONFIG: it cannot be read; it has been said. */
enum exit_code loglist_open_parts(const char *path, struct bytes *file,
	struct bytes *list, struct bytes *signature);

/* What the configuration and the command line say of `loglist`'s lists; the command line
 * wins. */
struct list_settings {
	struct config *config;       /* owned, or NULL; owns what is borrowed below */
	struct list_source source;   /* of the list in force */
	uint8_t key[LIST_KEY_BYTES]; /* --key's, if `source.key` is it */
	const char *url;             /* NULL: none */
	bool has_address;
	struct endpoint address;
	const char *ca_file, *ca_path; /* one of them */
	const char *control;           /* the daemon's socket, or NULL */
};

/* CONFIG, USAGE: it has been said what is wrong. `*out` is pointed into: it stays where
 * it is until list_settings_free(), which is called in either case. */
enum exit_code list_settings_read(const struct args *args, struct list_settings *out);
void list_settings_free(struct list_settings *settings);

#endif
