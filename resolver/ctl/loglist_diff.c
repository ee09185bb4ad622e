#include "ctl/loglist_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/loglist_view.h"
#include "ctl/output.h"

/* What is compared, as text. */
enum trait { TRAIT_STATE, TRAIT_OPERATOR, TRAIT_SHARD, TRAIT_KIND, TRAIT_COUNT };

static const char *const trait_names[TRAIT_COUNT] = {
	[TRAIT_STATE] = "state",
	[TRAIT_OPERATOR] = "operator",
	[TRAIT_SHARD] = "shard",
	[TRAIT_KIND] = "kind",
};

struct traits {
	const char *of[TRAIT_COUNT];
	char shard[SHARD_TEXT_MAX];
};

static void read_traits(const struct ct_log *log, int64_t at_s, struct traits *out)
{
	int64_t since_s;

	log_shard(log, out->shard);
	out->of[TRAIT_STATE] = log_word(log, at_s, &since_s);
	out->of[TRAIT_OPERATOR] = log->operator_name;
	out->of[TRAIT_SHARD] = out->shard;
	out->of[TRAIT_KIND] = log_kind_word(log);
}

static void print_line(char mark, const struct ct_log *log, const struct traits *traits)
{
	printf("%c %s ", mark, traits->of[TRAIT_STATE]);
	print_untrusted(log->operator_name);
	fputs(": ", stdout);
	print_untrusted(log->name);
	puts("");
}

static size_t print_change(
	const struct ct_log *log, const struct traits *now, const struct traits *before)
{
	size_t n = 0;

	for (size_t i = 0; i < TRAIT_COUNT; i++) {
		if (strcmp(now->of[i], before->of[i]) == 0)
			continue;
		if (n++ == 0) {
			fputs("~ ", stdout);
			print_untrusted(log->name);
		}
		printf("%s %s ", n > 1 ? "," : ":", trait_names[i]);
		print_untrusted(before->of[i]);
		fputs(" -> ", stdout);
		print_untrusted(now->of[i]);
	}
	if (n > 0)
		puts("");
	return n > 0 ? 1 : 0;
}

bool loglist_diff_print(
	const struct loglist *list, const struct loglist *other, int64_t at_s)
{
	const struct ct_log **ours = logs_in_order(list), **theirs = logs_in_order(other);
	bool ok = ours != NULL && theirs != NULL;
	struct traits now, before;
	size_t n = 0;

	for (size_t i = 0; ok && i < list->n; i++) {
		const struct ct_log *old = loglist_find(other, ours[i]->id);

		read_traits(ours[i], at_s, &now);
		if (old == NULL) {
			print_line('+', ours[i], &now);
			n++;
			continue;
		}
		read_traits(old, at_s, &before);
		n += print_change(ours[i], &now, &before);
	}
	for (size_t i = 0; ok && i < other->n; i++) {
		if (loglist_find(list, theirs[i]->id) != NULL)
			continue;
		read_traits(theirs[i], at_s, &before);
		print_line('-', theirs[i], &before);
		n++;
	}
	if (ok && n == 0)
		puts("no difference");
	free(ours);
	free(theirs);
	return ok;
}

/* {"log": …, "log_id": …, "state": {"from": …, "to": …}}, only what changed; NULL with
 * `*same` if nothing did. */
static json_t *change_json(
	const struct ct_log *log, const struct ct_log *old, int64_t at_s, bool *same)
{
	struct traits now, before;
	json_t *full = log_json(log, at_s);
	json_t *out = json_pack("{s:O, s:O}", "log", json_object_get(full, "log"),
		"log_id", json_object_get(full, "log_id"));

	json_decref(full);
	*same = true;
	read_traits(log, at_s, &now);
	read_traits(old, at_s, &before);
	for (size_t i = 0; i < TRAIT_COUNT && out != NULL; i++) {
		if (strcmp(now.of[i], before.of[i]) == 0)
			continue;
		*same = false;
		if (json_object_set_new(out, trait_names[i],
			    json_pack("{s:s, s:s}", "from", before.of[i], "to",
				    now.of[i])) != 0) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static bool add_changes(
	json_t *out, const struct ct_log *log, const struct ct_log *old, int64_t at_s)
{
	bool same;
	json_t *change = change_json(log, old, at_s, &same);

	if (change != NULL && same) {
		json_decref(change);
		return true;
	}
	return json_array_append_new(out, change) == 0;
}

json_t *loglist_diff_json(
	const struct loglist *list, const struct loglist *other, int64_t at_s)
{
	json_t *added = json_array(), *removed = json_array(), *changed = json_array();
	const struct ct_log **ours = logs_in_order(list), **theirs = logs_in_order(other);
	bool ok = ours != NULL && theirs != NULL;

	for (size_t i = 0; ok && i < list->n; i++) {
		const struct ct_log *old = loglist_find(other, ours[i]->id);

		ok = old != NULL
			     ? add_changes(changed, ours[i], old, at_s)
			     : json_array_append_new(added, log_json(ours[i], at_s)) == 0;
	}
	for (size_t i = 0; ok && i < other->n; i++)
		if (loglist_find(list, theirs[i]->id) == NULL)
			ok = json_array_append_new(removed, log_json(theirs[i], at_s)) ==
			     0;
	free(ours);
	free(theirs);
	if (ok)
		return json_pack("{s:o, s:o, s:o}", "added", added, "removed", removed,
			"changed", changed);
	json_decref(added);
	json_decref(removed);
	json_decref(changed);
	return NULL;
}
