/* The control socket, with a whole worker behind it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "control/control.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/transport/bench.h"
#include "tests/unit/transport/dot_server.h"

struct office {
	struct bench bench;
	struct dot_server server;
	char directory[MAKE_DIRECTORY_MAX];
	char config[MAKE_DIRECTORY_MAX + 16], socket[MAKE_DIRECTORY_MAX + 16];
	struct workers workers;
	struct control *control;
};

static void drop_line(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

/* A port that is free now. */
static unsigned free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static void write_config(const struct office *o, unsigned port, const char *more)
{
	char upstream[ENDPOINT_TEXT_MAX];
	FILE *f = fopen(o->config, "w");

	assert_non_null(f);
	endpoint_format(&o->server.endpoint, upstream);
	fprintf(f,
		"listen: [\"127.0.0.1:%u\"]\n"
		"allow: [loopback]\n"
		"control: %s\n"
		"state_dir: %s\n"
		"ct: {mode: off}\n"
		"tls: {ca_file: %s/ca.pem}\n"
		"upstreams: [{name: a, address: [\"%s\"]}]\n"
		"%s",
		port, o->socket, o->directory, o->directory, upstream, more);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	struct office *o = calloc(1, sizeof *o);
	char words[CONFIG_ERROR_MAX];
	struct text error = text_in(words, sizeof words);
	struct config_error config_error;
	struct config *config;

	assert_non_null(o);
	log_replace(drop_line);
	bench_init(&o->bench);
	dot_server_start(&o->server, &o->bench.loop, o->bench.leaf, o->bench.key);
	make_directory(o->directory);
	snprintf(o->config, sizeof o->config, "%s/pintle.yaml", o->directory);
	snprintf(o->socket, sizeof o->socket, "%s/control.sock", o->directory);
	snprintf(words, sizeof words, "%s/ca.pem", o->directory);
	make_bundle(words, &o->bench.ca.certificate, 1);
	write_config(o, free_port(), "");
	if (config_load(o->config, &config, &config_error) != STATUS_OK)
		fail_msg("%s", config_error.text);
	error = text_in(words, sizeof words);
	if (workers_bind(&o->workers, &o->bench.loop, config, NULL, &error) !=
			STATUS_OK ||
		workers_start(&o->workers, &error) != STATUS_OK ||
		control_open(&o->bench.loop, o->socket, &o->workers, &error,
			&o->control) != STATUS_OK)
		fail_msg("%s", words);
	*state = o;
	return 0;
}

static int teardown(void **state)
{
	struct office *o = *state;

	control_close(o->control);
	assert_int_not_equal(access(o->socket, F_OK), 0);
	workers_stop(&o->workers);
	dot_server_stop(&o->server);
	bench_deinit(&o->bench);
	workers_free(&o->workers);
	remove_directory(o->directory);
	log_replace(NULL);
	free(o);
	return 0;
}

static int dial(const struct office *o)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	text_copy(address.sun_path, sizeof address.sun_path, o->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* All that comes until the daemon closes; NULL if nothing came. */
static json_t *hear(struct office *o, int fd)
{
	static char text[65536];
	size_t have = 0;

	for (;;) {
		ssize_t got = recv(fd, text + have, sizeof text - have, MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno != EAGAIN))
			break;
		if (got > 0)
			have += (size_t)got;
		else
			uv_run(&o->bench.loop, UV_RUN_NOWAIT);
	}
	close(fd);
	return have > 0 ? json_loadb(text, have, 0, NULL) : NULL;
}

static void assert_ok(struct office *o, int fd)
{
	json_t *answer = hear(o, fd);

	assert_true(json_is_true(json_object_get(answer, "ok")));
	json_decref(answer);
}

static void assert_error(struct office *o, int fd, const char *words)
{
	json_t *answer = hear(o, fd);
	const char *error = json_string_value(json_object_get(answer, "error"));

	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_non_null(error);
	if (strstr(error, words) == NULL)
		fail_msg("%s, not %s", error, words);
	json_decref(answer);
}

#define STATUS "{\"command\": \"status\"}\n"
#define QUERY  "{\"command\": \"query\", \"name\": \"x.example\"}\n"

static void a_line_has_an_answer(void **state)
{
	struct office *o = *state;
	int fd = dial(o);

	say(fd, STATUS);
	assert_ok(o, fd);
}

static void a_line_comes_in_pieces(void **state)
{
	struct office *o = *state;
	int fd = dial(o);

	for (const char *p = STATUS; *p != '\0'; p++) {
		char piece[2] = { *p, '\0' };

		say(fd, piece);
		bench_settle(&o->bench.loop);
	}
	assert_ok(o, fd);
}

