/* Libraries that not every configuration needs. */
#ifndef WORKER_LIBRARIES_H
#define WORKER_LIBRARIES_H

#include "config/config.h"

/* Loads what `config` needs, for good. IO, and words in `error`: it cannot be loaded. */
MUST_CHECK enum status libraries_load(const struct config *config, struct text *error);

#endif
