/* Where things are if nobody says otherwise. */
#ifndef CTL_PATHS_H
#define CTL_PATHS_H

#include "ctl/command.h"

struct config;

#define PATHS_CONFIG PINTLE_SYSCONFDIR "/pintle/pintle.yaml"
#define PATHS_ROOTS  "/etc/ssl/certs"
#define PATHS_STATE_DIR \
	"/var/lib/pintle" /* what a configuration says if it says nothing */

/* -c FILE, else the usual one. `*out` is owned (config_free()); NULL: none was given, and
 * there is no usual one. CONFIG: it has been said what is wrong. */
enum exit_code paths_read_config(const struct args *args, struct config **out);

/* --state-dir, else the configured one, else the usual one. `config` may be NULL;
 * borrowed from one of the two. */
const char *paths_state_dir(const struct args *args, const struct config *config);

#endif
