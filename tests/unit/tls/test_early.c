/* A clock that may be wrong: what is excused then, and what never is. The world's
 * certificates begin a day before "now", and the clock stands in 1970 unless a row says
 * otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/tls_scene.h"
#include "tests/unit/tls/world.h"
#include "tls/ticket.h"

#define NOW  MAKE_CERT_NOW
#define DAY  ((int64_t)86400)
#define BOOT ((int64_t)300)
/* When the world's certificates begin. */
#define BEGIN (NOW - DAY)

static const uint8_t v4[] = { 192, 0, 2, 1 };

/* Who signs the leaf; the late one begins a hundred seconds from now, the old one has
 * ended before. */
enum by { BY_INTER, BY_STRANGER, BY_ITSELF, BY_FORGER, BY_LATE, BY_LATE_FORGER, BY_OLD };

static struct issuer late, old;

struct row {
	const char *name;
	enum reason reason; /* REASON_NONE: accepted */
	bool excused;       /* … by clock_suspect */
	int64_t clock_s;    /* 0: BOOT */
	int64_t floor_s;
	bool sure;        /* the time is beyond doubt */
	const char *pins; /* L, I, R: of the chain; x: another */
	struct tls_policy policy;
	struct cert_spec leaf;
	enum by by;
	bool ct; /* required; the chain is `scene`'s */
	struct scene_spec scene;
};

#define NAMES     .san = "DNS:dns.lab,IP:192.0.2.1"
#define PINS_ONLY .policy = { .identity = IDENTITY_NONE, .pkix = PKIX_PINS_ONLY }
#define LEARN     .policy = { .pin_mode = PIN_LEARN }
#define FOR_NTP   .policy = { .for_ntp = true }
#define EMBEDDED  .ct = true, .scene.embedded

