#include "tests/unit/ct/openssl_ct.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tests/unit/must.h"

/* 2100-01-01T00:00:00Z. */
#define LATE_MS ((uint64_t)4102444800 * 1000)

static void write_configuration(FILE *f, const char *const *base64, size_t n)
{
	fputs("enabled_logs = ", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%slog%zu", i > 0 ? "," : "", i);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "\n[log%zu]\ndescription = %zu\nkey = %s\n", i, i, base64[i]);
}

CTLOG_STORE *openssl_ct_store(const char *const *base64, size_t n)
{
	CTLOG_STORE *store = CTLOG_STORE_new();
	int fd = memfd_create("ct-logs", 0);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	char path[64];

	must(store != NULL && f != NULL, "memory");
	write_configuration(f, base64, n);
	must(fflush(f) == 0, "memory");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	must(CTLOG_STORE_load_file(store, path) == 1, "logs");
	fclose(f);
	return store;
}

CT_POLICY_EVAL_CTX *openssl_ct_context(CTLOG_STORE *store, X509 *leaf, X509 *issuer)
{
	CT_POLICY_EVAL_CTX *context = CT_POLICY_EVAL_CTX_new();

	must(context != NULL, "context");
	must(CT_POLICY_EVAL_CTX_set1_cert(context, leaf), "leaf");
	must(CT_POLICY_EVAL_CTX_set1_issuer(context, issuer), "issuer");
	CT_POLICY_EVAL_CTX_set_shared_CTLOG_STORE(context, store);
	CT_POLICY_EVAL_CTX_set_time(context, LATE_MS);
	return context;
}

STACK_OF(SCT) * openssl_ct_embedded(X509 *leaf)
{
	STACK_OF(SCT) *scts = X509_get_ext_d2i(leaf, NID_ct_precert_scts, NULL, NULL);

	ERR_clear_error();
	return scts;
}
