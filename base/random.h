/* Unpredictable numbers, from the system's generator. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills `out`. Never fails: without a working generator the process ends,
 * because message IDs that can be guessed are worse than none. */
void random_bytes(void *out, size_t n);
/* Uniform in 0 … bound-1; bound > 0. */
uint32_t random_below(uint32_t bound);

#endif
