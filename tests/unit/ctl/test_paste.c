/* Which keys a probe offers for pinning, and in what words. */
#include "ctl/paste.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

#define IN_2030 INT64_C(1893456000) /* 2030-01-01 */
#define YEAR_S  INT64_C(31536000)

/* A letter is a key; its certificate ends `years` after 2030 began. */
static void add_certificate(struct verdict *v, char letter, int years)
{
	struct peer_certificate *c = &v->chain.certificates[v->chain.n++];

	memset(c->pin.sha256, letter, PIN_BYTES);
	c->subject[0] = 'C', c->subject[1] = 'N', c->subject[2] = '=';
	c->subject[3] = letter;
	c->not_after_s = IN_2030 + years * YEAR_S;
}

/* Accepted, for a name, without pins. */
static void init_verdict(struct verdict *v, const char *letters)
{
	memset(v, 0, sizeof *v);
	v->accepted = v->chain_verified = true;
	v->pkix.ok = v->name.ok = RULE_OK;
	for (int i = 0; letters[i] != '\0'; i++)
		add_certificate(v, letters[i], i);
}

/* --- what is taken --------------------------------------------------------- */

static void nothing(struct verdict *v)
{
	(void)v;
}

static void pins_match(struct verdict *v)
{
	v->pins.configured = 1;
	v->pins.ok = RULE_OK;
}

static void pins_fail(struct verdict *v)
{
	v->accepted = false;
	v->reason = REASON_PIN_MISMATCH;
	v->pins.configured = 1;
	v->pins.ok = RULE_FAILED;
}

static void pins_reported(struct verdict *v)
{
	pins_fail(v);
	v->accepted = v->pins.report_only = true;
	v->reason = REASON_NONE;
}

static void ct_fails(struct verdict *v)
{
	v->accepted = false;
	v->ct.mode = CT_MODE_REQUIRE;
	v->ct.ok = RULE_FAILED;
	v->reason = v->ct.reason = REASON_CT_TOO_FEW;
}

static void ct_reported(struct verdict *v)
{
	ct_fails(v);
	v->accepted = true;
	v->ct.mode = CT_MODE_REPORT;
}

static void pins_and_ct_fail(struct verdict *v)
{
	pins_fail(v);
	ct_fails(v);
}

static void name_fails(struct verdict *v)
{
	v->accepted = false;
	v->name.ok = RULE_FAILED;
}

static void name_not_asked(struct verdict *v)
{
	v->name.ok = RULE_UNKNOWN;
}

static void name_and_pins_fail(struct verdict *v)
{
	pins_fail(v);
	v->name.ok = RULE_FAILED;
}

static void path_fails(struct verdict *v)
{
	v->accepted = v->chain_verified = false;
	v->pkix.ok = RULE_FAILED;
	v->pkix.reason = REASON_PKIX_UNTRUSTED;
}

static void denied(struct verdict *v)
{
	v->accepted = false;
	v->pkix.ok = RULE_FAILED;
	v->pkix.reason = REASON_PKIX_DENIED;
}

static void pins_only(struct verdict *v)
{
	v->chain_verified = false;
	v->pkix.pins_only = true;
	pins_match(v);
}

static void no_handshake(struct verdict *v)
{
	verdict_protocol_failure("closed", v);
}

static const struct row {
	const char *name;
	void (*change)(struct verdict *v);
	size_t n;
	bool differs;
} rows[] = {
	{ "accepted", nothing, 2, false },
	{ "accepted with pins", pins_match, 2, false },
	{ "refused for its pins alone", pins_fail, 2, true },
	{ "pins reported", pins_reported, 2, true },
	{ "SCTs reported", ct_reported, 2, false },

	{ "refused for its SCTs", ct_fails, 0, false },
	{ "refused for pins and SCTs", pins_and_ct_fail, 0, false },
	{ "of another name", name_fails, 0, false },
	{ "of another name, with other pins", name_and_pins_fail, 0, false },
	{ "no name was asked for", name_not_asked, 0, false },
	{ "not verified", path_fails, 0, false },
	{ "on the deny list", denied, 0, false },
	{ "pins only", pins_only, 0, false },
	{ "no handshake", no_handshake, 0, false },
};

static void take_row(void **state)
{
	const struct row *row = *state;
	struct paste paste = { 0 };
	struct verdict v;

	init_verdict(&v, "LIR");
	row->change(&v);
	paste_take(&v, &paste);
	assert_int_equal(paste.n, row->n);
	assert_int_equal(paste.differs, row->differs);
	for (size_t i = 0; i < paste.n; i++)
		assert_int_equal(paste.keys[i].is_issuer, i == 1);
}

/* --- several addresses ----------------------------------------------------- */

