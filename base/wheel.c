#include "base/wheel.h"

#include <string.h>

static size_t slot_of(uint64_t due_ms)
{
	return due_ms % WHEEL_SLOTS;
}

static bool is_in_use(const struct wheel *w, size_t at)
{
	return w->in_use[at / 64] >> at % 64 & 1;
}

/* Set as something is put in, and cleared when somebody finds the slot empty. */
static void set_in_use(struct wheel *w, size_t at, bool in_use)
{
	uint64_t bit = UINT64_C(1) << at % 64;

	if (in_use)
		w->in_use[at / 64] |= bit;
	else
		w->in_use[at / 64] &= ~bit;
}

void wheel_init(struct wheel *w, uint64_t now_ms)
{
	w->now_ms = now_ms;
	memset(w->in_use, 0, sizeof w->in_use);
	for (size_t i = 0; i < WHEEL_SLOTS; i++)
		list_init(&w->slots[i]);
}

void wheel_item_init(struct wheel_item *item)
{
	list_init(&item->link);
	item->due_ms = 0;
}

void wheel_put(struct wheel *w, struct wheel_item *item, uint64_t due_ms)
{
	size_t at = slot_of(due_ms > w->now_ms ? due_ms : w->now_ms + 1);

	list_remove(&item->link);
	item->due_ms = due_ms;
	list_append(&w->slots[at], &item->link);
	set_in_use(w, at, true);
}

void wheel_take_out(struct wheel_item *item)
{
	list_remove(&item->link);
}

static void empty_slot(struct wheel *w, size_t at, uint64_t now_ms, struct list *due)
{
	list_for_each_safe (it, &w->slots[at]) {
		if (wheel_item_of(it)->due_ms > now_ms)
			continue;
		list_remove(it);
		list_append(due, it);
	}
	set_in_use(w, at, !list_empty(&w->slots[at]));
}

void wheel_turn(struct wheel *w, uint64_t now_ms, struct list *due)
{
	uint64_t slots_n;

	if (now_ms <= w->now_ms)
		return;
	slots_n = now_ms - w->now_ms;
	if (slots_n > WHEEL_SLOTS)
		slots_n = WHEEL_SLOTS;
	for (uint64_t ms = now_ms - slots_n + 1; ms <= now_ms; ms++)
		if (is_in_use(w, slot_of(ms)))
			empty_slot(w, slot_of(ms), now_ms, due);
	w->now_ms = now_ms;
}

/* Slots in the order in which they come by; the empty ones of a word cost one look. */
uint64_t wheel_next_ms(struct wheel *w)
{
	uint64_t ms = w->now_ms + 1, last_ms = w->now_ms + WHEEL_SLOTS;

	while (ms <= last_ms) {
		size_t at = slot_of(ms);

		if (w->in_use[at / 64] >> at % 64 == 0)
			ms += 64 - at % 64;
		else if (!is_in_use(w, at))
			ms++;
		else if (!list_empty(&w->slots[at]))
			return ms;
		else
			set_in_use(w, at, false);
	}
	return UINT64_MAX;
}
