#include <linux/rtnetlink.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "netwatch/rtmessage.h"
#include "tests/unit/rows.h"

#define ATTRIBUTES_MAX 6
#define SEQUENCE       0x01020304u

struct attribute {
	uint16_t type;
	uint16_t n;
	union {
		uint8_t bytes[20];
		uint32_t number;
	};
};

struct row {
	const char *name;
	uint16_t type, flags;
	uint16_t body_n;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
		int32_t error;
	};
	struct attribute attributes[ATTRIBUTES_MAX];
	enum status status;
	enum rtmessage_kind kind;
	struct netfact fact; /* of PRESENT; `via` 1: any but 0 */
	bool interrupted;
};

#define LINK_OF(type_, ...) \
	.type = (type_), .body_n = sizeof(struct ifinfomsg), .link = { __VA_ARGS__ }
#define ADDRESS_OF(type_, ...) \
	.type = (type_), .body_n = sizeof(struct ifaddrmsg), .address = { __VA_ARGS__ }
#define ROUTE_OF(type_, ...) \
	.type = (type_), .body_n = sizeof(struct rtmsg), .route = { __VA_ARGS__ }
#define UP (IFF_UP | IFF_RUNNING)
#define IN4(t)                                                 \
	{                                                      \
		.type = (t), .n = 4, .bytes = { 192, 0, 2, 7 } \
	}
#define IN4B(t)                                                \
	{                                                      \
		.type = (t), .n = 4, .bytes = { 192, 0, 2, 9 } \
	}
#define IN6(t)                                                              \
	{                                                                   \
		.type = (t), .n = 16, .bytes = { 0x20, 1, 0xd, 0xb8, 0, 5 } \
	}
#define LOCAL6(t)                                                \
	{                                                        \
		.type = (t), .n = 16, .bytes = { 0xfe, 0x80, 9 } \
	}
#define NUMBER(t, v)                               \
	{                                          \
		.type = (t), .n = 4, .number = (v) \
	}
#define MAIN4(...)                                                                \
	ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, \
		.rtm_protocol = RTPROT_DHCP, .rtm_type = RTN_UNICAST, ##__VA_ARGS__)
#define MAIN6(...)                                                                 \
	ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET6, .rtm_table = RT_TABLE_MAIN, \
		.rtm_protocol = RTPROT_RA, .rtm_type = RTN_UNICAST, ##__VA_ARGS__)

