/* File descriptors: clients must not take those that upstreams need. */
#ifndef WORKER_DESCRIPTORS_H
#define WORKER_DESCRIPTORS_H

#include "config/config.h"

/* As many as the hard limit allows. */
void descriptors_raise(void);

/* Of each of that many workers: limits.clients, or as many TCP clients as there are
 * descriptors to spare for, if that is less; then with a line in the log. */
unsigned descriptors_client_limit(const struct config *config, unsigned workers);

#endif
