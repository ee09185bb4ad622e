/* The smallest certificates that there could be: what is read of them, and what is
 * left without the SCT extension. */
#include "ct/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ct/der_text.h"
#include "tests/unit/rows.h"

#define BUFFER 2048

#define V3 "a0{020102}"
/* serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo */
#define MIDDLE "020101 30{} 30{} 30{} 30{} 30{}"
#define END    "30{} 03{00}" /* signatureAlgorithm, signatureValue */

#define OID    "06{2b06010401d679020402}"
#define POISON "30{06{2b06010401d679020403} 0101ff 04{0500}}"
#define A      "30{06{550411} 04{aa}}"
#define B      "30{06{550412} 0101ff 04{bbbb}}"
#define SCTS   "30{" OID "04{04{000102}}}"

#define CERTIFICATE(tbs)       "30{30{" tbs "}" END "}"
#define EXTENDED(extensions)   V3 MIDDLE "a3{30{" extensions "}}"
#define WITH(extensions)       CERTIFICATE(EXTENDED(extensions))
#define LEAVES(extensions)     "30{" EXTENDED(extensions) "}"
#define LEAVES_NO_EXTENSIONS   "30{" V3 MIDDLE "}"
#define LIST                   "000102"
#define SIXTEEN                "00000000000000000000000000000000"
#define C(n_sixteens_or_fewer) "30{06{550413} 04{" n_sixteens_or_fewer "}}"

enum kind { SPLICED, BROKEN, MALFORMED };