static const struct row rows[] = {
	/* Links. */
	{ "a link that is up", LINK_OF(RTM_NEWLINK, .ifi_index = 2, .ifi_flags = UP),
		.attributes = { { IFLA_MTU, 4, { { 0 } } },
			{ IFLA_IFNAME, 5, { "eth0" } } },
		.kind = RTMESSAGE_PRESENT,
		.fact = { .kind = NETFACT_LINK, .link = 2, .name = "eth0" } },
	{ "a name of full length", LINK_OF(RTM_NEWLINK, .ifi_index = 2, .ifi_flags = UP),
		.attributes = { { IFLA_IFNAME, 16, { "abcdefghijklmno" } } },
		.kind = RTMESSAGE_PRESENT,
		.fact = { .kind = NETFACT_LINK, .link = 2, .name = "abcdefghijklmno" } },
	{ "a name that is too long is left out",
		LINK_OF(RTM_NEWLINK, .ifi_index = 2, .ifi_flags = UP),
		.attributes = { { IFLA_IFNAME, 17, { "abcdefghijklmnop" } } },
		.kind = RTMESSAGE_PRESENT, .fact = { .kind = NETFACT_LINK, .link = 2 } },
	{ "a name of no length is left out",
		LINK_OF(RTM_NEWLINK, .ifi_index = 2, .ifi_flags = UP),
		.attributes = { { .type = IFLA_IFNAME } }, .kind = RTMESSAGE_PRESENT,
		.fact = { .kind = NETFACT_LINK, .link = 2 } },
	{ "a link without a carrier",
		LINK_OF(RTM_NEWLINK, .ifi_index = 2, .ifi_flags = IFF_UP),
		.kind = RTMESSAGE_ABSENT },
	{ "a link that is down",
		LINK_OF(RTM_NEWLINK, .ifi_index = 2, .ifi_flags = IFF_RUNNING),
		.kind = RTMESSAGE_ABSENT },
	{ "a link that is gone", LINK_OF(RTM_DELLINK, .ifi_index = 2, .ifi_flags = UP),
		.kind = RTMESSAGE_ABSENT },
	{ "loopback",
		LINK_OF(RTM_NEWLINK, .ifi_index = 1, .ifi_flags = UP | IFF_LOOPBACK),
		.kind = RTMESSAGE_NOISE },
	{ "a bridge's port",
		LINK_OF(RTM_DELLINK, .ifi_family = AF_BRIDGE, .ifi_index = 2,
			.ifi_flags = UP),
		.kind = RTMESSAGE_NOISE },
	/* Addresses. */
	{ "an IPv4 address",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET, .ifa_prefixlen = 24,
			.ifa_index = 2),
		.attributes = { IN4(IFA_ADDRESS), IN4(IFA_LOCAL) },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ADDRESS, AF_INET, 24, .link = 2,
			.address = { 192, 0, 2, 7 } } },
	{ "of a link with two ends, ours",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET, .ifa_prefixlen = 32,
			.ifa_index = 2),
		.attributes = { IN4B(IFA_ADDRESS), IN4(IFA_LOCAL) },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ADDRESS, AF_INET, 32, .link = 2,
			.address = { 192, 0, 2, 7 } } },
	{ "ours first",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET, .ifa_prefixlen = 32,
			.ifa_index = 2),
		.attributes = { IN4(IFA_LOCAL), IN4B(IFA_ADDRESS) },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ADDRESS, AF_INET, 32, .link = 2,
			.address = { 192, 0, 2, 7 } } },
	{ "an IPv6 address, deprecated, with lifetimes",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET6, .ifa_prefixlen = 64,
			.ifa_flags = IFA_F_DEPRECATED, .ifa_index = 2),
		.attributes = { IN6(IFA_ADDRESS), { IFA_CACHEINFO, 16, { { 7, 7 } } },
			NUMBER(IFA_FLAGS, IFA_F_DEPRECATED | IFA_F_MANAGETEMPADDR) },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ADDRESS, AF_INET6, 64, .link = 2,
			.address = { 0x20, 1, 0xd, 0xb8, 0, 5 } } },
	{ "tentative",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET6, .ifa_prefixlen = 64,
			.ifa_flags = IFA_F_TENTATIVE, .ifa_index = 2),
		.attributes = { IN6(IFA_ADDRESS) }, .kind = RTMESSAGE_ABSENT },
	{ "tentative by its long flags",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET6, .ifa_prefixlen = 64,
			.ifa_index = 2),
		.attributes = { IN6(IFA_ADDRESS), NUMBER(IFA_FLAGS, IFA_F_TENTATIVE) },
		.kind = RTMESSAGE_ABSENT },
	{ "tentative and optimistic",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET6, .ifa_prefixlen = 64,
			.ifa_flags = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC, .ifa_index = 2),
		.attributes = { IN6(IFA_ADDRESS) }, .kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ADDRESS, AF_INET6, 64, .link = 2,
			.address = { 0x20, 1, 0xd, 0xb8, 0, 5 } } },
	{ "an address that is gone",
		ADDRESS_OF(RTM_DELADDR, .ifa_family = AF_INET, .ifa_prefixlen = 24),
		.attributes = { IN4(IFA_LOCAL) }, .kind = RTMESSAGE_ABSENT },
	{ "a link-local address",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET6, .ifa_prefixlen = 64,
			.ifa_index = 2),
		.attributes = { LOCAL6(IFA_ADDRESS) }, .kind = RTMESSAGE_NOISE },
	{ "of another family",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_PHONET, .ifa_prefixlen = 255),
		.kind = RTMESSAGE_NOISE },
	/* Routes. */
	{ "a default route", MAIN4(),
		.attributes = { IN4(RTA_GATEWAY), NUMBER(RTA_OIF, 2),
			NUMBER(RTA_PRIORITY, 100), NUMBER(RTA_TABLE, RT_TABLE_MAIN) },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ROUTE, AF_INET, .link = 2, .via = 1, .metric = 100 } },
	{ "an IPv6 route", MAIN6(.rtm_dst_len = 32),
		.attributes = { IN6(RTA_DST), NUMBER(RTA_OIF, 2),
			{ RTA_CACHEINFO, 20, { { 9 } } } },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ROUTE, AF_INET6, 32, .link = 2,
			.address = { 0x20, 1, 0xd, 0xb8, 0, 5 } } },
	{ "over several links", MAIN4(.rtm_dst_len = 24),
		.attributes = { IN4(RTA_DST),
			{ RTA_MULTIPATH, 16, { { 16, 0, 0, 0, 2 } } } },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ROUTE, AF_INET, 24, .via = 1,
			.address = { 192, 0, 2, 7 } } },
	{ "nested, by its flag", MAIN4(.rtm_dst_len = 24),
		.attributes = { IN4(RTA_DST), IN4(RTA_GATEWAY | NLA_F_NESTED) },
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ROUTE, AF_INET, 24, .via = 1,
			.address = { 192, 0, 2, 7 } } },
	{ "a type of service", MAIN4(.rtm_tos = 16), .kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ROUTE, AF_INET, .tos = 16 } },
	{ "a route that refuses",
		ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNREACHABLE),
		.kind = RTMESSAGE_PRESENT,
		.fact = { NETFACT_ROUTE, AF_INET, .type = RTN_UNREACHABLE } },
	{ "a route that is gone",
		ROUTE_OF(RTM_DELROUTE, .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_DHCP, .rtm_type = RTN_UNICAST),
		.kind = RTMESSAGE_ABSENT },
	{ "the kernel's own",
		ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_KERNEL, .rtm_type = RTN_UNICAST),
		.kind = RTMESSAGE_NOISE },
	{ "of the local table",
		ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET, .rtm_table = RT_TABLE_LOCAL,
			.rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST),
		.kind = RTMESSAGE_NOISE },
	{ "of a table with a large number", MAIN4(),
		.attributes = { NUMBER(RTA_TABLE, 51820) }, .kind = RTMESSAGE_NOISE },
	{ "of ours",
		ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
			.rtm_type = RTN_LOCAL),
		.kind = RTMESSAGE_NOISE },
	{ "multicast",
		ROUTE_OF(RTM_NEWROUTE, .rtm_family = AF_INET6, .rtm_table = RT_TABLE_MAIN,
			.rtm_type = RTN_MULTICAST),
		.kind = RTMESSAGE_NOISE },
	{ "one destination's, kept", MAIN6(.rtm_flags = RTM_F_CLONED),
		.kind = RTMESSAGE_NOISE },
	{ "link-local", MAIN6(.rtm_dst_len = 64), .attributes = { LOCAL6(RTA_DST) },
		.kind = RTMESSAGE_NOISE },
	{ "of another family",
		ROUTE_OF(RTM_NEWROUTE, .rtm_family = RTNL_FAMILY_IPMR, .rtm_dst_len = 200,
			.rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST),
		.kind = RTMESSAGE_NOISE },
	/* Of the dump. */
	{ "the end", .type = NLMSG_DONE, .body_n = 4, .kind = RTMESSAGE_DONE },
	{ "the end, disturbed", .type = NLMSG_DONE, .flags = NLM_F_DUMP_INTR, .body_n = 4,
		.kind = RTMESSAGE_DONE, .interrupted = true },
	{ "refused", .type = NLMSG_ERROR, .body_n = 4, .error = -13,
		.kind = RTMESSAGE_ERROR },
	{ "no operation", .type = NLMSG_NOOP, .kind = RTMESSAGE_NOISE },
	{ "a neighbour", .type = RTM_NEWNEIGH, .body_n = 12, .kind = RTMESSAGE_NOISE },
	/* Malformed. */
	{ "an IPv4 prefix of 33", MAIN4(.rtm_dst_len = 33), .status = STATUS_MALFORMED },
	{ "an IPv6 prefix of 129", MAIN6(.rtm_dst_len = 129),
		.status = STATUS_MALFORMED },
	{ "an address's prefix of 33",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET, .ifa_prefixlen = 33),
		.status = STATUS_MALFORMED },
	{ "an IPv6 address in IPv4",
		ADDRESS_OF(RTM_NEWADDR, .ifa_family = AF_INET, .ifa_prefixlen = 24),
		.attributes = { IN6(IFA_LOCAL) }, .status = STATUS_MALFORMED },
	{ "an IPv4 address in IPv6", MAIN6(.rtm_dst_len = 24),
		.attributes = { IN4(RTA_DST) }, .status = STATUS_MALFORMED },
	{ "a number of 2 bytes", MAIN4(), .attributes = { { .type = RTA_OIF, .n = 2 } },
		.status = STATUS_MALFORMED },
	{ "a number of no bytes", MAIN4(), .attributes = { { .type = RTA_PRIORITY } },
		.status = STATUS_MALFORMED },
	{ "a link cut short", .type = RTM_NEWLINK, .body_n = 12,
		.status = STATUS_MALFORMED },
	{ "an address cut short", .type = RTM_NEWADDR, .body_n = 4,
		.address = { .ifa_family = AF_INET }, .status = STATUS_MALFORMED },
	{ "a route cut short", .type = RTM_NEWROUTE, .body_n = 8,
		.route = { .rtm_family = AF_INET }, .status = STATUS_MALFORMED },
	{ "an error cut short", .type = NLMSG_ERROR, .body_n = 2,
		.status = STATUS_MALFORMED },
};

