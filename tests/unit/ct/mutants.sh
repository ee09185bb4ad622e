#!/bin/sh
# The checks of Certificate Transparency, one by one (tests/unit/mutants.sh).
#
#	mutants.sh	from the source tree, or with srcdir set
set -u
rows() {
  cat <<'ROWS'
policy_tables.c|.methods\[SCT_EMBEDDED\] = BROWSERS_EMBEDDED|s/BROWSERS/APPLE/
policy_tables.c|.methods\[SCT_TLS\] = BROWSERS_DELIVERED|s/BROWSERS/APPLE/
policy_tables.c|.methods\[SCT_TLS\] = BROWSERS_DELIVERED|d
policy_tables.c|.methods\[SCT_OCSP\] = BROWSERS_DELIVERED|d
policy_tables.c|.methods\[SCT_EMBEDDED\] = APPLE_EMBEDDED|s/APPLE/BROWSERS/
policy_tables.c|.methods\[SCT_TLS\] = APPLE_DELIVERED|d
policy_tables.c|.methods\[SCT_OCSP\] = APPLE_DELIVERED|d
policy_tables.c|.current_min = 1, .retired_counts = true|s/current_min = 1/current_min = 0/
policy_tables.c|.current_min = 1, .retired_counts = true|s/retired_counts = true/retired_counts = false/
policy_tables.c|.logs_short = 2, .logs_long = 3, .operators_min = 2|s/short = 2/short = 1/
policy_tables.c|.logs_short = 2, .logs_long = 3, .operators_min = 2|s/short = 2/short = 3/
policy_tables.c|.logs_short = 2, .logs_long = 3, .operators_min = 2|s/long = 3/long = 2/
policy_tables.c|.logs_short = 2, .logs_long = 3, .operators_min = 2|s/long = 3/long = 4/
policy_tables.c|.logs_short = 2, .logs_long = 3, .operators_min = 2|s/min = 2/min = 1/
policy_tables.c|define BROWSERS_DELIVERED|n;n;s/current_min = 2/current_min = 1/
policy_tables.c|define BROWSERS_DELIVERED|n;n;s/current_min = 2/current_min = 2, .retired_counts = true/
policy_tables.c|define BROWSERS_DELIVERED|n;n;s/short = 2/short = 1/
policy_tables.c|define BROWSERS_DELIVERED|n;n;s/long = 2/long = 3/
policy_tables.c|define BROWSERS_DELIVERED|n;n;n;s/min = 2/min = 1/
policy_tables.c|.per_operator_short = 1|s/short = 1/short = 2/
policy_tables.c|.per_operator_short = 1|s/long = 2/long = 1/
policy_tables.c|.per_operator_short = 1|s/long = 2/long = 3/
policy_tables.c|define APPLE_DELIVERED|n;n;n;s/min = 1/min = 2/
policy_tables.c|define APPLE_DELIVERED|n;n;n;s/min = 1/min = 1, .per_operator_short = 1/
policy_tables.c|.short_max_s = DAYS_180_S - 1|s/ - 1//
policy_tables.c|.short_max_s = DAYS_180_S,|s/DAYS_180_S/DAYS_180_S - 1/
policy_tables.c|.pools_tls_and_ocsp = true|d
policy_tables.c|.needs_rfc6962 = true|d
policy_tables.c|.needs_leaf_index = true|d
policy_tables.c|.name = "mozilla"|s/$/ .needs_rfc6962 = true,/
policy_tables.c|.name = "chrome"|s/$/ .needs_leaf_index = true,/
policy_tables.c|.name = "chrome"|s/$/ .methods[SCT_OCSP] = BROWSERS_DELIVERED,/
policy_tables.c|.name = "strict"|s/$/ .methods[SCT_OCSP] = BROWSERS_DELIVERED,/
policy_tables.c|.name = "strict"|s/$/ .pools_tls_and_ocsp = true,/
policy_tables.c|.name = "apple"|s/$/ .pools_tls_and_ocsp = true,/
policy_tables.c|return &policies\[0\]|s/0/1/
policy.c|pools_tls_and_ocsp && source == SCT_OCSP|s/policy->pools_tls_and_ocsp/true/
policy.c|policy->needs_leaf_index && i|s/policy->needs_leaf_index/true/
policy.c|status == SCT_STATUS_OK && row->is_static|s/row->is_static/true/
policy.c|status == SCT_STATUS_OK && row->is_static|s/row->status == SCT_STATUS_OK/true/
policy.c|row->status == SCT_STATUS_OK && !row->retired|s/row->status == SCT_STATUS_OK/true/
policy.c|row->status == SCT_STATUS_OK && !row->retired|s/!row->retired/true/
policy.c|policy->methods\[row->source\].taken &&|s/policy.*taken/true/
policy.c|row->timestamp_ms < earliest|s/</>/
policy.c|row->timestamp_ms < earliest|s/row->timestamp_ms < earliest/true/
policy.c|retired_ms > 0 && time_ms|s/retired_ms > 0 &&//
policy.c|retired_ms > 0 && time_ms|s/time_ms </time_ms <=/
policy.c|row->status == SCT_STATUS_OK && row->retired|s/row->status == SCT_STATUS_OK/true/
policy.c|methods\[row->source\].retired_counts|s/policy.*retired_counts/true/
policy.c|predates(row->timestamp_ms|s/predates(.*) &&/true \&\&/
policy.c|predates(earliest|s/predates(.*ms)))/true))/
policy.c|check_retired(policy, report);|d
policy.c|check_leaf_index(policy, report);|d
policy.c|return other->status == SCT_STATUS_OK|s/other->status == SCT_STATUS_OK/true/
policy.c|return (other->status == SCT_STATUS_OK|s/$/ true ||/
policy.c|other->status == SCT_STATUS_DUPLICATE|s/other->status == SCT_STATUS_DUPLICATE/false/
policy.c|return other->counts|s/other->counts/true/
policy.c|counted_with(policy, other->source) == by|s/counted_with(.*) == by/true/
policy.c|is_operator_of) == 0|s/count_before(.*) == 0/true/
policy.c|is_log_of) > 0|s/count_before(.*) > 0/false/
policy.c|t->current += !row->retired|s/!row->retired/1/
policy.c|if (!row->is_static)|s/!row->is_static/true/
policy.c|counts_for_operator_of) < per_operator|s/< per_operator/<= per_operator/
policy.c|row->counts = per_operator == 0|s/per_operator == 0/true/
policy.c|report->lifetime_s <= policy->short_max_s|s/<=/</
policy.c|if (per_operator > 0)|s/per_operator > 0/0/
policy.c|counted_with(policy, report->rows\[i\].source) != by|s/counted_with(.*) != by/0/
policy.c|report->rows\[i\].status == SCT_STATUS_OK|s/report.*OK/true/
policy.c|lack(t.current, t.current_needed)|s/lack(t.current, t.current_needed)/0/
policy.c|lack(t.logs, t.logs_needed)|s/lack(t.logs, t.logs_needed)/0/
policy.c|lack(t.operators, t.operators_needed)|s/lack(.*_needed)/0/
policy.c|t.rfc6962_missing));|s/t.rfc6962_missing/0/
policy.c|row->decoded && policy->methods|s/row->decoded \&\&//
policy.c|row->decoded && policy->methods|s/\&\& policy.*taken/\&\& true/
policy.c|t->distinct >= t->logs_needed|s/t->distinct >= t->logs_needed/true/
policy.c|t->distinct >= t->logs_needed|s/distinct/logs/
policy.c|t->current >= t->current_needed|s/t->current >= t->current_needed/true/
policy.c|nearest->came == 0|s/nearest->came == 0/false/
policy.c|return t->came > 0|s/t->came > 0/true/
policy.c|t->missing < nearest->missing|s/</<=/
policy.c|!policy->methods\[by\].taken|s/!policy.*taken/false/
verify.c|ct_memo_find(&work|s/|| ct_memo_find(.*))/)/
verify.c|ct_memo_add(|s/\*valid/true/
verify.c|row->source == SCT_EMBEDDED ? &work->precert|s/row->source == SCT_EMBEDDED/true/
verify.c|row->source == SCT_EMBEDDED ? &work->precert|s/row->source == SCT_EMBEDDED/false/
verify.c|!ct_signature_supported|s/!ct_signature_supported(sct, key)/false/
verify.c|entry->certificate.n == 0|s/entry->certificate.n == 0/false/
verify.c|row->timestamp_ms > INT64_MAX|s/row.*INT64_MAX :/false ? 0 :/
verify.c|row->retired =|s/STANDING_RETIRED/STANDING_GOOD/
verify.c|ct_log_operator_at(log|s/sct_time_ms(row)/at_ms/
verify.c|\[STANDING_PENDING\]|s/LOG_PENDING/OK/
verify.c|\[STANDING_REJECTED\]|s/LOG_REJECTED/OK/
verify.c|\[STANDING_STATELESS\]|s/LOG_STATELESS/OK/
verify.c|\[STANDING_NOT_YET\]|s/LOG_NOT_YET/OK/
verify.c|if (ct_log_is_mimic|s/ct_log_is_mimic(.*))/0)/
verify.c|row->signature == SCT_SIGNATURE_UNCHECKED|s/row->signature == SCT_SIGNATURE_UNCHECKED/0/
verify.c|row->signature == SCT_SIGNATURE_BAD|s/row->signature == SCT_SIGNATURE_BAD/0/
verify.c|> work->at_ms + CT_TOLERANCE_MS|s/+ CT_TOLERANCE_MS//
verify.c|> work->at_ms + CT_TOLERANCE_MS|s/> work/>= work/
verify.c|> work->at_ms + CT_TOLERANCE_MS|s/sct_time_ms.*MS)/0)/
verify.c|statuses\[standing\] != SCT_STATUS_OK|s/statuses.*OK/0/
verify.c|!ct_log_covers|s/!ct_log_covers(.*))/0)/
verify.c|!ct_log_covers|s/\* 1000/* 1000 - 1/
verify.c|if (log->unfit == NULL)|s/log->unfit == NULL/1/
verify.c|row->has_leaf_index =|d
verify.c|status == STATUS_UNSUPPORTED ?|s/status == STATUS_UNSUPPORTED/0/
verify.c|out->left_out += scts->left_out|d
verify.c|out->n == CT_ROWS_MAX|s/CT_ROWS_MAX/CT_ROWS_MAX - 1/
verify.c|key_hash.n != KEY_HASH_BYTES|s/!=/>/
verify.c|work->certificate.scts_broken|s/work->certificate.scts_broken/0/
verify.c|sct_list_decode(work->certificate|s/!= STATUS_OK/== STATUS_NOMEM/
verify.c|sct_list_decode(lists\[i\]|n;s/true/false/
verify.c|list_broken\[source\] = broken|d
verify.c|&& !broken && status|s/!broken/1/
verify.c|evidence->tls_list.p != NULL|s/evidence->tls_list.p/evidence->tls_list.n/
verify.c|evidence->ocsp_n, evidence->ocsp_broken|s/evidence->ocsp_broken/false/
verify.c|ct_policy_judge(policy, evidence|s/evidence->not_before_s/evidence->not_before_s - 1/
verify.c|ct_policy_judge(policy, evidence|s/evidence->not_before_s/evidence->not_before_s + 1/
explain.c|add_name(out, row->log)|s/add_name/text_add/
explain.c|add_name(out, row->operator_name)|s/add_name/text_add/
explain.c|add_name(out, report->rows|s/add_name/text_add/
explain.c|if (row->counts)|s/row->counts/row->status == SCT_STATUS_OK/
explain.c|is_by(report, row) && row->counts|s/&& row->counts//
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
room=$srcdir/ct
# The one needs a file that is made by the build, the other needs that one.
left_out="loglist_builtin.c loglist_store.c"
tests="policy_tables policy_embedded policy_retired policy_delivery explain verify_lists
  verify_facts verify"
rest=$(ls "$srcdir"/base/*.c "$srcdir"/pinning/*.c "$srcdir"/tests/unit/rows.c \
  "$srcdir"/tests/unit/tls/make_cert.c "$srcdir"/tests/unit/ct/policy_row.c \
  "$srcdir"/tests/unit/ct/ct_world.c "$srcdir"/tests/unit/ct/make_sct.c \
  "$srcdir"/tests/unit/ct/verify_scene.c)
packages="libssl libcrypto jansson"
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
