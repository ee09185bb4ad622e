/* `status`: one screen, and its first line says whether it works. */
#include <stdio.h>
#include <string.h>

#include "ctl/daemon.h"
#include "ctl/output.h"
#include "ctl/status_ct.h"

#define NAME_WIDTH_MAX 32

/* It has zones of its own, so it is nobody to ask about all other names. */
static bool has_zones(const json_t *upstream)
{
	return json_array_size(json_object_get(upstream, "zones")) > 0;
}

/* Of those who are asked about all names; `state` NULL: in any. */
static size_t count_state(const json_t *upstreams, const char *state)
{
	size_t n = 0, i;
	json_t *upstream;

	json_array_foreach((json_t *)upstreams, i, upstream) n +=
		!has_zones(upstream) &&
		(state == NULL || strcmp(member_text(upstream, "state"), state) == 0);
	return n;
}

static void print_headline(const json_t *answer)
{
	const json_t *upstreams = json_object_get(answer, "upstreams");
	size_t all = count_state(upstreams, NULL);
	size_t slow = count_state(upstreams, "slow");
	size_t working = count_state(upstreams, "good") + slow;

	if (working > 0 && slow == working)
		printf("pintle works, but slowly: %zu of %zu upstreams accepted and "
		       "answering\n",
			working, all);
	else if (working > 0)
		printf("pintle works: %zu of %zu upstreams accepted and answering\n",
			working, all);
	else if (count_state(upstreams, "unknown") == all)
		puts("pintle runs; no upstream was asked yet (try pintlectl query)");
	else
		printf("pintle does NOT work: none of %zu upstreams can be used\n", all);
}

static void print_process(const json_t *answer)
{
	const json_t *listen = json_object_get(answer, "listen");
	json_int_t up_s = member_number(answer, "uptime_s");
	size_t i;
	json_t *at;

	fputs("  version ", stdout);
	print_untrusted(member_text(answer, "version"));
	printf(", process %d, up %dd %02d:%02d:%02d, ", (int)member_number(answer, "pid"),
		(int)(up_s / 86400), (int)(up_s / 3600 % 24), (int)(up_s / 60 % 60),
		(int)(up_s % 60));
	print_untrusted(member_text(answer, "config"));
	if (member_number(answer, "workers") > 1)
		printf(", %d workers", (int)member_number(answer, "workers"));
	fputs("\n  listening on", stdout);
	json_array_foreach((json_t *)listen, i, at)
	{
		putchar(' ');
		print_untrusted(json_is_string(at) ? json_string_value(at) : "?");
	}
	puts("\n");
}

/* Pads behind text whose printed width is not its length. */
static void print_column(const char *text, int width)
{
	char escaped[64];
	struct text out = text_in(escaped, sizeof escaped);

	text_add_untrusted(&out, text, strlen(text));
	printf("%-*s ", width, escaped);
}

/* The verdict in words: what was said on accepting, or the last failure. */
static const char *upstream_words(const json_t *upstream)
{
	const json_t *failure = json_object_get(upstream, "last_failure");
	const json_t *verdict = json_object_get(upstream, "verdict");
	bool good = strcmp(member_text(upstream, "state"), "good") == 0;

	if (!good && json_is_object(failure))
		return member_text(failure, "text");
	if (strcmp(member_text(upstream, "protocol"), "plain") == 0)
		return "without TLS";
	return member_text(verdict, "explanation");
}

/* A list of the upstream's, in brackets. */
static void print_list(const json_t *upstream, const char *key)
{
	const json_t *list = json_object_get(upstream, key);
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)list, i, one)
	{
		if (i == 0)
			printf(" [%s: ", key);
		else
			fputs(", ", stdout);
		print_untrusted(json_is_string(one) ? json_string_value(one) : "?");
	}
	if (json_array_size(list) > 0)
		putchar(']');
}

/* The address in use, else the first one. */
static const char *upstream_address(const json_t *upstream)
{
	const json_t *connection = json_object_get(upstream, "connection");
	const char *used = member_text(connection, "address");
	const char *first = json_string_value(
		json_array_get(json_object_get(upstream, "addresses"), 0));

	if (used[0] != '\0')
		return used;
	return first != NULL ? first : "-";
}

/* How it is spoken to, by how many connections; and of all so far, how many did with
 * the session of an earlier one. */
static void print_connections(const json_t *upstream)
{
	const json_t *connection = json_object_get(upstream, "connection");
	const char *tls = member_text(connection, "tls");
	char resumed[48];

	print_column(member_text(upstream, "protocol"), 5);
	print_column(upstream_address(upstream), 21);
	if (strcmp(member_text(upstream, "protocol"), "plain") == 0)
		tls = "none";
	print_column(tls[0] != '\0' ? tls : member_text(connection, "state"), 7);
	snprintf(resumed, sizeof resumed, "%lld/%lld",
		(long long)member_number(upstream, "resumed"),
		(long long)member_number(upstream, "handshakes"));
	printf("%5lld %7s ", (long long)member_number(upstream, "connections"), resumed);
}

