/* A stored list, or a PEM key, or a signature: whatever it decodes as. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ct/loglist_sign.h"
#include "ct/loglist_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_split(struct bytes in)
{
	struct bytes signature, list;
	uint8_t raw[LIST_SIGNATURE_BYTES];

	if (loglist_store_split(in, &signature, &list) != STATUS_OK)
		return;
	if (signature.p != in.p || list.p + list.n != in.p + in.n ||
		signature.n + 1 + list.n != in.n ||
		!list_signature_decode(signature, raw))
		abort();
}

static void check_key(struct bytes in)
{
	struct list_key *key;
	bool good = false;

	if (list_key_new_pem(in, &key) != STATUS_OK) {
		if (key != NULL)
			abort();
		return;
	}
	if (list_key_check(key, in, in, &good) != STATUS_OK || good)
		abort();
	list_key_free(key);
}

/* Nothing that is found here was signed by Google. */
static void check_signature(struct bytes in)
{
	struct list_key *key;
	bool good;

	if (list_key_new_google(&key) != STATUS_OK)
		abort();
	if (list_key_check(key, bytes_of("list", 4), in, &good) != STATUS_OK || good)
		abort();
	list_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);

	check_split(in);
	check_key(in);
	check_signature(in);
	return 0;
}
