#!/bin/sh
# The checks of DNSSEC, one by one (tests/unit/mutants.sh).
#
#	mutants.sh	from the source tree, or with srcdir set
set -u
rows() {
  cat <<'ROWS'
denial.c|return types_have(types, TYPE_DNAME)|s/types_have(types, TYPE_DNAME)/false/
denial.c|(types_have(types, TYPE_NS) && !types_have(types, TYPE_SOA))|s/ && !types_have(types, TYPE_SOA)//
denial.c|if (types_have(types, type) |s/types_have(types, type) || //
denial.c|if (types_have(types, type) |s/ || types_have(types, TYPE_CNAME)//
denial.c|return !soa|s/!soa .*;/true;/
denial.c|return !ns |s/!ns .*;/true;/
denial.c|return d->n > 0 && name_within|s/ && name_within(name, d->zone)//
denial.c|types_have(types, TYPE_DS) |s/types_have(types, TYPE_DS) || //
denial.c|types_have(types, TYPE_DS) |s/ || types_have(types, TYPE_SOA)//
denial.c|return types_have(types, TYPE_NS) ? CUT_INSECURE|s/types_have(types, TYPE_NS)/true/
denial.c|labels >= names_labels(name)|s/labels >= names_labels(name)/false/
nsec.c|if (!names_below(name, fact->owner)|s/if (.*)/if (true)/
nsec.c|if (gap == NULL .. is_empty(gap, name))|s/ || is_empty(gap, name)//
nsec.c|if (gap == NULL .. is_empty(gap, closer))|s/ || is_empty(gap, closer)//
nsec.c|return wildcard_gap != NULL|s/wildcard_gap != NULL.*/true ? PROOF_FULL/
nsec.c|before > after ? before : after|s/before > after/before < after/
nsec.c|if (is_empty(gap, name))$|s/is_empty(gap, name)/true/
nsec3.c|if (\*d->hashes_left == 0)|s/\*d->hashes_left == 0/false/
nsec3.c|NSEC3_OPT_OUT ? PROOF_OPT_OUT|s/fact->nsec3.flags & NSEC3_OPT_OUT/false/
nsec3.c|if (!hash(d, closer, name_hash)|s/ || matching(d, name_hash) != NULL//
nsec3.c|if (gap == NULL)|n;s/PROOF_NONE/PROOF_FULL/
nsec3.c|if (types_end_here(types))|s/types_end_here(types)/false/
nsec3.c|PROOF_NONE ? PROOF_NONE|s/PROOF_NONE ? PROOF_NONE/PROOF_NONE ? proof/
names.c|return after && names_below(name, next)|s/ && names_below(name, next)//
names.c|return after && before|s/ && before//
names.c|return after && before|s/after && //
names.c|if (name_lower_byte(a\[i\]) != |s/name_lower_byte(\(.\)\[i\])/\1[i]/g
sets.c|if (until_s < v->now_s |s/until_s < v->now_s/false/
sets.c|if (from_s > v->now_s)|s/from_s > v->now_s/false/
sets.c|if (v->checks == v->policy->limits.checks)|s/v->checks == .*)/false)/
sets.c|^	v->checks++|d
sets.c|if (trust == TRUST_INSECURE && !holds_alone|s/ && !holds_alone.*)/ \&\& false)/
sets.c|if (proof == PROOF_NONE)|s/proof == PROOF_NONE/false/
sets.c|if (signed_labels > labels|s/signed_labels > labels || //
sets.c|if (set->signatures_n > v->policy|s/set->signatures_n > .*)/false)/
sets.c|if (set->checked)|s/set->checked/false/
sets.c|if (iterations > limits->iterations_max)|s/iterations > .*)/false)/
sets.c|if (iterations > limits->iterations)|s/iterations > .*)/false)/
sets.c|if (same <= v->policy->limits.same_tag)|s/same <= .*)/true)/
sets.c|if (set->records_n > v->policy->limits.keys)|s/set->records_n > .*)/false)/
sets.c|if (left_s < ttl_s)|s/left_s < ttl_s/false/
keyset.c|!signature_is_current(v, k->set, s))|s/!signature_is_current(v, k->set, s)/false/
crypto.c|exponent_n <= RSA|s/exponent_n <= RSA_EXPONENT_MAX/true/
crypto.c|exponent_n <= RSA|s/r.rest.n <= RSA_MODULUS_MAX/true/
crypto.c|return !r.bad && exp|s/!r.bad/true/
keyset.c|!crypto_ds_matches(ds, k->name, key))|s/!crypto_ds_matches(ds, k->name, key)/false/
keyset.c|if (out->set->signatures_n > |s/out->set->signatures_n > .*)/false)/
keyset.c|^	drop_sha1(&list);|d
keyset.c|list->n += is_supported(ds)|s/is_supported(ds)/1/
keyset.c|^	return crypto_has_algorithm(ds->algorithm) && |s/ && crypto_has_digest(ds->digest_type)//
keyset.c|^	return crypto_has_algorithm(ds->algorithm) && |s/crypto_has_algorithm(ds->algorithm) && //
delegation.c|if (set->records_n > v->policy->limits.ds)|s/set->records_n > .*)/false)/
delegation.c|if (signer == NULL)$|n;s/TRUST_SECURE/walk_to(v, child, NULL, zone)/
delegation.c|!names_below(child, signer))|s/ || !names_below(child, signer)//
walk.c|if (zone != NULL && zone->insecure)|s/zone != NULL && zone->insecure/false/
walk.c|if (zone != NULL && zone->name.n < anchor.n)|s/zone->name.n < anchor.n/false/
state.c|if (v->needs == v->policy->limits.needs)|s/v->needs == .*)/false)/
link.c|!name_equal(&said, &target)|s/!name_equal(&said, &target)/false/
judge.c|if (dnssec_policy_exempts(v->policy, &set->owner))|s/dnssec_policy_exempts(.*))/false)/
judge.c|if (dnssec_policy_exempts(v->policy, name))|s/dnssec_policy_exempts(.*))/false)/
link.c|cname->implied = true|s/true/false/
link.c|link->last =$|s/=/= true || /
judge.c|if (link.set != NULL && link.last)|s/link.last/false/
judge.c|if (set->section == SECTION_ANSWER && !set->implied)|s/set->section == SECTION_ANSWER/false/
judge.c|return a > b ? a : b|s/a > b/a < b/
judge.c|if (v->answer->sets_n > sets_max)|s/v->answer->sets_n > sets_max/false/
judge.c|if (n == v->policy->limits.links)|s/n == .*)/n == 1000)/
judge.c|proof = no_name ? |s/no_name ? .* : /true ? denial_of_type(\&d, name, type) : /
judge.c|if (proof == PROOF_OPT_OUT)|n;s/TRUST_INSECURE/TRUST_SECURE/
judge.c|^	if (trust == TRUST_SECURE)$|n;s/judge_authority(v)/trust/
judge.c|v->result.ns_unproven = true|s/true/false/
judge.c|if (ttl_s < v->result.ttl_max_s)|s/ttl_s < v->result.ttl_max_s/false/
keys.c|entry->zone->until_s > now_s|s/ && entry->zone->until_s > now_s//
keys.c|while (keys->size > keys->size_max)|s/keys->size > keys->size_max/false/
keys.c|if (name_within(&entry_of(it)->zone->name, name))|s/if (.*)/if (true)/
keys.c|^	name_lower(&lower);|d
packet.c|if (n > records_max)|s/n > records_max/false/
anchors.c|anchor->zone.n > best->zone.n|s/anchor->zone.n > best->zone.n/false/
anchors_read.c|digests\[i\].bytes != ds.digest.n|s/ && digests.i..bytes != ds.digest.n/ \&\& false/
anchors_read.c|key.protocol != 3 |s/key.protocol != 3 || //
anchors_read.c|key.protocol != 3 |s/ || !(key.flags & DNSKEY_ZONE)//
validation.c|if (name_within(name, &ipv4only))|s/name_within(name, &ipv4only)/false/
verify.c|if (is_strange(set->type))|s/is_strange(set->type)/false/
verify.c|return !rdata_has_names(set->type) |s/!rdata_has_names.*;/true;/
verify.c|define SKEW_S|s/1$/0/
ROWS
}

srcdir=${srcdir:-$(dirname "$0")/../../..}
export srcdir
room=$srcdir/resolver/dnssec
left_out=
tests="denial anchors limits refuse keys verify answers"
rest=$(ls "$srcdir"/base/*.c "$srcdir"/resolver/dns/*.c "$srcdir"/tests/unit/rows.c \
  "$srcdir"/tests/unit/dnssec/world.c)
packages="getdns libcrypto"
# shellcheck source=tests/unit/mutants.sh
. "$srcdir/tests/unit/mutants.sh"
