#include "worker/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static const struct passwd *find_user(const struct config *config)
{
	return config->user != NULL ? getpwnam(config->user) : NULL;
}

/* By descriptor and without following links: between mkdir and chown somebody who
 * may write beside it could put something else in its place. */
static bool give_directory(const char *path, const struct passwd *owner)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	     fchown(fd, owner->pw_uid, owner->pw_gid) == 0;
	close(fd);
	return ok;
}

static bool make_directory(const char *path, mode_t mode, const struct passwd *owner)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return owner == NULL || geteuid() != 0 || give_directory(path, owner);
	if (errno != EEXIST || stat(path, &st) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

void privileges_make_directories(const struct config *config)
{
	const struct passwd *owner = find_user(config);
	char directory[PATH_MAX];
	char *slash;

	text_copy(directory, sizeof directory, config->control);
	slash = strrchr(directory, '/');
	if (slash != NULL && slash != directory) {
		*slash = '\0';
		(void)make_directory(directory, 0755, owner);
	}
	if (config->state_dir != NULL && !make_directory(config->state_dir, 0700, owner))
		log_warning("state_dir %s: %s: no evidence will be kept",
			config->state_dir, strerror(errno));
}

enum status privileges_check(const struct config *config, struct text *error)
{
	if (config->user == NULL || find_user(config) != NULL)
		return STATUS_OK;
	text_add(error, "user: %s does not exist", config->user);
	return STATUS_CONFIG;
}

enum status privileges_drop(const struct config *config, struct text *error)
{
	const struct passwd *user = find_user(config);

	if (config->user == NULL)
		return STATUS_OK;
	if (user == NULL)
		return privileges_check(config, error);
	if (geteuid() == user->pw_uid)
		return STATUS_OK;
	if (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 ||
		setuid(user->pw_uid) != 0 || setuid(0) == 0) {
		text_add(error, "cannot become user %s: %s", config->user,
			strerror(errno));
		return STATUS_CONFIG;
	}
	return STATUS_OK;
}
