#include "tests/unit/cache/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OWNER 0xc00c /* the question's name */

void sample_make(struct sample *s, const char *name, uint32_t version, uint32_t ttl_s,
	size_t rdata_n)
{
	struct writer w = { .p = s->wire, .cap = sizeof s->wire };

	assert_int_equal(name_from_text(name, &s->question.name), STATUS_OK);
	s->question.type = TYPE_TXT;
	s->question.class = CLASS_IN;
	s->key = (struct cache_key){ .question = &s->question };
	wr_uint(&w, 0, 2);
	wr_uint(&w, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA, 2);
	wr_uint(&w, 0x0001000100000000, 8);
	wr_bytes(&w, name_bytes(&s->question.name));
	wr_uint(&w, s->question.type, 2);
	wr_uint(&w, s->question.class, 2);
	s->answer = (struct answer){ .question_end = (uint16_t)w.n };
	wr_uint(&w, OWNER, 2);
	wr_uint(&w, s->question.type, 2);
	wr_uint(&w, s->question.class, 2);
	s->ttl_at[0] = (uint16_t)w.n;
	wr_uint(&w, ttl_s, 4);
	wr_uint(&w, rdata_n, 2);
	wr_uint(&w, version, 4);
	for (size_t i = 4; i < rdata_n; i++)
		wr_uint(&w, 0, 1);
	assert_false(w.bad);
	s->answer.wire = wr_done(&w);
	s->answer.ttl_at = s->ttl_at;
	s->answer.ttl_n = 1;
	s->answer.ttl_s = ttl_s;
}

uint32_t sample_version(const struct answer *answer)
{
	struct reader r = { .rest = answer->wire };

	rd_take(&r, answer->ttl_at[0] + 4u + 2u);
	return (uint32_t)rd_uint(&r, 4);
}
