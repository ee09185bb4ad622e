#include "worker/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* There is one manager. */
static int manager_fd = -1;
static uint64_t watchdog_ms;

/* A path, or a name of Linux' own, which begins with '@' (abstract). */
static bool read_address(const char *text, struct sockaddr_un *out, socklen_t *n)
{
	size_t text_n = strlen(text);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((text[0] != '/' && text[0] != '@') || text_n < 2 ||
		text_n >= sizeof out->sun_path)
		return false;
	memcpy(out->sun_path, text, text_n);
	if (text[0] == '@')
		out->sun_path[0] = '\0';
	*n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + text_n);
	return true;
}

static int open_socket(const char *text)
{
	struct sockaddr_un address;
	socklen_t n;
	int fd;

	if (!read_address(text, &address, &n)) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, n) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* sd_watchdog_enabled(3) */
static uint64_t read_watchdog_ms(void)
{
	const char *pid = getenv("WATCHDOG_PID"), *us = getenv("WATCHDOG_USEC");

	if (us == NULL || (pid != NULL && strtoll(pid, NULL, 10) != (long long)getpid()))
		return 0;
	return strtoull(us, NULL, 10) / 1000;
}

void notify_open(void)
{
	const char *text = getenv("NOTIFY_SOCKET");

	if (text != NULL) {
		manager_fd = open_socket(text);
		if (manager_fd < 0)
			log_warning("NOTIFY_SOCKET %s: %s", text, strerror(errno));
		watchdog_ms = manager_fd >= 0 ? read_watchdog_ms() : 0;
	}
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("WATCHDOG_USEC");
}

void notify_close(void)
{
	if (manager_fd >= 0)
		close(manager_fd);
	manager_fd = -1;
	watchdog_ms = 0;
}

uint64_t notify_watchdog_ms(void)
{
	return watchdog_ms;
}

static void tell(const char *words)
{
	if (manager_fd >= 0)
		(void)send(manager_fd, words, strlen(words), MSG_NOSIGNAL);
}

void notify_ready(const char *status)
{
	char words[600];

	snprintf(words, sizeof words, "READY=1\nSTATUS=%s", status);
	tell(words);
}

/* MONOTONIC_USEC tells this reload from earlier ones (Type=notify-reload). */
void notify_reloading(void)
{
	char words[100];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		(int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	tell(words);
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}

void notify_alive(void)
{
	tell("WATCHDOG=1");
}
