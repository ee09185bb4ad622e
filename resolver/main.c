/* options -> configuration -> sockets -> drop privileges -> run. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "control/control.h"
#include "worker/descriptors.h"
#include "worker/notify.h"
#include "worker/privileges.h"
#include "worker/workers.h"

#define DEFAULT_CONFIG PINTLE_SYSCONFDIR "/pintle/pintle.yaml"
#define ERROR_MAX      CONFIG_ERROR_MAX
#define MINUTE_MS      60000

enum exit_code { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, EXIT_CONFIG = 78 };

struct options {
	const char *config;
	bool check, verbose;
	bool has_listen;
	struct endpoint listen; /* in place of the configuration's */
};

struct daemon {
	uv_loop_t loop;
	uv_signal_t on_hup, on_int, on_term;
	uv_timer_t each_minute, watchdog;
	struct handed handed;
	struct workers_listen listen;
	struct workers workers;
	struct control *control;
};

static void print_usage(FILE *to)
{
	fputs("usage: pintle [-c FILE] [--check-config] [--listen ADDRESS] [--version] "
	      "[-v]\n"
	      "  -c, --config FILE   configuration, default " DEFAULT_CONFIG "\n"
	      "      --check-config  read the configuration, bind nothing, say what is "
	      "wrong\n"
	      "      --listen ADDRESS  listen there and not where the configuration "
	      "says\n"
	      "  -v, --verbose       log as with log.level: debug\n"
	      "      --version       print the version\n",
		to);
}

static bool parse_listen(const char *text, struct options *out)
{
	out->has_listen =
		endpoint_parse(text, CONFIG_PORT_DNS, &out->listen) == STATUS_OK;
	if (!out->has_listen)
		fprintf(stderr, "pintle: --listen: not an address with a port: %s\n",
			text);
	return out->has_listen;
}

