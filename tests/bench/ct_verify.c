/* What one certificate with three SCTs costs, beside three bare verifications of
 * P-256 and beside OpenSSL's own path. All begin with the parsed certificates, with
 * the logs' keys decoded before.
 *
 *	make tests/bench/ct_verify && tests/bench/ct_verify [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>

#include "base/base64.h"
#include "ct/verify.h"
#include "pinning/pin.h"
#include "tests/unit/ct/make_sct.h"
#include "tests/unit/ct/openssl_ct.h"

#define LOGS            3
#define ROUNDS_USUAL    2000
#define ROUNDS_MAX      100000
#define KEY_TEXT_MAX    256
#define CERTIFICATE_MAX 4096

/* Makes the certificate as long as is usual today, some 1500 bytes. */
#define FILLER_BYTES 800

struct world {
	struct issuer ca;
	X509 *leaf;
	struct test_log logs[LOGS];
	char keys[LOGS][KEY_TEXT_MAX]; /* in base64 */

	struct loglist *list;
	CTLOG_STORE *store;

	/* As much data as an SCT signs, and its signatures. */
	struct der data, signatures[LOGS];
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "ct_verify: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void bare_verifications(struct world *w)
{
	for (size_t i = 0; i < LOGS; i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();

		must(EVP_DigestVerifyInit(
			     ctx, NULL, EVP_sha256(), NULL, w->logs[i].key) == 1,
			"bare");
		EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);
		must(EVP_DigestVerify(ctx, w->signatures[i].p, w->signatures[i].n,
			     w->data.p, w->data.n) == 1,
			"bare");
		EVP_MD_CTX_free(ctx);
	}
}

static void ours(struct world *w)
{
	uint8_t der[CERTIFICATE_MAX], *p = der;
	struct ct_evidence evidence = {
		.not_before_s = MAKE_CERT_NOW - 86400,
		.not_after_s = MAKE_CERT_NOW + 86400,
	};
	struct ct_report report;
	struct pin key_hash;
	int n = i2d_X509(w->leaf, &p);

	must(pin_of_certificate(w->ca.certificate, &key_hash) == STATUS_OK, "issuer");
	evidence.leaf = bytes_of(der, (size_t)n);
	evidence.issuer_key_hash = bytes_of(key_hash.sha256, sizeof key_hash.sha256);
	must(ct_verify(w->list, ct_policy_default(), &evidence, MAKE_CERT_NOW, &report) ==
			STATUS_OK,
		"ct_verify");
	must(report.n == LOGS && report.outcome == CT_SATISFIED, "not satisfied");
}

static void ours_first(struct world *w)
{
	w->list->memo = (struct ct_memo){ 0 };
	ours(w);
}

static void theirs(struct world *w)
{
	STACK_OF(SCT) *scts = openssl_ct_embedded(w->leaf);
	CT_POLICY_EVAL_CTX *context =
		openssl_ct_context(w->store, w->leaf, w->ca.certificate);

	must(sk_SCT_num(scts) == LOGS && SCT_LIST_validate(scts, context) == 1, "SCTs");
	CT_POLICY_EVAL_CTX_free(context);
	SCT_LIST_free(scts);
}

static void builtin_list(struct world *w)
{
	char why[200];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;

	(void)w;
	must(loglist_builtin(&error, &list) == STATUS_OK, why);
	loglist_free(list);
}

static const struct path {
	const char *name;
	void (*run)(struct world *w);
	bool compared; /* with the first */
} paths[] = {
	{ "three P-256 verifications", bare_verifications, true },
	{ "ct_verify(), first time", ours_first, true },
	{ "ct_verify(), remembered", ours, true },
	{ "OpenSSL's SCT_LIST_validate()", theirs, true },
	{ "the built-in log list read", builtin_list, false },
};

#define PATHS (sizeof paths / sizeof *paths)

static void sign_data(struct world *w)
{
	w->data.n = 1400;
	memset(w->data.p, 0x5a, w->data.n);
	for (size_t i = 0; i < LOGS; i++) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();

		w->signatures[i].n = sizeof w->signatures[i].p;
		must(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, w->logs[i].key) ==
					1 &&
				EVP_DigestSign(ctx, w->signatures[i].p,
					&w->signatures[i].n, w->data.p, w->data.n) == 1,
			"signature");
		EVP_MD_CTX_free(ctx);
	}
}

