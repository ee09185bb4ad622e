/* For tests of files that are taken. */
#ifndef TESTS_UNIT_CONFIG_TAKEN_H
#define TESTS_UNIT_CONFIG_TAKEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/config.h"

/* Fails with what is wrong with it. */
static inline struct config *parsed(const char *yaml)
{
	struct config *config = NULL;
	struct config_error error;

	if (config_parse("f", bytes_of_text(yaml), &config, &error) != STATUS_OK)
		fail_msg("%s", error.text);
	assert_string_equal(error.text, "");
	return config;
}

static inline void assert_endpoint(const struct endpoint *e, const char *expected)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(e, text);
	assert_string_equal(text, expected);
}

#endif
