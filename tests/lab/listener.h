/* Between lab.c and listener.c. */
#ifndef LAB_LISTENER_H
#define LAB_LISTENER_H

#include "tests/lab/lab.h"

/* Adds those of the scenario at `place` in the options: over each protocol its own, its
 * twin, its second address. They have an address and no socket yet. */
void listeners_add(struct lab *lab, const struct lab_options *options, size_t place);

/* Makes the certificate, writes it to the lab's directory, makes the context.
 * A twin is equipped after its scenario, DNS over HTTPS after the same over TLS. */
MUST_CHECK enum status listener_equip(struct lab *lab, struct listener *listener);

#endif
