/* A getdns context a question: settings, question, answer, end. */
#include "upstream/lookup.h"

#include <getdns/getdns_extra.h>
#include <net/if.h>
#include <string.h>

#include "base/text.h"

/* Getters of what is there or not; the caller looks at what it got. */
static uint32_t int_at(const getdns_dict *dict, const char *name, uint32_t otherwise)
{
	uint32_t value;

	return getdns_dict_get_int(dict, name, &value) == GETDNS_RETURN_GOOD ? value
									     : otherwise;
}

static bool set_bytes(getdns_dict *dict, const char *name, const void *from, size_t n)
{
	uint8_t copy[IF_NAMESIZE + sizeof(struct in6_addr)];
	getdns_bindata data = { n, copy };

	memcpy(copy, from, n);
	return getdns_dict_set_bindata(dict, name, &data) == GETDNS_RETURN_GOOD;
}

/* An interface only for link-local servers ("fe80::1%eth0"). */
static bool set_scope(getdns_dict *dict, const struct endpoint *server)
{
	char name[IF_NAMESIZE];

	if (server->sa.sa_family != AF_INET6 || server->in6.sin6_scope_id == 0)
		return true;
	return if_indextoname(server->in6.sin6_scope_id, name) != NULL &&
	       set_bytes(dict, "scope_id", name, strlen(name));
}

static bool set_server(getdns_context *context, const struct endpoint *server)
{
	struct bytes address = endpoint_address(server);
	getdns_dict *entry = getdns_dict_create();
	getdns_list *list = getdns_list_create();
	bool done = entry != NULL && list != NULL &&
		    set_bytes(entry, "address_type",
			    server->sa.sa_family == AF_INET6 ? "IPv6" : "IPv4", 4) &&
		    set_bytes(entry, "address_data", address.p, address.n) &&
		    getdns_dict_set_int(entry, "port", endpoint_port(server)) ==
			    GETDNS_RETURN_GOOD &&
		    set_scope(entry, server) &&
		    getdns_list_set_dict(list, 0, entry) == GETDNS_RETURN_GOOD &&
		    getdns_context_set_upstream_recursive_servers(context, list) ==
			    GETDNS_RETURN_GOOD;

	getdns_dict_destroy(entry);
	getdns_list_destroy(list);
	return done;
}

/* A stub of that one server. */
static bool set_up(
	getdns_context *context, const struct endpoint *server, unsigned timeout_ms)
{
	static getdns_namespace_t namespaces[] = { GETDNS_NAMESPACE_DNS };
	static getdns_transport_list_t transports[] = { GETDNS_TRANSPORT_UDP,
		GETDNS_TRANSPORT_TCP };

	return getdns_context_set_resolution_type(context, GETDNS_RESOLUTION_STUB) ==
		       GETDNS_RETURN_GOOD &&
	       getdns_context_set_namespaces(context, 1, namespaces) ==
		       GETDNS_RETURN_GOOD &&
	       getdns_context_set_dns_transport_list(context, 2, transports) ==
		       GETDNS_RETURN_GOOD &&
	       getdns_context_set_append_name(context, GETDNS_APPEND_NAME_NEVER) ==
		       GETDNS_RETURN_GOOD &&
	       getdns_context_set_timeout(context, timeout_ms) == GETDNS_RETURN_GOOD &&
	       set_server(context, server);
}

bool lookup_is_usable(const struct endpoint *e)
{
	/* RFC 1122 §3.2.1.3; RFC 5771 and RFC 1112 §4; RFC 4291 §2.5.2, §2.7, §2.5.6:
	 * a link-local address says nothing without its interface. */
	static const char *const blocks[] = { "0.0.0.0/8", "224.0.0.0/3", "::/128",
		"ff00::/8", "fe80::/10" };
	struct prefix block;

	if (e->sa.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&e->in6.sin6_addr))
		return false;
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (prefix_parse(blocks[i], &block) == STATUS_OK &&
			prefix_contains(&block, e))
			return false;
	return true;
}

