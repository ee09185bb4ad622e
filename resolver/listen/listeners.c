#include "listen/listeners.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

void listeners_init(struct listeners *ls, uv_loop_t *loop, struct resolver *resolver,
	enum socket_share share, unsigned client_limit)
{
	*ls = (struct listeners){ .loop = loop, .resolver = resolver, .share = share };
	tcp_clients_init(&ls->clients, resolver, client_limit);
}

static void listener_close(struct listener *l)
{
	if (l->udp != NULL)
		udp_listener_close(l->udp);
	if (l->tcp != NULL)
		tcp_listener_close(l->tcp);
	if (l->udp_fd >= 0)
		close(l->udp_fd);
	if (l->tcp_fd >= 0)
		close(l->tcp_fd);
}

void listeners_deinit(struct listeners *ls)
{
	for (size_t i = 0; i < ls->n; i++)
		listener_close(&ls->items[i]);
	free(ls->items);
	ls->items = NULL;
	ls->n = 0;
	tcp_clients_close(&ls->clients);
}

static struct listener *find(const struct listeners *ls, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < ls->n; i++)
		if (endpoint_equal(&ls->items[i].endpoint, endpoint))
			return &ls->items[i];
	return NULL;
}

static enum status bind_both(const struct listeners *ls, const struct endpoint *endpoint,
	struct text *error, struct listener *out)
{
	enum status status;

	*out = (struct listener){ .endpoint = *endpoint, .udp_fd = -1, .tcp_fd = -1 };
	if (ls->handed != NULL &&
		handed_take(ls->handed, endpoint, &out->udp_fd, &out->tcp_fd))
		return STATUS_OK;
	status = socket_open(endpoint, true, ls->share, error, &out->udp_fd);
	if (status == STATUS_OK)
		status = socket_open(endpoint, false, ls->share, error, &out->tcp_fd);
	return status;
}

static enum status watch(struct listeners *ls, struct text *error, struct listener *l)
{
	enum status udp = udp_listener_start(ls->loop, l->udp_fd, ls->resolver, &l->udp);
	enum status tcp = tcp_listener_start(ls->loop, l->tcp_fd, &ls->clients, &l->tcp);
	char address[ENDPOINT_TEXT_MAX];

	l->udp_fd = l->tcp_fd = -1;
	if (udp == STATUS_OK && tcp == STATUS_OK)
		return STATUS_OK;
	endpoint_format(&l->endpoint, address);
	text_add(error, "%s is bound but cannot be watched", address);
	return udp != STATUS_OK ? udp : tcp;
}

/* Nobody is heard before the loop's next turn, when it is in force or closed again. */
static enum status open_one(struct listeners *ls, const struct endpoint *endpoint,
	struct text *error, struct listener *out)
{
	enum status status = bind_both(ls, endpoint, error, out);

	if (status == STATUS_OK)
		status = watch(ls, error, out);
	if (status != STATUS_OK)
		listener_close(out);
	return status;
}

static enum status prepare_one(struct listeners *ls, const struct endpoint *endpoint,
	struct text *error, struct listeners_plan *plan)
{
	const struct listener *old = find(ls, endpoint);
	char address[ENDPOINT_TEXT_MAX];
	enum status status;

	if (old != NULL) {
		plan->items[plan->n] = *old;
		plan->keep[plan->n++] = true;
		return STATUS_OK;
	}
	status = open_one(ls, endpoint, error, &plan->items[plan->n]);
	if (status == STATUS_OK) {
		plan->n++;
	} else if (status == STATUS_UNSUPPORTED) {
		endpoint_format(endpoint, address);
		log_notice("not listening on %s: this machine has no IPv6", address);
		status = STATUS_OK;
	}
	return status;
}

enum status listeners_prepare(struct listeners *ls, const struct endpoint *endpoints,
	size_t n, struct text *error, struct listeners_plan *plan)
{
	enum status status = STATUS_OK;

	*plan = (struct listeners_plan){ .items = calloc(n, sizeof *plan->items),
		.keep = calloc(n, sizeof *plan->keep) };
	if (plan->items == NULL || plan->keep == NULL)
		status = STATUS_NOMEM;
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = prepare_one(ls, &endpoints[i], error, plan);
	if (status == STATUS_OK && plan->n == 0) {
		text_add(error, "no address left to listen on");
		status = STATUS_CONFIG;
	}
	if (status != STATUS_OK)
		listeners_plan_discard(plan);
	return status;
}

void listeners_plan_discard(struct listeners_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (!plan->keep[i])
			listener_close(&plan->items[i]);
	free(plan->items);
	free(plan->keep);
	*plan = (struct listeners_plan){ 0 };
}

static bool is_kept(const struct listeners_plan *plan, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->keep[i] && endpoint_equal(&plan->items[i].endpoint, endpoint))
			return true;
	return false;
}

void listeners_commit(struct listeners *ls, struct listeners_plan *plan)
{
	for (size_t i = 0; i < ls->n; i++)
		if (!is_kept(plan, &ls->items[i].endpoint))
			listener_close(&ls->items[i]);
	free(ls->items);
	ls->items = plan->items;
	ls->n = plan->n;
	free(plan->keep);
	*plan = (struct listeners_plan){ 0 };
}
