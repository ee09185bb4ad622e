#include "ct/memo.h"

#include <string.h>

#define DIGEST_BYTES sizeof(((struct ct_memo *)0)->digests[0])

bool ct_memo_find(const struct ct_memo *memo, const uint8_t digest[32], bool *valid)
{
	for (size_t i = 0; i < memo->n; i++) {
		if (memcmp(memo->digests[i], digest, DIGEST_BYTES) != 0)
			continue;
		*valid = memo->valid[i];
		return true;
	}
	return false;
}

void ct_memo_add(struct ct_memo *memo, const uint8_t digest[32], bool valid)
{
	memcpy(memo->digests[memo->next], digest, DIGEST_BYTES);
	memo->valid[memo->next] = valid;
	memo->next = (memo->next + 1) % CT_MEMO_MAX;
	if (memo->n < CT_MEMO_MAX)
		memo->n++;
}
