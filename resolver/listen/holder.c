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

/* The inode of a socket bound to `port` in one table; 0 if there is none. */
static unsigned long find_inode(const char *table, unsigned port, bool udp)
{
	FILE *f = fopen(table, "re");
	char line[512];
	unsigned long inode = 0;

	if (f == NULL)
		return 0;
	while (inode == 0 && fgets(line, sizeof line, f) != NULL) {
		unsigned local, state;
		unsigned long found;

		if (sscanf(line,
			    " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*d %*d "
			    "%lu",
			    &local, &state, &found) == 3 &&
			local == port && (udp || state == TCP_LISTEN_STATE))
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

void holder_describe(uint16_t port, bool udp, struct text *out)
{
	unsigned long inode =
		find_inode(udp ? "/proc/net/udp" : "/proc/net/tcp", port, udp);
	struct dirent *entry;
	char name[64];
	DIR *proc;

	if (inode == 0)
		inode = find_inode(udp ? "/proc/net/udp6" : "/proc/net/tcp6", port, udp);
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