static void what_follows_the_line_is_not_read(void **state)
{
	static const char *const more[] = { STATUS, "garbage", "\n\n\n" };
	struct office *o = *state;

	for (size_t i = 0; i < 3; i++) {
		char text[100];
		int fd = dial(o);

		snprintf(text, sizeof text, STATUS "%s", more[i]);
		say(fd, text);
		assert_ok(o, fd);
	}
}

/* The buffer is full when the answer is still to come. */
static void much_follows_the_line(void **state)
{
	struct office *o = *state;
	char text[5000];
	int fd = dial(o);

	memset(text, ' ', sizeof text);
	memcpy(text, QUERY, strlen(QUERY));
	text[sizeof text - 1] = '\0';
	say(fd, text);
	assert_ok(o, fd);
}

/* As `socat` and `nc -N` do. */
static void a_client_that_has_no_more_to_say_is_answered(void **state)
{
	struct office *o = *state;
	int fd = dial(o);

	say(fd, QUERY);
	shutdown(fd, SHUT_WR);
	assert_ok(o, fd);
}

static void a_client_that_goes_during_a_query(void **state)
{
	struct office *o = *state;
	int fd = dial(o);

	say(fd, QUERY);
	bench_turn(&o->bench.loop);
	close(fd);
	bench_settle(&o->bench.loop);
	assert_int_equal(o->server.queries, 0);
}

static void stopped_during_a_query(void **state)
{
	struct office *o = *state;
	int fd = dial(o);

	say(fd, QUERY);
	RUN_UNTIL(&o->bench.loop, o->server.accepted == 1);
	control_close(o->control);
	assert_int_equal(
		control_open(&o->bench.loop, o->socket, &o->workers,
			&(struct text){ .p = (char[200]){ 0 }, .cap = 200 }, &o->control),
		STATUS_OK);
	assert_null(hear(o, fd));
	bench_settle(&o->bench.loop);
}

static void what_cannot_be_understood(void **state)
{
	static const struct {
		const char *line, *error;
	} rows[] = {
		{ "\n", "one JSON object" },
		{ "status\n", "one JSON object" },
		{ "[]\n", "one JSON object" },
		{ "{} {}\n", "one JSON object" },
		{ "{\"command\": \"status\", \"command\": \"flush\"}\n",
			"one JSON object" },
		{ "{}\n", "unknown command: " },
		{ "{\"command\": 1}\n", "unknown command: " },
		{ "{\"command\": \"Status\"}\n", "unknown command: Status" },
		{ "{\"command\": \"flush\", \"name\": \"a..b\"}\n", "not a domain name" },
		{ "{\"command\": \"query\"}\n", "not a domain name" },
		{ "{\"command\": \"query\", \"name\": \"a\", \"type\": \"B\"}\n",
			"not a record type that can be asked for: B" },
		{ "{\"command\": \"query\", \"name\": \"a\", \"upstream\": \"b\"}\n",
			"no upstream called b" },
		{ "{\"command\": \"accept\"}\n", "no upstream called " },
		{ "{\"command\": \"accept\", \"upstream\": \"b\"}\n",
			"no upstream called b" },
		{ "{\"command\": \"accept\", \"upstream\": 1}\n", "no upstream called " },
		{ "{\"command\": \"accept\", \"upstream\": \"a\"}\n",
			"upstream a: its pin_mode is not learn" },
	};
	struct office *o = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int fd = dial(o);

		say(fd, rows[i].line);
		assert_error(o, fd, rows[i].error);
	}
}

static void a_line_that_is_too_long(void **state)
{
	struct office *o = *state;
	char text[5000];
	int fd = dial(o);

	memset(text, ' ', sizeof text);
	text[sizeof text - 1] = '\0';
	say(fd, text);
	assert_error(o, fd, "longer than 4096 bytes");
}

/* Words are cut to fit, but not in the middle of a character. */
static void a_long_name_in_an_error(void **state)
{
	struct office *o = *state;

	for (size_t shift = 0; shift < 3; shift++) {
		char text[2000] = "{\"command\": \"x";
		int fd = dial(o);

		memset(text + strlen(text), 'x', shift);
		while (strlen(text) < 1500)
			strcat(text, "\xe2\x82\xac");
		strcat(text, "\"}\n");
		say(fd, text);
		assert_error(o, fd, "unknown command: x");
	}
}

static void a_reload_that_fails_says_why(void **state)
{
	struct office *o = *state;
	const struct config *before = o->workers.config;
	int fd = dial(o);

	write_config(o, endpoint_port(&before->listen[0]), "nonsense: 1\n");
	say(fd, "{\"command\": \"reload\"}\n");
	assert_error(o, fd, "nonsense");
	assert_ptr_equal(o->workers.config, before);
	assert_int_equal(o->workers.reloads, 0);
}

