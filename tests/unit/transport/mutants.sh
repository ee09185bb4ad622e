#!/bin/sh
# The checks of what a DoH server sends, one by one (tests/unit/mutants.sh).
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
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
room=$srcdir/resolver/transport
left_out="conn.c doh.c dot.c failure.c h2.c h2_session.c tcp.c transport.c"
tests="doh_response h2_guard doh_template"
rest=$(ls "$srcdir"/base/*.c "$srcdir"/resolver/dns/*.c "$srcdir"/tests/unit/rows.c)
packages=
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
