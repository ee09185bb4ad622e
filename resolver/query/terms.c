#include "query/terms.h"

#include "query/resolver.h"

static bool has_option(const struct edns *edns, enum edns_code wanted)
{
	struct reader options = { .rest = edns->options };
	struct bytes value;
	uint16_t code;

	while (edns->present && edns_option_next(&options, &code, &value))
		if (code == wanted)
			return true;
	return false;
}

struct reply_terms terms_of(const struct resolver *r, const struct message *query,
	const struct endpoint *client, bool udp)
{
	(void)client;
	return (struct reply_terms){
		.limit = reply_limit(query, udp),
		.edns = { .keepalive =
				  !udp && has_option(&query->edns, EDNS_TCP_KEEPALIVE),
			.keepalive_ms = r->options.tcp_idle_ms },
	};
}
