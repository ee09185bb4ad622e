#include "dns/message.h"
#include "tests/bench/upstream.h"

/* A pointer to the name behind the header (RFC 1035 §4.1.4). */
#define NAME_OF_QUESTION 0xc00c

static void write_record(struct writer *w, uint16_t type)
{
	static const uint8_t address[16] = { 192, 0, 2, 7 };

	wr_uint(w, NAME_OF_QUESTION, 2);
	wr_uint(w, type, 2);
	wr_uint(w, CLASS_IN, 2);
	wr_uint(w, UPSTREAM_TTL_S, 4);
	wr_uint(w, type == TYPE_A ? 4 : 16, 2);
	wr_bytes(w, bytes_of(address, type == TYPE_A ? 4 : 16));
}

size_t upstream_answer(struct bytes query, uint8_t out[UPSTREAM_REPLY_MAX])
{
	struct writer w = { .p = out, .cap = UPSTREAM_REPLY_MAX };
	struct message m;
	bool has_answer;

	if (message_parse(query, &m) != STATUS_OK || !m.has_question ||
		(m.flags & DNS_FLAG_QR) != 0)
		return 0;
	has_answer = m.question.type == TYPE_A || m.question.type == TYPE_AAAA;
	wr_uint(&w, m.id, 2);
	wr_uint(&w, DNS_FLAG_QR | DNS_FLAG_RA | (m.flags & DNS_FLAG_RD), 2);
	wr_uint(&w, 1, 2);
	wr_uint(&w, has_answer, 2);
	wr_uint(&w, 0, 2);
	wr_uint(&w, m.edns.present, 2);
	wr_bytes(&w,
		bytes_of(query.p + DNS_HEADER_BYTES, m.question_end - DNS_HEADER_BYTES));
	if (has_answer)
		write_record(&w, m.question.type);
	if (m.edns.present) {
		wr_uint(&w, 0, 1);
		wr_uint(&w, TYPE_OPT, 2);
		wr_uint(&w, DNS_UDP_MAX, 2);
		wr_uint(&w, 0, 6);
	}
	return w.bad ? 0 : w.n;
}
