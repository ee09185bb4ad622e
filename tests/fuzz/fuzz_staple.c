/* Stapled responses: whatever came, whoever signed, what is believed holds together. */
#include <stdint.h>
#include <stdlib.h>

#include <openssl/pem.h>

#include "ct/sct.h"
#include "tls/staple.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The certificate that the corpus is about and its issuer, whose key nobody has any
 * more. */
static const char leaf_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBHzCBxqADAgECAgEDMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAkNBMB4XDTI2\n"
	"MDUzMTAwMDAwMFoXDTI2MDYwMjAwMDAwMFowDjEMMAoGA1UEAwwDZG5zMFkwEwYH\n"
	"KoZIzj0CAQYIKoZIzj0DAQcDQgAEl6aLRYqfsugv1Zw6bZr5cSI2j13ej2m2iRgP\n"
	"JJZoRE/JbC0QdmbNGUj+Fex15BXn7tbKwJjsEbCozREegAJPhKMWMBQwEgYDVR0R\n"
	"BAswCYIHZG5zLmxhYjAKBggqhkjOPQQDAgNIADBFAiEAoM0HlQpE0J1GMn3t3VXh\n"
	"bIykMyb3fFdSbNm49r/cTv8CIACTc2pdnsbpUs2iozZwrO11VG7q6EVpDJI/VFEE\n"
	"szqq\n"
	"-----END CERTIFICATE-----\n";
static const char issuer_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBKzCB0qADAgECAgEBMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAkNBMB4XDTI2\n"
	"MDUzMTAwMDAwMFoXDTI2MDYwMjAwMDAwMFowDTELMAkGA1UEAwwCQ0EwWTATBgcq\n"
	"hkjOPQIBBggqhkjOPQMBBwNCAARF4qYsPl49H9ml9OMBMcKLK9NcVzge3srFG0Ba\n"
	"CpTLAXWny7D/9JydCQCNfFSskYF/Qw9hrV3kQCaFKQU49s/XoyMwITAPBgNVHRMB\n"
	"Af8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggqhkjOPQQDAgNIADBFAiEAgVsK\n"
	"QhVGdDaPIyRemuB01Y7nOjUhd5CIvxkRWELCd5ICICSaKilPNt4bLm5y/b1itffJ\n"
	"JE145yLYNSgRvaRbyMfR\n"
	"-----END CERTIFICATE-----\n";

/* 2026-06-01T00:00:00Z, within the certificates' day. */
#define NOW 1780272000

static X509 *read_certificate(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *out = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	if (out == NULL)
		abort();
	return out;
}

static void check(const struct staple *staple, const struct staple_lists *lists)
{
	static struct sct_list list;

	if (staple->state < STAPLE_UNUSABLE || staple->state > STAPLE_REVOKED)
		abort();
	if ((staple->state == STAPLE_UNUSABLE || staple->state == STAPLE_OLD) !=
		(staple->problem != NULL))
		abort();
	if (staple->state != STAPLE_GOOD && (lists->n > 0 || lists->broken))
		abort();
	if (lists->n > CT_OCSP_LISTS_MAX || (lists->broken && lists->n > 0))
		abort();
	for (size_t i = 0; i < lists->n; i++)
		(void)!sct_list_decode(lists->lists[i], &list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static X509 *leaf, *issuer;
	struct staple staple = { .required = true };
	struct staple_lists lists;

	if (leaf == NULL) {
		leaf = read_certificate(leaf_pem);
		issuer = read_certificate(issuer_pem);
	}
	/* The server's bytes are the server's fault. */
	if (staple_read(bytes_of(data, size), leaf, issuer, NOW, &staple, &lists) !=
		STATUS_OK)
		abort();
	if (!staple.required)
		abort();
	check(&staple, &lists);
	staple_lists_deinit(&lists);
	return 0;
}
