/* follow the CNAMEs -> weigh each record: by section, owner and type; a signature as what
 * it covers. */
#include "dns/chain.h"

#include <string.h>

#include "base/hash.h"
#include "dns/rdata.h"

/* RFC 4034 §3.1: type covered, and so on; then the signer's name. */
#define RRSIG_HEAD_BYTES 18

static const struct name *end_of(const struct chain *chain)
{
	return &chain->names[chain->n - 1];
}

static bool read_name(const struct chain *chain, struct bytes rdata, struct name *out)
{
	struct reader r = { .rest = rdata };

	return name_read(chain->message->wire, &r, out) == STATUS_OK;
}

/* --- the chain --------------------------------------------------------------- */

/* Who asks for these wants to know what stands beside a CNAME, or the CNAME itself
 * (RFC 4035 §2.5). */
static bool follows_cnames(uint16_t type)
{
	return type != TYPE_CNAME && type != TYPE_ANY && type != TYPE_RRSIG &&
	       type != TYPE_NSEC;
}

static enum status add_target(struct chain *chain, const struct record *cname)
{
	struct name *target = &chain->names[chain->n];

	if (chain->n > CHAIN_MAX)
		return STATUS_LIMIT;
	if (!read_name(chain, cname->rdata, target))
		return STATUS_MALFORMED;
	for (unsigned i = 0; i < chain->n; i++)
		if (name_equal(&chain->names[i], target))
			return STATUS_MALFORMED;
	chain->n++;
	return STATUS_OK;
}

/* Once through the section. `*again`: what was passed by may come next by now. */
static enum status follow(struct chain *chain, bool *again)
{
	struct record_walk walk = record_walk(chain->message);
	unsigned before = chain->n, passed_n = 0;
	UNCLEARED struct record record;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && record_next(&walk, &record) &&
		record.section == SECTION_ANSWER) {
		if (record.type != TYPE_CNAME ||
			record.class != chain->message->question.class)
			continue;
		if (name_equal(&record.owner, end_of(chain)))
			status = add_target(chain, &record);
		else
			passed_n++;
	}
	*again = passed_n > 0 && chain->n > before;
	return status;
}

/* --- names by their hash ----------------------------------------------------- */

static uint64_t hash_name(const struct name *name, uint16_t type)
{
	uint8_t bytes[NAME_WIRE_MAX + 2];
	struct writer w = { .p = bytes, .cap = sizeof bytes };
	struct name lowered = *name;

	name_lower(&lowered);
	wr_bytes(&w, name_bytes(&lowered));
	wr_uint(&w, type, 2);
	return hash_bytes(wr_done(&w));
}

static bool is_among(uint64_t hash, const uint64_t *hashes, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (hashes[i] == hash)
			return true;
	return false;
}

/* RFC 9460 §2.5: a target of "." is the owner. */
static void note_host(struct chain *chain, const struct record *record)
{
	const struct rdata_names *shape = rdata_names_of(record->type);
	struct reader r = { .rest = record->rdata };
	struct name host;

	if (!chain->wants_hosts || shape == NULL || !shape->host ||
		chain->host_n == CHAIN_HOSTS_MAX)
		return;
	rdata_take_head(shape, &r);
	if (name_read(chain->message->wire, &r, &host) == STATUS_OK)
		chain->hosts[chain->host_n++] =
			hash_name(host.n > 1 ? &host : &record->owner, 0);
}

/* --- signatures and proofs ---------------------------------------------------- */

static bool is_proof(uint16_t type)
{
	return type == TYPE_NSEC || type == TYPE_NSEC3;
}

static uint16_t type_covered(const struct record *rrsig)
{
	struct reader r = { .rest = rrsig->rdata };

	return (uint16_t)rd_uint(&r, 2);
}

/* The signer's zone holds the owner and a name of the chain: it may prove that there is
 * nothing else. */
static bool is_of_our_zone(const struct chain *chain, const struct record *rrsig)
{
	struct reader r = { .rest = rrsig->rdata };
	struct name signer;

	rd_take(&r, RRSIG_HEAD_BYTES);
	if (name_read(chain->message->wire, &r, &signer) != STATUS_OK ||
		!name_within(&rrsig->owner, &signer))
		return false;
	for (unsigned i = 0; i < chain->n; i++)
		if (name_within(&chain->names[i], &signer))
			return true;
	return false;
}

