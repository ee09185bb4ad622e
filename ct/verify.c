#include "ct/verify.h"

#include <stdlib.h>
#include <string.h>

#include "ct/certificate.h"
#include "ct/signature.h"

#define KEY_HASH_BYTES 32

/* What all SCTs of one certificate share. */
struct work {
	struct loglist *list;
	const struct ct_evidence *evidence;
	int64_t at_ms;
	struct ct_certificate certificate;
	struct ct_entry x509;    /* what SCTs by TLS and OCSP are signed over */
	struct ct_entry precert; /* and embedded ones; empty without an issuer */
	uint8_t *tbs;            /* owned; the precert entry's certificate */
	struct ct_report *out;
};

/* Of the memo, or else by verifying, which is then remembered. */
static enum status signature_check(const struct work *work, const struct sct *sct,
	const struct ct_entry *entry, EVP_PKEY *key, bool *valid)
{
	uint8_t digest[CT_SIGNATURE_DIGEST_BYTES];
	enum status status = ct_signature_digest(sct, entry, digest);

	if (status != STATUS_OK || ct_memo_find(&work->list->memo, digest, valid))
		return status;
	status = ct_signature_check(sct, entry, key, valid);
	if (status == STATUS_OK)
		ct_memo_add(&work->list->memo, digest, *valid);
	return status;
}

/* Of a listed log that is not unfit, whatever its state. What cannot be checked
 * stays unchecked. */
static enum status row_check_signature(const struct work *work, const struct sct *sct,
	struct ct_log *log, struct sct_row *row)
{
	const struct ct_entry *entry =
		row->source == SCT_EMBEDDED ? &work->precert : &work->x509;
	EVP_PKEY *key = ct_log_key(log);
	enum status status;
	bool valid;

	if (key == NULL)
		return STATUS_NOMEM;
	if (!ct_signature_supported(sct, key) || entry->certificate.n == 0)
		return STATUS_OK;
	status = signature_check(work, sct, entry, key, &valid);
	if (status == STATUS_OK)
		row->signature = valid ? SCT_SIGNATURE_VALID : SCT_SIGNATURE_BAD;
	return status;
}

/* Times are unsigned in an SCT, and signed everywhere else. */
static int64_t sct_time_ms(const struct sct_row *row)
{
	return row->timestamp_ms > INT64_MAX ? INT64_MAX : (int64_t)row->timestamp_ms;
}

static void row_set_log(const struct ct_log *log, int64_t at_ms, struct sct_row *row)
{
	row->known = true;
	text_copy(row->log, sizeof row->log, log->name);
	text_copy(row->operator_name, sizeof row->operator_name,
		ct_log_operator_at(log, sct_time_ms(row)));
	row->is_static = log->is_static;
	row->retired = ct_log_standing(log, at_ms, &row->retired_ms) == STANDING_RETIRED;
}

/* The first thing that is wrong with it, before policy; what a retired log may show
 * is the policy's matter. */
static enum sct_status row_fault(
	const struct work *work, const struct ct_log *log, const struct sct_row *row)
{
	static const enum sct_status statuses[] = {
		[STANDING_GOOD] = SCT_STATUS_OK,
		[STANDING_RETIRED] = SCT_STATUS_OK,
		[STANDING_PENDING] = SCT_STATUS_LOG_PENDING,
		[STANDING_REJECTED] = SCT_STATUS_LOG_REJECTED,
		[STANDING_STATELESS] = SCT_STATUS_LOG_STATELESS,
		[STANDING_NOT_YET] = SCT_STATUS_LOG_NOT_YET,
	};
	enum log_standing standing;
	int64_t retired_ms;

	if (ct_log_is_mimic(row->log_id))
		return SCT_STATUS_MIMIC;
	if (log == NULL)
		return SCT_STATUS_UNKNOWN_LOG;
	if (row->signature == SCT_SIGNATURE_UNCHECKED)
		return SCT_STATUS_UNSUPPORTED;
	if (row->signature == SCT_SIGNATURE_BAD)
		return SCT_STATUS_BAD_SIGNATURE;
	if (sct_time_ms(row) > work->at_ms + CT_TOLERANCE_MS)
		return SCT_STATUS_FUTURE;
	standing = ct_log_standing(log, work->at_ms, &retired_ms);
	if (statuses[standing] != SCT_STATUS_OK)
		return statuses[standing];
	if (!ct_log_covers(log, work->evidence->not_after_s * 1000))
		return SCT_STATUS_OUTSIDE_SHARD;
	return SCT_STATUS_OK;
}

