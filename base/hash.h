/* A keyed hash for tables whose keys a stranger may choose: without the key
 * nobody can aim at one bucket. SipHash-1-3 (Aumasson, Bernstein 2012). */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/bytes.h"

/* 64 well-mixed bits. The key is drawn from the system once a process. */
uint64_t hash_bytes(struct bytes in);

#endif
