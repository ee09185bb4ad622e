/* What a log is at a time: pure functions of what the list says of it. */
#include "ct/log.h"

#include <string.h>

#include "ct/log_key.h"

const char *log_state_word(enum log_state state)
{
	static const char *const words[] = {
#define X(name, word) [LOG_##name] = word,
		LOG_STATE_LIST(X)
#undef X
	};

	return words[state];
}

enum status log_state_from_word(const char *word, enum log_state *out)
{
	for (unsigned i = 0; i < LOG_STATE_COUNT; i++) {
		if (strcmp(word, log_state_word((enum log_state)i)) == 0) {
			*out = (enum log_state)i;
			return STATUS_OK;
		}
	}
	return STATUS_NOTFOUND;
}

const struct log_phase *ct_log_phase_at(const struct ct_log *log, int64_t at_ms)
{
	const struct log_phase *found = NULL;

	for (size_t i = 0; i < log->phase_n && log->phases[i].since_ms <= at_ms; i++)
		found = &log->phases[i];
	return found;
}

enum log_standing ct_log_standing(
	const struct ct_log *log, int64_t at_ms, int64_t *retired_ms)
{
	static const enum log_standing standings[] = {
		[LOG_PENDING] = STANDING_PENDING,
		[LOG_QUALIFIED] = STANDING_GOOD,
		[LOG_USABLE] = STANDING_GOOD,
		[LOG_READONLY] = STANDING_GOOD,
		[LOG_RETIRED] = STANDING_RETIRED,
		[LOG_REJECTED] = STANDING_REJECTED,
	};
	const struct log_phase *phase = ct_log_phase_at(log, at_ms);

	if (log->phase_n == 0)
		return STANDING_STATELESS;
	/* A list that knows only of a retirement to come means: good until then. With
	 * another state to come before or after it, nothing is known of today. */
	if (phase == NULL && log->phase_n == 1 && log->phases[0].state == LOG_RETIRED)
		return STANDING_GOOD;
	if (phase == NULL)
		return STANDING_NOT_YET;
	if (phase->state == LOG_RETIRED)
		*retired_ms = phase->since_ms;
	return standings[phase->state];
}

const char *ct_log_operator_at(const struct ct_log *log, int64_t at_ms)
{
	for (size_t i = 0; i < log->term_n; i++)
		if (at_ms < log->terms[i].end_ms)
			return log->terms[i].operator_name;
	return log->operator_name;
}

bool ct_log_covers(const struct ct_log *log, int64_t not_after_ms)
{
	return not_after_ms >= log->from_ms &&
	       (not_after_ms < log->until_ms || log->until_ms == INT64_MAX);
}

EVP_PKEY *ct_log_key(struct ct_log *log)
{
	if (log->unfit == NULL && log->decoded == NULL)
		log->decoded = ct_log_key_decode(log->key);
	return log->decoded;
}

/* Google's, for lists served to programs that may not use its own:
 * 9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk= and
 * si9+3rWvav5QPeBAgbLXTBJThJL+3yyypSZQPO9TztI=. */
static const uint8_t mimics[][SCT_LOG_ID_BYTES] = {
	{ 0xf4, 0x41, 0x95, 0xd6, 0xf0, 0x0e, 0x2d, 0xb5, 0x54, 0x35, 0xca, 0xdd, 0x57,
		0x78, 0x92, 0xe5, 0x3e, 0x15, 0xad, 0x41, 0x70, 0x58, 0xf8, 0x78, 0xe1,
		0x4f, 0xf6, 0xb9, 0x18, 0x74, 0x15, 0x89 },
	{ 0xb2, 0x2f, 0x7e, 0xde, 0xb5, 0xaf, 0x6a, 0xfe, 0x50, 0x3d, 0xe0, 0x40, 0x81,
		0xb2, 0xd7, 0x4c, 0x12, 0x53, 0x84, 0x92, 0xfe, 0xdf, 0x2c, 0xb2, 0xa5,
		0x26, 0x50, 0x3c, 0xef, 0x53, 0xce, 0xd2 },
};

bool ct_log_is_mimic(const uint8_t id[SCT_LOG_ID_BYTES])
{
	for (size_t i = 0; i < sizeof mimics / sizeof *mimics; i++)
		if (memcmp(id, mimics[i], SCT_LOG_ID_BYTES) == 0)
			return true;
	return false;
}