/* A proof is what such a signer has signed, so signatures are looked at first. */
static void find_proofs(struct chain *chain)
{
	struct record_walk walk = record_walk(chain->message);
	struct record record;

	while (record_next(&walk, &record) && chain->proof_n < CHAIN_PROOFS_MAX) {
		uint64_t hash;

		if (record.section != SECTION_AUTHORITY || record.type != TYPE_RRSIG ||
			record.class != chain->message->question.class ||
			!is_proof(type_covered(&record)) ||
			!is_of_our_zone(chain, &record))
			continue;
		hash = hash_name(&record.owner, type_covered(&record));
		if (!is_among(hash, chain->proofs, chain->proof_n))
			chain->proofs[chain->proof_n++] = hash;
	}
}

enum status chain_follow(const struct message *m, bool dnssec_ok, struct chain *out)
{
	bool again = follows_cnames(m->question.type) && m->counts[SECTION_ANSWER] > 0;
	enum status status = STATUS_OK;

	out->message = m;
	out->dnssec_ok = dnssec_ok;
	out->wants_hosts = m->counts[SECTION_ADDITIONAL] > m->edns.present;
	out->names[0] = m->question.name;
	out->n = 1;
	out->host_n = out->proof_n = 0;
	while (status == STATUS_OK && again)
		status = follow(out, &again);
	if (status == STATUS_OK && dnssec_ok && m->counts[SECTION_AUTHORITY] > 0)
		find_proofs(out);
	out->zone = NULL;
	out->own_n = out->n;
	out->flat = false;
	return status;
}

/* --- whose names ---------------------------------------------------------------- */

static bool is_own(const struct chain *chain, const struct name *name)
{
	return chain->zone == NULL || name_within(name, chain->zone);
}

void chain_bound(struct chain *chain, const struct name *zone)
{
	struct record_walk walk = record_walk(chain->message);
	struct record record;

	chain->zone = zone;
	for (chain->own_n = 1; chain->own_n < chain->n;)
		if (is_own(chain, &chain->names[chain->own_n]))
			chain->own_n++;
		else
			break;
	while (chain->own_n < chain->n && !chain->flat && record_next(&walk, &record))
		chain->flat = chain_ends_in(chain, &record);
}

const struct name *chain_owner(const struct chain *chain)
{
	return chain->flat ? &chain->names[chain->own_n - 1] : end_of(chain);
}

/* From names[i] to the next. */
static bool is_followed(const struct chain *chain, unsigned i)
{
	return i + 1 < chain->own_n || (i + 1 == chain->own_n && !chain->flat);
}

/* --- what belongs -------------------------------------------------------------- */

static enum chain_verdict kept_if(bool kept)
{
	return kept ? CHAIN_KEPT : CHAIN_DROPPED;
}

/* RFC 6672 §2.2: in a name below the DNAME's owner that end is replaced. */
static bool is_substituted(const struct name *from, const struct name *to,
	const struct name *owner, const struct name *target)
{
	size_t prefix_n = (size_t)from->n - owner->n;
	struct name made;

	if (prefix_n + target->n > NAME_WIRE_MAX)
		return false;
	made.n = (uint8_t)(prefix_n + target->n);
	memcpy(made.wire, from->wire, prefix_n);
	memcpy(made.wire + prefix_n, target->wire, target->n);
	return name_equal(&made, to);
}

/* The chain's end may lie below it as well: the name that it leads to is too long, then
 * (RFC 6672 §2.2), or left out. */
static enum chain_verdict weigh_dname(
	const struct chain *chain, const struct record *record, bool signature)
{
	const struct name *owner = &record->owner;
	enum chain_verdict verdict = CHAIN_DROPPED;
	struct name target;

	if (!signature && !read_name(chain, record->rdata, &target))
		return CHAIN_BROKEN;
	for (unsigned i = 0; i < chain->n; i++) {
		if (chain->names[i].n <= owner->n ||
			!name_within(&chain->names[i], owner))
			continue;
		if (!signature && i + 1 < chain->n &&
			!is_substituted(
				&chain->names[i], &chain->names[i + 1], owner, &target))
			return CHAIN_BROKEN;
		if (is_own(chain, owner) && is_followed(chain, i))
			verdict = CHAIN_KEPT;
	}
	return verdict;
}