static const struct row rows[] = {
	/* The clock is right: the twin of all that follow. */
	{ "right", REASON_NONE, .clock_s = NOW },
	{ "right, pinned", REASON_NONE, .clock_s = NOW, .pins = "L" },
	{ "right, in its first second", REASON_NONE, .clock_s = BEGIN },
	{ "right, for ntp_names", REASON_NONE, .clock_s = NOW, FOR_NTP },
	{ "right, below it a floor", REASON_NONE, .clock_s = NOW, .floor_s = BEGIN },
	{ "behind, and the floor is right", REASON_NONE, .floor_s = NOW },
	{ "behind, and the floor is in the first second", REASON_NONE, .floor_s = BEGIN },

	/* It is behind. */
	{ "behind, pinned", REASON_NONE, .excused = true, .pins = "L" },
	{ "behind, issuer pinned", REASON_NONE, .excused = true, .pins = "xI" },
	{ "behind, root pinned", REASON_NONE, .excused = true, .pins = "R" },
	{ "behind, pinned, a second missing", REASON_NONE, .excused = true,
		.clock_s = BEGIN - 1, .pins = "L" },
	{ "behind, and so is the floor, pinned", REASON_NONE, .excused = true,
		.floor_s = BEGIN - 1, .pins = "L" },
	{ "behind, not pinned", REASON_CLOCK_SUSPECT, .pins = NULL },
	{ "behind, and so is the floor, not pinned", REASON_CLOCK_SUSPECT,
		.floor_s = BEGIN - 1 },
	{ "behind, not pinned, for ntp_names", REASON_NONE, .excused = true, FOR_NTP },
	{ "behind, another pin", REASON_PKIX_NOT_YET_VALID, .pins = "x" },
	{ "behind, another pin, for ntp_names", REASON_PKIX_NOT_YET_VALID, .pins = "x",
		FOR_NTP },
	{ "behind, another pin, reported", REASON_CLOCK_SUSPECT, .pins = "x",
		.policy = { .pin_mode = PIN_REPORT } },
	{ "behind, nothing learned yet", REASON_CLOCK_SUSPECT, LEARN },
	{ "given as such", REASON_PKIX_NOT_YET_VALID, .sure = true },
	{ "given as such, pinned", REASON_PKIX_NOT_YET_VALID, .sure = true, .pins = "L" },
	{ "given as such, for ntp_names", REASON_PKIX_NOT_YET_VALID, .sure = true,
		FOR_NTP },

	/* Not only that is wrong. */
	{ "another name", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		.leaf = { .san = "DNS:dns.lab,IP:192.0.2.2" } },
	{ "another name, for ntp_names", REASON_PKIX_NOT_YET_VALID, FOR_NTP,
		.leaf = { .san = "DNS:dns.lab,IP:192.0.2.2" } },
	{ "denied", REASON_PKIX_DENIED, .pins = "L", .policy = { .deny = { .n = 1 } } },
	{ "an unknown CA's", REASON_PKIX_UNTRUSTED, .pins = "L", .by = BY_STRANGER },
	{ "self-signed", REASON_PKIX_UNTRUSTED, .pins = "L", .by = BY_ITSELF },
	{ "self-signed, for ntp_names", REASON_PKIX_UNTRUSTED, .by = BY_ITSELF, FOR_NTP },
	{ "forged, issuer pinned", REASON_PKIX_NOT_YET_VALID, .pins = "I",
		.by = BY_FORGER },
	{ "forged, for ntp_names", REASON_PKIX_NOT_YET_VALID, .by = BY_FORGER, FOR_NTP },

	/* The issuer begins later than the leaf. */
	{ "an issuer of tomorrow, then", REASON_NONE, .clock_s = NOW + 100,
		.by = BY_LATE },
	{ "an issuer of tomorrow, pinned", REASON_NONE, .excused = true, .clock_s = NOW,
		.pins = "L", .by = BY_LATE },
	{ "an issuer of tomorrow, not pinned", REASON_CLOCK_SUSPECT, .clock_s = NOW,
		.by = BY_LATE },
	{ "an issuer of tomorrow, the leaf in its last second", REASON_NONE,
		.excused = true, .clock_s = NOW, .pins = "L", .by = BY_LATE,
		.leaf = { NAMES, .not_after_s = NOW + 101 } },
	{ "an issuer of tomorrow, the leaf ended before", REASON_PKIX_NOT_YET_VALID,
		.clock_s = NOW, .pins = "L", .by = BY_LATE,
		.leaf = { NAMES, .not_after_s = NOW + 99 } },
	{ "an issuer of tomorrow, the leaf forged", REASON_PKIX_NOT_YET_VALID,
		.clock_s = NOW, .pins = "I", .by = BY_LATE_FORGER },

	/* Whoever turns the clock back, with the key of a certificate that has ended. */
	{ "expired", REASON_PKIX_EXPIRED, .clock_s = NOW, .pins = "L",
		.leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "expired before the floor", REASON_PKIX_EXPIRED, .floor_s = NOW, .pins = "L",
		.leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "expired before the floor, not pinned", REASON_PKIX_EXPIRED, .floor_s = NOW,
		.leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "expired before the floor, for ntp_names", REASON_PKIX_EXPIRED, .floor_s = NOW,
		FOR_NTP, .leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "expired, with no floor that says so", REASON_NONE, .excused = true,
		.pins = "L", .leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "expired by the clock, the floor is older", REASON_PKIX_EXPIRED, .clock_s = NOW,
		.floor_s = NOW - 2, .pins = "L",
		.leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "ends before it begins", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		.leaf = { NAMES, .not_before_s = NOW, .not_after_s = NOW - 1 } },
	{ "its issuer has expired, and it is to come", REASON_PKIX_EXPIRED,
		.clock_s = NOW, .pins = "L", .by = BY_OLD,
		.leaf = { NAMES, .not_before_s = NOW + 1 } },
	{ "its issuer had expired by then", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		.by = BY_OLD },

	/* pins_only: the leaf alone. */
	{ "pins only, right", REASON_NONE, .clock_s = NOW, .pins = "L", .by = BY_ITSELF,
		PINS_ONLY },
	{ "pins only", REASON_NONE, .excused = true, .pins = "L", .by = BY_ITSELF,
		PINS_ONLY },
	{ "pins only, given as such", REASON_PKIX_NOT_YET_VALID, .sure = true,
		.pins = "L", .by = BY_ITSELF, PINS_ONLY },
	{ "pins only, another pin", REASON_PKIX_NOT_YET_VALID, .pins = "x",
		.by = BY_ITSELF, PINS_ONLY },
	{ "pins only, no pin, for ntp_names", REASON_PKIX_NOT_YET_VALID, .by = BY_ITSELF,
		.policy = { .identity = IDENTITY_NONE,
			.pkix = PKIX_PINS_ONLY,
			.for_ntp = true } },
	{ "pins only, issuer pinned", REASON_PKIX_NOT_YET_VALID, .pins = "I", PINS_ONLY },
	{ "pins only, another name", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		.by = BY_ITSELF, .leaf = { .san = "IP:192.0.2.2" },
		.policy = { .pkix = PKIX_PINS_ONLY } },
	{ "pins only, expired before the floor", REASON_PKIX_EXPIRED, .floor_s = NOW,
		.pins = "L", .by = BY_ITSELF, PINS_ONLY,
		.leaf = { .not_after_s = NOW - 1 } },
	{ "pins only, ends before it begins", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		.by = BY_ITSELF, PINS_ONLY,
		.leaf = { .not_before_s = NOW, .not_after_s = NOW - 1 } },

	/* SCTs and staples. */
	{ "SCTs, right", REASON_NONE, .clock_s = NOW, .pins = "L", EMBEDDED = "AB" },
	{ "SCTs of its first day", REASON_NONE, .excused = true, .pins = "L",
		EMBEDDED = "AB" },
	{ "SCTs of its first day, not pinned", REASON_CLOCK_SUSPECT, EMBEDDED = "AB" },
	{ "SCTs of its first day, for ntp_names", REASON_NONE, .excused = true, FOR_NTP,
		EMBEDDED = "AB" },
	{ "SCTs as late as they may be", REASON_NONE, .excused = true, .pins = "L",
		EMBEDDED = "AB", .scene.scts_s = NOW + 300 },
	{ "SCTs later than that, right", REASON_NONE, .clock_s = NOW + 1, .pins = "L",
		EMBEDDED = "AB", .scene.scts_s = NOW + 301 },
	{ "SCTs later than that", REASON_PKIX_NOT_YET_VALID, .pins = "L", EMBEDDED = "AB",
		.scene.scts_s = NOW + 301 },
	{ "too few SCTs", REASON_PKIX_NOT_YET_VALID, .pins = "L", EMBEDDED = "A" },
	{ "too few SCTs, for ntp_names", REASON_PKIX_NOT_YET_VALID, FOR_NTP,
		EMBEDDED = "A" },
	{ "an SCT of another certificate", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		EMBEDDED = "Ab" },
	{ "revoked", REASON_PKIX_REVOKED, .pins = "L", EMBEDDED = "AB",
		.scene.staple = SCENE_REVOKED },
	{ "revoked, for ntp_names", REASON_PKIX_REVOKED, FOR_NTP, EMBEDDED = "AB",
		.scene.staple = SCENE_REVOKED },
	{ "a staple is demanded, right", REASON_NONE, .clock_s = NOW, .pins = "L",
		EMBEDDED = "AB", .scene.must_staple = true, .scene.staple = SCENE_GOOD },
	{ "a staple is demanded, of its first day", REASON_NONE, .excused = true,
		.pins = "L", EMBEDDED = "AB", .scene.must_staple = true,
		.scene.staple = SCENE_GOOD, .scene.staple_s = BEGIN },
	{ "a staple is demanded, and it is later", REASON_OCSP_REQUIRED, .pins = "L",
		EMBEDDED = "AB", .scene.must_staple = true, .scene.staple = SCENE_GOOD },
};

