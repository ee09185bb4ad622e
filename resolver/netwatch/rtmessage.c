/* rtmessage_next -> header -> link | address | route -> its attributes. */
#include "netwatch/rtmessage.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"

#define ALIGN_BYTES 4 /* NLMSG_ALIGNTO, NLA_ALIGNTO */

/* A number of 2 or 4 bytes. */
static uint32_t rd_host(struct reader *r, unsigned width)
{
	struct bytes in = rd_take(r, width);
	uint16_t two = 0;
	uint32_t four = 0;

	if (in.n == sizeof two) {
		memcpy(&two, in.p, sizeof two);
		return two;
	}
	if (in.n == sizeof four)
		memcpy(&four, in.p, sizeof four);
	return four;
}

/* The last piece may come without its padding. */
static void skip_padding(struct reader *r, size_t length)
{
	size_t padding = (ALIGN_BYTES - length % ALIGN_BYTES) % ALIGN_BYTES;

	rd_take(r, padding < r->rest.n ? padding : r->rest.n);
}

struct attribute {
	uint32_t type;
	struct bytes value;
};

/* False at the end, and when the reader has gone bad. */
static bool next_attribute(struct reader *r, struct attribute *out)
{
	uint32_t length;

	if (r->bad || r->rest.n == 0)
		return false;
	length = rd_host(r, 2);
	out->type = rd_host(r, 2) & (uint32_t)NLA_TYPE_MASK;
	if (length < 4)
		r->bad = true;
	else
		out->value = rd_take(r, length - 4);
	skip_padding(r, length);
	return !r->bad;
}

/* What an attribute that is one number says. */
static uint32_t number_of(struct reader *r, const struct attribute *a)
{
	struct reader value = { .rest = a->value };
	uint32_t number = rd_host(&value, 4);

	r->bad = r->bad || value.bad;
	return number;
}

static void take_address(struct reader *r, const struct attribute *a, struct netfact *out)
{
	size_t size = out->family == AF_INET ? 4 : 16;

	if (a->value.n != size) {
		r->bad = true;
		return;
	}
	memcpy(out->address, a->value.p, size);
}

static bool is_internet(const struct netfact *fact)
{
	return fact->family == AF_INET || fact->family == AF_INET6;
}

static void check_prefix(struct reader *r, const struct netfact *fact)
{
	if (fact->prefix > (fact->family == AF_INET ? 32 : 128))
		r->bad = true;
}

/* fe80::/10 (RFC 4291 §2.5.6): each link has one, and it leads nowhere. */
static bool is_link_local(const struct netfact *fact)
{
	return fact->family == AF_INET6 && fact->prefix >= 10 &&
	       fact->address[0] == 0xfe && (fact->address[1] & 0xc0) == 0x80;
}

/* struct ifinfomsg */
static enum rtmessage_kind read_link(struct reader *r, struct netfact *out)
{
	struct attribute a;
	unsigned family = (unsigned)rd_uint(r, 1);
	uint32_t flags;

	rd_take(r, 3); /* padding, the device's type */
	out->kind = NETFACT_LINK;
	out->link = rd_host(r, 4);
	flags = rd_host(r, 4);
	rd_take(r, 4); /* which flags changed */
	while (next_attribute(r, &a))
		if (a.type == IFLA_IFNAME && a.value.n > 0 &&
			a.value.n <= sizeof out->name)
			memcpy(out->name, a.value.p, a.value.n - 1);
	/* A bridge tells of its ports with its own family. */
	if (family != AF_UNSPEC || (flags & IFF_LOOPBACK) != 0)
		return RTMESSAGE_NOISE;
	return (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0 ? RTMESSAGE_PRESENT
								   : RTMESSAGE_ABSENT;
}

/* struct ifaddrmsg. On a link with two ends ADDRESS is the other one, LOCAL ours. */
static enum rtmessage_kind read_address(struct reader *r, struct netfact *out)
{
	struct attribute a;
	bool has_local = false;
	uint32_t flags;

