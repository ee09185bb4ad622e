#include "tests/unit/ct/ct_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "tests/unit/must.h"

#define SCTS_MAX 40
#define DAY_S    86400

static X509 *make_leaf(const struct ct_world *world, int64_t not_after_s)
{
	const struct cert_spec spec = { .cn = "dns.lab",
		.san = "DNS:dns.lab",
		.not_before_s = MAKE_CERT_NOW - DAY_S,
		.not_after_s = not_after_s };

	return make_cert(&spec, world->leaf_key, &world->ca, NULL);
}

void ct_world_init(struct ct_world *world)
{
	X509 *other;

	memset(world, 0, sizeof *world);
	world->ca = make_ca("CA", NULL);
	world->other_ca = make_ca("CA", NULL);
	world->leaf_key = make_key();
	for (size_t i = 0; i < WORLD_LOGS; i++)
		world->logs[i] = make_log(make_key());
	world->rsa = make_log(make_rsa_key(2048));
	world->small_rsa = make_log(make_rsa_key(1024));
	world->p384 = make_log(EVP_EC_gen("P-384"));
	other = make_leaf(world, MAKE_CERT_NOW + DAY_S);
	world->other_leaf = make_certificate_der(other);
	X509_free(other);
}

void ct_world_deinit(struct ct_world *world)
{
	issuer_deinit(&world->ca);
	issuer_deinit(&world->other_ca);
	EVP_PKEY_free(world->leaf_key);
	for (size_t i = 0; i < WORLD_LOGS; i++)
		test_log_deinit(&world->logs[i]);
	test_log_deinit(&world->rsa);
	test_log_deinit(&world->small_rsa);
	test_log_deinit(&world->p384);
}

#define LIST_MAX 20000

static void add_listed(struct text *json, const struct listed *listed)
{
	const uint8_t *id = listed->id != NULL ? listed->id : listed->log->id;
	const char *state = listed->state != NULL ? listed->state : LISTED_USABLE;
	char id_text[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];
	char key_text[BASE64_TEXT_MAX(1024)];

	base64_encode(bytes_of(id, SCT_LOG_ID_BYTES), id_text);
	base64_encode(der_bytes(&listed->log->spki), key_text);
	text_add(json, "{\"name\": \"%s\", \"email\": [], \"%s\": [{",
		listed->operator_name, listed->is_static ? "tiled_logs" : "logs");
	if (listed->name != NULL)
		text_add(json, "\"description\": \"%s\", ", listed->name);
	text_add(json, "\"log_id\": \"%s\", \"key\": \"%s\", \"mmd\": 86400", id_text,
		key_text);
	if (state[0] != '\0')
		text_add(json, ", \"state\": %s", state);
	text_add(json, "%s}]}", listed->more != NULL ? listed->more : "");
}

struct loglist *make_loglist(const struct listed *logs, size_t n)
{
	char buffer[LIST_MAX], trouble[200];
	struct text json = text_in(buffer, sizeof buffer);
	struct text error = text_in(trouble, sizeof trouble);
	struct loglist *list = NULL;

	text_add(&json, "{\"version\": \"1.0\", \"operators\": [");
	for (size_t i = 0; i < n; i++) {
		text_add(&json, "%s", i > 0 ? ", " : "");
		add_listed(&json, &logs[i]);
	}
	text_add(&json, "]}");
	must(!json.cut, "list");
	must(loglist_parse(bytes_of_text(buffer), &error, &list) == STATUS_OK, trouble);
	return list;
}

static const uint8_t leaf_index[] = { 0, 0, 5, 0, 0, 0, PLANNED_LEAF_INDEX >> 8,
	PLANNED_LEAF_INDEX & 0xff };
const struct bytes planned_leaf_index = { leaf_index, sizeof leaf_index };

/* What the certificate is to the logs: before SCTs are put into it, and after. */
struct stages {
	struct der tbs, bare, final;
	uint8_t key_hash[32], other_key_hash[32];
};

