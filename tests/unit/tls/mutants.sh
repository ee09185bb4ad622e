#!/bin/sh
# The checks of TLS, one by one (tests/unit/mutants.sh).
#
#	mutants.sh	from the source tree, or with srcdir set
set -u
rows() {
  cat <<'ROWS'
verdict.c|out->name.ok != RULE_FAILED &&|s/out->name.ok != RULE_FAILED &&//
verdict.c|out->accepted = out->pkix.ok == RULE_OK &&|s/out->pkix.ok == RULE_OK &&//
verdict.c|!pins_refuse(out) &&|s/!pins_refuse(out) &&//
verdict.c|&& !ct_refuses(out)|s/&& !ct_refuses(out)//
verdict.c|out->chain = out->chain_verified|s/=.*/= peer->sent;/
verdict.c|out->chain_verified = out->pkix.ok|s/=.*/= true;/
verdict.c|judge_deny(policy, keys, n, out);|s/judge_deny.*//
verdict.c|pinset_match(pinset_builtin_deny()|s/pinset_match(.*) ||/0 ||/
verdict.c|pinset_match(&policy->deny|s/pinset_match(.*&at))/0)/
verdict.c|if (v->pkix.pins_only && n > 1)|s/n > 1/n > 99/
verdict.c|policy->pin_mode == PIN_REPORT &&|s/&& !out->pkix.pins_only//
verdict.c|v->pins.configured > 0 .. v->pkix.pins_only|s/|| v->pkix.pins_only//
verdict.c|asked && v->pins.ok != RULE_OK|s/v->pins.ok != RULE_OK/v->pins.ok == RULE_FAILED/
verdict.c|asked && v->pins.ok != RULE_OK|s/&& !v->pins.report_only//
verdict.c|v->ct.mode == CT_MODE_REQUIRE && v->ct.ok|s/v->ct.ok != RULE_OK/v->ct.ok == RULE_FAILED/
verdict.c|v->ct.mode == CT_MODE_REQUIRE && v->ct.ok|s/CT_MODE_REQUIRE/CT_MODE_REPORT/
verdict.c|error == X509_V_OK && chain->n == 0|s/chain->n == 0/0/
verdict.c|if (out->pkix.ok == RULE_OK) {|s/out->pkix.ok == RULE_OK/1/
verdict.c|int error = pins_only ?|s/peer->leaf_error/X509_V_OK/
verdict.c|bool pins_only = policy->pkix|s/policy->pkix == PKIX_PINS_ONLY/policy->pins.n > 0/
verdict.c|return REASON_PKIX_UNTRUSTED;|s/PKIX_UNTRUSTED/NONE/
verdict.c|peer->name_ok ? RULE_OK|s/peer->name_ok/1/
verdict.c|if (policy->identity != IDENTITY_NONE)|s/IDENTITY_NONE/IDENTITY_ADDRESS/
verdict.c|if (peer->staple.state == STAPLE_REVOKED)|s/STAPLE_REVOKED/STAPLE_AWAITED/
verdict.c|peer->staple.required &&|s/peer->staple.required/0/
verdict.c|peer->staple.required &&|s/!= STAPLE_GOOD/== STAPLE_ABSENT/
verdict.c|out->provisional = true;|d
verdict.c|if (out->chain_verified)|s/out->chain_verified/1/
verdict.c|if (!peer->has_ct|s/!peer->has_ct/0/
verdict.c|if (!peer->has_ct|s/out->pkix.ok != RULE_OK/0/
verdict.c|out->ct.reason = ct_reason|s/=.*/= REASON_NONE;/
verdict.c|out->ct.stale = ct_horizon_is_past|s/peer->scts_s)/peer->scts_s + 1)/
verdict.c|if (!out->ct.stale|s/!out->ct.stale/0/
verdict.c|if (!out->ct.stale|s/policy->ct_stale == CT_STALE_JUDGE/0/
verdict.c|out->ct.waived = policy|s/policy->ct_stale == CT_STALE_WARN/1/
verdict.c|policy->ct_stale == CT_STALE_REPORT_IF_PINNED|n;s/out->pins.ok == RULE_OK/1/
verdict.c|!v->ct.waived|s/&& !v->ct.waived//
verdict.c|!learned_pins_equal(known|s/!learned_pins_equal(known, &seen)/0/
verdict.c|if (out->pins.ok == RULE_FAILED)|s/out->pins.ok == RULE_FAILED/0/
verdict.c|if (!v->chain_verified|s/!v->chain_verified/0/
verdict.c|v->pins.ok == RULE_FAILED;|s/|| v->pins.ok == RULE_FAILED//
verdict.c|if (peer->is_early &&|s/peer->is_early/1/
verdict.c|if (peer->is_early &&|s/out->pkix.reason == REASON_PKIX_NOT_YET_VALID/1/
verdict.c|if (!excused.accepted)|s/!excused.accepted/0/
verdict.c|if (excused.pkix.ok == RULE_FAILED)|s/excused.pkix.ok == RULE_FAILED/0/
verdict.c|if (excused.pins.ok != RULE_OK|s/excused.pins.ok != RULE_OK/0/
verdict.c|if (excused.pins.ok != RULE_OK|s/excused.pins.ok != RULE_OK/excused.pins.ok == RULE_FAILED/
verdict.c|if (excused.pins.ok != RULE_OK|s/&& !policy->for_ntp//
verdict.c|out->pkix.reason = REASON_CLOCK_SUSPECT|d
verdict.c|out->clock_suspect = true;|d
verdict.c|out->for_ntp = policy->for_ntp;|d
path.c|trust->clock == NULL|s/trust->clock == NULL/0/
path.c|out->path_error != X509_V_ERR_CERT_NOT_YET_VALID)|s/out->path_error != X509_V_ERR_CERT_NOT_YET_VALID/0/
path.c|out->is_early = status == STATUS_OK|s/&& out->path_error == X509_V_OK//
path.c|if (start_s > latest_s)|s/start_s > latest_s/i == 0/
path.c|out->path_error = X509_V_ERR_CERT_NOT_YET_VALID;|d
peer.c|if (trust->clock == NULL|s/trust->clock == NULL/0/
peer.c|out->is_early = check_leaf|s/=.*/= true;/
peer.c|out->scts_s = out->judged_s|s/+ PEER_EARLY_SCTS_S//
peer.c|out->scts_s = out->judged_s|s/PEER_EARLY_SCTS_S/2 * PEER_EARLY_SCTS_S/
peer.c|policy->ct_policy, out->scts_s, &out->ct|s/scts_s/at_s/
peer.c|out->issuer, out->judged_s|s/judged_s/at_s/
ticket.c|return v->accepted|s/ && !v->clock_suspect//
floor.c|return floor_s > now_s|s/floor_s > now_s/0/
floor.c|return floor_s > now_s|s/floor_s > now_s/1/
floor.c|while (proven_s > floor_s)|s/proven_s > floor_s/1/
floor.c|if (!v->accepted|s/!v->accepted/0/
floor.c|if (!v->accepted|s/v->provisional/0/
floor.c|if (!v->accepted|s/v->for_ntp/0/
floor.c|if (!v->accepted|s/v->ct.ok != RULE_OK/v->ct.ok == RULE_FAILED/
floor.c|if (!v->accepted|s/v->ct.ok != RULE_OK/v->ct.ok == RULE_UNKNOWN/
floor.c|if (row->counts &&|s/row->counts/1/
floor.c|if (row->counts &&|s/at_s > newest_s/1/
handshake.c|clock_floor_now_s(h->context|s/h->context->trust.clock/NULL/
session.c|clock_floor_now_s(s->handshake|s/s->handshake.context->trust.clock/NULL/
context.c|context->trust = .trust;|s/$/ context->trust.clock = NULL;/
peer.c|if (policy->ct == CT_MODE_OFF|s/policy->ct == CT_MODE_OFF/0/
peer.c|bool on = policy->ct|s/policy->ct != CT_MODE_OFF/1/
peer.c|status == STATUS_OK && on|s/lists.n > 0/0/
sct_evidence.c|.tls_list = evidence->shown|s/evidence->shown->tls_scts/{ NULL, 0 }/
sct_evidence.c|.ocsp_n = evidence->lists->n|s/evidence->lists->n/0/
peer.c|.issuer_key = out->built.n > 1|s/out->built.n > 1/0/
peer.c|if (out->issuer != NULL)|s/out->issuer != NULL/1/
peer.c|out->path_error != X509_V_OK .. .out->is_early|s/ || (.*))$/)/
peer.c|out->path_error != X509_V_OK .. .out->is_early|s/ && !out->is_early//
peer.c|out->staple.required = staple_is_required|d
peer.c|if (peer->staple.state != STAPLE_AWAITED)|s/peer->staple.state != STAPLE_AWAITED/0/
staple.c|memcmp(der.p + der.n|s/memcmp(.*) == 0/1/
staple.c|OCSP_response_status(response) !=|s/OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL/0/
staple.c|!staple_is_strong(basic)|s/!staple_is_strong(basic)/0/
staple.c|!staple_is_signed(basic|s/!staple_is_signed(.*))$/0)/
staple.c|if (said == V_OCSP_CERTSTATUS_REVOKED)|s/V_OCSP_CERTSTATUS_REVOKED/99/
staple.c|else if (out.this_update_s == 0|s/out.this_update_s == 0/0/
staple.c|else if (has_critical|s/has_critical(.*))/0)/
staple.c|return OCSP_BASICRESP_get_ext_by_critical|s/OCSP_BASICRESP_get_ext_by_critical(.*) >= 0 ||//
staple.c|OCSP_SINGLERESP_get_ext_by_critical|s/OCSP_SINGLERESP_get_ext_by_critical(.*) >= 0/0/
staple.c|else if (said == V_OCSP_CERTSTATUS_GOOD)|s/said == V_OCSP_CERTSTATUS_GOOD/1/
staple.c|if (out->this_update_s > at_s|s/out->this_update_s > .*)/0)/
staple.c|else if (end_s < at_s|s/end_s < .*)/0)/
staple.c|else if (end_s < out->this_update_s)|s/end_s < out->this_update_s/0/
staple.c|bounded ? out->next_update_s|s/STAPLE_UNBOUNDED_S/STAPLE_UNBOUNDED_S + 1/
staple.c|if (form != 0|s/form != 0/0/
staple.c|ASN1_object_size(0|s/ASN1_object_size(.*) != length/0/
staple.c|if (OCSP_SINGLERESP_get_ext_by_NID(single, NID_ct_cert_scts, at) >= 0|s/OCSP_SINGLERESP_get_ext_by_NID(.*) >= 0/0/
staple.c|if (OCSP_id_cmp(id, ids|s/OCSP_id_cmp(.*) != 0)/0)/
staple.c|if (said.state == STAPLE_GOOD)|s/said.state == STAPLE_GOOD/1/
staple.c|return one->state > other->state|s/state > other/state < other/
staple.c|one->this_update_s >= other|s/>=/</
staple.c|if (out->state != STAPLE_GOOD)|s/out->state != STAPLE_GOOD/0/
staple.c|if (out->state != STAPLE_GOOD .. lists->broken)|s/out->state != STAPLE_GOOD/0/
staple.c|if (out->state != STAPLE_GOOD .. lists->broken)|s/lists->broken/0/
extension.c|p == ASN1_STRING_get0_data|s/p == .*)$/true)/
extension.c|if (!.present|s/X509_get_ext_by_NID.* >= 0/0/
staple.c|bool required = features == NULL|s/=.*/= false;/
staple.c|#define FEATURE_STATUS_REQUEST|s/5/17/
staple_signer.c|if (digest != NID_sha256|s/digest != .*)/0)/
staple_signer.c|return EVP_PKEY_get_security_bits(key)|s/EVP_PKEY_get_security_bits(.*) >= TLS_SECURITY_BITS_MIN &&//
staple_signer.c|is_for_ocsp(x) && may_sign|s/is_for_ocsp(x)/1/
staple_signer.c|may_sign(x) && is_understood|s/may_sign(x)/1/
staple_signer.c|may_sign(x) && is_understood|s/is_understood(x)/1/
staple_signer.c|may_sign(x) && is_understood|s/is_in_date(.*) &&/1 \&\&/
staple_signer.c|^	       is_issued_by(x, issuer);|s/is_issued_by(x, issuer)/1/
staple_signer.c|key != NULL && is_delegate|s/is_delegate(.*)/1/
staple_signer.c|X509_get0_notBefore(x), &at) < 0|s/X509_cmp_time(.*) < 0/1/
staple_signer.c|X509_get0_notAfter(x), &at) > 0|s/X509_cmp_time(.*) > 0/1/
explain.c|if (v->ct.waived) {|s/v->ct.waived/0/
peer.c|X509_CHECK_FLAG_NEVER_CHECK_SUBJECT|s/X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |//
peer.c|X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;|s/X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS/0/
peer.c|auth_name_problem(policy->auth_name)|s/auth_name_problem(.*) == NULL &&//
path.c|X509_VERIFY_PARAM_set_auth_level|d
path.c|X509_VERIFY_PARAM_set_time|d
path.c|X509_VERIFY_PARAM_set_depth|d
path.c|X509_STORE_CTX_set_default(ctx|s/"ssl_server"/"default"/;n;s/X509_PURPOSE_SSL_SERVER/X509_PURPOSE_ANY/
path.c|if (ok == 1 && out->path_error|s/ok == 1 && out->path_error == X509_V_OK/1/
path.c|if (roots_unreadable(policy))|s/roots_unreadable(policy)/0/
peer.c|X509_check_ip(leaf|s/X509_check_ip(.*) == 1/1/
peer.c|case IDENTITY_NONE:|n;s/false/true/
peer.c|if (from > 0)|s/from > 0/0/
peer.c|if (from == 0)|s/from == 0/0/
peer.c|return to < 0|s/to < 0/0/
peer.c|EVP_PKEY_get_security_bits|s/key == NULL || EVP_PKEY_get_security_bits(key) < TLS_SECURITY_BITS_MIN/0/
peer.c|if (sk_X509_num(sent) <= 0)|s/sk_X509_num(sent) <= 0/0/
peer.c|out->path_error = out->leaf_error = |d
handshake.c|return h->verdict.accepted;|s/h->verdict.accepted/true/
handshake.c|h->judged ? alert_code|s/h->judged ? alert_code(.*) :/true ? 0 :/
handshake.c|if (status != STATUS_OK)|s/status != STATUS_OK/0/
handshake.c|return h->judged && h->verdict.chain_verified|s/return .*/return false;/
handshake.c|return h->judged && h->verdict.chain_verified|s/ && h->verdict.name.*;/;/
handshake.c|keep_certificates(&h->peer.built, bio, sent, true)|s/true/false/;n;s/false/true/
handshake.c|keep_refused(h, ssl, sent);|s/keep_refused.*/;/
handshake.c|keep_block(bio, SHOWNFILE_SCTS_LABEL|d
handshake.c|keep_block(bio, SHOWNFILE_STAPLE_LABEL|d
handshake.c|if (in.n > 0 && in.n <=|s/in.n <= REFUSED_BLOCK_MAX/1/
handshake.c|.staple_awaited = true|s/true/false/
handshake.c|.tls_scts = bytes_of|s/h->scts, h->scts_n/NULL, 0/
handshake.c|.staple = staple_of(ssl)|s/staple_of(ssl)/{ NULL, 0 }/
handshake.c|if (place != 0)|s/place != 0/0/
handshake.c|return h->judged ? 0 : -1;|s/h->judged ? 0 : -1/1/
handshake.c|endpoint_address(&h->address)|s/endpoint_address(&h->address)/bytes_of(NULL, 0)/
session.c|if (ok == 1 && may_open(s))|s/ok == 1 && may_open(s)/h->judged/;s/h->/s->handshake./
session.c|h->trouble == STATUS_OK && (!h->judged|s/(!h->judged || h->verdict.accepted)/!h->judged/
session.c|!h->verdict.provisional|s/&& !h->verdict.provisional//
session.c|bool ended = s->state|s/=.*/= true;/
session.c|SSL_set_tlsext_host_name|s/SSL_set_tlsext_host_name(.*) != 1/0/
session.c|policy->identity == IDENTITY_NAME &&|s/policy->identity == IDENTITY_NAME/policy->auth_name != NULL/
session.c|^enum status session_write|n;n;n;n;s/s->state != SESSION_OPEN/0/
session.c|^enum status session_read|n;n;n;n;n;s/s->state != SESSION_OPEN/0/
session.c|if (s->state != SESSION_HANDSHAKE)|s/s->state != SESSION_HANDSHAKE/0/
session.c|if (error == SSL_ERROR_ZERO_RETURN)|n;s/STATUS_CLOSED/STATUS_IO/
context.c|SSL_OP_NO_RENEGOTIATION|s/SSL_OP_NO_RENEGOTIATION/0/
context.c|SSL_OP_NO_TICKET|s/| SSL_OP_NO_TICKET//
context.c|SSL_CTX_set_verify(ssl|s/SSL_VERIFY_PEER/SSL_VERIFY_NONE/
context.c|SSL_CTX_set_cert_verify_callback|d
context.c|SSL_CTX_set_tlsext_status_cb|d
context.c|return SSL_CTX_set_tlsext_status_type|s/TLSEXT_STATUSTYPE_ocsp/-1/
context.c|handshake_on_scts, NULL) == 1|s/handshake_on_scts/NULL/
context.c|SSL_CTX_set_min_proto_version|s/min_protocol(policy)/0/
context.c|SSL_CTX_set_cipher_list|s/ciphers/"ALL:@SECLEVEL=0"/
context.c|tickets_forget(&context->tickets);|d
context.c|^void tls_context_forget_tickets|n;n;d
handshake.c|if (SSL_session_reused(ssl) == 1)|s/SSL_session_reused(ssl) == 1/true/
session.c|if (h->ticket != NULL)|s/h->ticket != NULL/false/
session.c|SSL_set_shutdown(s->ssl|s/SSL_set_shutdown.*/;/
session.c|if (!s->begun)|s/!s->begun/true/
session.c|^	tickets_drop(&s->handshake|d
resumption.c|^	tickets_drop(&h->context|d
resumption.c|^static void judge_resumed|n;n;s/h->ticket == NULL/false/
resumption.c|else if (!bytes_equal|s/!bytes_equal(.*))$/false)/
resumption.c|else if (h->generation|s/h->generation != .*)$/false)/
resumption.c|h->verdict.resumed = true;|d
resumption.c|h->verified_s = h->ticket|d
resumption.c|if (!h->open|s/!h->open ||//
resumption.c|if (!h->open|s/|| h->generation.*)$/)/
ticket.c|return v->accepted|s/v->accepted &&//
ticket.c|return v->accepted|s/&& !v->provisional//
ticket.c|return v->accepted|s/&& !v->ct.waived//
ticket.c|if (staple->state != STAPLE_GOOD)|s/staple->state != STAPLE_GOOD/true/
ticket.c|if (staple->state != STAPLE_GOOD)|s/staple->state != STAPLE_GOOD/false/
ticket.c|: staple->this_update_s|s/STAPLE_UNBOUNDED_S/0/
ticket.c|clock_earlier_s(verdict_end_s(v)|s/verdict_end_s(v)/INT64_MAX/
ticket.c|clock_earlier_s(verdict_end_s(v)|s/verified_s + TICKET_LIFE_MAX_S/INT64_MAX/
ticket.c|if (v->ct.mode == CT_MODE_REQUIRE)|s/v->ct.mode == CT_MODE_REQUIRE/false/
ticket.c|if (v->ct.mode == CT_MODE_REQUIRE)|s/== CT_MODE_REQUIRE/!= CT_MODE_OFF/
ticket.c|return endpoint_equal|s/endpoint_equal(.*)/true/
ticket.c|if (n >= TICKETS_AN_ADDRESS)|s/n >= TICKETS_AN_ADDRESS/false/
ticket.c|else if (t->n == TICKETS_MAX)|s/t->n == TICKETS_MAX/false/
ticket.c|SSL_SESSION_get_protocol_version|s/SSL_SESSION_get.* == TLS1_3_VERSION/true/
ticket.c|n <= TICKET_BYTES_MAX|s/n <= TICKET_BYTES_MAX/true/
ticket.c|now_s + life_s(session)|s/now_s + life_s(session)/INT64_MAX/
ticket.c|if (until_s > now_s|s/until_s > now_s/true/
ticket.c|return now_s >= ticket->verified_s|s/now_s >= ticket->verified_s/true/
ticket.c|return now_s >= ticket->verified_s|s/now_s < ticket->until_s/true/
ticket.c|^	       fits(ticket, policy)|s/fits(.*)/true/
ticket.c|learned_pins_equal(&shown|s/learned_pins_equal(.*)/true/
ticket.c|^struct ticket .tickets_take|n;n;n;s/size_t i = t->n; i-- > 0;/size_t i = 0; i < t->n; i++/
ticket.c|(is_for(t->items.i., address))$|s/is_for(.*))$/true)/
ticket.c|^	t->generation++|d
ticket.c|while (t->n > 0)|s/t->n > 0/false/
roots.c|X509_V_FLAG_PARTIAL_CHAIN|d
roots.c|return X509_STORE_load_path|s/return/X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN); return/
roots.c|if (!has_hashed_certificate(path)) {|s/!has_hashed_certificate(path)/0/
roots.c|X509_STORE_load_file(store, path) != 1|s/|| !holds_certificate(store)//
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
room=$srcdir/resolver/tls
left_out=report.c
tests="verdict verdict_ct floor staple peer_ct roots issuer path refusals peer
  transparency session handshake early ticket resumption resumption_refused"
# Of the files about lists only these two: others need one that is made by the build.
rest=$(ls "$srcdir"/base/*.c "$srcdir"/pinning/*.c "$srcdir"/tests/unit/rows.c \
  "$srcdir"/tests/unit/tls/[!t]*.c "$srcdir"/tests/unit/tls/tls_*.c \
  "$srcdir"/tests/unit/ct/ct_world.c "$srcdir"/tests/unit/ct/make_sct.c \
  "$srcdir"/ct/[!l]*.c "$srcdir"/ct/log.c "$srcdir"/ct/log_*.c \
  "$srcdir"/ct/loglist.c "$srcdir"/ct/loglist_decode.c)
packages="libssl libcrypto jansson"
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