/* -1: go on. Otherwise the exit code. */
static int parse_options(int argc, char **argv, struct options *out)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'k' },
		{ "listen", required_argument, NULL, 'l' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*out = (struct options){ .config = DEFAULT_CONFIG };
	while ((c = getopt_long(argc, argv, "c:vh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			out->config = optarg;
			break;
		case 'k':
			out->check = true;
			break;
		case 'l':
			if (!parse_listen(optarg, out))
				return EXIT_USAGE;
			break;
		case 'v':
			out->verbose = true;
			break;
		case 'V':
			puts("pintle " PINTLE_VERSION);
			return EXIT_OK;
		case 'h':
			print_usage(stdout);
			return EXIT_OK;
		default:
			print_usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "pintle: unexpected argument: %s\n", argv[optind]);
	print_usage(stderr);
	return EXIT_USAGE;
}

static int exit_code_of(enum status status)
{
	return status == STATUS_CONFIG ? EXIT_CONFIG : EXIT_RUNTIME;
}

static int complain(enum status status, const char *words)
{
	log_flush();
	fprintf(stderr, "pintle: %s\n", words);
	return exit_code_of(status);
}

static int check(const struct config *config)
{
	char words[ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	enum status status = worker_check(config, &error);

	if (status != STATUS_OK)
		return complain(status, words);
	log_flush();
	printf("%s: ok\n", config->path);
	return EXIT_OK;
}

static void on_reload(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;
	char words[ERROR_MAX];
	struct text error = text_in(words, sizeof words);

	(void)number;
	/* The log has the words. */
	if (workers_reload(&d->workers, &error) != STATUS_OK)
		return;
}

static void stop(struct daemon *d)
{
	notify_stopping();
	control_close(d->control);
	workers_stop(&d->workers);
	uv_close((uv_handle_t *)&d->on_hup, NULL);
	uv_close((uv_handle_t *)&d->on_int, NULL);
	uv_close((uv_handle_t *)&d->on_term, NULL);
	uv_close((uv_handle_t *)&d->each_minute, NULL);
	uv_close((uv_handle_t *)&d->watchdog, NULL);
}

static void on_stop(uv_signal_t *handle, int number)
{
	log_notice("stopping on signal %d", number);
	stop(handle->data);
}

static void watch_signals(struct daemon *d)
{
	uv_signal_init(&d->loop, &d->on_hup);
	uv_signal_init(&d->loop, &d->on_int);
	uv_signal_init(&d->loop, &d->on_term);
	d->on_hup.data = d->on_int.data = d->on_term.data = d;
	uv_signal_start(&d->on_hup, on_reload, SIGHUP);
	uv_signal_start(&d->on_int, on_stop, SIGINT);
	uv_signal_start(&d->on_term, on_stop, SIGTERM);
}

/* What was counted while nothing else is logged. */
static void on_minute(uv_timer_t *timer)
{
	(void)timer;
	log_report();
}

static void watch_minutes(struct daemon *d)
{
	uv_timer_init(&d->loop, &d->each_minute);
	uv_timer_start(&d->each_minute, on_minute, MINUTE_MS, MINUTE_MS);
}

/* All loops turn, or this one would not come back from the rendezvous. */
static void on_watchdog(uv_timer_t *timer)
{
	struct daemon *d = timer->data;

	workers_gather(&d->workers);
	workers_release(&d->workers);
	notify_alive();
}

/* Twice as often as asked for, as sd_watchdog_enabled(3) advises. */
static void watch_loops(struct daemon *d)
{
	uint64_t every_ms = notify_watchdog_ms() / 2;

	uv_timer_init(&d->loop, &d->watchdog);
	d->watchdog.data = d;
	if (every_ms > 0)
		uv_timer_start(&d->watchdog, on_watchdog, every_ms, every_ms);
}

/* What takes the place of the configuration's `listen`, if anything does. CONFIG. */
static enum status find_listen(
	struct daemon *d, const struct options *options, struct text *error)
{
	enum status status = handed_read(&d->handed, error);

	if (status != STATUS_OK)
		return status;
	if (options->has_listen && d->handed.n > 0) {
		text_add(error, "--listen beside sockets of the service manager");
		return STATUS_CONFIG;
	}
	if (options->has_listen)
		d->listen = (struct workers_listen){ &options->listen, 1, NULL };
	else if (d->handed.n > 0)
		d->listen = (struct workers_listen){ d->handed.endpoints, d->handed.n,
			&d->handed };
	return STATUS_OK;
}

/* `config` is taken over. */
static enum status start(struct daemon *d, struct config *config, struct text *error)
{
	const struct workers_listen *listen = d->listen.n > 0 ? &d->listen : NULL;
	enum status status;

	privileges_make_directories(config);
	status = workers_bind(&d->workers, &d->loop, config, listen, error);
	if (status != STATUS_OK)
		return status;
	/* Ports need root, nothing behind this does: what lies in a directory of the
	 * user's is not for root to open, to own or to follow. */
	status = privileges_drop(config, error);
	if (status == STATUS_OK)
		status = workers_start(&d->workers, error);
	if (status == STATUS_OK)
		status = control_open(
			&d->loop, config->control, &d->workers, error, &d->control);
	if (status == STATUS_OK)
		status = workers_run(&d->workers, error);
	return status;
}

static void announce(const struct listeners *listeners)
{
	char line[400], address[ENDPOINT_TEXT_MAX];
	struct text text = text_in(line, sizeof line);

	for (size_t i = 0; i < listeners->n; i++) {
		endpoint_format(&listeners->items[i].endpoint, address);
		text_add(&text, "%s%s", i > 0 ? ", " : "", address);
	}
	log_notice("pintle " PINTLE_VERSION " is ready on %s", line);
	notify_ready(line);
}

static int run(struct config *config, const struct options *options)
{
	static struct daemon d;
	char words[ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	enum status status;

	status = find_listen(&d, options, &error);
	if (status != STATUS_OK) {
		handed_close(&d.handed);
		config_free(config);
		return complain(status, words);
	}
	uv_loop_init(&d.loop);
	notify_open();
	watch_signals(&d);
	watch_minutes(&d);
	watch_loops(&d);
	status = start(&d, config, &error);
	if (status != STATUS_OK) {
		stop(&d);
	} else {
		d.workers.verbose = options->verbose;
		if (options->verbose)
			log_set_level(LOG_LEVEL_DEBUG);
		announce(&d.workers.items[0].listeners);
	}
	uv_run(&d.loop, UV_RUN_DEFAULT);
	uv_loop_close(&d.loop);
	workers_free(&d.workers);
	handed_close(&d.handed);
	notify_close();
	log_flush();
	return status == STATUS_OK ? EXIT_OK : complain(status, words);
}

int main(int argc, char **argv)
{
	struct config_error error;
	struct config *config;
	struct options options;
	enum status status;
	int code = parse_options(argc, argv, &options);

	if (code >= 0)
		return code;
	signal(SIGPIPE, SIG_IGN);
	descriptors_raise();
	if (options.verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	status = config_load(options.config, &config, &error);
	if (status != STATUS_OK) {
		fprintf(stderr, "pintle: %s\n", error.text);
		return status == STATUS_NOMEM ? EXIT_RUNTIME : EXIT_CONFIG;
	}
	if (!options.check)
		return run(config, &options);
	code = check(config);
	config_free(config);
	return code;
}
