/* A file of the source tree, read whole. */
#ifndef TEST_TREE_FILE_H
#define TEST_TREE_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"

#define TREE_FILE_BYTES_MAX 65536

/* make check says where the sources are; else they are here. */
static void tree_path(const char *path, char *out, size_t cap)
{
	const char *srcdir = getenv("srcdir");
	struct text t = text_in(out, cap);

	text_add(&t, "%s/%s", srcdir != NULL ? srcdir : ".", path);
	assert_false(t.cut);
}

static void tree_file(const char *path, char out[TREE_FILE_BYTES_MAX])
{
	char where[4096];
	FILE *f;
	size_t n;

	tree_path(path, where, sizeof where);
	f = fopen(where, "r");
	if (f == NULL)
		fail_msg("%s cannot be read", where);
	n = fread(out, 1, TREE_FILE_BYTES_MAX - 1, f);
	assert_true(feof(f) != 0);
	out[n] = '\0';
	fclose(f);
}

#endif
