#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/node.h"
#include "config/read.h"

/* Copies `draft`, and with it the arena that owns all it points to. */
static struct config *config_from_draft(struct draft *draft, const char *name)
{
	struct config *config = malloc(sizeof *config);

	draft->config.path = arena_text(&draft->config.arena, name);
	if (config == NULL || draft->config.path == NULL) {
		free(config);
		return NULL;
	}
	*config = draft->config;
	return config;
}

enum status config_parse(const char *name, struct bytes yaml, struct config **out,
	struct config_error *error)
{
	const struct complaint complaint = { name, error };
	struct draft draft = { 0 };
	struct arena tree;
	struct node *root;
	enum status status;

	error->text[0] = '\0';
	arena_init(&tree);
	arena_init(&draft.config.arena);
	status = node_read(yaml, &tree, &complaint, &root);
	if (status == STATUS_OK)
		status = draft_read(&complaint, root, &draft);
	arena_deinit(&tree);
	if (status == STATUS_OK && (*out = config_from_draft(&draft, name)) == NULL)
		status = STATUS_NOMEM;
	if (status != STATUS_OK)
		arena_deinit(&draft.config.arena);
	if (status == STATUS_NOMEM)
		text_copy(error->text, sizeof error->text, status_text(status));
	return status;
}

static enum status complain_file(const char *path, int cause, struct config_error *error)
{
	struct text t = text_in(error->text, sizeof error->text);

	text_add(&t, "%s: cannot be read: %s", path, strerror(cause));
	return STATUS_IO;
}

/* Reads up to `cap` bytes of `path`; fewer if the file ends. */
static enum status read_file(
	const char *path, uint8_t *out, size_t cap, size_t *n, struct config_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	if (fd < 0)
		return complain_file(path, errno, error);
	for (*n = 0; got > 0 && *n < cap; *n += (size_t)got) {
		got = read(fd, out + *n, cap - *n);
		if (got < 0) {
			int cause = errno;

			close(fd);
			return complain_file(path, cause, error);
		}
	}
	close(fd);
	return STATUS_OK;
}

/* One byte more than a file may have, so that config_parse() sees the excess. */
enum status config_load(const char *path, struct config **out, struct config_error *error)
{
	size_t cap = NODE_FILE_BYTES_MAX + 1, n = 0;
	uint8_t *yaml = malloc(cap);
	enum status status;

	if (yaml == NULL) {
		text_copy(error->text, sizeof error->text, status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	status = read_file(path, yaml, cap, &n, error);
	if (status == STATUS_OK)
		status = config_parse(path, bytes_of(yaml, n), out, error);
	free(yaml);
	return status;
}

void config_free(struct config *config)
{
	if (config == NULL)
		return;
	arena_deinit(&config->arena);
	free(config);
}

struct list_source config_log_lists(const struct config *config)
{
	return (struct list_source){
		.file = config->log_list,
		.state_dir = config->state_dir,
		.key = config->update.url != NULL ? config->update.key : NULL,
	};
}

const struct config_upstream *config_find_upstream(
	const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->upstream_n; i++)
		if (strcmp(config->upstreams[i].name, name) == 0)
			return &config->upstreams[i];
	return NULL;
}

static bool pinset_equal(const struct pinset *a, const struct pinset *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!pin_equal(&a->pins[i], &b->pins[i]))
			return false;
	return true;
}

/* Where it is off, nobody asks what it would have been. */
static bool ct_equal(const struct tls_policy *a, const struct tls_policy *b)
{
	return a->ct == b->ct &&
	       (a->ct == CT_MODE_OFF ||
		       (a->ct_policy == b->ct_policy && a->ct_stale == b->ct_stale));
}

static bool policy_equal(const struct tls_policy *a, const struct tls_policy *b)
{
	return a->identity == b->identity && text_equal(a->auth_name, b->auth_name) &&
	       a->pkix == b->pkix && pinset_equal(&a->pins, &b->pins) &&
	       a->pin_mode == b->pin_mode && pinset_equal(&a->deny, &b->deny) &&
	       text_equal(a->ca_file, b->ca_file) && text_equal(a->ca_path, b->ca_path) &&
	       a->min_version == b->min_version && ct_equal(a, b);
}

/* What stands in `host` and `path` follows from the URL and the policy. */
static bool protocol_equal(
	const struct config_upstream *a, const struct config_upstream *b)
{
	return a->protocol == b->protocol && text_equal(a->url, b->url) &&
	       a->port == b->port && a->idle_timeout_ms == b->idle_timeout_ms;
}

static bool zones_equal(const struct config_upstream *a, const struct config_upstream *b)
{
	if (a->zone_n != b->zone_n || a->exact != b->exact)
		return false;
	for (size_t i = 0; i < a->zone_n; i++)
		if (!name_equal(&a->zones[i], &b->zones[i]))
			return false;
	return true;
}

bool config_upstream_equal(
	const struct config_upstream *a, const struct config_upstream *b)
{
	if (strcmp(a->name, b->name) != 0 || a->address_n != b->address_n ||
		!protocol_equal(a, b))
		return false;
	for (size_t i = 0; i < a->address_n; i++)
		if (!endpoint_equal(&a->addresses[i], &b->addresses[i]))
			return false;
	return zones_equal(a, b) && policy_equal(&a->policy, &b->policy);
}
