/* Which records of an answer belong to its question: those a client can do something
 * with that asked this, and that whoever answered may speak for.
 *
 *	answer      the chain of CNAMEs from the question's name, as it is or made from a
 *	            DNAME, and at its end the type that was asked for
 *	authority   SOA and NS of a zone that the chain's end lies in; proofs
 *	additional  addresses of hosts that kept records name
 *	all         signatures of what is kept
 *
 * Proofs and signatures only for those who understand them (RFC 4035 §3.2.1). */
#ifndef DNS_CHAIN_H
#define DNS_CHAIN_H

#include "dns/answer.h"

/* CNAMEs in a row; resolvers give up after about as many. */
#define CHAIN_MAX 16
/* Hosts that may have addresses beside, and owners of proofs; more are not looked for. */
#define CHAIN_HOSTS_MAX  128
#define CHAIN_PROOFS_MAX 32

/* The caller's storage for one answer. */
struct chain {
	const struct message *message;
	bool dnssec_ok;
	bool wants_hosts; /* there are records in the additional section */
	unsigned n;
	struct name names[CHAIN_MAX + 1]; /* the question's, then each CNAME's target */
	const struct name *zone; /* that the answer may speak of; NULL: of any name */
	unsigned own_n;          /* the first names, which lie in it */
	bool flat;               /* its end does not, and there is something there */
	/* Keyed hashes of names, and of names and types. */
	unsigned host_n, proof_n;
	uint64_t hosts[CHAIN_HOSTS_MAX];
	uint64_t proofs[CHAIN_PROOFS_MAX];
};

/* Follows the CNAMEs of `m`, a response with a question, borrowed as long as `out` is
 * used; they may stand in any order. MALFORMED: they lead in a circle. LIMIT: too many
 * of them. */
MUST_CHECK enum status chain_follow(
	const struct message *m, bool dnssec_ok, struct chain *out);

/* The answer comes from one who may speak for `zone` alone (borrowed), which holds the
 * question's name. Where its CNAMEs leave it, they are dropped with all that is said of
 * those names; what stands at the end is chain_owner()'s then, without signatures. */
void chain_bound(struct chain *chain, const struct name *zone);
/* Of what chain_ends_in(). */
const struct name *chain_owner(const struct chain *chain);

enum chain_verdict {
	CHAIN_KEPT,
	CHAIN_DROPPED,
	CHAIN_BROKEN, /* a chain that branches, or not what its DNAME says */
};
/* To be asked of each record but the OPT, in their order. */
enum chain_verdict chain_weigh(struct chain *chain, const struct record *record);

/* It is of the type that was asked for, at the chain's end. */
bool chain_ends_in(const struct chain *chain, const struct record *record);

#endif