static bool read_address(const getdns_dict *answer, uint16_t port, struct endpoint *out)
{
	getdns_bindata *data;

	memset(out, 0, sizeof *out);
	if (getdns_dict_get_bindata(answer, "address_data", &data) != GETDNS_RETURN_GOOD)
		return false;
	if (data->size == sizeof out->in.sin_addr) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(port);
		memcpy(&out->in.sin_addr, data->data, data->size);
		return true;
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons(port);
	if (data->size != sizeof out->in6.sin6_addr)
		return false;
	memcpy(&out->in6.sin6_addr, data->data, data->size);
	return true;
}

static void take_address(const struct endpoint *e, struct lookup *out)
{
	for (size_t i = 0; i < out->n; i++)
		if (endpoint_equal(&out->addresses[i], e))
			return;
	if (out->n < LOOKUP_ADDRESSES_MAX && lookup_is_usable(e))
		out->addresses[out->n++] = *e;
}

static void take_addresses(const getdns_dict *response, uint16_t port, struct lookup *out)
{
	getdns_list *list;
	getdns_dict *answer;
	struct endpoint e;

	if (getdns_dict_get_list(response, "just_address_answers", &list) !=
		GETDNS_RETURN_GOOD)
		return;
	for (size_t i = 0; getdns_list_get_dict(list, i, &answer) == GETDNS_RETURN_GOOD;
		i++)
		if (read_address(answer, port, &e))
			take_address(&e, out);
}

/* The least of one reply's answer section, aliases included. */
static uint32_t reply_ttl_s(const getdns_dict *reply, uint32_t least_s)
{
	getdns_list *section;
	getdns_dict *record;

	if (getdns_dict_get_list(reply, "answer", &section) != GETDNS_RETURN_GOOD)
		return least_s;
	for (size_t i = 0;
		getdns_list_get_dict(section, i, &record) == GETDNS_RETURN_GOOD; i++) {
		uint32_t ttl_s = int_at(record, "ttl", least_s);

		least_s = ttl_s < least_s ? ttl_s : least_s;
	}
	return least_s;
}

static uint32_t response_ttl_s(const getdns_dict *response)
{
	uint32_t least_s = LOOKUP_TTL_MAX_S;
	getdns_list *replies;
	getdns_dict *reply;

	if (getdns_dict_get_list(response, "replies_tree", &replies) !=
		GETDNS_RETURN_GOOD)
		return LOOKUP_TTL_MIN_S;
	for (size_t i = 0; getdns_list_get_dict(replies, i, &reply) == GETDNS_RETURN_GOOD;
		i++)
		least_s = reply_ttl_s(reply, least_s);
	return least_s > LOOKUP_TTL_MIN_S ? least_s : LOOKUP_TTL_MIN_S;
}

static struct failure failed(
	enum failure_kind kind, const struct endpoint *server, const char *host)
{
	static const char *const words[FAILURE_COUNT] = {
		[FAILURE_UNREACHABLE] = "knows no address of",
		[FAILURE_TIMEOUT] = "did not answer about",
		[FAILURE_LOCAL] = "could not be asked about",
	};
	struct failure f = { .kind = kind };
	struct text text = text_in(f.text, sizeof f.text);
	char place[ENDPOINT_TEXT_MAX];

	endpoint_format(server, place);
	text_add(&text, "bootstrap server %s %s %s", place, words[kind], host);
	return f;
}

struct failure lookup_host(const struct endpoint *server, const char *host, uint16_t port,
	unsigned timeout_ms, struct lookup *out)
{
	enum failure_kind kind = FAILURE_LOCAL;
	getdns_context *context = NULL;
	getdns_dict *response = NULL;

	*out = (struct lookup){ 0 };
	/* 0: neither resolv.conf nor hosts. */
	if (getdns_context_create(&context, 0) == GETDNS_RETURN_GOOD &&
		set_up(context, server, timeout_ms) &&
		getdns_address_sync(context, host, NULL, &response) ==
			GETDNS_RETURN_GOOD) {
		take_addresses(response, port, out);
		out->ttl_s = response_ttl_s(response);
		kind = int_at(response, "status", 0) == GETDNS_RESPSTATUS_ALL_TIMEOUT
			       ? FAILURE_TIMEOUT
			       : FAILURE_UNREACHABLE;
	}
	getdns_dict_destroy(response);
	getdns_context_destroy(context);
	if (out->n > 0)
		return (struct failure){ .kind = FAILURE_NONE };
	return failed(kind, server, host);
}
