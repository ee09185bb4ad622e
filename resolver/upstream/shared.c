#include "upstream/shared.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct shared_contact {
	char name[CONFIG_NAME_BYTES_MAX + 1];
	struct contact contact;
	uint64_t version;
};

enum status upstream_shared_init(struct upstream_shared *s, unsigned sets)
{
	*s = (struct upstream_shared){ .floor = { .lock = PTHREAD_MUTEX_INITIALIZER },
		.lock = PTHREAD_MUTEX_INITIALIZER };
	if (sets < 2)
		return STATUS_OK;
	/* Memory that is not written to is not taken. */
	s->contacts = calloc(CONFIG_UPSTREAMS_MAX, sizeof *s->contacts);
	return s->contacts != NULL ? STATUS_OK : STATUS_NOMEM;
}

void upstream_shared_deinit(struct upstream_shared *s)
{
	free(s->contacts);
	s->contacts = NULL;
	pthread_mutex_destroy(&s->floor.lock);
	pthread_mutex_destroy(&s->lock);
}

static struct shared_contact *find(struct upstream_shared *s, const char *upstream)
{
	for (size_t i = 0; i < s->contact_n; i++)
		if (strcmp(s->contacts[i].name, upstream) == 0)
			return &s->contacts[i];
	return NULL;
}

bool shared_contact_lock(
	struct upstream_shared *s, const char *upstream, struct contact_copy *copy)
{
	const struct shared_contact *known;

	if (s->contacts == NULL)
		return false;
	pthread_mutex_lock(&s->lock);
	known = find(s, upstream);
	if (known == NULL || known->version == copy->version)
		return false;
	copy->contact = known->contact;
	copy->version = known->version;
	return true;
}

/* There is room for as many as a configuration can have: see shared_contact_clear(). */
static struct shared_contact *find_or_add(struct upstream_shared *s, const char *upstream)
{
	struct shared_contact *known = find(s, upstream);

	if (known != NULL || s->contact_n == CONFIG_UPSTREAMS_MAX)
		return known;
	known = &s->contacts[s->contact_n++];
	*known = (struct shared_contact){ .version = 0 };
	text_copy(known->name, sizeof known->name, upstream);
	return known;
}

void shared_contact_publish(
	struct upstream_shared *s, const char *upstream, struct contact_copy *copy)
{
	struct shared_contact *known;

	if (s->contacts == NULL)
		return;
	known = find_or_add(s, upstream);
	if (known != NULL) {
		known->contact = copy->contact;
		copy->version = ++known->version;
	}
	pthread_mutex_unlock(&s->lock);
}

void shared_contact_unlock(struct upstream_shared *s)
{
	if (s->contacts != NULL)
		pthread_mutex_unlock(&s->lock);
}

void shared_contact_clear(struct upstream_shared *s)
{
	if (s->contacts == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->contact_n = 0;
	pthread_mutex_unlock(&s->lock);
}
