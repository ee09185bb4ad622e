/* OpenSSL, as all who look at signatures use it: what its errors tell, and the
 * smallest key. */
#ifndef CT_CRYPTO_H
#define CT_CRYPTO_H

#include <stdbool.h>

#include "base/status.h"

/* RFC 6962 §2.1.4, of logs; no less is asked of who signs a list of them. */
#define CRYPTO_RSA_BITS_MIN 2048

/* OpenSSL fails alike for wrong bytes and for want of memory: only its errors tell. The
 * queue belongs to the thread, so clear it before the call that is asked about. */
struct crypto_errors {
	bool no_memory;
	bool internal; /* where it only finds out later, want of memory is that */
};

/* What is in the queue, which is empty afterwards. */
struct crypto_errors crypto_errors_take(void);

/* The same: NOMEM if it was that, or else `otherwise`. */
MUST_CHECK enum status crypto_failure(enum status otherwise);

#endif