static enum chain_verdict weigh_cname(
	const struct chain *chain, const struct record *record, bool signature)
{
	struct name target;

	for (unsigned i = 0; i + 1 < chain->n; i++) {
		if (!name_equal(&record->owner, &chain->names[i]))
			continue;
		if (!is_followed(chain, i))
			return CHAIN_DROPPED;
		if (signature || (read_name(chain, record->rdata, &target) &&
					 name_equal(&target, &chain->names[i + 1])))
			return CHAIN_KEPT;
		return CHAIN_BROKEN;
	}
	return CHAIN_DROPPED;
}

/* `type` is the record's, or what it covers. */
static enum chain_verdict weigh_answer(const struct chain *chain,
	const struct record *record, uint16_t type, bool signature)
{
	uint16_t asked = chain->message->question.type;

	if ((type == asked || asked == TYPE_ANY) &&
		name_equal(&record->owner, end_of(chain)))
		return kept_if(!signature || !chain->flat);
	if (type == TYPE_CNAME)
		return weigh_cname(chain, record, signature);
	if (type == TYPE_DNAME)
		return weigh_dname(chain, record, signature);
	return CHAIN_DROPPED;
}

static enum chain_verdict weigh_authority(const struct chain *chain,
	const struct record *record, uint16_t type, bool signature)
{
	/* Anybody may say where the world ends, for how long there is nothing. */
	if (type == TYPE_SOA)
		return kept_if(name_within(end_of(chain), &record->owner));
	if (!is_own(chain, &record->owner))
		return CHAIN_DROPPED;
	if (type == TYPE_NS)
		return kept_if(name_within(end_of(chain), &record->owner));
	if (!is_proof(type) || !chain->dnssec_ok)
		return CHAIN_DROPPED;
	if (signature && !is_of_our_zone(chain, record))
		return CHAIN_DROPPED;
	return kept_if(
		is_among(hash_name(&record->owner, type), chain->proofs, chain->proof_n));
}

/* With SVCB and HTTPS come their like, under the name that they lead to (RFC 9460 §4.1).
 */
static enum chain_verdict weigh_additional(
	const struct chain *chain, const struct record *record, uint16_t type)
{
	bool further = (type == TYPE_SVCB || type == TYPE_HTTPS) &&
		       type == chain->message->question.type;

	return kept_if(
		(type == TYPE_A || type == TYPE_AAAA || further) &&
		is_own(chain, &record->owner) &&
		is_among(hash_name(&record->owner, 0), chain->hosts, chain->host_n));
}

enum chain_verdict chain_weigh(struct chain *chain, const struct record *record)
{
	const struct question *question = &chain->message->question;
	bool asked_for =
		question->type == TYPE_RRSIG && record->section == SECTION_ANSWER;
	bool signature = record->type == TYPE_RRSIG && !asked_for;
	uint16_t type = signature ? type_covered(record) : record->type;
	enum chain_verdict verdict = CHAIN_DROPPED;

	if (record->class != question->class || (signature && !chain->dnssec_ok))
		return CHAIN_DROPPED;
	if (record->section == SECTION_ANSWER)
		verdict = weigh_answer(chain, record, type, signature);
	else if (record->section == SECTION_AUTHORITY)
		verdict = weigh_authority(chain, record, type, signature);
	else
		verdict = weigh_additional(chain, record, type);
	if (verdict == CHAIN_KEPT)
		note_host(chain, record);
	return verdict;
}

bool chain_ends_in(const struct chain *chain, const struct record *record)
{
	uint16_t asked = chain->message->question.type;

	return record->section == SECTION_ANSWER &&
	       (record->type == asked || asked == TYPE_ANY) &&
	       name_equal(&record->owner, end_of(chain));
}
