#include "tests/net/flows.h"

#define PROTOCOL_TCP 6
#define TCP_BYTES    20
#define FLAG_FIN     1
#define FLAG_SYN     2
#define FLAG_RST     4

/* The header's fields that matter (RFC 9293 §3.1). */
struct segment {
	uint16_t port_a;
	uint32_t sequence;
	uint8_t flags;
};

/* RFC 791 §3.1. Fragments do not come: the path's MTU is that of both ends. */
static bool read_segment(
	const uint8_t *packet, size_t n, bool from_a, struct segment *out)
{
	size_t at = n > 0 ? (size_t)(packet[0] & 15) * 4 : 0;
	const uint8_t *tcp = packet + at, *port = tcp + (from_a ? 0 : 2);

	if (n < at + TCP_BYTES || packet[9] != PROTOCOL_TCP)
		return false;
	out->port_a = (uint16_t)(port[0] << 8 | port[1]);
	out->sequence = (uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 |
			(uint32_t)tcp[6] << 8 | tcp[7];
	out->flags = tcp[13];
	return true;
}

static bool opens_another(const struct flow *f, const struct segment *s, bool from_a)
{
	return from_a && (s->flags & FLAG_SYN) != 0 &&
	       (!f->seen || f->first_sequence != s->sequence);
}

bool flows_pass(struct flows *flows, const uint8_t *packet, size_t n, bool from_a)
{
	struct segment s;
	struct flow *f;

	if (!read_segment(packet, n, from_a, &s))
		return true;
	f = &flows->of[s.port_a];
	if (opens_another(f, &s, from_a)) {
		*f = (struct flow){ .seen = true, .first_sequence = s.sequence };
		flows->opened++;
	}
	if (f->dead)
		return false;
	if (f->seen && !f->ended && (s.flags & (FLAG_FIN | FLAG_RST)) != 0) {
		f->ended = true;
		*(from_a ? &flows->ended_by_a : &flows->ended_by_b) += 1;
	}
	return true;
}

void flows_forget(struct flows *flows)
{
	for (size_t i = 0; i < FLOWS_PORTS; i++)
		flows->of[i].dead = flows->of[i].seen;
}
