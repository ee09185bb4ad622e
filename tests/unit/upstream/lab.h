/* Some servers, a configuration that names them as upstreams "a", "b", …, and
 * questions put to them. */
#ifndef TESTS_UNIT_UPSTREAM_LAB_H
#define TESTS_UNIT_UPSTREAM_LAB_H

#include "config/config.h"
#include "tests/unit/transport/bench.h"
#include "tests/unit/transport/dot_server.h"
#include "upstream/exchange.h"

#define LAB_SERVERS 2
#define LAB_NAMES   40

struct lab {
	struct bench bench;
	struct dot_server servers[LAB_SERVERS];
	bool stopped[LAB_SERVERS];
	char directory[MAKE_DIRECTORY_MAX];
	char ca_file[MAKE_DIRECTORY_MAX + 16];

	/* Changed before lab_load(); `upstreams` are at the servers in turn. */
	struct config config;
	struct config_upstream upstreams[LAB_NAMES];
	struct config_upstream written[2][LAB_NAMES];
	unsigned in_force; /* of the two above */

	struct upstream_shared shared;
	struct upstream_set set;
	struct exchanger *exchanger;
	unsigned good; /* times that on_good ran */
};

/* Servers run; the configuration has as many upstreams, not loaded yet. */
void lab_init(struct lab *lab);
void lab_deinit(struct lab *lab);
/* Nobody listens there any more. */
void lab_stop(struct lab *lab, size_t server);
/* Puts `upstreams` into `config`, whose old ones stay as they are. */
void lab_write(struct lab *lab);
/* Writes, prepares and commits the configuration, and makes an exchanger at first. */
void lab_load(struct lab *lab);

/* Until the exchanger has looked at its deadlines. */
void lab_tick(struct lab *lab);

/* One question and what came of it. */
struct asked {
	struct lab *lab;
	struct exchange *exchange;
	struct question question;
	bool starting;
	unsigned done;
	bool has_answer;
	unsigned rcode;
	char upstream[64];
	struct ede ede;
	struct asked *cancels; /* when done, cancels that one, too */
};

#define LAB_TIMEOUT_MS 4000

/* "x.lab", LAB_TIMEOUT_MS; `only` may be NULL. */
enum status lab_try(struct lab *lab, struct asked *asked, const char *only);
void lab_ask(struct lab *lab, struct asked *asked);
enum status lab_try_for(
	struct lab *lab, struct asked *asked, const char *only, uint32_t timeout_ms);
/* "x.lab", and otherwise as that says. */
enum status lab_try_with(
	struct lab *lab, struct asked *asked, const struct exchange_request *with);

/* Until it is done, once; and has an answer that is one, from `name`. */
void lab_wait_for(struct lab *lab, const struct asked *asked);
void lab_assert_answered_by(struct lab *lab, const struct asked *asked, const char *name);

/* A lab of its own for each test, in cmocka's *state. */
int lab_setup(void **state);
int lab_teardown(void **state);
#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

/* For dot_server.on_query. */
void lab_say_nothing(struct dot_client *client, struct bytes query);
void lab_hang_up(struct dot_client *client, struct bytes query);
void lab_servfail(struct dot_client *client, struct bytes query);
/* Keeps the first query of a test, for lab_answer_held() with NOERROR; the others, and
 * what asks for a sign of life, get no answer. */
void lab_hold(struct dot_client *client, struct bytes query);
bool lab_holds(void);
void lab_answer_held(void);

#endif
