/* seek -> records, along CNAMEs -> or what the zone says. */
#include "local/local.h"

#include <stdlib.h>
#include <string.h>

#include "local/build.h"
#include "local/draft.h"
#include "local/record_line.h"
#include "local/special.h"

#define TYPE_DS 43

struct local {
	struct tree tree;
	size_t hosts_n;
};

enum status local_new(
	const struct local_options *options, struct text *error, struct local **out)
{
	struct local *local = calloc(1, sizeof *local);
	enum status status = STATUS_NOMEM;

	*out = NULL;
	if (local == NULL)
		return STATUS_NOMEM;
	status = tree_init(&local->tree);
	if (status == STATUS_OK)
		status = build_tree(options, error, &local->tree, &local->hosts_n);
	if (status != STATUS_OK) {
		local_free(local);
		return status;
	}
	*out = local;
	return STATUS_OK;
}

void local_free(struct local *local)
{
	if (local == NULL)
		return;
	tree_deinit(&local->tree);
	free(local);
}

size_t local_hosts_n(const struct local *local)
{
	return local->hosts_n;
}

/* --- looking --------------------------------------------------------------- */

/* `zone`: whose it is that there is nothing. */
static void deny(struct draft *d, const struct tree_node *zone)
{
	struct name name;

	tree_name(zone, &name);
	draft_soa(d, &name, false);
}

/* RFC 6761 §6.3. */
static void answer_loopback(struct draft *d, const struct name *name,
	const struct tree_place *place, uint16_t type)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 };
	static const uint8_t v6[16] = { [15] = 1 };

	if (type == TYPE_A || type == TYPE_ANY)
		draft_answer(d, name, TYPE_A, LOCAL_TTL_S, bytes_of(v4, sizeof v4));
	else if (type == TYPE_AAAA)
		draft_answer(d, name, type, LOCAL_TTL_S, bytes_of(v6, sizeof v6));
	else
		deny(d, place->zone);
}

/* The zone's own name. */
static bool is_apex(const struct tree_place *place)
{
	return place->exact && place->node == place->zone;
}

/* RFC 6303 §3. */
static void answer_empty(struct draft *d, const struct tree_place *place, uint16_t type)
{
	struct name name;

	tree_name(place->zone, &name);
	if (is_apex(place) && type == TYPE_NS)
		draft_answer(d, &name, type, LOCAL_TTL_S, name_bytes(&name));
	else
		draft_soa(d, &name,
			is_apex(place) && (type == TYPE_SOA || type == TYPE_ANY));
}

/* An empty zone's own name does, and so does each above others that do (RFC 8020 §2). */
static bool exists(const struct tree_place *place)
{
	return (place->exact && place->node->occupied) ||
	       (is_apex(place) && place->zone->action == LOCAL_EMPTY);
}

/* A name without records: whether its zone answers for it. */
static bool is_ours(const struct tree_place *place, uint16_t type)
{
	if (place->zone == NULL || place->zone->action == LOCAL_TRANSPARENT)
		return false;
	/* Whether a zone is signed is asked of the zone above (RFC 4035 §3.1.4.1), and
	 * who validates wants to hear that these are not (RFC 8375 §4). */
	return place->zone->action != LOCAL_EMPTY || type != TYPE_DS || !is_apex(place);
}

/* What is below a zone of ours may be asked for elsewhere; its DS are the zone's above
 * (RFC 4035 §3.1.4.1), and would tell others that there is such a name. */
static void go_above(struct tree_place *place)
{
	const struct tree_node *it = place->node->parent;

	if (!is_apex(place) || place->zone->action != LOCAL_TRANSPARENT)
		return;
	while (it != NULL && it->action == LOCAL_UNSET)
		it = it->parent;
	place->zone = it;
}

