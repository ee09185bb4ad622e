/* What Certificate Transparency decides about an upstream. */
#ifndef CT_MODE_H
#define CT_MODE_H

#include "base/status.h"

#define CT_MODE_LIST(X)     \
	X(OFF, "off")       \
	X(REPORT, "report") \
	X(REQUIRE, "require")

enum ct_mode {
#define X(name, text) CT_MODE_##name,
	CT_MODE_LIST(X)
#undef X
};

/* What happens once the log list can satisfy the policy no longer. */
enum ct_stale {
	CT_STALE_REPORT_IF_PINNED,
	CT_STALE_REFUSE,
	CT_STALE_WARN,
	CT_STALE_JUDGE, /* the SCTs decide as ever; of offline judgements,
			 * never configured */
};

const char *ct_mode_text(enum ct_mode mode);
/* NOTFOUND for another word. */
MUST_CHECK enum status ct_mode_from_text(const char *text, enum ct_mode *mode);

#endif
