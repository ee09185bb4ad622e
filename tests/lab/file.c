#include "tests/lab/file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

FILE *lab_file_open_at(int directory, const char *name)
{
	int fd = openat(directory, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (f == NULL && fd >= 0)
		close(fd);
	return f;
}

enum status lab_file_close(FILE *f, enum status status)
{
	bool failed = ferror(f) != 0;

	return fclose(f) != 0 || (failed && status == STATUS_OK) ? STATUS_IO : status;
}

enum status lab_file_write(int directory, const char *name, struct bytes content)
{
	FILE *f = lab_file_open_at(directory, name);

	if (f == NULL)
		return STATUS_IO;
	fwrite(content.p, 1, content.n, f);
	return lab_file_close(f, STATUS_OK);
}