static void answer_by_zone(struct draft *d, const struct name *name,
	const struct tree_place *place, uint16_t type)
{
	switch (place->zone->action) {
	case LOCAL_LOOPBACK:
		answer_loopback(d, name, place, type);
		break;
	case LOCAL_REFUSE:
		d->rcode = RCODE_REFUSED;
		break;
	case LOCAL_EMPTY:
		d->rcode = exists(place) ? RCODE_NOERROR : RCODE_NXDOMAIN;
		answer_empty(d, place, type);
		break;
	case LOCAL_NXDOMAIN:
		d->rcode = exists(place) ? RCODE_NOERROR : RCODE_NXDOMAIN;
		deny(d, place->zone);
		break;
	default:
		deny(d, place->zone);
	}
}

/* Those of the type, or else the CNAME, which is followed: it is returned. Of ANY those
 * of one type are enough (RFC 8482 §4.1). */
static const struct local_record *answer_with(struct draft *d, const struct name *name,
	const struct tree_place *place, const struct tree_node *source, uint16_t type)
{
	const struct local_record *alias = tree_find(source, TYPE_CNAME);

	if (type == TYPE_ANY)
		type = source->records->type;
	if (alias != NULL && type != TYPE_CNAME) {
		draft_answer(d, name, TYPE_CNAME, alias->ttl_s,
			bytes_of(alias->rdata, alias->rdata_n));
		return alias;
	}
	for (const struct local_record *it = source->records; it != NULL; it = it->next)
		if (it->type == type)
			draft_answer(d, name, type, it->ttl_s,
				bytes_of(it->rdata, it->rdata_n));
	if (tree_find(source, type) == NULL)
		deny(d, is_ours(place, 0) ? place->zone : place->node);
	return NULL;
}

/* Records of `source`, and those that CNAMEs lead to. `place` and `source` are the
 * question's at first. */
static void answer_chain(const struct tree *tree, struct draft *d,
	struct tree_place place, const struct tree_node *source)
{
	struct name name = d->question->name;
	uint16_t type = d->question->type;

	/* Chains end, which was seen when they were read. */
	for (unsigned i = 0; i <= LOCAL_CHAIN_MAX && source != NULL; i++) {
		const struct local_record *alias =
			answer_with(d, &name, &place, source, type);

		if (alias == NULL)
			return;
		name.n = (uint8_t)alias->rdata_n;
		memcpy(name.wire, alias->rdata, alias->rdata_n);
		place = tree_seek(tree, &name);
		source = tree_source(tree, &place);
	}
	/* localhost; or a name that a hosts file has since put something below, so that
	 * no wildcard stands for it any more. */
	if (is_ours(&place, 0))
		answer_by_zone(d, &name, &place, type);
	else
		deny(d, place.node);
}

static enum local_result lookup(const struct local *local,
	const struct question *question, struct writer *w, uint16_t *ttl_at, size_t cap,
	struct answer *out)
{
	struct tree_place place = tree_seek(&local->tree, &question->name);
	const struct tree_node *source = tree_source(&local->tree, &place);
	struct draft d;

	if (source == NULL && question->type == TYPE_DS)
		go_above(&place);
	if (source == NULL && !is_ours(&place, question->type))
		return LOCAL_NONE;
	*out = (struct answer){ .authenticated = false };
	draft_begin(&d, question, w, ttl_at, cap);
	if (source != NULL)
		answer_chain(&local->tree, &d, place, source);
	else
		answer_by_zone(&d, &question->name, &place, question->type);
	draft_end(&d, out);
	if (source == NULL && place.zone->configured)
		out->ede = (struct ede){
			.present = true, .code = EDE_BLOCKED, .text = "local_zone"
		};
	return LOCAL_ANSWER;
}

enum local_result local_lookup(const struct local *local, const struct question *question,
	struct writer *w, uint16_t *ttl_at, size_t cap, struct answer *out)
{
	if (tree_is_far(&local->tree, &question->name))
		return LOCAL_NONE;
	return lookup(local, question, w, ttl_at, cap, out);
}
