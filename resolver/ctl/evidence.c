/* `evidence`: finds the files that the daemon kept of refused certificates, and
 * prints a line each, or all of one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "ctl/evidence_show.h"
#include "ctl/output.h"
#include "ctl/paths.h"
#include "tls/certfile.h"

/* All evidence in a directory, the newest first. */
struct gallery {
	char path[PATH_MAX];    /* of the directory */
	int fd;                 /* -1: there is none, so nothing was refused */
	struct evidence *items; /* owned */
	size_t n;
};

static enum exit_code find_state_dir(const struct args *args, char out[PATH_MAX])
{
	struct config *config = NULL;
	enum exit_code code = CTL_OK;

	if (args->state_dir == NULL)
		code = paths_read_config(args, &config);
	if (code == CTL_OK)
		text_copy(out, PATH_MAX, paths_state_dir(args, config));
	config_free(config);
	return code;
}

/* Where nothing was ever refused there is no directory of evidence; but a state_dir that
 * is not there is the wrong one. */
static enum exit_code open_gallery(const struct args *args, struct gallery *g)
{
	char state_dir[PATH_MAX];
	struct text path = text_in(g->path, sizeof g->path);
	enum exit_code code = find_state_dir(args, state_dir);

	g->fd = -1;
	if (code != CTL_OK)
		return code;
	text_add(&path, "%s/evidence", state_dir);
	if (path.cut)
		return complain(CTL_USAGE, "the path of state_dir is too long");
	g->fd = open(g->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (g->fd >= 0)
		return CTL_OK;
	if (errno != ENOENT)
		return complain(CTL_FAILED, "%s: %s", g->path, strerror(errno));
	if (access(state_dir, F_OK) != 0)
		return complain(CTL_FAILED, "%s: %s", state_dir, strerror(errno));
	return CTL_OK;
}

static int newest_first(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;

	if (x->refused_s != y->refused_s)
		return x->refused_s < y->refused_s ? 1 : -1;
	return strcmp(x->file, y->file);
}

/* A bad file does not hide the others. */
static enum exit_code read_gallery(struct gallery *g)
{
	enum exit_code code = CTL_OK;
	char(*names)[NAME_MAX + 1];
	size_t n;

	if (g->fd < 0)
		return CTL_OK;
	if (evidence_names(g->fd, &names, &n) != STATUS_OK)
		return complain(CTL_FAILED, "%s: cannot be read", g->path);
	g->items = calloc(n + 1, sizeof *g->items);
	for (size_t i = 0; i < n && g->items != NULL; i++) {
		char why[CTL_ERROR_MAX];
		struct text error = text_in(why, sizeof why);

		if (evidence_read(g->fd, names[i], &error, &g->items[g->n]) == STATUS_OK)
			g->n++;
		else
			code = complain(CTL_FAILED, "%s/%s", g->path, why);
	}
	free(names);
	if (g->items == NULL)
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	qsort(g->items, g->n, sizeof *g->items, newest_first);
	return code;
}

static void close_gallery(struct gallery *g)
{
	for (size_t i = 0; i < g->n; i++)
		evidence_deinit(&g->items[i]);
	free(g->items);
	if (g->fd >= 0)
		close(g->fd);
}

/* --- list ------------------------------------------------------------------ */

static void subject_of(const struct evidence *e, char out[PEER_SUBJECT_MAX])
{
	struct peer_certificate leaf;
	bool is_issuer;

	text_copy(out, PEER_SUBJECT_MAX, "?");
	if (certfile_describe(e->shown.chain, 0, &leaf, &is_issuer) == STATUS_OK)
		text_copy(out, PEER_SUBJECT_MAX, leaf.subject);
}

static void print_item(const struct evidence *e)
{
	char subject[PEER_SUBJECT_MAX];

	subject_of(e, subject);
	print_untrusted(e->refused[0] != '\0' ? e->refused : "-");
	printf("  %-10s  %-18s  ", evidence_class_word(e->class), evidence_reason(e));
	print_untrusted(e->upstream);
	printf("  %s\n    ", subject);
	print_untrusted(e->file);
	puts("");
}

static json_t *item_json(const struct evidence *e)
{
	char subject[PEER_SUBJECT_MAX];

	subject_of(e, subject);
	return json_pack("{s:o, s:o, s:s, s:s, s:s, s:o}", "refused",
		text_json(e->refused), "upstream", text_json(e->upstream), "class",
		evidence_class_word(e->class), "reason", evidence_reason(e), "subject",
		subject, "file", text_json(e->file));
}

static enum exit_code list(const struct args *args, struct gallery *g)
{
	enum exit_code code = read_gallery(g);
	json_t *json = args->json ? json_array() : NULL;

	for (size_t i = 0; i < g->n; i++)
		if (args->json)
			json_array_append_new(json, item_json(&g->items[i]));
		else
			print_item(&g->items[i]);
	if (args->json && print_json(json) != CTL_OK)
		return CTL_FAILED;
	if (!args->json && g->n == 0 && code == CTL_OK) {
		fputs("nothing is kept in ", stdout);
		print_untrusted(g->path);
		puts("");
	}
	return code;
}

/* --- show ------------------------------------------------------------------ */

static enum exit_code show_file(const struct args *args, int dir_fd, const char *name)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	struct evidence e;
	enum exit_code code;

	if (evidence_read(dir_fd, name, &error, &e) != STATUS_OK)
		return complain(CTL_FAILED, "%s", why);
	code = evidence_show(args, &e);
	evidence_deinit(&e);
	return code;
}

static enum exit_code show_newest(const struct args *args, struct gallery *g)
{
	enum exit_code code = read_gallery(g);

	if (g->n == 0)
		return code != CTL_OK
			       ? code
			       : complain(CTL_FAILED, "no evidence in %s", g->path);
	return evidence_show(args, &g->items[0]);
}

enum exit_code command_evidence(const struct args *args)
{
	const char *what = args->operands[0];
	const char *name = args->operand_n > 1 ? args->operands[1] : NULL;
	struct gallery g = { .fd = -1 };
	bool shows = strcmp(what, "show") == 0;
	enum exit_code code;

	if (!shows && name != NULL)
		return complain(
			CTL_USAGE, "usage: pintlectl evidence list | show [NAME]");
	if (name != NULL && strchr(name, '/') != NULL) {
		if (args->state_dir != NULL || args->config != NULL)
			return complain(CTL_USAGE, "evidence show PATH takes no %s",
				args->state_dir != NULL ? "--state-dir" : "-c");
		return show_file(args, AT_FDCWD, name);
	}
	code = open_gallery(args, &g);
	if (code == CTL_OK && !shows)
		code = list(args, &g);
	else if (code == CTL_OK && name == NULL)
		code = show_newest(args, &g);
	else if (code == CTL_OK && g.fd < 0)
		code = complain(CTL_FAILED, "no evidence in %s", g.path);
	else if (code == CTL_OK)
		code = show_file(args, g.fd, name);
	close_gallery(&g);
	return code;
}
