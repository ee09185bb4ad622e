#include "base/hash.h"

#include <endian.h>
#include <pthread.h>

#include "base/random.h"

/* Apart, so that a compiler keeps them in registers. */
struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t rotl(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline struct state sip_round(struct state v)
{
	v.a += v.b;
	v.c += v.d;
	v.b = rotl(v.b, 13) ^ v.a;
	v.d = rotl(v.d, 16) ^ v.c;
	v.a = rotl(v.a, 32);
	v.c += v.b;
	v.a += v.d;
	v.b = rotl(v.b, 17) ^ v.c;
	v.d = rotl(v.d, 21) ^ v.a;
	v.c = rotl(v.c, 32);
	return v;
}

static inline struct state sip_word(struct state v, uint64_t word)
{
	v.d ^= word;
	v = sip_round(v);
	v.a ^= word;
	return v;
}

/* Fewer than 8 bytes. */
static inline uint64_t load_rest(const uint8_t *p, size_t n)
{
	uint64_t word = 0;

	while (n-- > 0)
		word = word << 8 | p[n];
	return word;
}

static uint64_t drawn[2];

static void draw(void)
{
	random_bytes(drawn, sizeof drawn);
}

/* The same for all threads, whoever comes first. */
static const uint64_t *process_key(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, draw);
	return drawn;
}

uint64_t hash_bytes(struct bytes in)
{
	const uint64_t *key = process_key();
	struct state v = { key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u };
	size_t whole = in.n / 8 * 8;
	/* Nothing may have no place. */
	const uint8_t *p = in.n > 0 ? in.p : (const uint8_t *)key;

	for (size_t i = 0; i < whole; i += 8)
		v = sip_word(v, le64toh(load_word(p + i)));
	v = sip_word(v, (uint64_t)in.n << 56 | load_rest(p + whole, in.n - whole));
	v.c ^= 0xff;
	for (int i = 0; i < 3; i++)
		v = sip_round(v);
	return v.a ^ v.b ^ v.c ^ v.d;
}
