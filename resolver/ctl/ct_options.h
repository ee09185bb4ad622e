/* What the command line says of Certificate Transparency. */
#ifndef CTL_LOGS_H
#define CTL_LOGS_H

#include "config/config.h"
#include "ct/loglist.h"
#include "ct/mode.h"
#include "ct/policy.h"
#include "ctl/command.h"

/* --policy; strict without it. USAGE: it has been said what is wrong. */
enum exit_code logs_policy(const struct args *args, const struct ct_policy **out);
/* --ct; `*mode` stays as it is without it. USAGE. */
enum exit_code logs_mode(const struct args *args, enum ct_mode *mode);
/* `path`, or the built-in list if it is NULL or "builtin". `*out` is owned:
 * loglist_free(). CONFIG: the list is in error; FAILED: trouble of our own. Either
 * has been said. */
enum exit_code logs_read(const char *path, struct loglist **out);
/* The list that the daemon uses under that configuration: as above. */
enum exit_code logs_read_configured(const struct config *config, struct loglist **out);

/* --at, or now. USAGE. */
enum exit_code logs_time(const struct args *args, int64_t *at_s);

#endif
