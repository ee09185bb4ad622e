#include "tests/unit/tls/tls_scene.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/ct/ct_world.h"
#include "tests/unit/tls/make_ocsp.h"
#include "tests/unit/tls/world.h"

#define LETTERS    "ABCU"
#define LISTED     3
#define SCTS_MAX   8
#define SCTS_S     (MAKE_CERT_NOW - 3600)
#define FEATURE    "1.3.6.1.5.5.7.1.24"
#define LONG_AGO_S (MAKE_CERT_NOW - 30 * 86400)

static struct test_log logs[sizeof LETTERS - 1];
static struct loglist *list;
static struct issuer namesake;

void scenes_init(void)
{
	const char *const operators[LISTED] = { "Ann", "Bob", "Ann" };
	struct listed listed[LISTED];

	for (size_t i = 0; i < sizeof LETTERS - 1; i++)
		logs[i] = make_log(make_key());
	for (size_t i = 0; i < LISTED; i++)
		listed[i] =
			(struct listed){ .log = &logs[i], .operator_name = operators[i] };
	list = make_loglist(listed, LISTED);
	namesake = make_ca("Inter", NULL);
}

void scenes_deinit(void)
{
	for (size_t i = 0; i < sizeof LETTERS - 1; i++)
		test_log_deinit(&logs[i]);
	loglist_free(list);
	issuer_deinit(&namesake);
}

struct loglist *scenes_logs(void)
{
	return list;
}

/* A small letter's log signed the world's own leaf. */
static struct der make_letter(char letter, int64_t at_s, const struct ct_entry *entry)
{
	const struct test_log *log = &logs[strchr(LETTERS, toupper(letter)) - LETTERS];
	struct der other = make_certificate_der(world.leaf);
	struct ct_entry wrong = { .type = CT_ENTRY_X509,
		.certificate = der_bytes(&other) };

	return make_sct(log, (uint64_t)(at_s != 0 ? at_s : SCTS_S) * 1000,
		bytes_of(NULL, 0), islower((unsigned char)letter) ? &wrong : entry);
}

static struct der make_letters(
	const char *letters, int64_t at_s, const struct ct_entry *entry)
{
	struct der scts[SCTS_MAX];
	size_t n = 0;

	if (letters == NULL)
		return (struct der){ .n = 0 };
	for (; letters[n] != '\0'; n++)
		scts[n] = make_letter(letters[n], at_s, entry);
	return make_sct_list(scts, n);
}

static X509 *make_leaf(const struct scene_spec *spec)
{
	const struct cert_spec like = { .cn = "dns", .san = "DNS:dns.lab,IP:192.0.2.1" };
	X509 *leaf = make_cert(&like, world.key, &world.inter, NULL);
	struct ct_entry entry = { .type = CT_ENTRY_PRECERT };
	struct der tbs, letters, octets;
	uint8_t key_hash[32];

	if (spec->must_staple)
		make_extension(
			leaf, FEATURE, false, bytes_of_text("\x30\x03\x02\x01\x05"), -1);
	make_key_hash(world.inter.certificate, key_hash);
	tbs = make_tbs(leaf);
	entry.issuer_key_hash = bytes_of(key_hash, sizeof key_hash);
	entry.certificate = der_bytes(&tbs);
	letters = make_letters(spec->embedded, spec->scts_s, &entry);
	octets = make_octets(der_bytes(&letters));
	if (spec->embedded != NULL)
		make_extension(leaf, MAKE_SCT_OID, false, der_bytes(&octets), -1);
	if (X509_sign(leaf, world.inter.key, EVP_sha256()) <= 0)
		abort();
	return leaf;
}

static struct der make_staple(
	const struct scene_spec *spec, X509 *leaf, const struct ct_entry *entry)
{
	struct der letters = make_letters(spec->ocsp, spec->scts_s, entry);
	struct der octets = make_octets(der_bytes(&letters));
	struct ocsp_spec like = { .n = 1 };

	if (spec->staple == SCENE_NONE)
		return (struct der){ .n = 0 };
	if (spec->staple == SCENE_NOISE)
		return (struct der){ .p = "noise", .n = 5 };
	if (spec->ocsp != NULL)
		like.singles[0].scts[0] = der_bytes(&octets);
	if (spec->staple == SCENE_REVOKED)
		like.singles[0].status = V_OCSP_CERTSTATUS_REVOKED;
	if (spec->staple == SCENE_OLD || spec->staple_s != 0) {
		int64_t from_s = spec->staple_s != 0 ? spec->staple_s : LONG_AGO_S;

		like.singles[0].this_update_s = from_s;
		like.singles[0].next_update_s = from_s + 86400;
	}
	return make_ocsp(&like, leaf, world.inter.certificate,
		spec->staple == SCENE_FORGED ? &namesake : &world.inter, NULL);
}

void scene_init(struct scene *scene, const struct scene_spec *spec)
{
	struct ct_entry entry = { .type = CT_ENTRY_X509 };
	struct der der;

	scene->leaf = make_leaf(spec);
	der = make_certificate_der(scene->leaf);
	entry.certificate = der_bytes(&der);
	scene->tls = make_letters(spec->tls, spec->scts_s, &entry);
	scene->has_tls = spec->tls != NULL || spec->empty_tls;
	scene->issuer_tls = make_letters(spec->issuer_tls, spec->scts_s, &entry);
	scene->staple = make_staple(spec, scene->leaf, &entry);
}

void scene_deinit(struct scene *scene)
{
	X509_free(scene->leaf);
}
