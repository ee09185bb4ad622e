#include "ct/sct.h"

#define SCT_V1 0

/* The one extension known: static-ct-api's leaf_index, 40 bits. */
#define EXTENSION_LEAF_INDEX 0
#define LEAF_INDEX_BYTES     5

/* opaque SerializedSCT<1..2^16-1>;
 * struct { SerializedSCT sct_list<1..2^16-1>; } (RFC 6962 §3.3). */
enum status sct_list_decode(struct bytes in, struct sct_list *out)
{
	struct reader r = { .rest = in };
	struct reader list = { .rest = rd_take(&r, (size_t)rd_uint(&r, 2)) };

	*out = (struct sct_list){ 0 };
	if (r.bad || r.rest.n != 0 || list.rest.n == 0)
		return STATUS_MALFORMED;
	while (list.rest.n > 0) {
		struct bytes item = rd_take(&list, (size_t)rd_uint(&list, 2));

		if (list.bad || item.n == 0) {
			*out = (struct sct_list){ 0 };
			return STATUS_MALFORMED;
		}
		if (out->n < SCT_LIST_MAX)
			out->items[out->n++] = item;
		else
			out->left_out++;
	}
	return STATUS_OK;
}

/* RFC 6962 §3.2; the signature as in RFC 5246 §4.7. */
enum status sct_decode(struct bytes in, struct sct *out)
{
	struct reader r = { .rest = in };

	*out = (struct sct){ .version = (uint8_t)rd_uint(&r, 1) };
	if (out->version != SCT_V1)
		return STATUS_UNSUPPORTED;
	out->log_id = rd_take(&r, SCT_LOG_ID_BYTES);
	out->timestamp_ms = rd_uint(&r, 8);
	out->extensions = rd_take(&r, (size_t)rd_uint(&r, 2));
	out->hash = (uint8_t)rd_uint(&r, 1);
	out->algorithm = (uint8_t)rd_uint(&r, 1);
	out->signature = rd_take(&r, (size_t)rd_uint(&r, 2));
	if (!r.bad && r.rest.n == 0)
		return STATUS_OK;
	*out = (struct sct){ 0 };
	return STATUS_MALFORMED;
}

/* Extensions come in any order, and one type comes once. */
bool sct_leaf_index(const struct sct *sct, uint64_t *index)
{
	struct reader r = { .rest = sct->extensions };
	bool found = false;

	while (r.rest.n > 0 && !r.bad) {
		uint64_t type = rd_uint(&r, 1);
		struct reader data = { .rest = rd_take(&r, (size_t)rd_uint(&r, 2)) };

		if (type != EXTENSION_LEAF_INDEX)
			continue;
		if (found || data.rest.n != LEAF_INDEX_BYTES)
			return false;
		*index = rd_uint(&data, LEAF_INDEX_BYTES);
		found = true;
	}
	return found && !r.bad;
}