static void add_log(const struct world *w, size_t i, struct text *json)
{
	char id[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];

	base64_encode(bytes_of(w->logs[i].id, SCT_LOG_ID_BYTES), id);
	text_add(json,
		"%s{\"name\": \"Operator %zu\", \"email\": [], \"logs\": [{"
		"\"description\": \"Log %zu\", \"log_id\": \"%s\", \"key\": \"%s\", "
		"\"url\": \"https://log%zu.lab/\", \"mmd\": 86400, "
		"\"state\": {\"usable\": {\"timestamp\": \"2026-01-01T00:00:00Z\"}}}]}",
		i > 0 ? ", " : "", i, i, id, w->keys[i], i);
}

static void make_log_list(struct world *w)
{
	char buffer[8192], why[200];
	struct text json = text_in(buffer, sizeof buffer);
	struct text error = text_in(why, sizeof why);

	text_add(&json, "{\"version\": \"1.0\", \"log_list_timestamp\": "
			"\"2026-05-31T00:00:00Z\", \"operators\": [");
	for (size_t i = 0; i < LOGS; i++)
		add_log(w, i, &json);
	text_add(&json, "]}");
	must(loglist_parse(bytes_of(json.p, json.n), &error, &w->list) == STATUS_OK, why);
}

static void world_init(struct world *w)
{
	static const uint8_t filler[FILLER_BYTES];
	const struct cert_spec spec = { .cn = "bench.lab", .san = "DNS:bench.lab" };
	const char *keys[LOGS];
	EVP_PKEY *key = make_key();

	w->ca = make_ca("Bench CA", NULL);
	for (size_t i = 0; i < LOGS; i++) {
		w->logs[i] = make_log(make_key());
		base64_encode(der_bytes(&w->logs[i].spki), w->keys[i]);
		keys[i] = w->keys[i];
	}
	w->leaf = make_cert(&spec, key, &w->ca, NULL);
	make_extension(w->leaf, "1.2.3.4", false, bytes_of(filler, sizeof filler), -1);
	make_logged(w->leaf, &w->ca, w->logs, LOGS, MAKE_SCT_NOW_MS - 3600 * 1000);
	w->store = openssl_ct_store(keys, LOGS);
	make_log_list(w);
	sign_data(w);
	EVP_PKEY_free(key);
}

static void world_deinit(struct world *w)
{
	loglist_free(w->list);
	CTLOG_STORE_free(w->store);
	for (size_t i = 0; i < LOGS; i++)
		test_log_deinit(&w->logs[i]);
	X509_free(w->leaf);
	issuer_deinit(&w->ca);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* All paths in turn, so that what else the machine does falls on all of them. */
static void measure(struct world *w, size_t rounds, double *medians_us)
{
	double *samples[PATHS];

	for (size_t p = 0; p < PATHS; p++) {
		samples[p] = calloc(rounds, sizeof *samples[p]);
		must(samples[p] != NULL, "memory");
		paths[p].run(w); /* decodes keys, fetches algorithms */
	}
	for (size_t i = 0; i < rounds; i++) {
		for (size_t p = 0; p < PATHS; p++) {
			double start = now_us();

			paths[p].run(w);
			samples[p][i] = now_us() - start;
		}
	}
	for (size_t p = 0; p < PATHS; p++) {
		qsort(samples[p], rounds, sizeof *samples[p], compare);
		medians_us[p] = samples[p][rounds / 2];
		free(samples[p]);
	}
}

int main(int argc, char **argv)
{
	static struct world w;
	double medians_us[PATHS];
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS_USUAL;

	if (rounds == 0 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: ct_verify [ROUNDS, 1 to %d]\n", ROUNDS_MAX);
		return 2;
	}
	world_init(&w);
	measure(&w, rounds, medians_us);
	printf("certificate of %d bytes, %d SCTs; medians of %lu rounds\n",
		i2d_X509(w.leaf, NULL), LOGS, rounds);
	for (size_t p = 0; p < PATHS; p++) {
		printf("%-32s %8.1f us", paths[p].name, medians_us[p]);
		if (paths[p].compared)
			printf("  x %5.2f  %+8.1f us", medians_us[p] / medians_us[0],
				medians_us[p] - medians_us[0]);
		putchar('\n');
	}
	world_deinit(&w);
	return 0;
}