static void print_upstream(const json_t *upstream, int name_width)
{
	const json_t *latency = json_object_get(upstream, "latency_ms");
	json_int_t retry_ms = member_number(upstream, "retry_in_ms");

	fputs("  ", stdout);
	print_column(member_text(upstream, "name"), name_width);
	print_column(member_text(upstream, "state"), 11);
	if (json_is_integer(latency))
		printf("%5d ms ", (int)json_integer_value(latency));
	else
		printf("%8s ", "-");
	print_connections(upstream);
	print_untrusted(upstream_words(upstream));
	/* One that is slow is asked meanwhile. */
	if (retry_ms > 0 && strcmp(member_text(upstream, "state"), "slow") != 0)
		printf(" (next try in %d s)", (int)((retry_ms + 999) / 1000));
	print_list(upstream, "zones");
	print_list(upstream, "exceptions");
	puts("");
}

/* The longest name, within reason. */
static int name_width(const json_t *upstreams)
{
	size_t width = strlen("upstream");
	size_t i;
	json_t *upstream;

	json_array_foreach((json_t *)upstreams, i, upstream)
	{
		size_t n = strlen(member_text(upstream, "name"));

		width = n > width ? n : width;
	}
	return width < NAME_WIDTH_MAX ? (int)width : NAME_WIDTH_MAX;
}

static void print_upstreams(const json_t *answer)
{
	const json_t *upstreams = json_object_get(answer, "upstreams");
	int width = name_width(upstreams);
	size_t i;
	json_t *upstream;

	printf("  %-*s %-11s %8s %-5s %-21s %-7s %5s %7s %s\n", width, "upstream",
		"state", "latency", "by", "address", "tls", "conns", "resumed",
		"verdict");
	json_array_foreach((json_t *)upstreams, i, upstream)
		print_upstream(upstream, width);
	puts("");
}

/* Nothing else leaves without TLS that no configuration names. */
static void print_bypass(const json_t *answer)
{
	const json_t *bypass = json_object_get(answer, "bypass");
	const json_t *names = json_object_get(bypass, "names");
	size_t i;
	json_t *one;

	if (!json_is_object(bypass))
		return;
	printf("  WARNING  bypass: for %lld s more, in plain DNS of ",
		(long long)((member_number(bypass, "ends_in_ms") + 999) / 1000));
	print_untrusted(member_text(bypass, "server"));
	json_array_foreach((json_t *)names, i, one)
	{
		fputs(i == 0 ? ": " : ", ", stdout);
		print_untrusted(json_is_string(one) ? json_string_value(one) : "?");
	}
	puts("\n");
}

static void print_dnssec(const json_t *dnssec)
{
	if (!json_is_object(dnssec))
		return;
	printf("  dnssec   %lld answers secure, %lld insecure, %lld bogus, "
	       "%lld undecided; %lld zones known\n",
		(long long)member_number(dnssec, "secure"),
		(long long)member_number(dnssec, "insecure"),
		(long long)member_number(dnssec, "bogus"),
		(long long)member_number(dnssec, "indeterminate"),
		(long long)member_number(dnssec, "zones"));
}

static void print_counters(const json_t *answer)
{
	const json_t *cache = json_object_get(answer, "cache");
	const json_t *queries = json_object_get(answer, "queries");

	printf("  cache    %lld answers, %lld of %lld kB, %lld hits, %lld misses\n",
		(long long)member_number(cache, "entries"),
		(long long)member_number(cache, "bytes") / 1024,
		(long long)member_number(cache, "size_bytes") / 1024,
		(long long)member_number(cache, "hits"),
		(long long)member_number(cache, "misses"));
	print_dnssec(json_object_get(answer, "dnssec"));
	printf("  queries  %lld received, %lld answered, %lld of these stale, "
	       "%lld in flight\n",
		(long long)member_number(queries, "received"),
		(long long)member_number(queries, "answered"),
		(long long)member_number(queries, "stale"),
		(long long)member_number(queries, "in_flight"));
}

enum exit_code command_status(const struct args *args)
{
	json_t *answer;
	enum exit_code code =
		daemon_ask(args, json_pack("{s:s}", "command", "status"), &answer);

	if (code != CTL_OK)
		return code;
	if (args->json)
		return print_json(answer);
	print_headline(answer);
	print_process(answer);
	print_upstreams(answer);
	print_bypass(answer);
	print_status_ct(answer);
	print_counters(answer);
	json_decref(answer);
	return CTL_OK;
}
