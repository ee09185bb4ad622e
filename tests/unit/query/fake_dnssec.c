#include "tests/unit/query/fake_dnssec.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "dnssec/anchors.h"

struct dnssec_keys {
	char nothing;
};
struct validation {
	unsigned needs, works;
	bool needing, working;
	struct question need;
	struct validation_result result;
};

struct fake_dnssec fake;
const struct dnssec_limits dnssec_limits_default;

static uv_once_t once = UV_ONCE_INIT;
static uv_mutex_t lock;
static uv_cond_t moved;
static bool held;
static unsigned standing;

static void make_lock(void)
{
	uv_mutex_init(&lock);
	uv_cond_init(&moved);
}

static void set_held(bool on)
{
	uv_once(&once, make_lock);
	uv_mutex_lock(&lock);
	held = on;
	uv_cond_broadcast(&moved);
	uv_mutex_unlock(&lock);
}

void fake_hold(void)
{
	set_held(true);
}

void fake_let_go(void)
{
	set_held(false);
}

bool fake_is_held(void)
{
	bool result;

	uv_once(&once, make_lock);
	uv_mutex_lock(&lock);
	result = standing > 0;
	uv_mutex_unlock(&lock);
	return result;
}

struct validation_result fake_verdict(enum validation_state state, int code)
{
	struct validation_result verdict = { .state = state, .ttl_max_s = UINT32_MAX };

	if (code < 0)
		return verdict;
	verdict.ede.present = true;
	verdict.ede.code = (uint16_t)code;
	strcpy(verdict.ede.text, "because");
	return verdict;
}

/* --- the contract ------------------------------------------------------------- */

enum status dnssec_anchors_builtin(struct dnssec_anchors **out)
{
	*out = calloc(1, sizeof **out);
	return *out != NULL ? STATUS_OK : STATUS_NOMEM;
}

enum status dnssec_anchors_read(struct bytes content, const char *file,
	struct text *error, struct dnssec_anchors **out)
{
	if (content.n > 0)
		return dnssec_anchors_builtin(out);
	text_add(error, "%s:1: empty", file);
	return STATUS_CONFIG;
}

void dnssec_anchors_free(struct dnssec_anchors *anchors)
{
	free(anchors);
}

bool anchors_zone(
	const struct dnssec_anchors *anchors, const struct name *name, struct name *out)
{
	(void)anchors;
	(void)name;
	*out = (struct name){ .n = 1 };
	return true;
}

enum status dnssec_keys_new(size_t size_bytes, struct dnssec_keys **out)
{
	(void)size_bytes;
	*out = calloc(1, sizeof **out);
	return *out != NULL ? STATUS_OK : STATUS_NOMEM;
}

void dnssec_keys_clear(struct dnssec_keys *keys)
{
	(void)keys;
}

size_t dnssec_keys_count(const struct dnssec_keys *keys)
{
	(void)keys;
	return 0;
}

void dnssec_keys_free(struct dnssec_keys *keys)
{
	free(keys);
}

enum status validation_new(const struct dnssec_policy *policy, struct dnssec_keys *keys,
	const struct message *answer, int64_t now_s, struct validation **out)
{
	struct validation *v = calloc(1, sizeof *v);
	unsigned last = fake.verdict_n > 0 ? fake.verdict_n - 1 : 0;

	(void)policy;
	(void)keys;
	(void)now_s;
	(void)answer;
	*out = v;
	if (v == NULL)
		return STATUS_NOMEM;
	v->needs = fake.needs;
	v->works = fake.works;
	v->result = fake.verdicts[fake.made < last ? fake.made : last];
	v->need = (struct question){ .type = TYPE_A, .class = CLASS_IN };
	fake.made++;
	return name_from_text("1.key", &v->need.name);
}

enum validation_step validation_next(struct validation *v)
{
	v->needing = v->needs > 0;
	v->working = !v->needing && v->works > 0;
	if (v->needing)
		return VALIDATION_NEEDS;
	return v->working ? VALIDATION_WORK : VALIDATION_DONE;
}

const struct question *validation_need(const struct validation *v)
{
	return &v->need;
}

/* Without a chain nothing is known. */
static void withhold(struct validation *v)
{
	fake.withheld++;
	v->needs = 1;
	v->works = 0;
	v->result = fake_verdict(VALIDATION_INDETERMINATE, 22);
}

void validation_supply(struct validation *v, const struct message *response)
{
	if (!v->needing)
		abort();
	if (response != NULL && message_rcode(response) == RCODE_NOERROR)
		fake.supplied++;
	else
		withhold(v);
	v->needing = false;
	v->needs--;
	v->need.name.wire[1]++;
}

void validation_work(struct validation *v)
{
	uv_once(&once, make_lock);
	uv_mutex_lock(&lock);
	if (!v->working)
		abort();
	standing++;
	while (held)
		uv_cond_wait(&moved, &lock);
	standing--;
	fake.worked++;
	v->works--;
	uv_mutex_unlock(&lock);
}

const struct validation_result *validation_result(const struct validation *v)
{
	return &v->result;
}

void validation_free(struct validation *v)
{
	fake.freed += v != NULL;
	free(v);
}