static const struct row {
	const char *name;
	const char *text;
	enum kind kind;
	const char *tbs, *scts;
} rows[] = {
	{ "first", WITH(SCTS A B), SPLICED, LEAVES(A B), LIST },
	{ "in the middle", WITH(A SCTS B), SPLICED, LEAVES(A B), LIST },
	{ "last", WITH(A B SCTS), SPLICED, LEAVES(A B), LIST },
	{ "only", WITH(SCTS), SPLICED, LEAVES_NO_EXTENSIONS, LIST },
	{ "absent", WITH(A B), SPLICED, LEAVES(A B), "" },
	{ "no extensions", CERTIFICATE(V3 MIDDLE), SPLICED, LEAVES_NO_EXTENSIONS, "" },
	{ "version 1", CERTIFICATE(MIDDLE), SPLICED, "30{" MIDDLE "}", "" },
	{ "no version, extensions", CERTIFICATE(MIDDLE "a3{30{" A SCTS "}}"), SPLICED,
		"30{" MIDDLE "a3{30{" A "}}}", LIST },
	{ "unique identifiers", CERTIFICATE(V3 MIDDLE "81{00} 82{00} a3{30{" A SCTS "}}"),
		SPLICED, "30{" V3 MIDDLE "81{00} 82{00} a3{30{" A "}}}", LIST },
	{ "unique identifiers alone",
		CERTIFICATE(V3 MIDDLE "81{00} 82{00} a3{30{" SCTS "}}"), SPLICED,
		"30{" V3 MIDDLE "81{00} 82{00}}", LIST },
	{ "critical", WITH(A "30{" OID "0101ff 04{04{" LIST "}}}"), SPLICED, LEAVES(A),
		LIST },
	{ "critical: false, written out", WITH(A "30{" OID "010100 04{04{" LIST "}}}"),
		SPLICED, LEAVES(A), LIST },
	{ "poison stays", WITH(POISON SCTS), SPLICED, LEAVES(POISON), LIST },
	{ "an extension twice, another one", WITH(A A SCTS), SPLICED, LEAVES(A A), LIST },
	{ "OID with one byte more is another",
		WITH("30{06{2b06010401d67902040200} 04{}}"), SPLICED,
		LEAVES("30{06{2b06010401d67902040200} 04{}}"), "" },
	{ "OID with one byte less is another", WITH("30{06{2b06010401d6790204} 04{}}"),
		SPLICED, LEAVES("30{06{2b06010401d6790204} 04{}}"), "" },
	{ "subject of 128 bytes",
		CERTIFICATE(V3 "020101 30{} 30{} 30{} 308180" SIXTEEN SIXTEEN SIXTEEN
				SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN "30{}"),
		SPLICED,
		"30{" V3 "020101 30{} 30{} 30{} 308180" SIXTEEN SIXTEEN SIXTEEN SIXTEEN
			SIXTEEN SIXTEEN SIXTEEN SIXTEEN "30{}}",
		"" },
	{ "lengths of [3] and list become short",
		WITH(C(SIXTEEN SIXTEEN SIXTEEN) A SCTS C(SIXTEEN SIXTEEN)), SPLICED,
		LEAVES(C(SIXTEEN SIXTEEN SIXTEEN) A C(SIXTEEN SIXTEEN)), LIST },

	{ "twice", WITH(SCTS A SCTS), BROKEN, NULL, NULL },
	{ "twice, side by side", WITH(SCTS SCTS), BROKEN, NULL, NULL },
	{ "twice, once critical", WITH("30{" OID "0101ff 04{04{" LIST "}}}" SCTS), BROKEN,
		NULL, NULL },
	{ "twice, once empty", WITH("30{" OID "04{}}" SCTS), BROKEN, NULL, NULL },
	{ "no OCTET STRING inside", WITH("30{" OID "04{}}"), BROKEN, NULL, NULL },
	{ "the list stands bare", WITH("30{" OID "04{" LIST "}}"), BROKEN, NULL, NULL },
	{ "an empty OCTET STRING inside", WITH("30{" OID "04{04{}}}"), BROKEN, NULL,
		NULL },
	{ "two OCTET STRINGs inside", WITH("30{" OID "04{04{" LIST "}04{}}}"), BROKEN,
		NULL, NULL },
	{ "a byte behind the OCTET STRING", WITH("30{" OID "04{04{" LIST "}00}}"), BROKEN,
		NULL, NULL },
	{ "an inner OCTET STRING too long", WITH("30{" OID "04{0404" LIST "}}"), BROKEN,
		NULL, NULL },
	{ "an inner OCTET STRING too short", WITH("30{" OID "04{0402" LIST "}}"), BROKEN,
		NULL, NULL },
	{ "an inner length in two bytes", WITH("30{" OID "04{048103" LIST "}}"), BROKEN,
		NULL, NULL },
	{ "an inner indefinite length", WITH("30{" OID "04{2480 04{" LIST "} 0000}}"),
		BROKEN, NULL, NULL },
	{ "an inner SEQUENCE", WITH("30{" OID "04{30{" LIST "}}}"), BROKEN, NULL, NULL },

	{ "nothing", "", MALFORMED, NULL, NULL },
	{ "a byte behind the certificate", WITH(SCTS) "00", MALFORMED, NULL, NULL },
	{ "bytes behind the signature", "30{30{" EXTENDED(SCTS) "}" END "00}", MALFORMED,
		NULL, NULL },
	{ "no signature", "30{30{" EXTENDED(SCTS) "} 30{}}", MALFORMED, NULL, NULL },
	{ "no signature algorithm", "30{30{" EXTENDED(SCTS) "} 03{00}}", MALFORMED, NULL,
		NULL },
	{ "a bare TBSCertificate", "30{" EXTENDED(SCTS) "}", MALFORMED, NULL, NULL },
	{ "no serial number", CERTIFICATE(V3 "30{} 30{} 30{} 30{} 30{} a3{30{" SCTS "}}"),
		MALFORMED, NULL, NULL },
	{ "a SEQUENCE missing",
		CERTIFICATE(V3 "020101 30{} 30{} 30{} 30{} a3{30{" SCTS "}}"), MALFORMED,
		NULL, NULL },
	{ "a SEQUENCE too many", CERTIFICATE(V3 MIDDLE "30{} a3{30{" SCTS "}}"),
		MALFORMED, NULL, NULL },
	{ "unique identifiers in the other order",
		CERTIFICATE(V3 MIDDLE "82{00} 81{00} a3{30{" SCTS "}}"), MALFORMED, NULL,
		NULL },
	{ "a unique identifier behind the extensions",
		CERTIFICATE(EXTENDED(SCTS) "81{00}"), MALFORMED, NULL, NULL },
	{ "[3] twice", CERTIFICATE(EXTENDED(A) "a3{30{" SCTS "}}"), MALFORMED, NULL,
		NULL },
	{ "[3] empty", CERTIFICATE(V3 MIDDLE "a3{}"), MALFORMED, NULL, NULL },
	{ "[3] of two lists", CERTIFICATE(V3 MIDDLE "a3{30{" A "}30{" SCTS "}}"),
		MALFORMED, NULL, NULL },
	{ "[3] of a SET", CERTIFICATE(V3 MIDDLE "a3{31{" SCTS "}}"), MALFORMED, NULL,
		NULL },
	{ "[4] for [3]", CERTIFICATE(V3 MIDDLE "a4{30{" SCTS "}}"), MALFORMED, NULL,
		NULL },
	{ "no extension in the list", WITH(""), MALFORMED, NULL, NULL },
	{ "an extension is a SET", WITH("31{" OID "04{04{" LIST "}}}"), MALFORMED, NULL,
		NULL },
	{ "an empty extension", WITH("30{}" SCTS), MALFORMED, NULL, NULL },
	{ "an extension without a value", WITH(SCTS "30{06{550411}}"), MALFORMED, NULL,
		NULL },
	{ "an extension with two values", WITH(SCTS "30{06{550411} 04{} 04{}}"),
		MALFORMED, NULL, NULL },
	{ "an extension's value is no OCTET STRING", WITH("30{" OID "05{}}"), MALFORMED,
		NULL, NULL },
	{ "critical twice", WITH("30{" OID "0101ff 0101ff 04{04{" LIST "}}}"), MALFORMED,
		NULL, NULL },
	{ "critical of two bytes", WITH("30{" OID "0102ffff 04{04{" LIST "}}}"),
		MALFORMED, NULL, NULL },
	{ "critical of no byte", WITH("30{" OID "0100 04{04{" LIST "}}}"), MALFORMED,
		NULL, NULL },
	{ "critical behind the value", WITH("30{" OID "04{04{" LIST "}} 0101ff}"),
		MALFORMED, NULL, NULL },

	{ "certificate: indefinite length", "3080 30{" EXTENDED(SCTS) "}" END "0000",
		MALFORMED, NULL, NULL },
	{ "TBSCertificate: indefinite length", "30{3080" EXTENDED(SCTS) "0000" END "}",
		MALFORMED, NULL, NULL },
	{ "[3]: indefinite length", CERTIFICATE(V3 MIDDLE "a380 30{" SCTS "} 0000"),
		MALFORMED, NULL, NULL },
	{ "list: indefinite length", CERTIFICATE(V3 MIDDLE "a3{3080" SCTS "0000}"),
		MALFORMED, NULL, NULL },
	{ "extension: indefinite length", WITH("3080" OID "04{04{" LIST "}} 0000"),
		MALFORMED, NULL, NULL },
	{ "value: indefinite length, constructed",
		WITH("30{" OID "2480 04{04{" LIST "}} 0000}"), MALFORMED, NULL, NULL },
	{ "serial number: length in two bytes",
		CERTIFICATE(V3 "02810101 30{} 30{} 30{} 30{} 30{} a3{30{" SCTS "}}"),
		MALFORMED, NULL, NULL },
	{ "OID: length in two bytes",
		WITH("30{06810a2b06010401d679020402 04{04{" LIST "}}}"), MALFORMED, NULL,
		NULL },
	{ "OID: length in three bytes",
		WITH("30{0682000a2b06010401d679020402 04{04{" LIST "}}}"), MALFORMED,
		NULL, NULL },
	{ "subject: length of 128 in two bytes",
		CERTIFICATE(V3 "020101 30{} 30{} 30{} 30820080" SIXTEEN SIXTEEN SIXTEEN
				SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN "30{}"),
		MALFORMED, NULL, NULL },
	{ "subject: length in five bytes",
		CERTIFICATE(V3 "020101 30{} 30{} 30{} 30850000000000 30{}"), MALFORMED,
		NULL, NULL },
	{ "subject: largest length of four bytes",
		CERTIFICATE(V3 "020101 30{} 30{} 30{} 3084ffffffff 30{}"), MALFORMED,
		NULL, NULL },
	{ "subject: reserved length", CERTIFICATE(V3 "020101 30{} 30{} 30{} 30ff 30{}"),
		MALFORMED, NULL, NULL },
	{ "a tag of two bytes", WITH("1f10{" OID "04{04{" LIST "}}}"), MALFORMED, NULL,
		NULL },
};

