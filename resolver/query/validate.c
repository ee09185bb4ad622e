/* start -> step: a question, or a thread, again and again -> conclude.
 *
 * Bogus may be the upstream's doing, not the zone's: one that strips signatures, or an
 * answer that was damaged on its way. So the whole is asked for once more, of another
 * upstream if there is one, and with nothing out of the cache. What cannot be decided in
 * time, or for want of memory, is a failure: nothing is relayed that was not looked at.
 */
#include "query/validate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* Deadlines are looked at so often while something is under way. */
#define LOOK_MS 20
/* Of answers that are under way; each is there twice, here and in its validation. */
#define BYTES_MAX (32u * 1024 * 1024)

/* --- the end ------------------------------------------------------------------ */

/* All that has been begun. */
static void abandon(struct validating *v)
{
	if (v->job != NULL)
		job_cancel(v->job);
	else
		validation_free(v->validation);
	v->job = NULL;
	v->validation = NULL;
	chain_leave(v);
}

static void drop_answer(struct validating *v)
{
	if (v->wire != NULL)
		v->validator->bytes -= 2 * v->answer.wire.n;
	free(v->wire);
	v->wire = NULL;
}

/* The inflight is without it from now on. */
static void leave(struct validating *v)
{
	abandon(v);
	v->inflight->validating = NULL;
	list_remove(&v->link);
	v->validator->stats.under_way--;
}

static void delete (struct validating *v)
{
	drop_answer(v);
	free(v);
}

void validate_cancel(struct validating *v)
{
	leave(v);
	delete (v);
}

static void count(struct validator_stats *stats, enum validation_state state)
{
	stats->secure += state == VALIDATION_SECURE;
	stats->insecure += state == VALIDATION_INSECURE;
	stats->bogus += state == VALIDATION_BOGUS;
	stats->indeterminate += state == VALIDATION_INDETERMINATE;
}

static void log_bogus(
	const struct resolver *r, const struct question *question, const struct ede *why)
{
	char name[NAME_TEXT_MAX], type[TYPE_TEXT_MAX];

	if (r->options.log_privacy == LOG_PRIVACY_NAME)
		return;
	name_to_text(&question->name, name);
	type_to_text(question->type, type);
	log_info("bogus: %s %s: %s", name, type, why->text);
}

/* `verdict` may be the validation's own. */
static void finish(struct validating *v, const struct validation_result *verdict)
{
	struct inflight *f = v->inflight;
	const struct validation_result copy = *verdict;
	const struct exchange_result result = { .question = &f->question,
		.answer = v->wire != NULL ? &v->answer : NULL,
		.upstream = v->upstream,
		.ede = verdict->ede };

	if (copy.state == VALIDATION_BOGUS)
		log_bogus(f->resolver, &f->question, &copy.ede);
	count(&v->validator->stats, copy.state);
	leave(v);
	resolver_conclude(f, &result, &copy);
	delete (v);
}

static struct validation_result failure(const char *what)
{
	struct validation_result verdict = { .state = VALIDATION_INDETERMINATE,
		.ede = { .present = true, .code = EDE_OTHER } };
	struct text text = text_in(verdict.ede.text, sizeof verdict.ede.text);

	text_add(&text, "validation: %s", what);
	return verdict;
}

static void fail(struct validating *v, const char *what)
{
	const struct validation_result verdict = failure(what);

	finish(v, &verdict);
}

/* --- time --------------------------------------------------------------------- */

static void look_at(struct validating *v, uint64_t now_ms)
{
	struct inflight *f = v->inflight;
	const struct validation_result so_far = failure("not done yet");

	if (now_ms >= f->since_ms + f->resolver->options.timeout_ms)
		fail(v, "not done in time");
	else if (now_ms >= f->since_ms + RESOLVER_EARLY_MS)
		resolver_early(f, &so_far.ede);
}

static void on_timer(uv_timer_t *timer)
{
	struct validator *validator = timer->data;
	uint64_t now_ms = clock_now_ms();
	struct list all;

	/* Who is told may end others. */
	list_init(&all);
	list_move_all(&validator->under_way, &all);
	while (!list_empty(&all)) {
		struct validating *v = list_entry(all.next, struct validating, link);

		list_remove(&v->link);
		list_append(&validator->under_way, &v->link);
		look_at(v, now_ms);
	}
	if (list_empty(&validator->under_way))
		uv_timer_stop(timer);
}

static void enter(struct validating *v, struct validator *validator)
{
	v->validator = validator;
	validator->stats.under_way++;
	list_append(&validator->under_way, &v->link);
	if (!uv_is_active((uv_handle_t *)&validator->timer))
		uv_timer_start(&validator->timer, on_timer, LOOK_MS, LOOK_MS);
}

/* --- on and on ---------------------------------------------------------------- */

static void on_worked(void *data)
{
	struct validating *v = data;

	v->job = NULL;
	validate_step(v);
}

static void work(struct validating *v)
{
	v->job = job_start(&v->validator->jobs, v->validation, on_worked, v);
	if (v->job == NULL)
		fail(v, status_text(STATUS_NOMEM));
}