	out->kind = NETFACT_ADDRESS;
	out->family = (uint8_t)rd_uint(r, 1);
	out->prefix = (uint8_t)rd_uint(r, 1);
	flags = (uint32_t)rd_uint(r, 1);
	rd_take(r, 1); /* scope */
	out->link = rd_host(r, 4);
	if (!is_internet(out))
		return RTMESSAGE_NOISE;
	check_prefix(r, out);
	while (next_attribute(r, &a)) {
		if (a.type == IFA_FLAGS)
			flags = number_of(r, &a);
		if (a.type == IFA_LOCAL || (a.type == IFA_ADDRESS && !has_local))
			take_address(r, &a, out);
		has_local = has_local || a.type == IFA_LOCAL;
	}
	if (is_link_local(out))
		return RTMESSAGE_NOISE;
	/* Nothing may be sent from it yet (RFC 4862 §5.4); DAD's end is told too. */
	if ((flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0)
		return RTMESSAGE_ABSENT;
	return RTMESSAGE_PRESENT;
}

/* The kinds that a packet of ours may meet; 0 is the one that leads somewhere. */
static bool map_type(unsigned type, struct netfact *out)
{
	out->type = type == RTN_UNICAST ? 0 : (uint8_t)type;
	return type == RTN_UNICAST || type == RTN_BLACKHOLE || type == RTN_UNREACHABLE ||
	       type == RTN_PROHIBIT;
}

static void read_route_attribute(
	struct reader *r, const struct attribute *a, struct netfact *out, uint32_t *table)
{
	switch (a->type) {
	case RTA_TABLE:
		*table = number_of(r, a);
		break;
	case RTA_DST:
		take_address(r, a, out);
		break;
	case RTA_OIF:
		out->link = number_of(r, a);
		break;
	case RTA_PRIORITY:
		out->metric = number_of(r, a);
		break;
	case RTA_GATEWAY:
	case RTA_VIA:
	case RTA_MULTIPATH:
	case RTA_NH_ID:
	case RTA_SRC:
	case RTA_PREFSRC:
		out->via = out->via * 31 + hash_bytes(a->value);
		break;
	}
}

/* struct rtmsg */
static enum rtmessage_kind read_route(struct reader *r, struct netfact *out)
{
	struct attribute a;
	uint32_t table, flags;
	bool known, by_kernel;

	out->kind = NETFACT_ROUTE;
	out->family = (uint8_t)rd_uint(r, 1);
	out->prefix = (uint8_t)rd_uint(r, 1);
	rd_take(r, 1); /* the source's bits; its address is hashed */
	out->tos = (uint32_t)rd_uint(r, 1);
	table = (uint32_t)rd_uint(r, 1);
	by_kernel = rd_uint(r, 1) == RTPROT_KERNEL;
	rd_take(r, 1); /* scope */
	known = map_type((unsigned)rd_uint(r, 1), out);
	flags = rd_host(r, 4);
	if (!is_internet(out))
		return RTMESSAGE_NOISE;
	check_prefix(r, out);
	while (next_attribute(r, &a))
		read_route_attribute(r, &a, out, &table);
	if (!known || table != RT_TABLE_MAIN || (flags & RTM_F_CLONED) != 0)
		return RTMESSAGE_NOISE;
	/* Its own follow the addresses and have no news. */
	if (by_kernel || is_link_local(out))
		return RTMESSAGE_NOISE;
	return RTMESSAGE_PRESENT;
}

/* struct nlmsgerr, without the request that it repeats. */
static enum rtmessage_kind read_error(struct reader *r, int *error)
{
	int32_t negative = (int32_t)rd_host(r, 4);

	*error = negative < 0 && negative > INT32_MIN ? -negative : 0;
	return RTMESSAGE_ERROR;
}

static enum rtmessage_kind read_body(
	uint32_t type, struct reader *r, struct rtmessage *out)
{
	switch (type) {
	case NLMSG_DONE:
		return RTMESSAGE_DONE;
	case NLMSG_ERROR:
		return read_error(r, &out->error);
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return read_link(r, &out->fact);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return read_address(r, &out->fact);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return read_route(r, &out->fact);
	default:
		return RTMESSAGE_NOISE;
	}
}

static bool is_deletion(uint32_t type)
{
	return type == RTM_DELLINK || type == RTM_DELADDR || type == RTM_DELROUTE;
}

/* struct nlmsghdr */
enum status rtmessage_next(struct bytes *in, struct rtmessage *out)
{
	struct reader r = { .rest = *in }, body = { 0 };
	uint32_t length, type, flags;

	*out = (struct rtmessage){ .kind = RTMESSAGE_NOISE };
	if (in->n == 0)
		return STATUS_NOTFOUND;
	length = rd_host(&r, 4);
	type = rd_host(&r, 2);
	flags = rd_host(&r, 2);
	out->sequence = rd_host(&r, 4);
	rd_take(&r, 4); /* the receiver's port */
	if (length < sizeof(struct nlmsghdr))
		return STATUS_MALFORMED;
	body.rest = rd_take(&r, length - sizeof(struct nlmsghdr));
	if (r.bad)
		return STATUS_MALFORMED;
	skip_padding(&r, length);
	*in = r.rest;
	out->interrupted = (flags & NLM_F_DUMP_INTR) != 0;
	out->kind = read_body(type, &body, out);
	if (body.bad)
		return STATUS_MALFORMED;
	if (out->kind == RTMESSAGE_PRESENT && is_deletion(type))
		out->kind = RTMESSAGE_ABSENT;
	return STATUS_OK;
}
