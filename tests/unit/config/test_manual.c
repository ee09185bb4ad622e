/* pintle.yaml(5) and the schema's rows say the same. */
#include "tree_file.h"

#include <string.h>

#include "config/schema.h"

static char manual[TREE_FILE_BYTES_MAX];

/* The text from below ".It MACRO KEY" to the next item, on one line; NULL if
 * there is no such item. */
static const char *entry(
	const char *macro, const char *prefix, const char *name, char out[4096])
{
	char head[128];
	struct text t = text_in(head, sizeof head);
	const char *at, *end;

	text_add(&t, "\n.It %s %s%s\n", macro, prefix, name);
	at = strstr(manual, head);
	if (at == NULL)
		return NULL;
	at += strlen(head);
	end = strstr(at - 1, "\n.It ");
	text_copy(out, 4096, at);
	if (end != NULL && end - at >= 0 && end - at < 4096)
		out[end - at] = '\0';
	for (char *c = out; *c != '\0'; c++)
		*c = *c == '\n' ? ' ' : *c;
	return out;
}

static void assert_says(const struct schema *schema, const struct schema_row *row,
	const char *text, const char *expected)
{
	if (strstr(text, expected) == NULL)
		fail_msg("%s%s: the manual does not say \"%s\"", schema->prefix,
			row->name, expected);
}

static void assert_row(const struct schema *schema, const struct schema_row *row)
{
	char body[4096], allowed[512], expected[1024];
	struct text a = text_in(allowed, sizeof allowed);
	const char *text = entry("Ic", schema->prefix, row->name, body);

	if (text == NULL)
		fail_msg("%s%s is not in the manual", schema->prefix, row->name);
	if (strncmp(text, row->help, strlen(row->help)) != 0)
		fail_msg("%s%s does not begin with its help", schema->prefix, row->name);
	schema_allowed(row, &a);
	snprintf(expected, sizeof expected, " Allowed: %s. ", allowed);
	assert_says(schema, row, text, expected);
	if (row->required)
		snprintf(expected, sizeof expected, " Required. ");
	else if (row->preset != NULL)
		snprintf(expected, sizeof expected, " Default: %s. ", row->preset);
	else
		snprintf(expected, sizeof expected, " Default: none");
	assert_says(schema, row, text, expected);
	assert_says(schema, row, text, " Example:");
}

static void every_row_is_in_the_manual(void **state)
{
	(void)state;
	for (size_t i = 0; i < schema_file.row_n; i++)
		assert_row(&schema_file, &schema_file.rows[i]);
	for (size_t i = 0; i < schema_update.row_n; i++)
		assert_row(&schema_update, &schema_update.rows[i]);
	for (size_t i = 0; i < schema_upstream.row_n; i++)
		assert_row(&schema_upstream, &schema_upstream.rows[i]);
	for (size_t i = 0; i < schema_forward.row_n; i++)
		assert_row(&schema_forward, &schema_forward.rows[i]);
	for (size_t i = 0; i < schema_local_zone.row_n; i++)
		assert_row(&schema_local_zone, &schema_local_zone.rows[i]);
}

static void later_keys_are_in_the_manual(void **state)
{
	static const struct schema *const schemas[] = { &schema_file, &schema_update,
		&schema_upstream, &schema_forward, &schema_local_zone };
	char body[4096];

	(void)state;
	for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
		for (const char *const *it = schemas[i]->later; *it != NULL; it++)
			if (entry("Sy", schemas[i]->prefix, *it, body) == NULL)
				fail_msg("%s%s is not in the manual", schemas[i]->prefix,
					*it);
}

static size_t later_count(const struct schema *schema)
{
	size_t n = 0;

	while (schema->later[n] != NULL)
		n++;
	return n;
}

static size_t items(const char *head)
{
	size_t n = 0;

	for (const char *at = manual; (at = strstr(at, head)) != NULL; at++)
		n++;
	return n;
}

/* All rows are found above, so equal counts leave nothing over. */
static void the_manual_has_no_other_keys(void **state)
{
	(void)state;
	assert_int_equal(items("\n.It Ic "),
		schema_file.row_n + schema_update.row_n + schema_upstream.row_n +
			schema_forward.row_n + schema_local_zone.row_n);
	assert_int_equal(items("\n.It Sy "),
		later_count(&schema_file) + later_count(&schema_update) +
			later_count(&schema_upstream) + later_count(&schema_forward) +
			later_count(&schema_local_zone));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_in_the_manual),
		cmocka_unit_test(later_keys_are_in_the_manual),
		cmocka_unit_test(the_manual_has_no_other_keys),
	};

	tree_file("docs/man/pintle.yaml.5", manual);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
