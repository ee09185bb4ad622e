#include "tls/floor.h"

#include "base/clock.h"
#include "tls/verdict.h"

int64_t clock_floor_now_s(const struct clock_floor *floor)
{
	int64_t now_s = clock_wall_s();
	int64_t floor_s = floor != NULL ? floor->floor_s : now_s;

	return floor_s > now_s ? floor_s : now_s;
}

bool clock_floor_raise(struct clock_floor *floor, int64_t proven_s)
{
	int64_t floor_s = floor->floor_s;

	while (proven_s > floor_s)
		if (atomic_compare_exchange_weak(&floor->floor_s, &floor_s, proven_s))
			return true;
	return false;
}

int64_t clock_floor_proven_s(const struct verdict *v)
{
	int64_t newest_s = 0;

	if (!v->accepted || v->provisional || v->for_ntp || v->ct.ok != RULE_OK)
		return 0;
	for (size_t i = 0; i < v->ct.report.n; i++) {
		const struct sct_row *row = &v->ct.report.rows[i];
		int64_t at_s = (int64_t)(row->timestamp_ms / 1000);

		if (row->counts && at_s > newest_s)
			newest_s = at_s;
	}
	return newest_s;
}
