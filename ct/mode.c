#include "ct/mode.h"

#include <stddef.h>
#include <string.h>

static const char *const modes[] = {
#define X(name, text) [CT_MODE_##name] = text,
	CT_MODE_LIST(X)
#undef X
};

const char *ct_mode_text(enum ct_mode mode)
{
	return modes[mode];
}

enum status ct_mode_from_text(const char *text, enum ct_mode *mode)
{
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (strcmp(modes[i], text) == 0) {
			*mode = (enum ct_mode)i;
			return STATUS_OK;
		}
	}
	return STATUS_NOTFOUND;
}
