#include "ctl/status_ct.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ct/age.h"
#include "ct/horizon.h"
#include "ctl/daemon.h"
#include "ctl/output.h"

/* A sentence on a list, with a policy's name and a time. */
#define WORDS_MAX 256

/* The date of a time, if it is one. */
static void print_date(const char *time)
{
	char date[] = "0000-00-00";
	int64_t at_s;

	if (clock_parse(time, &at_s) != 0) {
		print_untrusted(time);
		return;
	}
	memcpy(date, time, sizeof date - 1);
	fputs(date, stdout);
}

/* A member that is a time; `none` if it is null or no time. */
static int64_t member_time(const json_t *object, const char *name, int64_t none)
{
	int64_t at_s;

	return clock_parse(member_text(object, name), &at_s) == 0 ? at_s : none;
}

/* "good_until" null is for ever, unless "satisfiable" says never. */
static int64_t list_horizon_s(const json_t *list)
{
	if (json_is_false(json_object_get(list, "satisfiable")))
		return INT64_MIN;
	return member_time(list, "good_until", INT64_MAX);
}

static void print_list(const json_t *list)
{
	int64_t now_s = clock_wall_s();
	const char *file = member_text(list, "file");
	char words[WORDS_MAX];
	struct text text = text_in(words, sizeof words);

	if (!json_is_object(list))
		return;
	fputs("  log list ", stdout);
	print_untrusted(member_text(list, file[0] != '\0' ? "file" : "source"));
	ct_age_explain(member_time(list, "timestamp", CT_AGE_UNDATED), now_s, &text);
	printf(" %s, %lld logs; ", words, (long long)member_number(list, "logs"));
	text = text_in(words, sizeof words);
	ct_horizon_explain(
		list_horizon_s(list), member_text(list, "policy"), now_s, &text);
	print_untrusted(words);
	puts("");
}

/* "  NAME     WORD     " */
static void print_head(const json_t *upstream, const char *word)
{
	printf("  %-8s ", word);
	print_untrusted(member_text(upstream, "name"));
	fputs(": ", stdout);
}

static void print_ct_line(const json_t *upstream)
{
	const json_t *ct = json_object_get(json_object_get(upstream, "verdict"), "ct");
	const char *mode = member_text(ct, "mode");
	const char *reason = member_text(ct, "reason");
	const char *policy = member_text(ct, "policy");
	const char *words = member_text(ct, "explanation");

	if (mode[0] == '\0' || strcmp(mode, "off") == 0)
		return;
	print_head(upstream, "ct");
	print_untrusted(mode);
	/* A handshake that failed before the certificate has none. */
	if (policy[0] != '\0')
		fputs(", ", stdout);
	print_untrusted(policy);
	fputs(": ", stdout);
	if (reason[0] != '\0') {
		print_untrusted(reason);
		fputs(": ", stdout);
	}
	print_untrusted(words[0] != '\0' ? words : "not looked at");
	puts(json_is_true(json_object_get(ct, "waived")) ? " (let pass: ct.stale)" : "");
}

static void print_key(const char *before, const json_t *key)
{
	fputs(before, stdout);
	print_untrusted(member_text(key, "pin"));
	fputs(" since ", stdout);
	print_date(member_text(key, "first_seen"));
}

/* What was refused, and how to take it over. */
static void print_refused(const json_t *upstream, const json_t *refused)
{
	print_head(upstream, "WARNING");
	fputs("refused issuer ", stdout);
	print_untrusted(member_text(refused, "issuer"));
	fputs(", root ", stdout);
	print_untrusted(member_text(refused, "root"));
	fputs(", of ", stdout);
	print_untrusted(member_text(refused, "leaf"));
	fputs(", ", stdout);
	print_date(member_text(refused, "first_seen"));
	fputs(" to ", stdout);
	print_date(member_text(refused, "last_seen"));
	fputs("; if the operator confirms them: ", stdout);
	print_untrusted(member_text(refused, "command"));
	puts("");
}

/* Keys that bind nobody are no news. */
static void print_learned(const json_t *upstream)
{
	const json_t *learned = json_object_get(upstream, "learned");
	const json_t *refused;
	size_t i;

	if (!json_is_true(json_object_get(learned, "enforced")))
		return;
	print_head(upstream, "learned");
	print_key("issuer ", json_object_get(learned, "issuer"));
	print_key(", root ", json_object_get(learned, "root"));
	puts("");
	if (json_is_false(json_object_get(learned, "kept"))) {
		print_head(upstream, "WARNING");
		puts("what was learned last is in memory alone, and lost at the next "
		     "start: it could not be written (the log says why)");
	}
	json_array_foreach(json_object_get(learned, "refused"), i, refused)
		print_refused(upstream, refused);
}

/* Where learned keys bind, somebody has accepted the change. */
static void print_change(const json_t *upstream)
{
	const json_t *change = json_object_get(upstream, "issuer_changed");
	const json_t *learned = json_object_get(upstream, "learned");
	bool accepted = json_is_true(json_object_get(learned, "enforced"));

	if (!json_is_object(change))
		return;
	print_head(upstream, accepted ? "changed" : "WARNING");
	fputs(accepted ? "another issuer was accepted " : "its issuer changed ", stdout);
	print_date(member_text(change, "at"));
	fputs(": it was ", stdout);
	print_untrusted(member_text(change, "was"));
	fputs(", is ", stdout);
	print_untrusted(member_text(change, "is"));
	puts("");
}

void print_status_ct(const json_t *answer)
{
	const json_t *upstreams = json_object_get(answer, "upstreams");
	size_t i;
	json_t *upstream;

	print_list(json_object_get(answer, "log_list"));
	json_array_foreach((json_t *)upstreams, i, upstream)
	{
		print_ct_line(upstream);
		print_learned(upstream);
		print_change(upstream);
	}
}
