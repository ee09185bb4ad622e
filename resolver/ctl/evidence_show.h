/* One refused certificate, as somebody needs it who is to act on it. */
#ifndef CTL_EVIDENCE_SHOW_H
#define CTL_EVIDENCE_SHOW_H

#include "ctl/command.h"
#include "ctl/evidence_file.h"

/* In words or, with --json, as an object. */
enum exit_code evidence_show(const struct args *args, const struct evidence *e);

#endif
