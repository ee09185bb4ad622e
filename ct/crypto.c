#include "ct/crypto.h"

#include <openssl/err.h>

struct crypto_errors crypto_errors_take(void)
{
	struct crypto_errors found = { false, false };
	unsigned long code;

	while ((code = ERR_get_error()) != 0) {
		if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
			found.no_memory = true;
		if (ERR_GET_REASON(code) == ERR_R_INTERNAL_ERROR)
			found.internal = true;
	}
	return found;
}

enum status crypto_failure(enum status otherwise)
{
	return crypto_errors_take().no_memory ? STATUS_NOMEM : otherwise;
}
