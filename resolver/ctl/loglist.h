/* The subcommands of `loglist`. `operand` is what stands behind the name, or NULL. */
#ifndef CTL_LOGLIST_H
#define CTL_LOGLIST_H

#include "ctl/command.h"

enum exit_code loglist_show(const struct args *args, const char *operand);
enum exit_code loglist_check(const struct args *args, const char *operand);
enum exit_code loglist_build(const struct args *args, const char *operand);
enum exit_code loglist_update(const struct args *args, const char *operand);

#endif
