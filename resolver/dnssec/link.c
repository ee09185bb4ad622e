/* Aliases (RFC 1034 §3.6.2, RFC 6672 §2.3). */
#include "dnssec/judge.h"
#include "dnssec/names.h"

static bool target_of(
	const struct packet *packet, const struct rrset *set, struct name *out)
{
	struct reader r = { .rest = set->records->record.rdata };

	return set->records_n == 1 &&
	       name_read(packet->message.wire, &r, out) == STATUS_OK && r.rest.n == 0;
}

/* The DNAME that is closest above `name`. */
static struct rrset *dname_above(struct packet *packet, const struct name *name)
{
	struct rrset *best = NULL;

	for (size_t i = 0; i < packet->sets_n; i++) {
		struct rrset *set = &packet->sets[i];

		if (set->section == SECTION_ANSWER && set->type == TYPE_DNAME &&
			names_below(name, &set->owner) &&
			(best == NULL || set->owner.n > best->owner.n))
			best = set;
	}
	return best;
}

/* The CNAME beside a DNAME is not signed, and has to be what follows from that. */
static enum trust by_dname(struct validation *v, struct link *link, struct rrset *cname)
{
	struct name to;
	struct name target;
	struct name said;

	if (!target_of(v->answer, link->set, &to) ||
		!names_replace(&link->name, &link->set->owner, &to, &target))
		return bogus(v, EDE_DNSSEC_BOGUS, "%s leads nowhere",
			subject(&link->set->owner, TYPE_DNAME).text);
	if (cname != NULL &&
		(!target_of(v->answer, cname, &said) || !name_equal(&said, &target)))
		return bogus(v, EDE_DNSSEC_BOGUS, "%s is not what %s says",
			subject(&link->name, TYPE_CNAME).text,
			subject(&link->set->owner, TYPE_DNAME).text);
	if (cname != NULL)
		cname->implied = true;
	link->name = target;
	return TRUST_SECURE;
}

static enum trust by_cname(struct validation *v, struct link *link)
{
	if (target_of(v->answer, link->set, &link->name))
		return TRUST_SECURE;
	return bogus(v, EDE_DNSSEC_BOGUS, "%s leads to more than one name",
		subject(&link->set->owner, TYPE_CNAME).text);
}

enum trust link_next(struct validation *v, struct link *link)
{
	struct packet *packet = v->answer;
	uint16_t type = packet->message.question.type;
	struct rrset *set = packet_find(packet, SECTION_ANSWER, &link->name, type);
	struct rrset *cname =
		packet_find(packet, SECTION_ANSWER, &link->name, TYPE_CNAME);
	struct rrset *dname = dname_above(packet, &link->name);

	link->last = set != NULL;
	if ((set == NULL || set == cname) && dname != NULL &&
		(cname == NULL || cname->signatures_n == 0)) {
		/* Who looked further than the CNAME asked for has to prove it. */
		link->last =
			set != NULL && message_rcode(&packet->message) == RCODE_NOERROR;
		link->set = dname;
		return by_dname(v, link, cname);
	}
	link->set = set != NULL ? set : cname;
	if (set == NULL && cname != NULL)
		return by_cname(v, link);
	link->last = true;
	return TRUST_SECURE;
}
