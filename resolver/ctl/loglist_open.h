/* Log lists for `loglist`: files, and the list in force. */
#ifndef CTL_LISTOPEN_H
#define CTL_LISTOPEN_H

#include "base/endpoint.h"
#include "ct/liststore.h"
#include "ctl/command.h"

struct config;

/* What the configuration and the command line say; the command line wins. */
struct list_settings {
	struct config *config; /* owned, or NULL; owns what is borrowed below */
	const char *state_dir; /* NULL: none given */
	bool has_key;
	uint8_t key[LIST_KEY_BYTES];
	const char *url; /* NULL: none */
	bool has_address;
	struct endpoint address;
	const char *ca_file, *ca_path; /* one of them */
	const char *control;           /* the daemon's socket, or NULL */
	const char *log_list;          /* of the configuration; NULL: built in */
};

/* `-c FILE`, else the usual one if there is such a file and the command line does not
 * say all that is needed. CONFIG, USAGE: it has been said what is wrong. */
enum exit_code list_settings_read(
	const struct args *args, bool to_update, struct list_settings *out);
void list_settings_free(struct list_settings *settings);

/* A file with a list, bare or as it is stored with its signature. `*out` is owned,
 * loglist_free(). CONFIG: the list is in error; FAILED: it cannot be read. Either
 * has been said. */
enum exit_code list_open(const char *path, struct loglist **out);
/* The same, with the file's bytes (owned, free()) and what in them is the list and
 * its signature, if it has one; borrowed from `file`. */
enum exit_code list_read_file(const char *path, struct bytes *file, struct bytes *list,
	struct bytes *signature);

#endif
