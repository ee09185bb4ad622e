/* What tickets are kept, and for how long: verdicts, and the table of them. How they are
 * used stands in test_resumption.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/must.h"
#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/world.h"

#define NOW       MAKE_CERT_NOW
#define DAY_S     ((int64_t)86400)
#define LIFE_S    3600
#define LEAF_S    (6 * DAY_S)
#define NEVER_S   INT64_MIN
#define ENDLESS_S (INT64_MAX - NOW)

/* --- until when a verdict stands without the certificate -------------------- */

/* Times are from NOW on, when the verdict was reached. Where a row says nothing:
 * accepted, a leaf for six days, an issuer for years, no staple, no Certificate
 * Transparency. */
struct end_row {
	const char *name;
	int64_t leaf_s, issuer_s;
	bool refused, provisional, waived, pins_only;
	struct staple staple;
	enum ct_mode mode;
	int64_t horizon_s;
	int64_t end_s;
};

static const struct end_row end_rows[] = {
	{ .name = "the leaf's end", .end_s = LEAF_S },
	{ .name = "the issuer's end", .issuer_s = 60, .end_s = 60 },
	{ .name = "an issuer that nobody looked at",
		.issuer_s = 60,
		.pins_only = true,
		.end_s = LEAF_S },
	{ .name = "seven days", .leaf_s = 90 * DAY_S, .end_s = 7 * DAY_S },
	{ .name = "refused", .refused = true, .end_s = NEVER_S },
	{ .name = "provisional", .provisional = true, .end_s = NEVER_S },
	{ .name = "waived", .waived = true, .end_s = NEVER_S },
	{ .name = "a staple's nextUpdate",
		.staple = { STAPLE_GOOD, .next_update_s = NOW + 100 },
		.end_s = 100 },
	{ .name = "a staple that says no end",
		.staple = { STAPLE_GOOD, .this_update_s = NOW - 100 },
		.end_s = DAY_S - 100 },
	{ .name = "a staple that says nothing",
		.staple = { STAPLE_OLD, .next_update_s = NOW - 100 },
		.end_s = LEAF_S },
	{ .name = "the log list's horizon",
		.mode = CT_MODE_REQUIRE,
		.horizon_s = 200,
		.end_s = 200 },
	{ .name = "the horizon of a list that only reports",
		.mode = CT_MODE_REPORT,
		.horizon_s = 200,
		.end_s = LEAF_S },
};

static void a_verdict_ends(void **state)
{
	const struct end_row *row = *state;
	struct verdict v = { .accepted = !row->refused,
		.provisional = row->provisional,
		.staple = row->staple,
		.chain_verified = true };
	int64_t end_s = row->end_s == NEVER_S ? NEVER_S : NOW + row->end_s;

	v.pkix.pins_only = row->pins_only;
	v.ct.waived = row->waived;
	v.ct.mode = row->mode;
	v.ct.list_horizon_s = row->horizon_s > 0 ? NOW + row->horizon_s : INT64_MAX;
	v.chain.n = 2;
	v.chain.certificates[0].not_after_s =
		NOW + (row->leaf_s > 0 ? row->leaf_s : LEAF_S);
	v.chain.certificates[1].not_after_s =
		NOW + (row->issuer_s > 0 ? row->issuer_s : 900 * DAY_S);
	assert_true(ticket_verdict_end_s(&v, NOW) == end_s);
}

/* --- the table -------------------------------------------------------------- */

static struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
static SSL_SESSION *genuine; /* of a handshake; its ticket lives for LIFE_S */
static struct verdict verdict;
static struct tickets table;

static struct endpoint at(const char *text)
{
	struct endpoint out;

	must(endpoint_parse(text, 853, &out) == STATUS_OK, "address");
	return out;
}

static void get_session(void)
{
	struct pair_server like = { world.key, { world.leaf, world.inter.certificate },
		.version = TLS1_3_VERSION, .ticket_life_s = LIFE_S };
	struct tls_context context;
	struct pair pair;

	must(tls_context_init(&context, &policy,
		     &(struct tls_trust){ .roots = world.roots },
		     tls_alpn_dot) == STATUS_OK,
		"context");
	pair_init(&pair, &context, &like);
	pair_run(&pair, 1000);
	must(context.tickets.n > 0, "tickets");
	genuine = SSL_SESSION_dup(context.tickets.items[0]->session);
	verdict = *session_verdict(pair.client);
	must(verdict.accepted, "verdict");
	pair_deinit(&pair);
	tls_context_deinit(&context);
}

static bool keep_at(const char *text, const struct verdict *v, int64_t now_s)
{
	struct endpoint address = at(text);
	SSL_SESSION *session = SSL_SESSION_dup(genuine);
	bool kept = tickets_keep(&table, &address, session, v, NOW, now_s);

	if (!kept)
		SSL_SESSION_free(session);
	return kept;
}

static struct ticket *take_at(const char *text, int64_t now_s)
{
	struct endpoint address = at(text);

	return tickets_take(&table, &address, &policy, now_s);
}

static bool has_at(const char *text, int64_t now_s)
{
	struct ticket *ticket = take_at(text, now_s);

	ticket_free(ticket);
	return ticket != NULL;
}

static int forget(void **state)
{
	(void)state;
	tickets_forget(&table);
	return 0;
}