/* True if the answer is asked for again. */
static bool retry(struct validating *v)
{
	struct inflight *f = v->inflight;
	struct resolver *r = f->resolver;
	uint64_t gone_ms = clock_now_ms() - f->since_ms;
	struct ede why;

	if (v->again || gone_ms >= r->options.timeout_ms)
		return false;
	if (resolver_ask_again(r, f, v->upstream,
		    r->options.timeout_ms - (uint32_t)gone_ms, &why) != STATUS_OK)
		return false;
	v->again = true;
	text_copy(v->avoid, sizeof v->avoid, v->upstream);
	v->first = *validation_result(v->validation);
	v->validator->stats.retries++;
	abandon(v);
	drop_answer(v);
	return true;
}

void validate_step(struct validating *v)
{
	for (;;) {
		switch (validation_next(v->validation)) {
		case VALIDATION_NEEDS:
			if (!chain_ask(v))
				return;
			break;
		case VALIDATION_WORK:
			work(v);
			return;
		case VALIDATION_DONE:
			if (validation_result(v->validation)->state != VALIDATION_BOGUS ||
				!retry(v))
				finish(v, validation_result(v->validation));
			return;
		}
	}
}

static void begin(struct validating *v)
{
	const struct resolver *r = v->inflight->resolver;
	enum status status = validation_new(&v->validator->policy, v->validator->keys,
		&v->answer, exchanger_now_s(r->exchanger), &v->validation);

	if (status != STATUS_OK)
		fail(v, status_text(status));
	else
		validate_step(v);
}

/* --- the beginning ------------------------------------------------------------ */

static bool says_something(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN;
}

static enum status keep_answer(struct validating *v, const struct exchange_result *result)
{
	struct bytes wire = result->answer->wire;

	text_copy(v->upstream, sizeof v->upstream, result->upstream);
	if (v->validator->bytes + 2 * wire.n > BYTES_MAX)
		return STATUS_LIMIT;
	v->wire = malloc(wire.n);
	if (v->wire == NULL)
		return STATUS_NOMEM;
	memcpy(v->wire, wire.p, wire.n);
	v->validator->bytes += 2 * wire.n;
	/* It was parsed once. */
	return message_parse(bytes_of(v->wire, wire.n), &v->answer);
}

static struct validating *validating_new(struct inflight *f)
{
	struct validating *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	v->inflight = f;
	f->validating = v;
	list_init(&v->need_link);
	enter(v, f->resolver->options.validator);
	return v;
}

/* Nothing could be kept of it. */
static void conclude_failed(struct inflight *f, const char *what)
{
	const struct validation_result verdict = failure(what);
	const struct exchange_result result = { .question = &f->question,
		.ede = verdict.ede };

	resolver_conclude(f, &result, &verdict);
}

static void go_on(struct validating *v, const struct exchange_result *result)
{
	enum status status;

	/* Nothing better came of asking again. */
	if (result->answer == NULL || !says_something(result->answer)) {
		const struct validation_result first = v->first;

		finish(v, &first);
		return;
	}
	status = keep_answer(v, result);
	if (status != STATUS_OK)
		fail(v, status_text(status));
	else
		begin(v);
}

bool validate_start(struct inflight *f, const struct exchange_result *result)
{
	const struct message *m = result->answer;

	if (f->validating != NULL) {
		go_on(f->validating, result);
		return true;
	}
	if (f->resolver->options.validator == NULL || f->checking_disabled || m == NULL)
		return false;
	if (!says_something(m)) {
		if (m->counts[SECTION_ANSWER] == 0)
			return false;
		conclude_failed(f, "an error with records");
		return true;
	}
	if (validating_new(f) == NULL)
		conclude_failed(f, status_text(STATUS_NOMEM));
	else
		go_on(f->validating, result);
	return true;
}

/* --- another configuration ---------------------------------------------------- */

static const struct validation_result unvalidated = { .state = VALIDATION_INSECURE,
	.ttl_max_s = UINT32_MAX };

/* Off: what is there is passed on; what is asked for again will be. */
static void let_go(struct validating *v)
{
	if (v->wire != NULL)
		finish(v, &unvalidated);
	else
		validate_cancel(v);
}

static void move(struct validating *v, struct validator *to)
{
	struct validator *from = v->validator;
	size_t bytes = v->wire != NULL ? 2 * v->answer.wire.n : 0;

	list_remove(&v->link);
	from->stats.under_way--;
	from->bytes -= bytes;
	to->bytes += bytes;
	enter(v, to);
	v->again = false;
	if (v->wire != NULL)
		begin(v);
}

void validate_move_all(struct resolver *r, struct validator *from)
{
	struct list all;

	list_init(&all);
	list_move_all(&from->under_way, &all);
	while (!list_empty(&all)) {
		struct validating *v = list_entry(all.next, struct validating, link);

		abandon(v);
		if (r->options.validator == NULL)
			let_go(v);
		else
			move(v, r->options.validator);
	}
}
