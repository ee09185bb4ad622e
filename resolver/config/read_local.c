/* Names that are answered here: where each zone and record stands is kept, since what is
 * wrong with them is found out where they are put together. */
#include "config/read.h"
#include "config/value.h"

/* "FILE:LINE:COL". NULL: no memory. */
static const char *place_of(const struct value_reader *r, const struct node *node)
{
	char place[CONFIG_ERROR_MAX];
	struct text text = text_in(place, sizeof place);

	text_add(&text, "%s:%u:%u", r->complaint->name, node->line, node->column);
	return arena_text(r->arena, place);
}

static enum status read_zone(
	const struct value_reader *r, const struct node *map, struct local_zone *out)
{
	if (map->kind != NODE_MAP)
		return value_refuse(r, map, "is not a map");
	out->place = place_of(r, map);
	if (out->place == NULL)
		return STATUS_NOMEM;
	return rows_read(r->complaint, &schema_local_zone, map, r->arena, out);
}

enum status local_zones_read(
	const struct value_reader *r, const struct node *list, struct config *config)
{
	enum status status = value_expect_list(r, list);

	if (status != STATUS_OK)
		return status;
	config->local_zones =
		arena_alloc(r->arena, list->children * sizeof *config->local_zones);
	if (config->local_zones == NULL)
		return STATUS_NOMEM;
	for (const struct node *it = list->first; it != NULL && status == STATUS_OK;
		it = it->next)
		status = read_zone(r, it, &config->local_zones[config->local_zone_n++]);
	return status;
}

enum status value_read_records(
	const struct value_reader *r, const struct node *node, void *base)
{
	struct config_records out = { 0 };
	size_t bytes = node->children * sizeof *out.lines;

	out.lines = arena_alloc(r->arena, bytes);
	out.places = arena_alloc(r->arena, bytes);
	if (out.lines == NULL || out.places == NULL)
		return STATUS_NOMEM;
	for (const struct node *it = node->first; it != NULL; it = it->next, out.n++) {
		enum status status = value_expect_text(r, it);

		if (status != STATUS_OK)
			return status;
		out.lines[out.n] = arena_text(r->arena, it->text);
		out.places[out.n] = place_of(r, it);
		if (out.lines[out.n] == NULL || out.places[out.n] == NULL)
			return STATUS_NOMEM;
	}
	value_store(r, base, &out, sizeof out);
	return STATUS_OK;
}
