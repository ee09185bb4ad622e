#include "local/special.h"

#include <string.h>

/* 1.0.0.0 … of ip6.arpa, by which loopback and the unspecified address begin. */
#define ZEROS_31 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

static const struct special {
	const char *name;
	enum local_action action;
} specials[] = {
	{ "localhost", LOCAL_LOOPBACK },
	/* RFC 9462 §6.4: who asks it for encrypted resolvers is not to be led past us. */
	{ "resolver.arpa", LOCAL_NODATA },
	{ "onion", LOCAL_NXDOMAIN },   /* RFC 7686 §2 */
	{ "alt", LOCAL_NXDOMAIN },     /* RFC 9476 §3 */
	{ "invalid", LOCAL_NXDOMAIN }, /* RFC 6761 §6.4 */
	{ "test", LOCAL_NXDOMAIN },    /* RFC 6761 §6.2 */
	/* What people call their own networks: RFC 6762 §3, ICANN's choice of 2024, and a
	 * habit of routers. */
	{ "local", LOCAL_NXDOMAIN },
	{ "internal", LOCAL_NXDOMAIN },
	{ "lan", LOCAL_NXDOMAIN },
	{ "home.arpa", LOCAL_EMPTY }, /* RFC 8375 §4 */
	/* RFC 6303 §4.1: private addresses (RFC 1918). */
	{ "10.in-addr.arpa", LOCAL_EMPTY },
	{ "16.172.in-addr.arpa", LOCAL_EMPTY },
	{ "17.172.in-addr.arpa", LOCAL_EMPTY },
	{ "18.172.in-addr.arpa", LOCAL_EMPTY },
	{ "19.172.in-addr.arpa", LOCAL_EMPTY },
	{ "20.172.in-addr.arpa", LOCAL_EMPTY },
	{ "21.172.in-addr.arpa", LOCAL_EMPTY },
	{ "22.172.in-addr.arpa", LOCAL_EMPTY },
	{ "23.172.in-addr.arpa", LOCAL_EMPTY },
	{ "24.172.in-addr.arpa", LOCAL_EMPTY },
	{ "25.172.in-addr.arpa", LOCAL_EMPTY },
	{ "26.172.in-addr.arpa", LOCAL_EMPTY },
	{ "27.172.in-addr.arpa", LOCAL_EMPTY },
	{ "28.172.in-addr.arpa", LOCAL_EMPTY },
	{ "29.172.in-addr.arpa", LOCAL_EMPTY },
	{ "30.172.in-addr.arpa", LOCAL_EMPTY },
	{ "31.172.in-addr.arpa", LOCAL_EMPTY },
	{ "168.192.in-addr.arpa", LOCAL_EMPTY },
	/* §4.2: this network, loopback, link-local, documentation, broadcast. */
	{ "0.in-addr.arpa", LOCAL_EMPTY },
	{ "127.in-addr.arpa", LOCAL_EMPTY },
	{ "254.169.in-addr.arpa", LOCAL_EMPTY },
	{ "2.0.192.in-addr.arpa", LOCAL_EMPTY },
	{ "100.51.198.in-addr.arpa", LOCAL_EMPTY },
	{ "113.0.203.in-addr.arpa", LOCAL_EMPTY },
	{ "255.255.255.255.in-addr.arpa", LOCAL_EMPTY },
	/* §4.3: the unspecified address and loopback. */
	{ "0." ZEROS_31 "ip6.arpa", LOCAL_EMPTY },
	{ "1." ZEROS_31 "ip6.arpa", LOCAL_EMPTY },
	/* §4.4, §4.5, §4.6: assigned locally, link-local, documentation. */
	{ "d.f.ip6.arpa", LOCAL_EMPTY },
	{ "8.e.f.ip6.arpa", LOCAL_EMPTY },
	{ "9.e.f.ip6.arpa", LOCAL_EMPTY },
	{ "a.e.f.ip6.arpa", LOCAL_EMPTY },
	{ "b.e.f.ip6.arpa", LOCAL_EMPTY },
	{ "8.b.d.0.1.0.0.2.ip6.arpa", LOCAL_EMPTY },
};

/* RFC 7793 §2.1: shared addresses of providers, 100.64.0.0/10. */
#define SHARED_FIRST 64
#define SHARED_LAST  127

static void shared_text(int second, struct text *out)
{
	text_add(out, "%d.100.in-addr.arpa", second);
}

static enum status add(struct tree *tree, const char *text, enum local_action action)
{
	struct name name;
	struct tree_node *node;

	if (name_from_text(text, &name) != STATUS_OK)
		return STATUS_MALFORMED;
	node = tree_add(tree, &name);
	if (node == NULL)
		return STATUS_NOMEM;
	node->action = (uint8_t)action;
	return STATUS_OK;
}

enum status special_add(struct tree *tree)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof specials / sizeof *specials && status == STATUS_OK;
		i++)
		status = add(tree, specials[i].name, specials[i].action);
	for (int i = SHARED_FIRST; i <= SHARED_LAST && status == STATUS_OK; i++) {
		char words[32];
		struct text text = text_in(words, sizeof words);

		shared_text(i, &text);
		status = add(tree, words, LOCAL_EMPTY);
	}
	return status;
}

static bool lies_in(const struct name *name, const char *zone)
{
	struct name it;

	return name_from_text(zone, &it) == STATUS_OK && name_within(name, &it);
}

bool special_covers(const struct name *name)
{
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (lies_in(name, specials[i].name))
			return true;
	for (int i = SHARED_FIRST; i <= SHARED_LAST; i++) {
		char words[32];
		struct text text = text_in(words, sizeof words);

		shared_text(i, &text);
		if (lies_in(name, words))
			return true;
	}
	return false;
}

bool special_is_localhost(const struct name *name)
{
	static const struct name localhost = { 11, "\11localhost" };

	return name_within(name, &localhost);
}

/* "1.168." … */
static void add_octets(struct bytes address, struct text *out)
{
	for (size_t i = address.n; i > 0; i--)
		text_add(out, "%u.", address.p[i - 1]);
	text_add(out, "in-addr.arpa");
}

static void add_nibbles(struct bytes address, struct text *out)
{
	for (size_t i = address.n; i > 0; i--)
		text_add(out, "%x.%x.", address.p[i - 1] & 0xfu, address.p[i - 1] >> 4);
	text_add(out, "ip6.arpa");
}

void special_reverse(struct bytes address, struct name *out)
{
	char words[NAME_TEXT_MAX];
	struct text text = text_in(words, sizeof words);

	if (address.n == 4)
		add_octets(address, &text);
	else
		add_nibbles(address, &text);
	if (name_from_text(words, out) != STATUS_OK)
		out->n = 0;
}
