/* Files of certificates: parsed, then every certificate described. */
#include <stdint.h>
#include <stdlib.h>

#include "tls/certfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	STACK_OF(X509) * certificates;

	if (certfile_parse(bytes_of(data, size), &error, &certificates) != STATUS_OK) {
		if (certificates != NULL)
			abort();
		return 0;
	}
	if (certfile_count(certificates) == 0)
		abort();
	for (size_t i = 0; i < certfile_count(certificates); i++) {
		struct peer_certificate c;
		bool is_issuer;

		/* A key that cannot be encoded again is CRYPTO, and no harm. */
		(void)!certfile_describe(certificates, i, &c, &is_issuer);
		for (const char *p = c.subject; *p != '\0'; p++)
			if (*p < 0x20 || *p >= 0x7f)
				abort();
	}
	certfile_free(certificates);
	return 0;
}
