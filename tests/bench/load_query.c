#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "tests/bench/load.h"

/* n00000000.LABEL.example.net, an A with EDNS, as clients of today ask. Not below
 * .test, which resolvers answer by themselves. */
void load_query_make(struct load *load)
{
	struct writer w = { .p = load->query, .cap = sizeof load->query };
	const char *labels[] = { "n00000000", load->options.label, "example", "net" };

	wr_uint(&w, 0, 2);
	wr_uint(&w, DNS_FLAG_RD, 2);
	wr_uint(&w, 1, 2);
	wr_uint(&w, 0, 4);
	wr_uint(&w, 1, 2);
	load->digits_at = w.n + 2;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		wr_uint(&w, strlen(labels[i]), 1);
		wr_bytes(&w, bytes_of_text(labels[i]));
	}
	wr_uint(&w, 0, 1);
	wr_uint(&w, TYPE_A, 2);
	wr_uint(&w, CLASS_IN, 2);
	/* OPT, RFC 6891 §6.1.2 */
	wr_uint(&w, 0, 1);
	wr_uint(&w, TYPE_OPT, 2);
	wr_uint(&w, DNS_UDP_MAX, 2);
	wr_uint(&w, 0, 6);
	load->query_n = w.n;
	if (w.bad)
		abort();
}

void load_write_digits(uint64_t number, uint8_t out[LOAD_DIGITS])
{
	for (size_t i = LOAD_DIGITS; i-- > 0; number /= 10)
		out[i] = (uint8_t)('0' + number % 10);
}

static uint64_t name_number(const struct load *load, uint64_t number)
{
	if (load->options.trace_n > 0)
		return load->options.trace[number % load->options.trace_n];
	return load->options.names > 0 ? number % load->options.names : number;
}

void load_query_write(const struct load *load, uint16_t id, uint64_t number, uint8_t *out)
{
	memcpy(out, load->query, load->query_n);
	put16(out, id);
	load_write_digits(name_number(load, number), out + load->digits_at);
}

static void count_reply(struct load *load, const struct load_slot *slot,
	const uint8_t *reply, size_t n, uint64_t now_ns)
{
	struct load_counts *counts = &load->counts;
	uint8_t digits[LOAD_DIGITS];
	unsigned rcode = reply[3] & 0xf, answers = get16(reply + 6);

	counts->answered++;
	load->last_answer_ns = now_ns;
	load_write_digits(name_number(load, slot->number), digits);
	if (n < load->digits_at + LOAD_DIGITS ||
		memcmp(reply + load->digits_at, digits, sizeof digits) != 0)
		counts->wrong++;
	else if (rcode == RCODE_NOERROR && answers > 0)
		counts->good++;
	else if (rcode == RCODE_SERVFAIL)
		counts->failed++;
	else
		counts->other++;
	/* A failure may be quick. */
	if (rcode == RCODE_NOERROR)
		timing_add(&load->timing, now_ns - slot->sent_ns);
}

void load_take_reply(
	struct load_socket *s, const uint8_t *reply, size_t n, uint64_t now_ns)
{
	struct load_slot *slot;

	if (n < DNS_HEADER_BYTES || (reply[2] & 0x80) == 0)
		return;
	slot = &s->slots[get16(reply)];
	if (slot->sent_ns == 0)
		return;
	count_reply(s->load, slot, reply, n, now_ns);
	slot->sent_ns = 0;
	s->in_flight--;
}
