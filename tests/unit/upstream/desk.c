#include "tests/unit/upstream/desk.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"

static struct desk *desk;

static void note_line(enum log_level level, const char *line)
{
	desk->lines[level]++;
	text_copy(desk->last_line, sizeof desk->last_line, line);
}

static uint64_t fake_ms(void)
{
	return desk->now_ms;
}

static int64_t fake_s(void)
{
	return desk->wall_s;
}

void fill_disk(bool full)
{
	struct rlimit limit;

	/* write() fails with EFBIG then. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = full ? 64 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

int desk_setup(void **state)
{
	static const struct clock_source source = { fake_ms, fake_s };
	struct desk *d = calloc(1, sizeof *d);

	assert_non_null(d);
	make_directory(d->state_dir);
	d->upstream = (struct config_upstream){ .name = "u",
		.policy = { .pin_mode = PIN_LEARN } };
	d->of = (struct contact_of){ &d->upstream, d->state_dir };
	d->error = text_in(d->words, sizeof d->words);
	d->wall_s = MAKE_CERT_NOW;
	desk = d;
	clock_replace(&source);
	log_replace(note_line);
	*state = d;
	return 0;
}

int desk_teardown(void **state)
{
	struct desk *d = *state;

	fill_disk(false);
	remove_directory(d->state_dir);
	clock_replace(NULL);
	log_replace(NULL);
	free(d);
	return 0;
}

struct verdict chain_of(unsigned issuer, unsigned root)
{
	struct verdict v = { .accepted = true,
		.chain_verified = true,
		.pkix.ok = RULE_OK,
		.name.ok = RULE_OK,
		.chain.n = 3 };

	text_copy(v.chain.certificates[0].subject, PEER_SUBJECT_MAX, "CN=u.example");
	v.chain.certificates[1].pin.sha256[0] = (uint8_t)issuer;
	v.chain.certificates[2].pin.sha256[0] = (uint8_t)root;
	return v;
}

void open_again(struct desk *d)
{
	assert_int_equal(contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_OK);
}

void let_in(struct desk *d, unsigned issuer, unsigned root)
{
	struct verdict v = chain_of(issuer, root);

	contact_accepted(&d->contact, &d->of, &v);
}

void turn_away(struct desk *d, unsigned issuer, unsigned root)
{
	struct verdict v = chain_of(issuer, root);

	v.accepted = false;
	v.reason = REASON_PIN_MISMATCH;
	v.pins.ok = RULE_FAILED;
	contact_refused(&d->contact, &d->of, &v);
}

void assert_pins(const struct desk *d, unsigned issuer, unsigned root)
{
	assert_true(d->contact.known);
	assert_int_equal(d->contact.learned.pins.issuer.sha256[0], issuer);
	assert_int_equal(d->contact.learned.pins.root.sha256[0], root);
}

const char *record(const struct desk *d)
{
	static char path[MAKE_DIRECTORY_MAX + 16];

	snprintf(path, sizeof path, "%s/learned/u", d->state_dir);
	return path;
}

void take_over(struct desk *d, unsigned issuer, enum status expected)
{
	struct pin pin = { { (uint8_t)issuer } };
	struct contact_choice choice = { .issuer = issuer != 0 ? &pin : NULL };
	struct learned_pins was, before = d->contact.learned.pins;

	d->error = text_in(d->words, sizeof d->words);
	d->words[0] = '\0';
	assert_int_equal(contact_take_over(&d->contact, &d->of, &choice, &d->error, &was),
		expected);
	if (expected == STATUS_OK)
		assert_true(learned_pins_equal(&was, &before));
}
