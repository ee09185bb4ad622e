/* Who holds a port: for the error when it is taken. */
#ifndef LISTEN_HOLDER_H
#define LISTEN_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Adds ", held by unbound (pid 712)" for the first holder of the port that
 * /proc lets us see; nothing if none. */
void holder_describe(uint16_t port, bool udp, struct text *out);

#endif
