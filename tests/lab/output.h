/* What tells others about the running lab. */
#ifndef LAB_OUTPUT_H
#define LAB_OUTPUT_H

#include <stdio.h>

#include "tests/lab/lab.h"

/* A pintle.yaml with every listener as an upstream. `directory` is absolute. */
MUST_CHECK enum status output_yaml(FILE *f, const struct lab *lab, const char *directory);

/* name, role, address, expected, reason, explanation, protocol, whether it answers; a
 * heading first. */
MUST_CHECK enum status output_scenarios(FILE *f, const struct lab *lab);

/* Writes either to a file of the lab's directory. */
MUST_CHECK enum status output_files(const struct lab *lab, const char *directory);

/* `pintle-lab list`. */
void output_list(FILE *f);
/* What else is refused, which is no upstream: for a person, not for a script. */
void output_list_events(FILE *f);

#endif
