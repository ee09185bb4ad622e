/* A contact with its record in a directory of its own, under a clock and a log that
 * the tests hold. */
#ifndef TESTS_UPSTREAM_DESK_H
#define TESTS_UPSTREAM_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/unit/tls/make_cert.h"
#include "upstream/contact.h"

#define DAY_S 86400

struct desk {
	char state_dir[MAKE_DIRECTORY_MAX];
	struct config_upstream upstream;
	struct contact_of of;
	struct contact contact;
	char words[512];
	struct text error;

	int64_t wall_s;
	uint64_t now_ms;
	unsigned lines[LOG_LEVEL_DEBUG + 1];
	char last_line[1024];
};

/* For cmocka; it learns. There is one desk at a time. */
int desk_setup(void **state);
int desk_teardown(void **state);
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

/* A chain of three that verified, with those keys above the leaf. */
struct verdict chain_of(unsigned issuer, unsigned root);
/* As after a start. */
void open_again(struct desk *desk);
void let_in(struct desk *desk, unsigned issuer, unsigned root);
void turn_away(struct desk *desk, unsigned issuer, unsigned root);
/* `pins accept` with an issuer's pin; 0: without. */
void take_over(struct desk *desk, unsigned issuer, enum status expected);
void assert_pins(const struct desk *desk, unsigned issuer, unsigned root);
/* From now on files cannot grow, or can again. */
void fill_disk(bool full);
/* The path of the record. */
const char *record(const struct desk *desk);

#endif