/* With a question under way, a new address and a cache of another size. */
static void a_reload_changes_what_it_may(void **state)
{
	struct office *o = *state;
	unsigned port = free_port();
	int asking = dial(o), fd = dial(o);

	say(asking, QUERY);
	RUN_UNTIL(&o->bench.loop, o->server.accepted == 1);
	write_config(o, port, "cache: {size: 1MiB}\nlimits: {clients: 7}\n");
	say(fd, "{\"command\": \"reload\"}\n");
	assert_ok(o, fd);
	assert_int_equal(o->workers.reloads, 1);
	assert_int_equal(o->workers.items[0].listeners.n, 1);
	assert_int_equal(
		endpoint_port(&o->workers.items[0].listeners.items[0].endpoint), port);
	assert_int_equal(o->workers.items[0].listeners.clients.limit, 7);
	assert_ok(o, asking);
	assert_int_equal(o->server.accepted, 1);
}

static void what_needs_a_restart_is_refused(void **state)
{
	struct office *o = *state;
	int fd = dial(o);

	write_config(o, free_port(), "user: nobody\n");
	say(fd, "{\"command\": \"reload\"}\n");
	assert_error(o, fd, "needs a restart");
}

/* Whoever asked for it on the old socket hears how it went. */
static void a_reload_moves_the_socket(void **state)
{
	struct office *o = *state;
	char old[sizeof o->socket];
	int fd = dial(o), waiting = dial(o);

	say(waiting, "{\"command\": ");
	text_copy(old, sizeof old, o->socket);
	snprintf(o->socket, sizeof o->socket, "%s/moved.sock", o->directory);
	write_config(o, free_port(), "cache: {size: 1MiB}\n");
	say(fd, "{\"command\": \"reload\"}\n");
	assert_ok(o, fd);
	assert_int_not_equal(access(old, F_OK), 0);
	fd = dial(o);
	say(fd, "{\"command\": \"status\"}\n");
	assert_ok(o, fd);
	say(waiting, "\"status\"}\n");
	assert_ok(o, waiting);
}

/* What was opened for the new configuration is given back; the old socket stays. */
static void a_reload_that_fails_does_not_move_it(void **state)
{
	struct office *o = *state;
	char old[sizeof o->socket];
	int fd;

	text_copy(old, sizeof old, o->socket);
	snprintf(o->socket, sizeof o->socket, "%s/none/moved.sock", o->directory);
	write_config(o, free_port(), "cache: {size: 1MiB}\n");
	text_copy(o->socket, sizeof o->socket, old);
	snprintf(old, sizeof old, "%s/none", o->directory);
	assert_int_equal(symlink("/nonexistent/none", old), 0);
	fd = dial(o);
	say(fd, "{\"command\": \"reload\"}\n");
	assert_error(o, fd, "cannot listen on");
	assert_int_equal(o->workers.reloads, 0);
	assert_int_equal(o->workers.config->cache_size_bytes, 8 * 1024 * 1024);
	fd = dial(o);
	say(fd, "{\"command\": \"status\"}\n");
	assert_ok(o, fd);
}

static void only_one_daemon_answers_there(void **state)
{
	struct office *o = *state;
	char words[300];
	struct text error = text_in(words, sizeof words);
	struct control *second;

	assert_int_equal(
		control_open(&o->bench.loop, o->socket, &o->workers, &error, &second),
		STATUS_IO);
	assert_null(second);
	assert_non_null(strstr(words, "another pintle answers there"));
	assert_int_equal(access(o->socket, F_OK), 0);
}

static void others_cannot_write_to_it(void **state)
{
	struct office *o = *state;
	struct stat st;

	assert_int_equal(stat(o->socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
}

static void without_memory_others_come_later(void **state)
{
	struct office *o = *state;
	int first, second;

	fail_alloc_at(0);
	first = dial(o);
	RUN_UNTIL(&o->bench.loop, fail_alloc_happened());
	bench_settle(&o->bench.loop);
	second = dial(o);
	say(second, STATUS);
	assert_ok(o, second);
	close(first);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_has_an_answer),
		TEST(a_line_comes_in_pieces),
		TEST(what_follows_the_line_is_not_read),
		TEST(much_follows_the_line),
		TEST(a_client_that_has_no_more_to_say_is_answered),
		TEST(a_client_that_goes_during_a_query),
		TEST(stopped_during_a_query),
		TEST(what_cannot_be_understood),
		TEST(a_line_that_is_too_long),
		TEST(a_long_name_in_an_error),
		TEST(a_reload_that_fails_says_why),
		TEST(a_reload_changes_what_it_may),
		TEST(what_needs_a_restart_is_refused),
		TEST(a_reload_moves_the_socket),
		TEST(a_reload_that_fails_does_not_move_it),
		TEST(only_one_daemon_answers_there),
		TEST(others_cannot_write_to_it),
		TEST(without_memory_others_come_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
