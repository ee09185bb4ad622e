/* What each type of value may be, in words. */
#include "config/schema.h"

#include "config/units.h"
#include "config/url.h"

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
		if (it->later != NULL)
			continue;
		text_add(out, "%s%s", before, it->word);
		before = ", ";
	}
}

static void add_policies(struct text *out)
{
	const struct ct_policy *policy;

	for (size_t i = 0; (policy = ct_policy_at(i)) != NULL; i++)
		text_add(out, "%s%s", i > 0 ? ", " : "", policy->name);
}

void schema_allowed(const struct schema_row *row, struct text *out)
{
	switch (row->type) {
	case TYPE_BOOL:
		text_add(out, "true, false");
		break;
	case TYPE_NUMBER:
		text_add(out, "a number ");
		add_range(row, units_none, out);
		break;
	case TYPE_TIME:
		text_add(out, "a time ");
		add_range(row, units_time_ms, out);
		text_add(out, " (ms, s, m, h, d)");
		break;
	case TYPE_TTL:
		text_add(out, "seconds from %lld to %lld, or a time (s, m, h, d)",
			row->min, row->max);
		break;
	case TYPE_SIZE:
		text_add(out, "a size ");
		add_range(row, units_bytes, out);
		text_add(out, " (bytes, KiB, MiB, GiB)");
		break;
	case TYPE_WORD:
		add_words(row, out);
		break;
	case TYPE_PATH:
		text_add(out, "an absolute path of at most %lld bytes", row->max);
		break;
	case TYPE_USER:
		text_add(out, "at most %lld letters, digits, hyphens and underscores",
			row->max);
		break;
	case TYPE_NAME:
		text_add(out,
			"at most %lld letters, digits, dots, hyphens and underscores",
			row->max);
		break;
	case TYPE_HOST:
		text_add(out, "a host name such as dns.example");
		break;
	case TYPE_LISTEN:
	case TYPE_SERVERS:
		text_add(out,
			"a list of %lld to %lld of 192.0.2.1, \"192.0.2.1:PORT\", "
			"\"[2001:db8::1]:PORT\"",
			row->min, row->max);
		break;
	case TYPE_BLOCKS:
		text_add(out,
			"a list of %lld to %lld of loopback, private, link_local, ula, "
			"any, "
			"192.0.2.0/24, \"2001:db8::/32\"",
			row->min, row->max);
		break;
	case TYPE_PINS:
		text_add(out, "a list of %lld to %lld pins such as sha256//BASE64",
			row->min, row->max);
		break;
	case TYPE_POLICY:
		add_policies(out);
		break;
	case TYPE_LOG_LIST:
		text_add(out, "builtin, or an absolute path of at most %lld bytes",
			row->max);
		break;
	case TYPE_URL:
		text_add(out, URL_ALLOWED);
		break;
	case TYPE_LIST_KEY:
		text_add(out, "an Ed25519 public key, the Base64 of %d bytes",
			LIST_KEY_BYTES);
		break;
	case TYPE_SERVER:
		text_add(out, "192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"");
		break;
	case TYPE_UPDATE:
		text_add(out, "a map of url and key, and address if need be");
		break;
	case TYPE_UPSTREAMS:
		text_add(out, "a list of %lld to %lld maps", row->min, row->max);
		break;
	}
}