static void two_an_address_and_the_newest_first(void **state)
{
	struct ticket *ticket;

	(void)state;
	for (int64_t i = 0; i < 4; i++)
		assert_true(keep_at("192.0.2.1", &verdict, NOW + i));
	assert_true(keep_at("192.0.2.2", &verdict, NOW));
	assert_int_equal(table.n, 3);
	for (int64_t i = 3; i >= 2; i--) {
		ticket = take_at("192.0.2.1", NOW + 5);
		assert_non_null(ticket);
		assert_true(ticket->until_s == NOW + i + LIFE_S);
		ticket_free(ticket);
	}
	assert_false(has_at("192.0.2.1", NOW + 5));
	assert_int_equal(table.n, 1);
}

static void no_more_than_there_is_room_for(void **state)
{
	char text[20];

	(void)state;
	for (int i = 0; i < 2 * TICKETS_MAX; i++) {
		snprintf(text, sizeof text, "192.0.2.%d", i / 2);
		assert_true(keep_at(text, &verdict, NOW));
		assert_true(table.n <= TICKETS_MAX);
	}
	assert_int_equal(table.n, TICKETS_MAX);
	assert_false(has_at("192.0.2.0", NOW));
	assert_true(has_at("192.0.2.63", NOW));
}

static const struct where_row {
	const char *name, *kept, *asked;
} where_rows[] = {
	{ "another address", "192.0.2.1", "192.0.2.2" },
	{ "another port", "192.0.2.1:853", "192.0.2.1:854" },
	{ "another family", "192.0.2.1", "[2001:db8::1]" },
	{ "a mapped address", "192.0.2.1", "[::ffff:192.0.2.1]" },
	{ "another IPv6 address", "[2001:db8::1]", "[2001:db8::2]" },
};

static void elsewhere_it_is_not_found(void **state)
{
	const struct where_row *row = *state;

	assert_true(keep_at(row->kept, &verdict, NOW));
	assert_false(has_at(row->asked, NOW));
	assert_true(has_at(row->kept, NOW));
	tickets_forget(&table);
}

static void what_is_dropped_at_one_address_stays_at_others(void **state)
{
	struct endpoint address = at("192.0.2.1");

	(void)state;
	assert_true(keep_at("192.0.2.1", &verdict, NOW));
	assert_true(keep_at("192.0.2.2", &verdict, NOW));
	assert_true(keep_at("192.0.2.1", &verdict, NOW));
	tickets_drop(&table, &address);
	assert_int_equal(table.n, 1);
	assert_false(has_at("192.0.2.1", NOW));
	assert_true(has_at("192.0.2.2", NOW));
}

static void each_time_all_are_forgotten_is_another_generation(void **state)
{
	uint64_t before = table.generation;

	(void)state;
	assert_true(keep_at("192.0.2.1", &verdict, NOW));
	tickets_forget(&table);
	assert_int_equal(table.n, 0);
	assert_true(table.generation == before + 1);
}

static void nothing_is_kept_of_what_ends_at_once(void **state)
{
	struct verdict refused = verdict;

	(void)state;
	refused.accepted = false;
	assert_false(keep_at("192.0.2.1", &refused, NOW));
	assert_false(keep_at("192.0.2.1", &verdict, verdict_end_s(&verdict)));
	assert_true(keep_at("192.0.2.1", &verdict, verdict_end_s(&verdict) - 1));
	assert_int_equal(table.n, 1);
}

static void tls_1_2_has_none(void **state)
{
	SSL_SESSION *session = SSL_SESSION_dup(genuine);
	struct endpoint address = at("192.0.2.1");

	(void)state;
	SSL_SESSION_set_protocol_version(session, TLS1_2_VERSION);
	assert_false(tickets_keep(&table, &address, session, &verdict, NOW, NOW));
	SSL_SESSION_free(session);
}

/* --- learned keys ------------------------------------------------------------ */

static void learned_keys_bind_tickets(void **state)
{
	struct learned_pins keys, other_issuer, other_root;
	const struct {
		const struct learned_pins *learned;
		bool used;
	} rows[] = { { NULL, true }, { &keys, true }, { &other_issuer, false },
		{ &other_root, false } };

	(void)state;
	assert_true(verdict_keys(&verdict, &keys));
	other_issuer = other_root = keys;
	other_issuer.issuer.sha256[0] ^= 1;
	other_root.root.sha256[31] ^= 1;
	policy.pin_mode = PIN_LEARN;
	for (size_t i = 0; i < ROWS(rows); i++) {
		assert_true(keep_at("192.0.2.1", &verdict, NOW));
		policy.learned = rows[i].learned;
		assert_int_equal(has_at("192.0.2.1", NOW), rows[i].used);
		assert_int_equal(table.n, 0);
	}
	policy.pin_mode = PIN_ENFORCE;
	policy.learned = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(two_an_address_and_the_newest_first, forget),
		cmocka_unit_test_teardown(no_more_than_there_is_room_for, forget),
		cmocka_unit_test_teardown(
			what_is_dropped_at_one_address_stays_at_others, forget),
		cmocka_unit_test_teardown(
			each_time_all_are_forgotten_is_another_generation, forget),
		cmocka_unit_test_teardown(nothing_is_kept_of_what_ends_at_once, forget),
		cmocka_unit_test_teardown(tls_1_2_has_none, forget),
		cmocka_unit_test_teardown(learned_keys_bind_tickets, forget),
	};
	int failed;

	pair_set_clock();
	world_init();
	get_session();
	failed = run_rows(
		"ends", end_rows, sizeof *end_rows, ROWS(end_rows), a_verdict_ends);
	failed += run_rows("elsewhere", where_rows, sizeof *where_rows, ROWS(where_rows),
		elsewhere_it_is_not_found);
	failed += cmocka_run_group_tests_name("tickets", tests, NULL, NULL);
	SSL_SESSION_free(genuine);
	world_deinit();
	return failed;
}
