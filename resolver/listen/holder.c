/* /proc/net/{udp,tcp,…} gives the socket's inode, /proc/PID/fd its owner
 * (proc(5)). */
#include "listen/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TCP_LISTEN_STATE 0x0a

#define WORD_DIGITS 8

/* An address as the kernel prints it: words of 32 bits, each in the machine's order.
 * Returns the number of its bytes. */
static size_t read_address(const char *digits, uint8_t out[16])
{
	size_t words = strlen(digits) / WORD_DIGITS;

	for (size_t i = 0; i < words; i++) {
		char word[WORD_DIGITS + 1] = "";
		uint32_t value;

		memcpy(word, digits + i * WORD_DIGITS, WORD_DIGITS);
		value = (uint32_t)strtoul(word, NULL, 16);
		memcpy(out + i * sizeof value, &value, sizeof value);
	}
	return words * sizeof(uint32_t);
}

/* Whether who is bound to the address in `digits` keeps `e` from its own. */
static bool is_in_the_way(const char *digits, const struct endpoint *e)
{
	static const uint8_t any[16] = { 0 };
	uint8_t address[16];
	struct bytes ours = endpoint_address(e);
	struct bytes held = bytes_of(address, read_address(digits, address));

	if (endpoint_is_wildcard(e) || memcmp(address, any, held.n) == 0)
		return true;
	/* Of an IPv4-mapped address its end. */
	return held.n >= ours.n && memcmp(held.p + held.n - ours.n, ours.p, ours.n) == 0;
}

/* The inode of a socket in one table; 0 if there is none. */
static unsigned long find_inode(const char *table, const struct endpoint *e, bool udp)
{
	FILE *f = fopen(table, "re");
	char line[512], address[4 * WORD_DIGITS + 1];
	unsigned long inode = 0;

	if (f == NULL)
		return 0;
	while (inode == 0 && fgets(line, sizeof line, f) != NULL) {
		unsigned port, state;
		unsigned long found;

		if (sscanf(line,
			    " %*d: %32[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*d %*d "
			    "%lu",
			    address, &port, &state, &found) == 4 &&
			port == endpoint_port(e) && is_in_the_way(address, e) &&
			(udp || state == TCP_LISTEN_STATE))
			inode = found;
	}
	fclose(f);
	return inode;
}

static bool process_has(const char *pid, const char *socket_name)
{
	char path[PATH_MAX], target[64];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%s/fd", pid);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		ssize_t n =
			readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);

		if (n > 0) {
			target[n] = '\0';
			found = strcmp(target, socket_name) == 0;
		}
	}
	closedir(dir);
	return found;
}

static void add_process(const char *pid, struct text *out)
{
	char path[PATH_MAX], name[64] = "?";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (f != NULL) {
		if (fgets(name, sizeof name, f) != NULL)
			name[strcspn(name, "\n")] = '\0';
		fclose(f);
	}
	if (strtol(pid, NULL, 10) == (long)getpid()) {
		text_add(out, ", held by this pintle: that needs a restart");
		return;
	}
	text_add(out, ", held by ");
	text_add_untrusted(out, name, strlen(name));
	text_add(out, " (pid %s)", pid);
}

/* Our IPv6 sockets leave IPv4 alone; another's may be for both. */
static unsigned long find_holder(const struct endpoint *e, bool udp)
{
	unsigned long inode = 0;

	if (e->sa.sa_family == AF_INET)
		inode = find_inode(udp ? "/proc/net/udp" : "/proc/net/tcp", e, udp);
	if (inode == 0)
		inode = find_inode(udp ? "/proc/net/udp6" : "/proc/net/tcp6", e, udp);
	return inode;
}

void holder_describe(const struct endpoint *e, bool udp, struct text *out)
{
	unsigned long inode = find_holder(e, udp);
	struct dirent *entry;
	char name[64];
	DIR *proc;

	proc = inode != 0 ? opendir("/proc") : NULL;
	if (proc == NULL)
		return;
	snprintf(name, sizeof name, "socket:[%lu]", inode);
	while ((entry = readdir(proc)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
			process_has(entry->d_name, name)) {
			add_process(entry->d_name, out);
			break;
		}
	}
	closedir(proc);
}