static X509 *make_leaf(const struct row *row)
{
	static const struct issuer *const issuers[] = { &world.inter, &world.stranger,
		NULL, &world.inter, &late, &late, &old };
	bool forged = row->by == BY_FORGER || row->by == BY_LATE_FORGER;
	struct cert_spec spec = row->leaf;

	if (spec.san == NULL)
		spec.san = "DNS:dns.lab,IP:192.0.2.1";
	return make_cert(
		&spec, world.key, issuers[row->by], forged ? world.stranger.key : NULL);
}

struct stand {
	struct clock_floor floor;
	struct tls_policy policy;
	struct tls_trust trust;
	struct pin pins[4], denied;
	X509 *leaf; /* owned, unless it is the scene's */
	X509 *issuer;
	struct scene scene;
};

static struct pin pin_named(char letter, const struct stand *s)
{
	struct pin other = { .sha256 = { 1 } };

	switch (letter) {
	case 'L':
		return make_pin(s->leaf);
	case 'I':
		return make_pin(s->issuer);
	case 'R':
		return make_pin(world.root.certificate);
	default:
		return other;
	}
}

static void stand_init(struct stand *s, const struct row *row)
{
	memset(s, 0, sizeof *s);
	pair_at_s = row->clock_s != 0 ? row->clock_s : BOOT;
	s->floor.floor_s = row->floor_s;
	s->policy = row->policy;
	s->trust = (struct tls_trust){ .roots = world.roots,
		.clock = row->sure ? NULL : &s->floor };
	s->issuer = row->by == BY_LATE || row->by == BY_LATE_FORGER ? late.certificate
		    : row->by == BY_OLD                             ? old.certificate
					: world.inter.certificate;
	if (row->ct) {
		scene_init(&s->scene, &row->scene);
		s->trust.logs = scenes_logs();
		s->policy.ct = CT_MODE_REQUIRE;
		s->policy.ct_policy = ct_policy_default();
	}
	s->leaf = row->ct ? s->scene.leaf : make_leaf(row);
	s->policy.pins.pins = s->pins;
	for (const char *p = row->pins; p != NULL && *p != '\0'; p++)
		s->pins[s->policy.pins.n++] = pin_named(*p, s);
	s->denied = make_pin(s->leaf);
	s->policy.deny.pins = &s->denied;
}