static void expect_tbs(const struct ct_certificate *certificate, const struct row *row)
{
	uint8_t want[BUFFER], got[BUFFER];
	size_t want_n = der_text(row->tbs, want, sizeof want), n;

	assert_true(want_n <= certificate->der.n);
	assert_int_equal(
		ct_certificate_precert_tbs(certificate, got, certificate->der.n, &n),
		STATUS_OK);
	assert_int_equal(n, want_n);
	assert_memory_equal(got, want, n);
	assert_int_equal(
		ct_certificate_precert_tbs(certificate, got, want_n, &n), STATUS_OK);
	for (size_t cap = 0; cap < want_n; cap++)
		assert_int_equal(ct_certificate_precert_tbs(certificate, got, cap, &n),
			STATUS_NOSPACE);
}

static void row_run(void **state)
{
	const struct row *row = *state;
	uint8_t in[BUFFER], scts[BUFFER];
	struct ct_certificate certificate;
	size_t n = der_text(row->text, in, sizeof in);

	assert_int_equal(ct_certificate_read(bytes_of(in, n), &certificate),
		row->kind == MALFORMED ? STATUS_MALFORMED : STATUS_OK);
	assert_int_equal(certificate.scts_broken, row->kind == BROKEN);
	if (row->kind == SPLICED) {
		size_t scts_n = der_text(row->scts, scts, sizeof scts);

		assert_true(bytes_equal(certificate.sct_list, bytes_of(scts, scts_n)));
		expect_tbs(&certificate, row);
		return;
	}
	assert_int_equal(certificate.sct_list.n, 0);
	if (row->kind == BROKEN)
		assert_int_equal(
			ct_certificate_precert_tbs(&certificate, scts, sizeof scts, &n),
			STATUS_MALFORMED);
}