static size_t pad(size_t n)
{
	return (n + 3) / 4 * 4;
}

/* Returns its length. */
static size_t build(const struct row *row, uint8_t *out)
{
	struct nlmsghdr header = {
		.nlmsg_type = row->type, .nlmsg_flags = row->flags, .nlmsg_seq = SEQUENCE
	};
	size_t n = sizeof header;

	memcpy(out + n, &row->link, row->body_n);
	n += pad(row->body_n);
	for (const struct attribute *a = row->attributes;
		a < row->attributes + ATTRIBUTES_MAX && a->type != 0; a++) {
		struct rtattr head = { (uint16_t)(sizeof head + a->n), a->type };

		memcpy(out + n, &head, sizeof head);
		memcpy(out + n + sizeof head, a->bytes, a->n);
		n += pad(head.rta_len);
	}
	header.nlmsg_len =
		(uint32_t)(row->attributes[0].type != 0 ? n
							: sizeof header + row->body_n);
	memcpy(out, &header, sizeof header);
	return n;
}

static void check_fact(const struct netfact *fact, struct netfact want)
{
	assert_int_equal(fact->via != 0, want.via != 0);
	want.via = fact->via;
	assert_memory_equal(fact, &want, sizeof want);
}

static void a_message_is_read(void **state)
{
	const struct row *row = *state;
	uint8_t buffer[512] = { 0 };
	size_t n = build(row, buffer);
	struct bytes in = bytes_of(buffer, n);
	struct rtmessage message;

	assert_int_equal(rtmessage_next(&in, &message), row->status);
	if (row->status != STATUS_OK)
		return;
	assert_int_equal(message.kind, row->kind);
	assert_int_equal(message.sequence, SEQUENCE);
	assert_int_equal(message.interrupted, row->interrupted);
	if (row->kind == RTMESSAGE_ERROR)
		assert_int_equal(message.error, -row->error);
	if (row->kind == RTMESSAGE_PRESENT)
		check_fact(&message.fact, row->fact);
	assert_int_equal(in.n, 0);
	assert_int_equal(rtmessage_next(&in, &message), STATUS_NOTFOUND);
}

