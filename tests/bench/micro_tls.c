/* A certificate with SCTs of two logs, below an intermediate, to a root in a hashed
 * directory. ct_verify.c has more of the SCTs. */
#include <stdint.h>
#include <stdlib.h>

#include "ct/verify.h"
#include "tests/bench/micro.h"
#include "tests/unit/tls/tls_scene.h"
#include "tests/unit/tls/world.h"
#include "tls/verdict.h"

static struct scene scene, scene_of_one;
static struct pin issuer_pin;
static STACK_OF(X509) * sent;
static struct pin pin;
static struct peer kept;

static struct tls_policy make_policy(void)
{
	return (struct tls_policy){ .identity = IDENTITY_NAME,
		.auth_name = "dns.lab",
		.ca_path = world.directory,
		.pins = { &pin, 1 },
		.ct = CT_MODE_REQUIRE,
		.ct_policy = ct_policy_default() };
}

static void collect(struct loglist *logs, struct peer *out)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	const struct tls_policy policy = make_policy();
	const struct tls_trust trust = { .roots = world.roots, .logs = logs };
	const struct peer_shown shown = { .sent = sent };

	micro_must(
		peer_collect(&policy, &trust, &shown, bytes_of(address, sizeof address),
			MAKE_CERT_NOW, out) == STATUS_OK,
		"peer_collect");
}

static void reach(const struct peer *peer)
{
	const struct tls_policy policy = make_policy();
	struct verdict verdict;

	verdict_reach(&policy, peer, &verdict);
	micro_must(verdict.accepted, reason_text(verdict.reason));
}

void micro_tls_init(void)
{
	const struct scene_spec spec = { .embedded = "AB" }, one = { .embedded = "A" };
	X509 *chain[2];

	world_init();
	scenes_init();
	scene_init(&scene, &spec);
	scene_init(&scene_of_one, &one);
	chain[0] = scene.leaf;
	chain[1] = world.inter.certificate;
	sent = make_list(chain, 2);
	pin = make_pin(scene.leaf);
	issuer_pin = make_pin(world.inter.certificate);
	collect(scenes_logs(), &kept);
}

void micro_tls_deinit(void)
{
	peer_deinit(&kept);
	sk_X509_pop_free(sent, X509_free);
	scene_deinit(&scene_of_one);
	scene_deinit(&scene);
	scenes_deinit();
	world_deinit();
}

static void verdict_of_kept(size_t i)
{
	(void)i;
	reach(&kept);
}

static void verdict_whole(size_t i)
{
	struct peer peer;

	(void)i;
	collect(scenes_logs(), &peer);
	reach(&peer);
	peer_deinit(&peer);
}

static void verdict_first(size_t i)
{
	scenes_logs()->memo = (struct ct_memo){ 0 };
	verdict_whole(i);
}

static void check_sct(struct loglist *logs, X509 *leaf)
{
	const struct der der = make_certificate_der(leaf);
	const struct ct_evidence evidence = { .leaf = der_bytes(&der),
		.issuer_key_hash = bytes_of(issuer_pin.sha256, sizeof issuer_pin.sha256),
		.not_before_s = MAKE_CERT_NOW - 86400,
		.not_after_s = MAKE_CERT_NOW + 86400 };
	struct ct_report report;

	logs->memo = (struct ct_memo){ 0 };
	micro_must(
		ct_verify(logs, ct_policy_default(), &evidence, MAKE_CERT_NOW, &report) ==
				STATUS_OK &&
			report.n == 1 && report.rows[0].signature == SCT_SIGNATURE_VALID,
		"ct_verify");
}

static void one_sct(size_t i)
{
	(void)i;
	check_sct(scenes_logs(), scene_of_one.leaf);
}

static void one_pin(size_t i)
{
	struct pin made;

	(void)i;
	micro_must(pin_of_certificate(scene.leaf, &made) == STATUS_OK &&
			   pin_equal(&made, &pin),
		"pin_of_certificate");
}

static void path_alone(size_t i)
{
	struct peer peer;

	(void)i;
	collect(NULL, &peer);
	peer_deinit(&peer);
}

const struct micro_step micro_tls_steps[] = {
	{ "pin_of_certificate, pin_equal", one_pin },
	{ "ct_verify, an SCT not seen before", one_sct },
	{ "verdict_reach", verdict_of_kept },
	{ "peer_collect, without logs", path_alone },
	{ "peer_collect, verdict_reach", verdict_whole },
	{ "the same, two SCTs not seen before", verdict_first },
	{ NULL, NULL },
};
