/* Numbers with units: "500ms", "4s", "8MiB". Whole numbers only, no sign, no
 * leading zeros, no space before the unit. */
#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include "base/text.h"

struct unit {
	const char *suffix; /* NULL ends the list, which goes from small to big */
	long long factor;
};

extern const struct unit units_none[];    /* plain numbers */
extern const struct unit units_time_ms[]; /* ms s m h d */
extern const struct unit units_ttl_ms[];  /* the same; without a unit, seconds */
extern const struct unit units_bytes[];   /* KiB MiB GiB; without a unit, bytes */

/* MALFORMED: not a number, or a unit that is not in the list. RANGE: more than
 * fits. */
MUST_CHECK enum status units_parse(
	const char *text, const struct unit *units, long long *out);

/* With the biggest unit that leaves a whole number. */
void units_add(struct text *out, const struct unit *units, long long value);

#endif