/* At the end of a page that ends there, a sanitizer would see a byte too far. */
static void what_is_cut_is_refused(void **state)
{
	(void)state;
	for (size_t at = 0; at < ROWS(rows); at++) {
		uint8_t buffer[512] = { 0 };
		size_t n = build(&rows[at], buffer);
		uint32_t length;

		memcpy(&length, buffer, sizeof length);
		n = length;
		for (size_t cut = 1; cut < n; cut++) {
			struct bytes in = bytes_of(buffer, cut);
			struct rtmessage message;

			assert_int_equal(rtmessage_next(&in, &message), STATUS_MALFORMED);
		}
	}
}

static void a_length_below_the_header_is_refused(void **state)
{
	(void)state;
	for (uint32_t length = 0; length < sizeof(struct nlmsghdr); length++) {
		struct nlmsghdr header = { .nlmsg_len = length,
			.nlmsg_type = NLMSG_DONE };
		struct bytes in = bytes_of(&header, sizeof header);
		struct rtmessage message;

		assert_int_equal(rtmessage_next(&in, &message), STATUS_MALFORMED);
	}
}

/* Lengths of an attribute in a route's message of 4 bytes of attributes. */
static void an_attribute_of_a_wrong_length_is_refused(void **state)
{
	static const uint16_t lengths[] = { 0, 1, 3, 5, 8, 9, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct {
			struct nlmsghdr header;
			struct rtmsg body;
			struct rtattr attribute;
		} m = { .header = { sizeof m, RTM_NEWROUTE, 0, 0, 0 },
			.body = { .rtm_family = AF_INET, .rtm_type = RTN_UNICAST },
			.attribute = { lengths[i], RTA_IIF } };
		struct bytes in = bytes_of(&m, sizeof m);
		struct rtmessage message;

		assert_int_equal(rtmessage_next(&in, &message), STATUS_MALFORMED);
	}
}

static void messages_follow_each_other(void **state)
{
	uint8_t buffer[2048] = { 0 };
	struct rtmessage message;
	struct bytes in;
	size_t n = 0, good = 0;

	(void)state;
	for (size_t at = 0; at < ROWS(rows) && n + 256 < sizeof buffer; at++)
		if (rows[at].status == STATUS_OK) {
			n += build(&rows[at], buffer + n);
			good++;
		}
	in = bytes_of(buffer, n);
	while (rtmessage_next(&in, &message) == STATUS_OK)
		good--;
	assert_int_equal(good, 0);
	assert_int_equal(in.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_cut_is_refused),
		cmocka_unit_test(a_length_below_the_header_is_refused),
		cmocka_unit_test(an_attribute_of_a_wrong_length_is_refused),
		cmocka_unit_test(messages_follow_each_other),
	};
	int failed =
		run_rows("rtmessage", rows, sizeof *rows, ROWS(rows), a_message_is_read);

	return failed + cmocka_run_group_tests_name("datagrams", tests, NULL, NULL);
}