static void stand_deinit(struct stand *s)
{
	X509_free(s->leaf);
}

static void judge(struct stand *s, bool in_two_steps, struct verdict *v)
{
	X509 *sent[] = { s->leaf, s->issuer };
	struct peer_shown shown = { .sent = make_list(sent, 2),
		.staple_awaited = in_two_steps };
	struct peer peer;

	if (s->scene.staple.n > 0)
		shown.staple = der_bytes(&s->scene.staple);
	assert_int_equal(peer_collect(&s->policy, &s->trust, &shown, bytes_of(v4, 4),
				 clock_floor_now_s(s->trust.clock), &peer),
		STATUS_OK);
	if (in_two_steps)
		assert_int_equal(peer_take_staple(&s->policy, &s->trust, &shown, &peer),
			STATUS_OK);
	verdict_reach(&s->policy, &peer, v);
	peer_deinit(&peer);
	sk_X509_pop_free(shown.sent, X509_free);
}

static void assert_verdict(const struct row *row, const struct verdict *v)
{
	assert_string_equal(reason_word(v->reason), reason_word(row->reason));
	assert_int_equal(v->accepted, row->reason == REASON_NONE);
	assert_int_equal(v->clock_suspect, row->excused);
	assert_int_equal(v->for_ntp, row->excused && row->policy.for_ntp);
	assert_int_equal(v->clock.valid_from_s != 0,
		row->excused || row->reason == REASON_CLOCK_SUSPECT);
	assert_int_equal(v->clock.floor_s, row->floor_s);
	assert_int_equal(
		v->clock.at_s, row->floor_s > pair_at_s ? row->floor_s : pair_at_s);
	/* Of what is not valid yet nothing is proven but to whom it is excused. */
	if (row->reason == REASON_CLOCK_SUSPECT ||
		row->reason == REASON_PKIX_NOT_YET_VALID) {
		assert_false(v->chain_verified);
		assert_int_equal(v->pins.ok, RULE_UNKNOWN);
		assert_int_equal(v->ct.ok, RULE_UNKNOWN);
	}
}

static void judge_row(void **state)
{
	const struct row *row = *state;
	struct stand stand;
	struct verdict v;

	stand_init(&stand, row);
	judge(&stand, false, &v);
	assert_verdict(row, &v);
	judge(&stand, true, &v);
	assert_verdict(row, &v);
	stand_deinit(&stand);
}

/* --- in a handshake -------------------------------------------------------- */

static void shake(const struct row *row, int version)
{
	struct pair_server like = { .version = version, .key = world.key };
	struct tls_context context;
	struct stand stand;
	struct pair pair;

	stand_init(&stand, row);
	like.chain[0] = stand.leaf;
	like.chain[1] = stand.issuer;
	if (stand.scene.staple.n > 0)
		like.staple = der_bytes(&stand.scene.staple);
	assert_int_equal(
		tls_context_init(&context, &stand.policy, &stand.trust, tls_alpn_dot),
		STATUS_OK);
	pair_init(&pair, &context, &like);
	pair_run(&pair, 1000);
	assert_int_equal(session_handshake(pair.client),
		row->reason == REASON_NONE ? SESSION_OPEN : SESSION_FAILED);
	assert_verdict(row, session_verdict(pair.client));
	if (row->reason == REASON_NONE && row->by == BY_INTER &&
		row->leaf.not_after_s == 0)
		assert_int_equal(session_left_s(pair.client),
			NOW + DAY - clock_floor_now_s(&stand.floor));
	pair_deinit(&pair);
	tls_context_deinit(&context);
	stand_deinit(&stand);
}

