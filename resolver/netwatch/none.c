/* A system without rtnetlink and timerfd tells us nothing; upstreams find out by
 * their own silence. */
#include <stddef.h>

#include "base/log.h"
#include "netwatch/netwatch.h"

enum status netwatch_start(uv_loop_t *loop, const struct netwatch_events *events,
	void *owner, struct netwatch **out)
{
	(void)loop;
	(void)events;
	(void)owner;
	*out = NULL;
	log_warning("changes of the network go unseen: this system has no rtnetlink");
	return STATUS_OK;
}

void netwatch_stop(struct netwatch *watch)
{
	(void)watch;
}
