#include "worker/descriptors.h"

#include <sys/resource.h>

#include "base/log.h"
#include "transport/plain.h"

/* The control socket and its clients, roots and evidence being read and written,
 * libraries. */
#define RESERVED 56
/* What a loop has for itself. */
#define LOOP 8

void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Of connections one an upstream; a plain server has a socket for each question. */
static rlim_t upstream_sockets(const struct config *config)
{
	rlim_t n = 0;

	for (size_t i = 0; i < config->upstream_n; i++)
		n += config->upstreams[i].protocol == UPSTREAM_PLAIN ? PLAIN_QUESTIONS_MAX
								     : 1;
	return n;
}

unsigned descriptors_client_limit(const struct config *config, unsigned workers)
{
	rlim_t needed = RESERVED + workers * (LOOP + upstream_sockets(config) +
						     2 * config->listen_n);
	struct rlimit limit;
	rlim_t spare;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return config->limit_clients;
	spare = limit.rlim_cur > needed ? (limit.rlim_cur - needed) / workers : 0;
	spare = spare > 0 ? spare : 1;
	if (spare >= config->limit_clients)
		return config->limit_clients;
	log_warning(
		"limits.clients is %u, but each worker has file descriptors for %u only",
		config->limit_clients, (unsigned)spare);
	return (unsigned)spare;
}
