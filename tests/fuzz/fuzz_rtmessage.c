/* Datagrams of rtnetlink, which only the kernel may send. What they say makes two
 * states, by their sequence numbers, and these are compared. */
#include <stdlib.h>
#include <string.h>

#include "netwatch/rtmessage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

static void check_fact(const struct netfact *fact)
{
	must(fact->kind <= NETFACT_ROUTE);
	must(memchr(fact->name, '\0', sizeof fact->name) != NULL);
	must(fact->prefix <= 128);
}

static void check_same(const struct netstate *s)
{
	char buffer[64];
	struct text words = text_in(buffer, sizeof buffer);

	must(netstate_compare(s, s, &words) == NETSTATE_SAME && words.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct netstate states[2] = { 0 };
	struct rtmessage message;
	char buffer[256];
	struct text words = text_in(buffer, sizeof buffer);
	size_t left = in.n;

	while (rtmessage_next(&in, &message) == STATUS_OK) {
		must(in.n < left);
		left = in.n;
		if (message.kind != RTMESSAGE_PRESENT)
			continue;
		check_fact(&message.fact);
		must(netstate_add(&states[message.sequence & 1], &message.fact) ==
			STATUS_OK);
	}
	netstate_finish(&states[0]);
	netstate_finish(&states[1]);
	check_same(&states[0]);
	check_same(&states[1]);
	must((netstate_compare(&states[0], &states[1], &words) == NETSTATE_SAME) ==
		(words.n == 0));
	netstate_deinit(&states[0]);
	netstate_deinit(&states[1]);
	return 0;
}
