#include "ct/report.h"

static const char *const sources[] = {
#define X(name, word) [SCT_##name] = word,
	SCT_SOURCE_LIST(X)
#undef X
};

static const char *const status_words[] = {
#define X(name, word, text) [SCT_STATUS_##name] = word,
	SCT_STATUS_LIST(X)
#undef X
};

static const char *const status_texts[] = {
#define X(name, word, text) [SCT_STATUS_##name] = text,
	SCT_STATUS_LIST(X)
#undef X
};

static const char *const signatures[] = {
	[SCT_SIGNATURE_UNCHECKED] = "unchecked",
	[SCT_SIGNATURE_VALID] = "valid",
	[SCT_SIGNATURE_BAD] = "bad",
};

const char *sct_source_word(enum sct_source source)
{
	return sources[source];
}

const char *sct_status_word(enum sct_status status)
{
	return status_words[status];
}

const char *sct_status_text(enum sct_status status)
{
	return status_texts[status];
}

const char *sct_signature_word(enum sct_signature signature)
{
	return signatures[signature];
}
