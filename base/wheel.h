/* A timer wheel: what is to be looked at, by the millisecond that it is due in. To put
 * something in, to move it and to take it out costs the same however much there is, and
 * what is taken out in time was never looked at. Pure: the caller has clock and timer.
 *
 * A turn of the wheel is WHEEL_SLOTS ms. What is due later is in its slot already, and
 * stays there as that comes by: it is looked at once a turn. */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include <stdint.h>

#include "base/list.h"

#define WHEEL_SLOTS 256

struct wheel {
	uint64_t now_ms;                   /* all that was due by then is out */
	uint64_t in_use[WHEEL_SLOTS / 64]; /* a bit a slot; clear: it is empty */
	struct list slots[WHEEL_SLOTS];
};

/* The caller's storage: in one wheel, or in none. */
struct wheel_item {
	struct list link;
	uint64_t due_ms; /* to read */
};

static inline struct wheel_item *wheel_item_of(struct list *link)
{
	return list_entry(link, struct wheel_item, link);
}

void wheel_init(struct wheel *wheel, uint64_t now_ms);
void wheel_item_init(struct wheel_item *item);

/* Puts it in, or moves it, to earlier or later. What was due by the last wheel_turn() is
 * taken out 1 ms after it. */
void wheel_put(struct wheel *wheel, struct wheel_item *item, uint64_t due_ms);
/* Out of the wheel, or out of what wheel_turn() gave. Harmless when it is in none. */
void wheel_take_out(struct wheel_item *item);

/* Moves all that is due by `now_ms` to the end of `due` (their links). */
void wheel_turn(struct wheel *wheel, uint64_t now_ms, struct list *due);
/* When wheel_turn() is to be called next: nothing is due before. It may be for what is
 * due in another turn of the wheel. UINT64_MAX: there is nothing in it. */
uint64_t wheel_next_ms(struct wheel *wheel);

#endif
