/* Who holds a port: for the error when it is taken. */
#ifndef LISTEN_HOLDER_H
#define LISTEN_HOLDER_H

#include <stdbool.h>

#include "base/endpoint.h"
#include "base/text.h"

/* Adds ", held by unbound (pid 712)" for the first that /proc lets us see of those who
 * hold the port at this address, or at all; nothing if none. */
void holder_describe(const struct endpoint *e, bool udp, struct text *out);

#endif