static void a_key_is_there_once_with_its_latest_end(void **state)
{
	struct paste paste = { 0 };
	struct verdict v;

	(void)state;
	init_verdict(&v, "LI");
	paste_take(&v, &paste);
	v.chain.n = 0;
	add_certificate(&v, 'M', 1);
	add_certificate(&v, 'I', 5);
	paste_take(&v, &paste);
	v.chain.n = 0;
	add_certificate(&v, 'M', 0);
	add_certificate(&v, 'I', 2);
	paste_take(&v, &paste);
	assert_int_equal(paste.n, 3);
	assert_int_equal(paste.keys[1].not_after_s, IN_2030 + 5 * YEAR_S);
	assert_int_equal(paste.keys[2].not_after_s, IN_2030 + YEAR_S);
}

static void a_leaf_alone_is_its_own_issuer(void **state)
{
	struct paste paste = { 0 };
	struct verdict v;

	(void)state;
	init_verdict(&v, "L");
	paste_take(&v, &paste);
	assert_int_equal(paste.n, 1);
	assert_false(paste.keys[0].is_issuer);
}

static void more_keys_than_there_is_room_for(void **state)
{
	char *lines = malloc(PASTE_TEXT_MAX);
	struct text text;
	struct paste paste = { 0 };
	struct verdict v;

	(void)state;
	assert_non_null(lines);
	for (char letter = 'A'; letter < 'A' + 40; letter++) {
		init_verdict(&v, "");
		add_certificate(&v, letter, 1);
		memset(v.chain.certificates[0].subject, letter, PEER_SUBJECT_MAX - 1);
		paste_take(&v, &paste);
	}
	assert_int_equal(paste.n, PASTE_KEYS_MAX);
	text = text_in(lines, PASTE_TEXT_MAX);
	paste_write(&paste, &text);
	assert_false(text.cut);
	free(lines);
}

/* --- the lines ------------------------------------------------------------- */

static void issuers_come_first(void **state)
{
	char lines[PASTE_TEXT_MAX];
	struct text text = text_in(lines, sizeof lines);
	struct paste paste = { 0 };
	struct verdict v;
	const char *issuer, *leaf;

	(void)state;
	init_verdict(&v, "LI");
	paste_take(&v, &paste);
	paste_write(&paste, &text);
	issuer = strstr(lines, "# issuer: lasts until 2031-01-01");
	leaf = strstr(lines, "# leaf: until 2030-01-01");
	assert_non_null(issuer);
	assert_non_null(leaf);
	assert_true(issuer < leaf);
	assert_non_null(strstr(lines, "\n    pins:\n      # CN=I\n      - \"sha256//"));
}

static void learns(struct verdict *v, enum rule ok)
{
	v->pins.learned = v->pins.has_known = true;
	v->pins.ok = ok;
	if (ok == RULE_OK)
		return;
	v->accepted = false;
	v->reason = REASON_PIN_MISMATCH;
}

/* Pins beside `pin_mode: learn` are an error of the configuration. */
static void who_learns_is_told_to_take_that_out(void **state)
{
	char lines[PASTE_TEXT_MAX];
	struct text text = text_in(lines, sizeof lines);
	struct paste paste = { 0 };
	struct verdict v;

	(void)state;
	init_verdict(&v, "LIR");
	learns(&v, RULE_OK);
	paste_take(&v, &paste);
	paste_write(&paste, &text);
	assert_int_equal(paste.n, 2);
	assert_int_equal(paste.refused_n, 0);
	assert_ptr_equal(strstr(lines, "    # In place of \"pin_mode: learn\""), lines);
}

static void others_than_learned_are_accepted_not_pasted(void **state)
{
	char lines[LEARNED_COMMAND_MAX];
	struct text text = text_in(lines, sizeof lines);
	struct paste paste = { 0 };
	struct verdict v;

	(void)state;
	for (int i = 0; i < 2; i++) {
		init_verdict(&v, i == 0 ? "LIR" : "MIR");
		learns(&v, RULE_FAILED);
		paste_take(&v, &paste);
	}
	init_verdict(&v, "LJR");
	learns(&v, RULE_FAILED);
	ct_fails(&v);
	paste_take(&v, &paste);
	assert_int_equal(paste.n, 0);
	paste_write_accept(&paste, "u", &text);
	assert_string_equal(lines,
		"  pintlectl pins accept u "
		"sha256//SUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUk=\n");
}

static void without_keys_there_are_no_lines(void **state)
{
	char lines[64];
	struct text text = text_in(lines, sizeof lines);
	struct paste paste = { 0 };

	(void)state;
	paste_write(&paste, &text);
	assert_string_equal(lines, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_there_once_with_its_latest_end),
		cmocka_unit_test(a_leaf_alone_is_its_own_issuer),
		cmocka_unit_test(more_keys_than_there_is_room_for),
		cmocka_unit_test(issuers_come_first),
		cmocka_unit_test(who_learns_is_told_to_take_that_out),
		cmocka_unit_test(others_than_learned_are_accepted_not_pasted),
		cmocka_unit_test(without_keys_there_are_no_lines),
	};
	int failed = run_rows("taken", rows, sizeof *rows, ROWS(rows), take_row);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