static void shake_row(void **state)
{
	const struct row *row = *state;

	/* The time is beyond doubt for `verify --at` alone. */
	if (row->sure)
		return;
	shake(row, TLS1_2_VERSION);
	shake(row, TLS1_3_VERSION);
}

/* --- beside certificates --------------------------------------------------- */

static const struct row pinned = { .pins = "L" }, unpinned = { .pins = NULL };

/* Whatever else is said of it, only what is not valid yet is early. */
static void only_what_is_not_valid_yet_is_early(void **state)
{
	static const int errors[] = { X509_V_ERR_CERT_HAS_EXPIRED,
		X509_V_ERR_CERT_SIGNATURE_FAILURE, X509_V_ERR_UNSPECIFIED };
	struct peer peer = { .is_early = true, .name_ok = true, .built.n = 1 };
	struct stand s;
	struct verdict v;

	(void)state;
	stand_init(&s, &pinned);
	peer.built.certificates[0].pin = s.pins[0];
	peer.sent = peer.built;
	for (size_t i = 0; i < ROWS(errors); i++) {
		for (int pins_only = 0; pins_only < 2; pins_only++) {
			s.policy.pkix = pins_only ? PKIX_PINS_ONLY : PKIX_REQUIRE;
			peer.path_error = peer.leaf_error = errors[i];
			verdict_reach(&s.policy, &peer, &v);
			assert_false(v.accepted);
			assert_false(v.clock_suspect);
		}
	}
	stand_deinit(&s);
}

/* The next handshake shows the certificate again, for the clock may be right then. */
static void no_session_is_resumed(void **state)
{
	const struct row right = { .clock_s = NOW, .pins = "L" };
	struct stand s;
	struct verdict v;

	(void)state;
	stand_init(&s, &pinned);
	judge(&s, false, &v);
	assert_int_equal(ticket_verdict_end_s(&v, BOOT), INT64_MIN);
	stand_deinit(&s);
	stand_init(&s, &right);
	judge(&s, false, &v);
	assert_int_equal(ticket_verdict_end_s(&v, NOW), NOW + DAY);
	stand_deinit(&s);
}

static void assert_words(const struct row *row, const char *expected)
{
	char words[400];
	struct text text = text_in(words, sizeof words);
	struct stand s;
	struct verdict v;

	stand_init(&s, row);
	judge(&s, false, &v);
	verdict_explain(&v, &text);
	assert_string_equal(words, expected);
	stand_deinit(&s);
}

static void in_words(void **state)
{
	static const struct row for_ntp = { FOR_NTP };

	(void)state;
#define DATES "(valid from 2026-05-31T00:00:00Z, and it is 1970-01-01T00:05:00Z)"
	assert_words(&pinned, "accepted, clock_suspect " DATES);
	assert_words(
		&for_ntp, "accepted, clock_suspect, to ask for ntp_names alone " DATES);
	assert_words(&unpinned, "clock_suspect: the clock may be wrong " DATES);
}

static struct issuer make_dated_ca(const char *cn, int64_t from_s, int64_t to_s)
{
	const struct cert_spec spec = { .cn = cn,
		.constraints = "critical,CA:TRUE",
		.usage = "critical,keyCertSign",
		.not_before_s = from_s,
		.not_after_s = to_s };
	struct issuer ca = { .key = make_key() };

	ca.certificate = make_cert(&spec, ca.key, &world.root, NULL);
	return ca;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_not_valid_yet_is_early),
		cmocka_unit_test(no_session_is_resumed),
		cmocka_unit_test(in_words),
	};
	int failed;

	pair_set_clock();
	world_init();
	scenes_init();
	late = make_dated_ca("Late", NOW + 100, NOW + DAY);
	old = make_dated_ca("Old", BEGIN - 9 * DAY, BEGIN - 1);
	failed = run_rows("early", rows, sizeof *rows, ROWS(rows), judge_row);
	failed += run_rows("handshakes", rows, sizeof *rows, ROWS(rows), shake_row);
	failed += cmocka_run_group_tests_name("rest", tests, NULL, NULL);
	issuer_deinit(&old);
	issuer_deinit(&late);
	scenes_deinit();
	world_deinit();
	return failed;
}
