#!/bin/sh
# The checks of what goes to a server without TLS, and of what servers send, one by one (tests/unit/mutants.sh).
#
#	mutants.sh	from the source tree, or with srcdir set
set -u
rows() {
  cat <<'ROWS'
doh_response.c|return interim_n > DOH_INTERIM_MAX|s/interim_n > DOH_INTERIM_MAX/0/
doh_response.c|if (value.p.i. < '0'|s/value.p\[i\] < .0. || //
doh_response.c|if (value.p.i. < '0'|s/ || value.p\[i\] > .9.//
doh_response.c|if (\*out > max)|s/\*out > max/0/
doh_response.c|if (value.n < at|s/ || strncasecmp.* != 0//
doh_response.c|return at == value.n|s/return.*/return 1;/
doh_response.c|r->is_dns_message = !r->has_type|s/!r->has_type && //
doh_response.c|if (!r->has_age|s/!r->has_age && //
doh_response.c|r->is_encoded = true|d
doh_response.c|if (r->header_bytes > DOH_HEADER|s/r->header_bytes > DOH_HEADER_BYTES_MAX/0/
doh_response.c|^	r->header_bytes +=|s/ + FIELD_BYTES//
doh_response.c|if (r->status != HTTP_OK)|s/r->status != HTTP_OK/0/
doh_response.c|= r->status == HTTP_TOO_MANY|s/r->status == HTTP_TOO_MANY || //
doh_response.c|= r->status == HTTP_TOO_MANY|s/ || r->status >= HTTP_SERVER//
doh_response.c|if (!r->is_dns_message)|s/!r->is_dns_message/0/
doh_response.c|else if (r->is_encoded)|s/r->is_encoded/0/
doh_response.c|else if (r->length >|s/r->length > DNS_MESSAGE_MAX/0/
h2_guard.c|^	return g->block_bytes >|s/g->block_bytes > BLOCK_BYTES_MAX || //
h2_guard.c|^	return g->block_bytes >|s/ || g->block_frames > BLOCK_FRAMES_MAX//
h2_guard.c|^	if (type != FRAME_DATA)|s/type != FRAME_DATA/0/
h2_guard.c|^	return length >= DATA_FREE|s/length >= DATA_FREE_BYTES/1/
h2_guard.c|^	return length >= DATA_FREE|s/ || (flags & FLAG_END_STREAM)//
h2_guard.c|if (type == FRAME_PUSH_PROMISE)|s/type == FRAME_PUSH_PROMISE/0/
h2_guard.c|if (g->frames_left == 0)|s/g->frames_left == 0/0/
h2_guard.c|if (g->frames_left < FRAMES_MAX)|s/g->frames_left < FRAMES_MAX/1/
h2_guard.c|if (g->frames_left < FRAMES_FREE)|s/g->frames_left < FRAMES_FREE/0/
h2_guard.c|if (type == FRAME_HEADERS)|s/type == FRAME_HEADERS/0/
plain_message.c|if (zone->n > 1|s/zone->n > 1/1/
plain_message.c|(scope->exact ?|s/scope->exact/0/
plain_message.c|(scope->exact ?|s/name_within(name, zone)/1/
plain_message.c|!name_equal(&name, &question->name)|s/!name_equal(&name, &question->name)/0/
plain_message.c|if (!plain_scope_has(scope|s/!plain_scope_has(scope, &name)/0/
plain_message.c|^	random_bytes(&id|s/random_bytes.*/id = 7;/
plain_message.c|^	mix_case(out|d
plain_message.c|id == sent_id|s/id == sent_id/1/
plain_message.c|id == sent_id|s/ \&\& (\*flags & DNS_FLAG_QR) != 0//
plain_message.c|memcmp(wire.p + DNS_HEADER|n;s/, n) == 0/, n) != 999/
plain_message.c|if (message_parse(wire, out)|s/ || !message_answers(out, question)//
plain_message.c|out->flags &=|d
plain_message.c|if (!same_id(sent, in|s/!same_id(sent, in, &flags)/0/
plain_message.c|if (partial .. (flags|s/(flags & DNS_FLAG_TC) != 0/0/
plain_message.c|return same_id(sent, wire|s/same_id(sent, wire, &flags)/1/
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
room=$srcdir/resolver/transport
left_out="conn.c doh.c dot.c failure.c h2.c h2_session.c plain.c plain_query.c tcp.c \
transport.c"
tests="doh_response h2_guard doh_template plain_message"
rest=$(ls "$srcdir"/base/*.c "$srcdir"/resolver/dns/*.c "$srcdir"/tests/unit/rows.c)
packages=
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
