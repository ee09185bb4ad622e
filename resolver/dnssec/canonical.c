#include "dnssec/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "dnssec/names.h"

/* RFC 4034 §3.1: the fields in front of the signer's name. */
#define RRSIG_HEAD_BYTES 18

/* Types whose names are signed in lower case (RFC 4034 §6.2, RFC 6840 §5.1: not NSEC),
 * as in rdata.c: all whose form is known there, but that one. */
static bool is_lowered(uint16_t type)
{
	return type != TYPE_NSEC && rdata_has_names(type);
}

struct row {
	struct bytes rdata;
};

static int compare_rows(const void *a, const void *b)
{
	const struct bytes *x = &((const struct row *)a)->rdata;
	const struct bytes *y = &((const struct row *)b)->rdata;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	if (order != 0)
		return order;
	return x->n == y->n ? 0 : x->n < y->n ? -1 : 1;
}

/* Each record's RDATA, expanded into one buffer, in order (RFC 4034 §6.3). */
static enum status expand_rows(
	const struct signed_set *in, struct writer *w, struct row *rows)
{
	size_t n = 0;

	for (const struct member *m = in->set->records; m != NULL; m = m->next) {
		size_t start = w->n;
		enum status status = rdata_expand(
			in->message, &m->record, is_lowered(in->set->type), w);

		if (status != STATUS_OK)
			return status;
		rows[n++].rdata = bytes_of(w->p + start, w->n - start);
	}
	qsort(rows, n, sizeof *rows, compare_rows);
	return STATUS_OK;
}

static void write_row(struct writer *w, const struct name *owner,
	const struct rrsig *rrsig, struct bytes rdata)
{
	wr_bytes(w, name_bytes(owner));
	wr_uint(w, rrsig->covered, 2);
	wr_uint(w, CLASS_IN, 2);
	wr_uint(w, rrsig->ttl_s, 4);
	wr_uint(w, rdata.n, 2);
	wr_bytes(w, rdata);
}

/* The wildcard's name, where it is made of one (RFC 4035 §5.3.2). */
static bool signed_owner(const struct signed_set *in, struct name *out)
{
	unsigned labels = names_labels(&in->set->owner);
	struct name encloser;

	*out = in->set->owner;
	if (in->signature->rrsig.labels < labels) {
		names_suffix(&in->set->owner, in->signature->rrsig.labels, &encloser);
		if (!names_wildcard(&encloser, out))
			return false;
	}
	name_lower(out);
	return true;
}

static void write_all(const struct signed_set *in, const struct name *owner,
	const struct row *rows, struct writer *w)
{
	const struct rrsig *rrsig = &in->signature->rrsig;
	struct name signer = rrsig->signer;

	name_lower(&signer);
	wr_bytes(w, bytes_of(in->signature->record->rdata.p, RRSIG_HEAD_BYTES));
	wr_bytes(w, name_bytes(&signer));
	for (unsigned i = 0; i < in->set->records_n; i++) {
		if (i == 0 || compare_rows(&rows[i - 1], &rows[i]) != 0)
			write_row(w, owner, rrsig, rows[i].rdata);
	}
}

enum status canonical_bytes(const struct signed_set *in, struct bytes *out)
{
	unsigned n = in->set->records_n;
	/* No record is longer than the message, expanded three times a name. */
	size_t most = in->message.n + (size_t)n * 3 * NAME_WIRE_MAX;
	size_t around =
		(size_t)n * (NAME_WIRE_MAX + 10) + RRSIG_HEAD_BYTES + NAME_WIRE_MAX;
	struct row *rows = calloc(n, sizeof *rows);
	struct writer expanded = { .p = malloc(most), .cap = most };
	struct writer w = { .p = malloc(most + around), .cap = most + around };
	struct name owner;
	enum status status = STATUS_NOMEM;

	if (rows != NULL && expanded.p != NULL && w.p != NULL)
		status = expand_rows(in, &expanded, rows);
	if (status == STATUS_OK && !signed_owner(in, &owner))
		status = STATUS_MALFORMED;
	if (status == STATUS_OK)
		write_all(in, &owner, rows, &w);
	if (status == STATUS_OK && w.bad)
		status = STATUS_MALFORMED;
	free(rows);
	free(expanded.p);
	if (status == STATUS_OK)
		*out = wr_done(&w);
	else
		free(w.p);
	return status;
}

struct bytes canonical_signature(const struct signed_set *in)
{
	struct reader r = { .rest = in->signature->record->rdata };
	struct name signer;

	rd_take(&r, RRSIG_HEAD_BYTES);
	if (name_read(in->message, &r, &signer) != STATUS_OK)
		return bytes_of(NULL, 0);
	return r.rest;
}
