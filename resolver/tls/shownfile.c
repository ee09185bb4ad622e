#include "tls/shownfile.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "tls/certfile.h"

/* Keeps the block, if it is one of the two and the first of its kind: then `*data`
 * is NULL. */
static void keep_block(
	const char *label, unsigned char **data, long n, struct shownfile *out)
{
	struct bytes *to = NULL;

	if (strcmp(label, SHOWNFILE_SCTS_LABEL) == 0)
		to = &out->tls_scts;
	else if (strcmp(label, SHOWNFILE_STAPLE_LABEL) == 0)
		to = &out->staple;
	if (to == NULL || to->p != NULL)
		return;
	*to = bytes_of(*data, (size_t)n);
	*data = NULL;
}

static enum status read_blocks(struct bytes in, struct text *error, struct shownfile *out)
{
	BIO *bio = BIO_new_mem_buf(in.p, (int)in.n);
	char *label, *header;
	unsigned char *data;
	enum status status = STATUS_OK;
	long n;

	if (bio == NULL)
		return STATUS_NOMEM;
	while (PEM_read_bio(bio, &label, &header, &data, &n) == 1) {
		keep_block(label, &data, n, out);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	/* The end of the file, and files of DER, have no further start line. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		text_add(error, "a block in it is broken PEM");
		status = STATUS_MALFORMED;
	}
	ERR_clear_error();
	BIO_free(bio);
	return status;
}

enum status shownfile_parse(struct bytes in, struct text *error, struct shownfile *out)
{
	enum status status;

	memset(out, 0, sizeof *out);
	status = certfile_parse(in, error, &out->chain);
	if (status != STATUS_OK)
		return status;
	status = read_blocks(in, error, out);
	if (status != STATUS_OK)
		shownfile_deinit(out);
	return status;
}

void shownfile_deinit(struct shownfile *file)
{
	certfile_free(file->chain);
	OPENSSL_free((void *)file->tls_scts.p);
	OPENSSL_free((void *)file->staple.p);
	memset(file, 0, sizeof *file);
}

struct peer_shown shownfile_shown(const struct shownfile *file)
{
	return (struct peer_shown){
		.sent = file->chain, .tls_scts = file->tls_scts, .staple = file->staple
	};
}
