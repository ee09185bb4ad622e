/* The time that certificates are judged as of: the clock, or, while that is behind, the
 * floor, a time that is proven to have been. Machines without a battery start in 1970,
 * and whoever can set a clock back could make expired certificates valid again.
 *
 * What proves a time is signed by others: a log's SCT, a log list's signer, or whoever
 * built this program with its list. The clock itself proves nothing, and never moves the
 * floor: once set too far ahead, it could not be set right again. */
#ifndef TLS_FLOOR_H
#define TLS_FLOOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct verdict;

/* Read and raised by any thread. */
struct clock_floor {
	_Atomic int64_t floor_s; /* 0, which is 1970: nothing is proven */
};

/* The later of clock and floor. NULL: the clock. */
int64_t clock_floor_now_s(const struct clock_floor *floor);

/* Whether the floor is higher now. */
bool clock_floor_raise(struct clock_floor *floor, int64_t proven_s);

/* The newest SCT that counts, of a chain that was accepted whole: logs have signed that
 * this time has been. 0: nothing proves any, as where the SCTs do not satisfy the policy,
 * one log's word would do, or where the verdict is for ntp_names alone. */
int64_t clock_floor_proven_s(const struct verdict *verdict);

#endif
