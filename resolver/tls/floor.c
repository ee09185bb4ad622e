#include "tls/floor.h"

#include "base/clock.h"
#include "tls/verdict.h"

int64_t clock_floor_now_s(const struct clock_floor *floor)
{
	int64_t now_s = clock_wall_s();

	return floor != NULL && floor->floor_s > now_s ? floor->floor_s : now_s;
}

bool clock_floor_raise(struct clock_floor *floor, int64_t proven_s)
{
	if (proven_s <= floor->floor_s)
		return false;
	floor->floor_s = proven_s;
	return true;
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
