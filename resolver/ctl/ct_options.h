/* What the command line says of Certificate Transparency, but for the log list. Whatever
 * returns USAGE has said what is wrong. */
#ifndef CTL_CT_OPTIONS_H
#define CTL_CT_OPTIONS_H

#include <stdint.h>

#include "ct/mode.h"
#include "ct/policy.h"
#include "ctl/command.h"

/* --policy; strict without it. USAGE. */
enum exit_code ct_option_policy(const struct args *args, const struct ct_policy **out);
/* --ct; `*mode` stays as it is without it. USAGE. */
enum exit_code ct_option_mode(const struct args *args, enum ct_mode *mode);
/* --at, or now. USAGE. */
enum exit_code ct_option_time(const struct args *args, int64_t *at_s);

#endif
