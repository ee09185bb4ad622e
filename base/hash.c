#include "base/hash.h"

#include <pthread.h>

#include "base/random.h"

static uint64_t rotl(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/* Up to 8 bytes, little-endian. */
static uint64_t load(const uint8_t *p, size_t n)
{
	uint64_t word = 0;

	for (size_t i = 0; i < n; i++)
		word |= (uint64_t)p[i] << 8 * i;
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
	uint64_t v[4] = { key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u };
	size_t whole = in.n / 8 * 8;
	/* Nothing may have no place. */
	const uint8_t *p = in.n > 0 ? in.p : (const uint8_t *)v;

	for (size_t i = 0; i < whole; i += 8)
		sip_word(v, load(p + i, 8));
	sip_word(v, (uint64_t)in.n << 56 | load(p + whole, in.n - whole));
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
