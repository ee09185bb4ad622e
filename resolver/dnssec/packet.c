#include "dnssec/packet.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static uint64_t set_hash(
	enum dns_section section, const struct name *owner, uint16_t type)
{
	uint8_t key[NAME_WIRE_MAX + 3];
	struct writer w = { .p = key, .cap = sizeof key };
	struct name lower = *owner;

	name_lower(&lower);
	wr_uint(&w, section, 1);
	wr_uint(&w, type, 2);
	wr_bytes(&w, name_bytes(&lower));
	return hash_bytes(wr_done(&w));
}

/* By hash first: a message may have a thousand sets. */
static struct rrset *find(struct packet *packet, uint64_t hash, enum dns_section section,
	const struct name *owner, uint16_t type)
{
	for (size_t i = 0; i < packet->sets_n; i++) {
		struct rrset *set = &packet->sets[i];

		if (set->hash == hash && set->section == section && set->type == type &&
			name_equal(&set->owner, owner))
			return set;
	}
	return NULL;
}

struct rrset *packet_find(struct packet *packet, enum dns_section section,
	const struct name *owner, uint16_t type)
{
	return find(packet, set_hash(section, owner, type), section, owner, type);
}

static struct rrset *add_set(
	struct packet *packet, uint64_t hash, const struct record *record)
{
	struct rrset *set = &packet->sets[packet->sets_n++];

	set->owner = record->owner;
	set->type = record->type;
	set->section = record->section;
	set->records_end = &set->records;
	set->signatures_end = &set->signatures;
	set->hash = hash;
	return set;
}

static void add_record(struct packet *packet, struct member *member)
{
	const struct record *record = &member->record;
	uint64_t hash = set_hash(record->section, &record->owner, record->type);
	struct rrset *set =
		find(packet, hash, record->section, &record->owner, record->type);

	if (set == NULL)
		set = add_set(packet, hash, record);
	*set->records_end = member;
	set->records_end = &member->next;
	set->records_n++;
}

/* A signature belongs to the set of its own section. */
static void add_signature(
	struct packet *packet, const struct record *record, struct signature *signature)
{
	struct rrset *set;

	signature->record = record;
	if (rrsig_decode(packet->message.wire, record->rdata, &signature->rrsig) !=
		STATUS_OK)
		return;
	set = packet_find(
		packet, record->section, &record->owner, signature->rrsig.covered);
	if (set == NULL)
		return;
	*set->signatures_end = signature;
	set->signatures_end = &signature->next;
	set->signatures_n++;
}

static void gather(struct packet *packet)
{
	struct record_walk walk = record_walk(&packet->message);
	size_t n = 0;
	size_t signatures_n = 0;

	while (record_next(&walk, &packet->members[n].record) &&
		packet->members[n].record.section != SECTION_ADDITIONAL) {
		const struct record *record = &packet->members[n].record;

		if (record->class == CLASS_IN && record->type != TYPE_RRSIG)
			add_record(packet, &packet->members[n]);
		n++;
	}
	for (size_t i = 0; i < n; i++) {
		const struct record *record = &packet->members[i].record;

		if (record->class == CLASS_IN && record->type == TYPE_RRSIG)
			add_signature(
				packet, record, &packet->signatures[signatures_n++]);
	}
}

enum status packet_new(const struct message *m, unsigned records_max, struct packet **out)
{
	size_t n = (size_t)m->counts[SECTION_ANSWER] + m->counts[SECTION_AUTHORITY];
	struct packet *packet;

	if (n > records_max)
		return STATUS_LIMIT;
	packet = calloc(1, sizeof *packet);
	if (packet == NULL)
		return STATUS_NOMEM;
	packet->wire = malloc(m->wire.n);
	/* One more: the walk reads the first additional record before it stops. */
	packet->members = calloc(n + 1, sizeof *packet->members);
	packet->signatures = calloc(n + 1, sizeof *packet->signatures);
	packet->sets = calloc(n + 1, sizeof *packet->sets);
	if (packet->wire == NULL || packet->members == NULL ||
		packet->signatures == NULL || packet->sets == NULL) {
		packet_free(packet);
		return STATUS_NOMEM;
	}
	memcpy(packet->wire, m->wire.p, m->wire.n);
	packet->message = *m;
	packet->message.wire = bytes_of(packet->wire, m->wire.n);
	packet->message.edns.options = bytes_of(NULL, 0);
	gather(packet);
	*out = packet;
	return STATUS_OK;
}

void packet_free(struct packet *packet)
{
	if (packet == NULL)
		return;
	free(packet->wire);
	free(packet->members);
	free(packet->signatures);
	free(packet->sets);
	free(packet);
}
