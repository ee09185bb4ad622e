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
verdict.c|bool asked = v->pins.configured|s/v->pins.configured > 0 ||//
verdict.c|asked && v->pins.ok != RULE_OK|s/v->pins.ok != RULE_OK/v->pins.ok == RULE_FAILED/
verdict.c|asked && v->pins.ok != RULE_OK|s/&& !v->pins.report_only//
verdict.c|v->ct.mode == CT_MODE_REQUIRE && v->ct.ok|s/v->ct.ok != RULE_OK/v->ct.ok == RULE_FAILED/
verdict.c|v->ct.mode == CT_MODE_REQUIRE && v->ct.ok|s/CT_MODE_REQUIRE/CT_MODE_REPORT/
verdict.c|error == X509_V_OK && chain->n == 0|s/chain->n == 0/0/
verdict.c|if (out->pkix.ok == RULE_OK) {|s/out->pkix.ok == RULE_OK/1/
verdict.c|error = evidence_error(peer->leaf_error|s/=.*/= X509_V_OK;/
verdict.c|if (policy->pkix == PKIX_PINS_ONLY)|s/policy->pkix == PKIX_PINS_ONLY/policy->pins.n > 0/
verdict.c|return REASON_PKIX_UNTRUSTED;|s/PKIX_UNTRUSTED/NONE/
verdict.c|peer->name_ok ? RULE_OK|s/peer->name_ok/1/
verdict.c|if (policy->identity != IDENTITY_NONE)|s/IDENTITY_NONE/IDENTITY_ADDRESS/
peer.c|X509_CHECK_FLAG_NEVER_CHECK_SUBJECT|s/X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |//
peer.c|X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;|s/X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS/0/
peer.c|auth_name_problem(policy->auth_name)|s/auth_name_problem(.*) == NULL &&//
peer.c|X509_VERIFY_PARAM_set_auth_level|d
peer.c|X509_VERIFY_PARAM_set_time|d
peer.c|X509_VERIFY_PARAM_set_depth|d
peer.c|X509_STORE_CTX_set_default(ctx|s/"ssl_server"/"default"/;n;s/X509_PURPOSE_SSL_SERVER/X509_PURPOSE_ANY/
peer.c|if (ok == 1 && out->path_error|s/ok == 1 && out->path_error == X509_V_OK/1/
peer.c|if (roots_unreadable(policy))|s/roots_unreadable(policy)/0/
peer.c|X509_check_ip(leaf|s/X509_check_ip(.*) == 1/1/
peer.c|case IDENTITY_NONE:|n;s/false/true/
peer.c|if (from > 0)|s/from > 0/0/
peer.c|if (from == 0)|s/from == 0/0/
peer.c|return to < 0|s/to < 0/0/
peer.c|EVP_PKEY_get_security_bits|s/key == NULL || EVP_PKEY_get_security_bits(key) < LEVEL_SECURITY_BITS/0/
peer.c|if (sk_X509_num(sent) <= 0)|s/sk_X509_num(sent) <= 0/0/
peer.c|out->path_error = out->leaf_error = |d
handshake.c|if (!h->verdict.accepted) {|s/!h->verdict.accepted/0/
handshake.c|X509_STORE_CTX_set_error(store, alert_code|d
handshake.c|if (h->trouble != STATUS_OK) {|s/h->trouble != STATUS_OK/0/
handshake.c|keep_refused(h, sent);|d
handshake.c|bytes_of(h->address|s/bytes_of(h->address, h->address_n)/bytes_of(NULL, 0)/
session.c|if (ok == 1 && may_open(s))|s/ok == 1 && may_open(s)/h->judged/;s/h->/s->handshake./
session.c|h->trouble == STATUS_OK && (!h->judged|s/(!h->judged || h->verdict.accepted)/!h->judged/
session.c|bool ended = s->state|s/=.*/= true;/
session.c|SSL_set_tlsext_host_name|s/SSL_set_tlsext_host_name(.*) != 1/0/
session.c|policy->identity == IDENTITY_NAME &&|s/policy->identity == IDENTITY_NAME/policy->auth_name != NULL/
session.c|^enum status session_write|n;n;n;n;s/s->state != SESSION_OPEN/0/
session.c|^enum status session_read|n;n;n;n;n;s/s->state != SESSION_OPEN/0/
session.c|if (s->state != SESSION_HANDSHAKE)|s/s->state != SESSION_HANDSHAKE/0/
session.c|SSL_ERROR_ZERO_RETURN|s/STATUS_CLOSED/STATUS_IO/
context.c|SSL_OP_NO_RENEGOTIATION|s/SSL_OP_NO_RENEGOTIATION/0/
context.c|SSL_OP_NO_TICKET|s/| SSL_OP_NO_TICKET//
context.c|SSL_CTX_set_verify(ssl|s/SSL_VERIFY_PEER/SSL_VERIFY_NONE/
context.c|SSL_CTX_set_cert_verify_callback|d
context.c|SSL_CTX_set_min_proto_version|s/min_protocol(policy)/0/
context.c|SSL_CTX_set_cipher_list|s/ciphers/"ALL:@SECLEVEL=0"/
roots.c|X509_V_FLAG_PARTIAL_CHAIN|d
roots.c|return X509_STORE_load_path|s/return/X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN); return/
roots.c|if (!has_hashed_certificate(path)) {|s/!has_hashed_certificate(path)/0/
roots.c|X509_STORE_load_file(store, path) != 1|s/|| !holds_certificate(store)//
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
room=$srcdir/resolver/tls
left_out=report.c
tests="verdict roots issuer path refusals peer session handshake"
# The one needs a file that is made by the build, the other needs that one.
rest=$(ls "$srcdir"/base/*.c "$srcdir"/pinning/*.c "$srcdir"/tests/unit/rows.c \
  "$srcdir"/tests/unit/tls/[!t]*.c "$srcdir"/tests/unit/tls/tls_*.c "$srcdir"/ct/*.c |
  grep -v -e /ct/builtin.c -e /ct/liststore.c)
packages="libssl libcrypto jansson"
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
