#include "tests/unit/ct/policy_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEFAULT_MS 500
#define RETIRED_MS 1000

static void read_flag(char flag, struct sct_row *row)
{
	switch (flag) {
	case 'x':
		row->has_leaf_index = false;
		row->is_static = true;
		break;
	case 's':
		row->has_leaf_index = true;
		row->is_static = true;
		break;
	case 'r':
		row->retired = true;
		row->retired_ms = RETIRED_MS;
		break;
	case '!':
		row->status = SCT_STATUS_BAD_SIGNATURE;
		break;
	case '?':
		row->status = SCT_STATUS_MALFORMED;
		row->decoded = row->known = false;
		break;
	default:
		fail_msg("no such flag: %c", flag);
	}
}

/* Behind the word. */
static const char *read_word(const char *word, struct sct_row *row)
{
	row->source = *word == 'e' ? SCT_EMBEDDED : *word == 't' ? SCT_TLS : SCT_OCSP;
	row->decoded = row->known = true;
	row->operator_name[0] = word[1];
	memset(row->log_id, word[2], sizeof row->log_id);
	row->timestamp_ms = DEFAULT_MS;
	for (word += 3; *word != '\0' && *word != ' ' && *word != '@'; word++)
		read_flag(*word, row);
	if (*word == '@') {
		char *end;

		row->timestamp_ms = strtoull(word + 1, &end, 10);
		word = end;
	}
	return word;
}

void policy_report_read(const char *scts, struct ct_report *out)
{
	memset(out, 0, sizeof *out);
	while (*scts != '\0') {
		assert_true(out->n < CT_ROWS_MAX);
		scts = read_word(scts, &out->rows[out->n++]);
		if (*scts == ' ')
			scts++;
	}
}

static char sign_of(const struct sct_row *row)
{
	switch (row->status) {
	case SCT_STATUS_OK:
		return row->counts ? '+' : '.';
	case SCT_STATUS_DUPLICATE:
		return 'd';
	case SCT_STATUS_LOG_RETIRED:
		return 'r';
	case SCT_STATUS_MALFORMED:
		return 'm';
	case SCT_STATUS_BAD_SIGNATURE:
		return '!';
	default:
		return '?';
	}
}

static void write_verdict(const struct ct_report *r, char *out, size_t cap)
{
	static const char *const outcomes[] = {
		[CT_NONE] = "none",
		[CT_TOO_FEW] = "too few",
		[CT_OPERATORS] = "operators",
		[CT_SATISFIED] = "satisfied",
	};

	snprintf(out, cap, "%s %s%s %u/%u %u/%u %u/%u%s", outcomes[r->outcome],
		sct_source_word(r->by), r->pooled ? "+ocsp" : "", r->logs, r->logs_needed,
		r->current, r->current_needed, r->operators, r->operators_needed,
		r->rfc6962_missing ? " static" : "");
}

void policy_row_judge(void **state)
{
	const struct policy_row *row = *state;
	const struct ct_policy *policy = ct_policy_find(row->policy);
	char signs[CT_ROWS_MAX + 1] = "", verdict[100];
	struct ct_report report;

	assert_non_null(policy);
	policy_report_read(row->scts, &report);
	ct_policy_judge(policy, row->lifetime_s, &report);
	for (size_t i = 0; i < report.n; i++) {
		signs[i] = sign_of(&report.rows[i]);
		/* Nothing counts that is not valid. */
		assert_true(
			!report.rows[i].counts || report.rows[i].status == SCT_STATUS_OK);
	}
	write_verdict(&report, verdict, sizeof verdict);
	if (strcmp(signs, row->signs) != 0 || strcmp(verdict, row->verdict) != 0)
		print_message("the rule is from: %s\n", row->source);
	assert_string_equal(signs, row->signs);
	assert_string_equal(verdict, row->verdict);
	assert_true(report.lifetime_s == row->lifetime_s);
}
