/* The answer as a whole: its chain of aliases, each part under its own zone. */
#ifndef DNSSEC_JUDGE_H
#define DNSSEC_JUDGE_H

#include "dnssec/state.h"

/* The worst of its parts counts. SECURE also fills what the result says of TTLs and of
 * records that are not proven. */
enum trust judge(struct validation *v);

/* A name on the chain of the answer, and what it has there. */
struct link {
	struct name name;  /* before: where the chain is; after: where it goes on */
	struct rrset *set; /* NULL: the chain ends at a name that has nothing */
	bool last;         /* `set` is what was asked for */
};
/* The next link of the chain, from link->name on. BOGUS: an alias that is not what its
 * DNAME says. */
enum trust link_next(struct validation *v, struct link *link);

#endif
