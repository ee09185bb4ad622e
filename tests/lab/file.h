/* Files in the lab's directory. */
#ifndef LAB_FILE_H
#define LAB_FILE_H

#include <stdio.h>

#include "base/bytes.h"
#include "base/status.h"

/* Replaces `name` in the open directory; follows no link. NULL with errno. */
FILE *lab_file_open_at(int directory, const char *name);

/* Closes it; `status`, or IO if what was written did not get there. */
MUST_CHECK enum status lab_file_close(FILE *f, enum status status);

/* The three in one. */
MUST_CHECK enum status lab_file_write(
	int directory, const char *name, struct bytes content);

#endif
