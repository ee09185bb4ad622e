/* Libraries that the daemon loads when its configuration asks for them.
 *
 * getdns comes with nine more of which nothing else here has any use (libunbound,
 * libevent, nettle, ...): to load all ten takes a tenth of a start, and memory for good.
 * The daemon is linked with late/getdns.c in its place, which defines the functions of
 * getdns that are called here and passes them on. Other programs link getdns itself. */
#ifndef LATE_LATE_H
#define LATE_LATE_H

#include "base/status.h"
#include "base/text.h"

/* Loads getdns, if it is not loaded yet, and says what is wrong with it: IO, and words in
 * `error`. Its functions do the same when they are called first; if it cannot be loaded
 * they fail as they do themselves, and the log says so once. For any thread. */
MUST_CHECK enum status late_getdns(struct text *error);

#endif