static struct ct_entry entry_of(
	const struct ct_world *world, const struct planned *plan, const struct stages *s)
{
	struct ct_entry precert = { CT_ENTRY_PRECERT,
		bytes_of(s->key_hash, sizeof s->key_hash), der_bytes(&s->tbs) };
	struct ct_entry x509 = { .type = CT_ENTRY_X509,
		.certificate = der_bytes(&s->final) };

	switch (plan->entry) {
	case ENTRY_RIGHT:
		return plan->source == SCT_EMBEDDED ? precert : x509;
	case ENTRY_OTHER_LEAF:
		x509.certificate = der_bytes(&world->other_leaf);
		return x509;
	case ENTRY_OTHER_ISSUER:
		precert.issuer_key_hash =
			bytes_of(s->other_key_hash, sizeof s->other_key_hash);
		return precert;
	case ENTRY_NOT_PRECERT:
		x509.certificate = der_bytes(&s->bare);
		return x509;
	case ENTRY_PRECERT:
		return precert;
	}
	abort();
}

/* Those of the plan that come that way, in one list; empty if none does. */
static struct der list_of(const struct ct_world *world, const struct planned *scts,
	size_t n, enum sct_source source, const struct stages *stages)
{
	static struct der made[SCTS_MAX];
	size_t made_n = 0;

	for (size_t i = 0; i < n; i++) {
		struct ct_entry entry = entry_of(world, &scts[i], stages);
		uint64_t at_ms = scts[i].timestamp_ms;

		if (scts[i].source != source)
			continue;
		must(made_n < SCTS_MAX, "too many SCTs");
		made[made_n] = make_sct(scts[i].log, at_ms != 0 ? at_ms : PLANNED_MS,
			scts[i].extensions, &entry);
		if (scts[i].spoil != NULL)
			scts[i].spoil(&made[made_n]);
		made_n++;
	}
	return made_n > 0 ? make_sct_list(made, made_n) : (struct der){ .n = 0 };
}

static void embed(const struct ct_world *world, X509 *leaf, struct bytes value)
{
	make_extension(leaf, MAKE_SCT_OID, false, value, -1);
	must(X509_sign(leaf, world->ca.key, EVP_sha256()) > 0, "leaf");
}

/* As the extension's value has it: an OCTET STRING (RFC 6962 §3.3). */
static void embed_list(const struct ct_world *world, X509 *leaf, const struct der *list)
{
	ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
	unsigned char *p = NULL;
	int n;

	must(ASN1_OCTET_STRING_set(string, list->p, (int)list->n) == 1, "list");
	n = i2d_ASN1_OCTET_STRING(string, &p);
	must(n > 0, "list");
	embed(world, leaf, bytes_of(p, (size_t)n));
	OPENSSL_free(p);
	ASN1_OCTET_STRING_free(string);
}

static void set_evidence(
	const struct ct_world *world, int64_t not_after_s, struct ct_scene *out)
{
	make_key_hash(world->ca.certificate, out->key_hash);
	out->evidence.leaf = der_bytes(&out->leaf);
	out->evidence.issuer_key_hash = bytes_of(out->key_hash, sizeof out->key_hash);
	out->evidence.not_before_s = MAKE_CERT_NOW - DAY_S;
	out->evidence.not_after_s = not_after_s;
	if (out->tls.n > 0)
		out->evidence.tls_list = der_bytes(&out->tls);
	if (out->ocsp.n > 0)
		out->evidence.ocsp_lists[out->evidence.ocsp_n++] = der_bytes(&out->ocsp);
}

void make_scene(const struct ct_world *world, const struct planned *scts, size_t n,
	int64_t not_after_s, struct ct_scene *out)
{
	X509 *leaf = make_leaf(world, not_after_s);
	static struct stages s;
	struct der list;

	memset(out, 0, sizeof *out);
	s.tbs = make_tbs(leaf);
	s.bare = make_certificate_der(leaf);
	make_key_hash(world->ca.certificate, s.key_hash);
	make_key_hash(world->other_ca.certificate, s.other_key_hash);
	list = list_of(world, scts, n, SCT_EMBEDDED, &s);
	if (list.n > 0)
		embed_list(world, leaf, &list);
	out->leaf = s.final = make_certificate_der(leaf);
	out->tls = list_of(world, scts, n, SCT_TLS, &s);
	out->ocsp = list_of(world, scts, n, SCT_OCSP, &s);
	set_evidence(world, not_after_s, out);
	X509_free(leaf);
}

void make_scene_with(
	const struct ct_world *world, struct bytes value, int times, struct ct_scene *out)
{
	X509 *leaf = make_leaf(world, MAKE_CERT_NOW + DAY_S);

	memset(out, 0, sizeof *out);
	for (int i = 0; i < times; i++)
		embed(world, leaf, value);
	out->leaf = make_certificate_der(leaf);
	set_evidence(world, MAKE_CERT_NOW + DAY_S, out);
	X509_free(leaf);
}
