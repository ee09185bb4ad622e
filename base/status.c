#include "base/status.h"

const char *status_text(enum status status)
{
	static const char *const text[] = {
#define X(name, t) [STATUS_##name] = t,
		STATUS_LIST(X)
#undef X
	};

	if ((unsigned)status >= sizeof text / sizeof *text)
		return "unknown status";
	return text[status];
}
