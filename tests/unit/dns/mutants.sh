#!/bin/sh
# What of an answer is relayed, and what a reply claims, check by check
# (tests/unit/mutants.sh).
#
#	mutants.sh	from the source tree, or with srcdir set
set -u
rows() {
  cat <<'ROWS'
chain.c|^	return type != TYPE_CNAME|s/type != TYPE_CNAME \&\& //
chain.c|if (chain->n > CHAIN_MAX)|s/chain->n > CHAIN_MAX/chain->n > CHAIN_MAX - 1/
chain.c|if (name_equal(&chain->names.i., target))|s/name_equal(.*))/0)/
chain.c|if (record.type != TYPE_CNAME|n;s/record.class != .*)/0)/
chain.c|if (name_equal(&record.owner, end_of|s/name_equal(&record.owner, end_of(chain))/1/
chain.c|\*again = passed_n > 0|s/= .*/= false;/
chain.c|!name_within(&rrsig->owner, &signer)|s/!name_within(&rrsig->owner, &signer)/0/
chain.c|if (name_within(&chain->names.i., &signer))|s/name_within(.*signer)/1/
chain.c|if (record.section != SECTION_AUTHORITY|s/record.section != SECTION_AUTHORITY || //
chain.c|record.class != chain->message->question.class ..$|s/record.class != .* ||/0 ||/
chain.c|^	return chain->zone == NULL|s/return.*/return true;/
chain.c|return name_equal(&made, to)|s/name_equal(&made, to)/1/
chain.c|!name_within(&chain->names.i., owner))|s/!name_within(.*owner)/0/
chain.c|if (is_own(chain, owner) &&|s/is_own(chain, owner)/1/
chain.c|if (!name_equal(&record->owner, &chain->names|s/!name_equal(.*))/0)/
chain.c|if (!is_followed(chain, i))|s/!is_followed(chain, i)/0/
chain.c|name_equal(&target, &chain->names|s/name_equal(&target, &chain->names\[i + 1\])/1/
chain.c|if ((type == asked|n;s/name_equal(.*))$/1)/
chain.c|return kept_if(!signature|s/!signature || !chain->flat/1/
chain.c|^	if (type == TYPE_SOA)|n;s/kept_if(.*)/CHAIN_KEPT/
chain.c|^	if (!is_own(chain, &record->owner))|s/!is_own(chain, &record->owner)/0/
chain.c|^	if (type == TYPE_NS)|n;s/kept_if(.*)/CHAIN_KEPT/
chain.c|if (signature && !is_of_our_zone|s/!is_of_our_zone(chain, record)/0/
chain.c|is_among(hash_name(&record->owner, type)|s/is_among(.*proof_n)/1/
chain.c|(type == TYPE_A .. type|s/(type == TYPE_A || type == TYPE_AAAA || further)/1/
chain.c|is_own(chain, &record->owner) &&|s/is_own(chain, &record->owner)/1/
chain.c|is_among(hash_name(&record->owner, 0)|s/is_among(.*host_n)/1/
chain.c|if (record->class != question->class|s/record->class != question->class || //
chain.c|if (record->class != question->class|s/ || (signature && !chain->dnssec_ok)//
answer.c|if (verdict == CHAIN_BROKEN)|s/verdict == CHAIN_BROKEN/0/
answer.c|if (ttl_at != NULL && s->ttl_n == cap)|s/s->ttl_n == cap/0/
answer.c|message_rcode(m) == RCODE_NXDOMAIN .. !s->answered|s/message_rcode(m) == RCODE_NXDOMAIN || //
answer.c|message_rcode(m) == RCODE_NXDOMAIN .. !s->answered|s/ || !s->answered//
answer.c|return message_rcode(m) == RCODE_NOERROR &&|s/message_rcode(m) == RCODE_NOERROR && //
answer.c|^	       !s->has_soa;|s/!s->has_soa/1/
answer.c|options->nothing_beside)|s/options->nothing_beside/0/
answer.c|options->zone != NULL)|s/options->zone != NULL/0/
answer.c|is_beside_the_question(m, s))|s/is_beside_the_question(m, s)/0/
answer.c|if (rcode != RCODE_NOERROR && rcode|s/rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN/0/
answer.c|if (is_negative(m, s) && !s->has_soa)|s/is_negative(m, s) && !s->has_soa/0/
answer.c|wr_uint(w, m->flags & (FLAGS_KEPT|s/ & (FLAGS_KEPT | RCODE_MASK)//
answer.c|if (s->dropped .. !opt_last)|s/s->dropped || //
answer.c|if (!s->unsteady .. steady_names(m|s/steady_names(.*))$/1)/
answer.c|s->unsteady .= !steady_record|s/!steady_record(.*)/0/
answer.c|if (!m->has_question|s/!m->has_question || //
answer.c|if (!m->has_question|s/ || (m->flags & DNS_FLAG_QR) == 0//
answer.c|if (message_rcode(m) > RCODE_MASK|s/message_rcode(m) > RCODE_MASK || //
answer.c|if (message_rcode(m) > RCODE_MASK|s/ || (m->flags & DNS_FLAG_TC) != 0//
answer.c|^	if (is_negative(m, &s))|s/is_negative(m, &s)/0/
answer.c|.authenticated = options->trust_ad|s/options->trust_ad && //
answer.c|.authenticated = options->trust_ad|s/ && (m->flags & DNS_FLAG_AD) != 0//
answer.c|if (record.type != m->question.type|s/record.type != m->question.type/0/
answer.c|record.class != m->question.class ..$|s/record.class != m->question.class/0/
answer.c|!name_equal(&record.owner, &m->question.name)|s/!name_equal(.*name)/0/
steady.c|^	if (end == 0)|n;s/!r->bad/1/
steady.c|if (r->bad .. target >=|s/target >= m->question_end/0/
steady.c|return skip_labels(&rest)|s/skip_labels(&rest) == 0/1/
steady.c|return skip_labels(&rest)|s/ && !rest.bad//
steady.c|if (!is_steady(m, &owner))|s/!is_steady(m, &owner)/0/
steady.c|^	rdata_take_head(names, &rdata);|s/rdata_take_head.*/;/
steady.c|^		if (!is_steady(m, &rdata))|s/!is_steady(m, &rdata)/0/
steady.c|name_equal(&a.owner, &b.owner) &&|s/name_equal(&a.owner, &b.owner)/1/
steady.c|!name_equal(&one, &other)))|s/!name_equal(&one, &other)/0/
reply.c|if (size < DNS_UDP_CLASSIC)|s/size < DNS_UDP_CLASSIC/0/
reply.c|return size < DNS_UDP_MAX|s/size < DNS_UDP_MAX ?.*;/size;/
reply.c|if (rcode > RCODE_MASK && !query->edns|s/rcode > RCODE_MASK && !query->edns.present/0/
reply.c|message_header(query, &id, &flags) != STATUS_OK|s/ || (flags & DNS_FLAG_QR) != 0//
reply.c|bool knows = query->edns|s/= .*/= true;/
reply.c|bool ad = answer->authenticated|s/answer->authenticated && //
reply.c|bool ad = answer->authenticated|s/ && !how->stale//
reply.c|if (after > limit)|s/after > limit/0/
reply.c|if (query->edns.present .. w->bad)|s/query->edns.present || //
reply.c|query->question_end != answer->question_end|s/ || query->question_end != answer->question_end//
reply.c|if (n <= limit)$|s/n <= limit/1/
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
room=$srcdir/resolver/dns
left_out=
tests="answer beside bound chain compress edns reply reply_terms steady"
rest=$(ls "$srcdir"/base/*.c "$srcdir"/tests/unit/rows.c \
  "$srcdir"/tests/unit/dns/[!t]*.c)
packages=
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
