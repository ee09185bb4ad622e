/*	load --server ADDRESS:PORT [--tcp] [--busy] [--sockets N]
 *	     [--window N | --rate QPS] [--queries N] [--seconds S]
 *	     [--names N | --trace FILE] [--label TEXT] [--timeout-ms N]
 *
 * Asks, and prints what came of it as a line of JSON. Times of --rate are from when a
 * question went out, not from when it was due: what delays this program beside another
 * is not the server's. A trace is a file of names' numbers, 32 bits each as the machine
 * has them. */
#include "tests/bench/load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define WINDOW_DEFAULT     64
#define SOCKETS_DEFAULT    4
#define SECONDS_DEFAULT    5
#define TIMEOUT_DEFAULT_MS 5000
#define TIMER_SLACK_NS     1000
#define TRACE_MAX          10000000

static void print(const struct load *load)
{
	const struct load_counts *c = &load->counts;
	double seconds = (double)(load->last_answer_ns - load->begin_ns) / 1e9;

	printf("{\"sent\": %ju, \"answered\": %ju, \"good\": %ju, \"failed\": %ju, "
	       "\"other\": %ju, \"wrong\": %ju, \"timeouts\": %ju, \"reconnects\": %ju, "
	       "\"seconds\": %.6f, \"qps\": %.1f, \"p50_us\": %.1f, \"p95_us\": %.1f, "
	       "\"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f}\n",
		c->sent, c->answered, c->good, c->failed, c->other, c->wrong, c->timeouts,
		c->reconnects, seconds, seconds > 0 ? (double)c->answered / seconds : 0,
		timing_at_us(&load->timing, 500), timing_at_us(&load->timing, 950),
		timing_at_us(&load->timing, 990), timing_at_us(&load->timing, 999),
		(double)load->timing.max_ns / 1e3);
}

static const struct option long_options[] = {
	{ "server", required_argument, NULL, 's' },
	{ "tcp", no_argument, NULL, 't' },
	{ "busy", no_argument, NULL, 'b' },
	{ "sockets", required_argument, NULL, 'c' },
	{ "window", required_argument, NULL, 'w' },
	{ "rate", required_argument, NULL, 'r' },
	{ "queries", required_argument, NULL, 'q' },
	{ "seconds", required_argument, NULL, 'd' },
	{ "names", required_argument, NULL, 'n' },
	{ "trace", required_argument, NULL, 'f' },
	{ "label", required_argument, NULL, 'l' },
	{ "timeout-ms", required_argument, NULL, 'o' },
	{ 0 },
};

static bool read_trace(struct load_options *o, const char *path)
{
	FILE *f = fopen(path, "rb");
	uint32_t *numbers = malloc(TRACE_MAX * sizeof *numbers);

	if (f == NULL || numbers == NULL)
		return false;
	o->trace_n = fread(numbers, sizeof *numbers, TRACE_MAX, f);
	o->trace = numbers;
	fclose(f);
	return o->trace_n > 0;
}

static bool take_option(struct load_options *o, int letter)
{
	switch (letter) {
	case 's':
		return endpoint_parse(optarg, 53, &o->server) == STATUS_OK;
	case 't':
		return o->tcp = true;
	case 'b':
		return o->busy = true;
	case 'c':
		o->sockets = (unsigned)atoi(optarg);
		return o->sockets >= 1 && o->sockets <= LOAD_SOCKETS_MAX;
	case 'w':
		o->window = (unsigned)atoi(optarg);
		return o->window >= 1;
	case 'r':
		return (o->rate_qps = atof(optarg)) > 0;
	case 'q':
		return (o->queries = strtoull(optarg, NULL, 10)) > 0;
	case 'd':
		return (o->seconds = atof(optarg)) > 0;
	case 'n':
		return (o->names = strtoull(optarg, NULL, 10)) > 0;
	case 'f':
		return read_trace(o, optarg);
	case 'l':
		return (size_t)snprintf(o->label, sizeof o->label, "%s", optarg) <
		       sizeof o->label;
	case 'o':
		return (o->timeout_ms = (unsigned)atoi(optarg)) > 0;
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct load load = { .options = { .sockets = SOCKETS_DEFAULT,
					    .window = WINDOW_DEFAULT,
					    .timeout_ms = TIMEOUT_DEFAULT_MS,
					    .label = "load" } };
	int letter;

	while ((letter = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take_option(&load.options, letter))
			return 2;
	if (load.options.queries == 0 && load.options.seconds <= 0)
		load.options.seconds = SECONDS_DEFAULT;
	if (load.options.server.sa.sa_family == AF_UNSPEC ||
		load.options.window < load.options.sockets)
		return 2;
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
	load_run(&load);
	print(&load);
	return 0;
}
