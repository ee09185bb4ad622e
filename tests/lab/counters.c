/* The lab answers every caller of its socket with the whole table as JSON and
 * closes; the command prints it, or a line per listener. */
#include "tests/lab/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "base/text.h"
#include "tests/lab/lab.h"

#define SOCKET_NAME    "lab.sock"
#define SEND_TIMEOUT_S 2
#define JSON_FLAGS     (JSON_INDENT(2) | JSON_PRESERVE_ORDER)

void counters_init(struct counters *counters)
{
	memset(&counters->counts, 0, sizeof counters->counts);
	text_copy(counters->counts.last_alert, sizeof counters->counts.last_alert, "-");
	text_copy(
		counters->counts.last_request, sizeof counters->counts.last_request, "-");
	pthread_mutex_init(&counters->lock, NULL);
}

void counters_deinit(struct counters *counters)
{
	pthread_mutex_destroy(&counters->lock);
}

void counters_add(struct counters *counters, const struct counts *more)
{
	struct counts *to = &counters->counts;

	pthread_mutex_lock(&counters->lock);
	to->connections += more->connections;
	to->handshakes += more->handshakes;
	to->resumed += more->resumed;
	to->application_bytes += more->application_bytes;
	to->query_bytes += more->query_bytes;
	to->queries += more->queries;
	if (more->last_alert[0] != '\0')
		memcpy(to->last_alert, more->last_alert, sizeof to->last_alert);
	if (more->last_request[0] != '\0')
		memcpy(to->last_request, more->last_request, sizeof to->last_request);
	pthread_mutex_unlock(&counters->lock);
}

struct counts counters_read(struct counters *counters)
{
	struct counts copy;

	pthread_mutex_lock(&counters->lock);
	copy = counters->counts;
	pthread_mutex_unlock(&counters->lock);
	return copy;
}

/* A path relative to the directory's descriptor: sun_path holds 107 bytes, and a
 * directory may lie deeper. */
static void socket_address(int directory, struct sockaddr_un *address)
{
	struct text path;

	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	path = text_in(address->sun_path, sizeof address->sun_path);
	text_add(&path, "/proc/self/fd/%d/" SOCKET_NAME, directory);
}

int counters_listen(int directory)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	socket_address(directory, &address);
	if ((unlinkat(directory, SOCKET_NAME, 0) == 0 || errno == ENOENT) &&
		bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		listen(fd, 8) == 0)
		return fd;
	close(fd);
	return -1;
}

static json_t *counts_json(struct listener *listener)
{
	struct counts counts = counters_read(&listener->counters);
	char address[ENDPOINT_TEXT_MAX];

	endpoint_format(&listener->address, address);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}",
		"name", listener->name, "role", role_name(listener->role), "protocol",
		protocol_name(listener->protocol), "address", address, "connections",
		(json_int_t)counts.connections, "handshakes",
		(json_int_t)counts.handshakes, "application_bytes",
		(json_int_t)counts.application_bytes, "query_bytes",
		(json_int_t)counts.query_bytes, "queries", (json_int_t)counts.queries,
		"resumed", (json_int_t)counts.resumed, "last_alert", counts.last_alert,
		"last_request", counts.last_request);
}

void counters_serve(int fd, struct lab *lab)
{
	struct timeval limit = { .tv_sec = SEND_TIMEOUT_S };
	int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	json_t *all = json_array();

	for (size_t i = 0; i < lab->listener_n; i++)
		json_array_append_new(all, counts_json(&lab->listeners[i]));
	if (caller >= 0) {
		setsockopt(caller, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
		json_dumpfd(all, caller, JSON_FLAGS);
		close(caller);
	}
	json_decref(all);
}

static void print_line(json_t *row)
{
	const char *name, *role, *protocol, *address, *alert;
	json_int_t connections, handshakes, all, bytes, queries;

	if (json_unpack(row, "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s}", "name",
		    &name, "role", &role, "protocol", &protocol, "address", &address,
		    "connections", &connections, "handshakes", &handshakes,
		    "application_bytes", &all, "query_bytes", &bytes, "queries", &queries,
		    "last_alert", &alert) != 0)
		return;
	printf("%s\t%s\t%s\t%" JSON_INTEGER_FORMAT "\t%" JSON_INTEGER_FORMAT
	       "\t%" JSON_INTEGER_FORMAT "\t%" JSON_INTEGER_FORMAT
	       "\t%s\t%s\t%" JSON_INTEGER_FORMAT "\n",
		name, role, address, connections, handshakes, bytes, queries, alert,
		protocol, all);
}

static void print_table(json_t *all)
{
	json_t *row;
	size_t i;

	printf("name\trole\taddress\tconnections\thandshakes\tquery_bytes\tqueries\t"
	       "last_alert\tprotocol\tapplication_bytes\n");
	json_array_foreach(all, i, row) print_line(row);
}

static int counters_connect(const char *directory)
{
	struct sockaddr_un address;
	int at = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	socket_address(at, &address);
	if (at < 0 || fd < 0 ||
		connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		fprintf(stderr, "pintle-lab: no lab answers in %s: %s\n", directory,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	if (at >= 0)
		close(at);
	return fd;
}

int counters_print(const char *directory, bool json)
{
	int fd = counters_connect(directory);
	json_error_t error;
	json_t *all;

	if (fd < 0)
		return 1;
	all = json_loadfd(fd, 0, &error);
	close(fd);
	if (all == NULL) {
		fprintf(stderr, "pintle-lab: the lab's answer is cut: %s\n", error.text);
		return 1;
	}
	if (json) {
		json_dumpf(all, stdout, JSON_FLAGS);
		putchar('\n');
	} else {
		print_table(all);
	}
	json_decref(all);
	return fflush(stdout) == 0 ? 0 : 1;
}
