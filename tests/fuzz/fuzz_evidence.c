/* What is kept of a refused certificate: the file, every certificate in it, and the
 * SCTs of the first. */
#include <stdint.h>
#include <stdlib.h>

#include "ctl/evidence_file.h"
#include "tls/details.h"
#include "tls/sctcheck.h"

#define AT_S 1790000000 /* 2026-09-21 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_printable(void *data, const char *text)
{
	(void)data;
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text >= 0x7f)
			abort();
}

static void look(const X509 *certificate)
{
	struct details details;

	details_read(certificate, &details);
	expect_printable(NULL, details.issuer);
	expect_printable(NULL, details.serial);
	details_names(certificate, 20, expect_printable, NULL);
}

static void check_scts(const struct evidence *e)
{
	static struct loglist *logs;
	struct peer_shown shown = shownfile_shown(&e->shown);
	X509 *issuer = sctcheck_issuer(shown.sent, shown.sent);
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct sctcheck check;

	if (logs == NULL && loglist_builtin(&error, &logs) != STATUS_OK)
		abort();
	/* A key that cannot be encoded again is CRYPTO, and no harm. */
	if (sctcheck_run(logs, ct_policy_default(), &shown, issuer, AT_S, &check) ==
			STATUS_OK &&
		issuer == NULL)
		for (size_t i = 0; i < check.report.n; i++)
			if (check.report.rows[i].source == SCT_EMBEDDED &&
				check.report.rows[i].signature != SCT_SIGNATURE_UNCHECKED)
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct evidence e;

	if (evidence_parse("a-misissued-0123456789abcdef0123456789abcdef.pem",
		    bytes_of(data, size), &error, &e) != STATUS_OK)
		return 0;
	for (int i = 0; i < sk_X509_num(e.shown.chain) && i < PEER_CHAIN_MAX; i++)
		look(sk_X509_value(e.shown.chain, i));
	check_scts(&e);
	evidence_deinit(&e);
	return 0;
}
