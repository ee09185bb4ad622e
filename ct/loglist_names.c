#include "ct/loglist_names.h"

#include <stdlib.h>
#include <string.h>

struct list_name {
	const char *text;
	bool of_first; /* the first list has it */
	size_t better; /* index of a better name of the same operator; itself: none */
};

static size_t index_of(const struct list_names *names, const char *text)
{
	size_t i = 0;

	while (i < names->n && strcmp(names->names[i].text, text) != 0)
		i++;
	return i;
}

static void add(struct list_names *names, const char *text, bool of_first)
{
	size_t i = index_of(names, text);

	if (i == names->n)
		names->names[names->n++] = (struct list_name){ text, of_first, i };
}

static size_t best_of(const struct list_names *names, size_t i)
{
	while (names->names[i].better != i)
		i = names->names[i].better;
	return i;
}

/* The two are one operator's. */
static void join(struct list_names *names, const char *left, const char *right)
{
	size_t a = best_of(names, index_of(names, left));
	size_t b = best_of(names, index_of(names, right));
	const struct list_name *x = &names->names[a], *y = &names->names[b];
	bool keep_a =
		x->of_first != y->of_first ? x->of_first : strcmp(x->text, y->text) < 0;

	if (keep_a)
		names->names[b].better = a;
	else
		names->names[a].better = b;
}

enum status list_names_init(struct list_names *names, const struct loglist *first,
	const struct loglist *second)
{
	*names = (struct list_names){
		.names = calloc(first->n + second->n + 1, sizeof *names->names),
	};
	if (names->names == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < first->n; i++)
		add(names, first->logs[i].operator_name, true);
	for (size_t i = 0; i < second->n; i++)
		add(names, second->logs[i].operator_name, false);
	for (size_t i = 0; i < first->n; i++) {
		const struct ct_log *other = loglist_find(second, first->logs[i].id);

		if (other != NULL)
			join(names, first->logs[i].operator_name, other->operator_name);
	}
	return STATUS_OK;
}

void list_names_deinit(struct list_names *names)
{
	free(names->names);
	*names = (struct list_names){ 0 };
}

const char *list_names_find(const struct list_names *names, const char *name)
{
	size_t i = index_of(names, name);

	return i < names->n ? names->names[best_of(names, i)].text : name;
}
