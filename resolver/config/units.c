#include "config/units.h"

#include <string.h>

#define SECOND 1000ll
#define KIB    1024ll

const struct unit units_none[] = { { "", 1 }, { 0 } };
const struct unit units_time_ms[] = { { "ms", 1 }, { "s", SECOND }, { "m", 60 * SECOND },
	{ "h", 3600 * SECOND }, { "d", 86400 * SECOND }, { 0 } };
const struct unit units_ttl_ms[] = { { "ms", 1 }, { "", SECOND }, { "s", SECOND },
	{ "m", 60 * SECOND }, { "h", 3600 * SECOND }, { "d", 86400 * SECOND }, { 0 } };
const struct unit units_bytes[] = { { "", 1 }, { "KiB", KIB }, { "MiB", KIB *KIB },
	{ "GiB", KIB *KIB *KIB }, { 0 } };

enum status units_parse(const char *text, const struct unit *units, long long *out)
{
	size_t digits = strspn(text, "0123456789");
	long long value = 0;
	bool fits = true;

	if (digits == 0 || (digits > 1 && text[0] == '0'))
		return STATUS_MALFORMED;
	for (size_t i = 0; i < digits; i++)
		fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
		       !__builtin_add_overflow(value, text[i] - '0', &value);
	while (units->suffix != NULL && strcmp(units->suffix, text + digits) != 0)
		units++;
	if (units->suffix == NULL)
		return STATUS_MALFORMED;
	if (!fits || __builtin_mul_overflow(value, units->factor, out))
		return STATUS_RANGE;
	return STATUS_OK;
}

void units_add(struct text *out, const struct unit *units, long long value)
{
	const struct unit *best = units;

	for (; units->suffix != NULL; units++)
		if (value != 0 && value % units->factor == 0)
			best = units;
	text_add(out, "%lld%s", value / best->factor, best->suffix);
}