/* What was read of a changed certificate must hold together, if it was read. */
static void expect_sound(struct bytes der)
{
	struct ct_certificate certificate, again;
	uint8_t tbs[BUFFER];
	size_t n;

	if (ct_certificate_read(der, &certificate) != STATUS_OK ||
		certificate.scts_broken)
		return;
	assert_int_equal(ct_certificate_precert_tbs(&certificate, tbs, der.n, &n), 0);
	assert_true(n < der.n);
	assert_true(certificate.sct_list.n < der.n);
	/* A TBSCertificate alone is no certificate. */
	assert_int_equal(ct_certificate_read(bytes_of(tbs, n), &again), STATUS_MALFORMED);
}

static void cut_anywhere(void **state)
{
	uint8_t in[BUFFER];
	size_t n = der_text(WITH(A SCTS B), in, sizeof in);

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		struct ct_certificate certificate;

		assert_non_null(exact);
		memcpy(exact, in, cut);
		assert_int_equal(ct_certificate_read(bytes_of(exact, cut), &certificate),
			STATUS_MALFORMED);
		free(exact);
	}
}

static void any_byte_changed(void **state)
{
	uint8_t in[BUFFER];
	size_t n = der_text(WITH(A SCTS B), in, sizeof in);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint8_t before = in[i];

		for (unsigned value = 0; value < 256; value++) {
			uint8_t *exact = malloc(n);

			assert_non_null(exact);
			in[i] = (uint8_t)value;
			memcpy(exact, in, n);
			expect_sound(bytes_of(exact, n));
			free(exact);
		}
		in[i] = before;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(any_byte_changed),
	};

	return run_rows("certificate", rows, sizeof *rows, ROWS(rows), row_run) +
	       cmocka_run_group_tests_name("changed", tests, NULL, NULL);
}
