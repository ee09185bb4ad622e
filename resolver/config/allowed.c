/* What each type of value may be, in words. */
#include "config/schema.h"

#include "config/units.h"
#include "config/url.h"

#define LIST_OF      "a list of ", " to "
#define SERVER_FORMS "192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\""

static void add_range(
	const struct schema_row *row, const struct unit *units, struct text *out)
{
	text_add(out, "from ");
	units_add(out, units, row->min);
	text_add(out, " to ");
	units_add(out, units, row->max);
}

static void add_words(const struct schema_row *row, struct text *out)
{
	const char *before = "";

	for (const struct schema_word *it = row->words; it->word != NULL; it++) {
		text_add(out, "%s%s", before, it->word);
		before = ", ";
	}
}

static void add_number(const struct schema_row *row, struct text *out)
{
	text_add(out, "a number ");
	add_range(row, units_none, out);
}

static void add_count(const struct schema_row *row, struct text *out)
{
	text_add(out, "auto, or ");
	add_number(row, out);
}

static void add_time(const struct schema_row *row, struct text *out)
{
	text_add(out, "a time ");
	add_range(row, units_time_ms, out);
	text_add(out, " (ms, s, m, h, d)");
}

static void add_idle(const struct schema_row *row, struct text *out)
{
	text_add(out, "auto, or ");
	add_time(row, out);
}

static void add_size(const struct schema_row *row, struct text *out)
{
	text_add(out, "a size ");
	add_range(row, units_bytes, out);
	text_add(out, " (bytes, KiB, MiB, GiB)");
}

static void add_policies(const struct schema_row *row, struct text *out)
{
	const struct ct_policy *policy;

	(void)row;
	for (size_t i = 0; (policy = ct_policy_at(i)) != NULL; i++)
		text_add(out, "%s%s", i > 0 ? ", " : "", policy->name);
}

static void add_list_key(const struct schema_row *row, struct text *out)
{
	(void)row;
	text_add(out, "an Ed25519 public key, the Base64 of %d bytes", LIST_KEY_BYTES);
}

/* Either a function, or what stands before, between and behind the row's least and most;
 * where `least` is NULL, only before and behind the most; without any number where both
 * are. */
static const struct {
	void (*add)(const struct schema_row *row, struct text *out);
	const char *least, *most, *behind;
} allowed[] = {
	[TYPE_BOOL] = { .behind = "true, false" },
	[TYPE_NUMBER] = { .add = add_number },
	[TYPE_COUNT] = { .add = add_count },
	[TYPE_TIME] = { .add = add_time },
	[TYPE_IDLE] = { .add = add_idle },
	[TYPE_TTL] = { NULL, "seconds from ", " to ", ", or a time (s, m, h, d)" },
	[TYPE_SIZE] = { .add = add_size },
	[TYPE_WORD] = { .add = add_words },
	[TYPE_PATH] = { NULL, NULL, "an absolute path of at most ", " bytes" },
	[TYPE_USER] = { NULL, NULL, "at most ",
		" letters, digits, hyphens and underscores" },
	[TYPE_NAME] = { NULL, NULL, "at most ",
		" letters, digits, dots, hyphens and underscores" },
	[TYPE_HOST] = { .behind = "a host name such as dns.example" },
	[TYPE_HOSTS] = { NULL, LIST_OF, " host names such as dns.example" },
	[TYPE_LISTEN] = { NULL, LIST_OF, " of " SERVER_FORMS },
	[TYPE_BOOTSTRAP] = { NULL, LIST_OF, " of " SERVER_FORMS },
	[TYPE_SERVERS] = { NULL, LIST_OF, " of " SERVER_FORMS },
	[TYPE_BLOCKS] = { NULL, LIST_OF,
		" of loopback, private, link_local, ula, any, 192.0.2.0/24, "
		"\"2001:db8::/32\"" },
	[TYPE_PINS] = { NULL, LIST_OF, " pins such as sha256//BASE64" },
	[TYPE_POLICY] = { .add = add_policies },
	[TYPE_LOG_LIST] = { NULL, NULL, "builtin, or an absolute path of at most ",
		" bytes" },
	[TYPE_ANCHORS] = { NULL, NULL, "builtin, or an absolute path of at most ",
		" bytes" },
	[TYPE_URL] = { .behind = URL_ALLOWED },
	[TYPE_DOH_URL] = { .behind = DOH_URL_ALLOWED },
	[TYPE_LIST_KEY] = { .add = add_list_key },
	[TYPE_SERVER] = { .behind = SERVER_FORMS },
	[TYPE_ZONE] = { .behind = "a domain name such as corp.example" },
	[TYPE_ZONES] = { NULL, LIST_OF, " domain names such as corp.example" },
	[TYPE_NAMES] = { NULL, LIST_OF, " names of upstreams" },
	[TYPE_RECORDS] = { NULL, LIST_OF,
		" records such as \"router.lan. 300 IN A 192.168.1.1\"" },
	[TYPE_UPDATE] = { .behind = "a map of url and key, and address if need be" },
	[TYPE_UPSTREAMS] = { NULL, LIST_OF, " maps" },
	[TYPE_FORWARDS] = { NULL, LIST_OF, " maps" },
	[TYPE_LOCALS] = { NULL, LIST_OF, " maps" },
};

void schema_allowed(const struct schema_row *row, struct text *out)
{
	if (allowed[row->type].add != NULL) {
		allowed[row->type].add(row, out);
		return;
	}
	if (allowed[row->type].least != NULL)
		text_add(out, "%s%lld", allowed[row->type].least, row->min);
	if (allowed[row->type].most != NULL)
		text_add(out, "%s%lld", allowed[row->type].most, row->max);
	text_add(out, "%s", allowed[row->type].behind);
}