static enum status row_fill(
	const struct work *work, struct bytes serialized, struct sct_row *row)
{
	struct sct sct;
	struct ct_log *log;
	enum status status = sct_decode(serialized, &sct);

	if (status != STATUS_OK) {
		row->status = status == STATUS_UNSUPPORTED ? SCT_STATUS_UNSUPPORTED
							   : SCT_STATUS_MALFORMED;
		return STATUS_OK;
	}
	row->decoded = true;
	memcpy(row->log_id, sct.log_id.p, sizeof row->log_id);
	row->timestamp_ms = sct.timestamp_ms;
	row->has_leaf_index = sct_leaf_index(&sct, &row->leaf_index);
	log = loglist_find(work->list, row->log_id);
	if (log != NULL) {
		row_set_log(log, work->at_ms, row);
		if (log->unfit == NULL)
			status = row_check_signature(work, &sct, log, row);
	}
	row->status = row_fault(work, log, row);
	return status;
}

/* A row for each SCT, as long as there is room. */
static enum status add_rows(
	const struct work *work, enum sct_source source, const struct sct_list *scts)
{
	struct ct_report *out = work->out;

	out->left_out += scts->left_out;
	for (size_t i = 0; i < scts->n; i++) {
		struct sct_row *row = &out->rows[out->n];
		enum status status;

		if (out->n == CT_ROWS_MAX) {
			out->left_out++;
			continue;
		}
		row->source = source;
		status = row_fill(work, scts->items[i], row);
		if (status != STATUS_OK)
			return status;
		out->n++;
	}
	return STATUS_OK;
}

/* RFC 6962 §3.2: what the log has seen is the certificate before the SCTs were put
 * into it. Without an issuer there is no such entry. */
static enum status make_precert_entry(struct work *work)
{
	struct bytes key_hash = work->evidence->issuer_key_hash;
	size_t cap = work->certificate.der.n, n;
	enum status status;

	if (key_hash.n != KEY_HASH_BYTES)
		return STATUS_OK;
	work->tbs = malloc(cap);
	if (work->tbs == NULL)
		return STATUS_NOMEM;
	status = ct_certificate_precert_tbs(&work->certificate, work->tbs, cap, &n);
	if (status == STATUS_OK)
		work->precert = (struct ct_entry){ CT_ENTRY_PRECERT, key_hash,
			bytes_of(work->tbs, n) };
	return status;
}

static enum status add_embedded(struct work *work)
{
	struct sct_list scts;
	enum status status;

	if (ct_certificate_read(work->evidence->leaf, &work->certificate) != STATUS_OK ||
		work->certificate.scts_broken) {
		work->out->list_broken[SCT_EMBEDDED] = true;
		return STATUS_OK;
	}
	if (work->certificate.sct_list.n == 0)
		return STATUS_OK;
	if (sct_list_decode(work->certificate.sct_list, &scts) != STATUS_OK) {
		work->out->list_broken[SCT_EMBEDDED] = true;
		return STATUS_OK;
	}
	status = make_precert_entry(work);
	return status == STATUS_OK ? add_rows(work, SCT_EMBEDDED, &scts) : status;
}

/* All lists that came one way: if one of them is broken, none is looked at. */
static enum status add_delivered(const struct work *work, enum sct_source source,
	const struct bytes *lists, size_t n, bool broken)
{
	struct sct_list scts[CT_OCSP_LISTS_MAX];
	enum status status = STATUS_OK;

	for (size_t i = 0; i < n; i++)
		if (sct_list_decode(lists[i], &scts[i]) != STATUS_OK)
			broken = true;
	work->out->list_broken[source] = broken;
	for (size_t i = 0; i < n && !broken && status == STATUS_OK; i++)
		status = add_rows(work, source, &scts[i]);
	return status;
}

enum status ct_verify(struct loglist *list, const struct ct_policy *policy,
	const struct ct_evidence *evidence, int64_t at_s, struct ct_report *out)
{
	struct work work = {
		.list = list,
		.evidence = evidence,
		.at_ms = at_s * 1000,
		.x509 = { .type = CT_ENTRY_X509, .certificate = evidence->leaf },
		.out = out,
	};
	enum status status;

	*out = (struct ct_report){ 0 };
	status = add_embedded(&work);
	if (status == STATUS_OK && evidence->tls_list.p != NULL)
		status = add_delivered(&work, SCT_TLS, &evidence->tls_list, 1, false);
	if (status == STATUS_OK)
		status = add_delivered(&work, SCT_OCSP, evidence->ocsp_lists,
			evidence->ocsp_n, evidence->ocsp_broken);
	free(work.tbs);
	if (status != STATUS_OK) {
		*out = (struct ct_report){ 0 };
		return status;
	}
	ct_policy_judge(policy, evidence->not_after_s - evidence->not_before_s, out);
	return STATUS_OK;
}
