/* An intrusive, circular, doubly linked list: the link sits in the element.
 *
 *	struct conn { struct list link; … };
 *	list_for_each(it, &pool->conns)
 *		use(list_entry(it, struct conn, link)); */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

#define list_entry(ptr, type, member) \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define list_for_each(it, head) \
	for (struct list *it = (head)->next; it != (head); it = it->next)

/* The element under `it` may be removed and freed in the body. */
#define list_for_each_safe(it, head)                                              \
	for (struct list *it = (head)->next, *it##_next = it->next; it != (head); \
		it = it##_next, it##_next = it->next)

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

/* Behind `at`; with a head, that is the front. */
static inline void list_insert(struct list *at, struct list *item)
{
	item->prev = at;
	item->next = at->next;
	at->next->prev = item;
	at->next = item;
}

static inline void list_append(struct list *head, struct list *item)
{
	list_insert(head->prev, item);
}

/* Harmless when `item` was initialised and is in no list. */
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

/* All of `from`, in their order, to the end of `to`. */
static inline void list_move_all(struct list *from, struct list *to)
{
	while (!list_empty(from)) {
		struct list *item = from->next;

		list_remove(item);
		list_append(to, item);
	}
}

#endif
