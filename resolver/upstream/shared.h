/* What the sets of upstreams of several workers know together: the time that has been for
 * certain, and whose keys stand above an upstream's. Otherwise each worker would have a
 * first contact of its own, and a file in state_dir several writers. */
#ifndef UPSTREAM_SHARED_H
#define UPSTREAM_SHARED_H

#include <pthread.h>

#include "upstream/contact.h"
#include "upstream/floor_file.h"

struct shared_contact;

struct upstream_shared {
	struct floor_file floor; /* of the clock that all upstreams are judged by */
	bool floor_is_open;
	pthread_mutex_t lock; /* of what follows */
	/* By the names of upstreams; owned. NULL: there is one set, whose upstreams know
	 * best themselves. */
	struct shared_contact *contacts;
	size_t contact_n;
};

/* `sets`: how many there will be. NOMEM. */
MUST_CHECK enum status upstream_shared_init(
	struct upstream_shared *shared, unsigned sets);
void upstream_shared_deinit(struct upstream_shared *shared);

/* A set's copy of a contact, and as of when. */
struct contact_copy {
	struct contact contact;
	uint64_t version; /* of the shared one; 0: never seen */
};

/* Locks, and brings the copy up to date; true: it is another one now. Each is followed,
 * soon, by one of the next two. Without other sets nothing happens. */
bool shared_contact_lock(
	struct upstream_shared *shared, const char *upstream, struct contact_copy *copy);
/* What the copy says now is what all know. Unlocks. */
void shared_contact_publish(
	struct upstream_shared *shared, const char *upstream, struct contact_copy *copy);
/* It was only looked at. Unlocks. */
void shared_contact_unlock(struct upstream_shared *shared);
/* Nothing is known of anybody, until the sets, which have another configuration, say so.
 */
void shared_contact_clear(struct upstream_shared *shared);

#endif
