/* A certificate without its SCT extension must be one still, and have none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ct/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header, an empty algorithm and an empty signature. */
#define WRAPPING_MAX 16

static void expect(bool ok)
{
	if (!ok)
		abort();
}

/* A certificate with that TBSCertificate, and nothing in its signature. */
static struct bytes wrap(struct bytes tbs, uint8_t *out)
{
	static const uint8_t end[] = { 0x30, 0x00, 0x03, 0x01, 0x00 };
	struct writer w = { .p = out, .cap = tbs.n + WRAPPING_MAX };
	size_t n = tbs.n + sizeof end;
	unsigned width = n > 0xffffff ? 4 : n > 0xffff ? 3 : n > 0xff ? 2 : 1;

	wr_uint(&w, 0x30, 1);
	if (n >= 0x80)
		wr_uint(&w, 0x80 | width, 1);
	wr_uint(&w, n, width);
	wr_bytes(&w, tbs);
	wr_bytes(&w, bytes_of(end, sizeof end));
	expect(!w.bad);
	return wr_done(&w);
}

static void expect_without(struct bytes tbs)
{
	uint8_t *buffer = malloc(tbs.n + WRAPPING_MAX), *again = malloc(tbs.n);
	struct ct_certificate certificate;
	size_t n;

	expect(buffer != NULL && again != NULL);
	expect(ct_certificate_read(wrap(tbs, buffer), &certificate) == STATUS_OK);
	expect(!certificate.scts_broken && certificate.sct_list.n == 0);
	expect(ct_certificate_precert_tbs(&certificate, again, tbs.n, &n) == STATUS_OK);
	expect(bytes_equal(bytes_of(again, n), tbs));
	expect(ct_certificate_precert_tbs(&certificate, again, tbs.n - 1, &n) ==
		STATUS_NOSPACE);
	free(buffer);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes der = bytes_of(data, size);
	struct ct_certificate certificate;
	uint8_t *tbs;
	size_t n;

	if (ct_certificate_read(der, &certificate) != STATUS_OK) {
		expect(certificate.der.n == 0 && certificate.sct_list.n == 0);
		return 0;
	}
	tbs = malloc(size);
	expect(tbs != NULL);
	if (certificate.scts_broken) {
		expect(certificate.sct_list.n == 0);
		expect(ct_certificate_precert_tbs(&certificate, tbs, size, &n) !=
			STATUS_OK);
	} else {
		expect(ct_certificate_precert_tbs(&certificate, tbs, size, &n) ==
			STATUS_OK);
		expect(n + certificate.sct_list.n < size);
		/* Without an SCT extension it is what stands there. */
		if (certificate.sct_list.n == 0)
			expect(memmem(data, size, tbs, n) != NULL);
		expect_without(bytes_of(tbs, n));
	}
	free(tbs);
	return 0;
}
