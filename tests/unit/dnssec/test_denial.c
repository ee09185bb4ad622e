/* Proofs, with records made for each: "OWNER NEXT TYPE…" is an NSEC; "=NAME TYPE…" an
 * NSEC3 of that name, "~NAME" one that covers it, "~!NAME" the same with opt-out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "dnssec/denial.h"
#include "dnssec/names.h"
#include "tests/unit/rows.h"

#define FACTS_MAX 4

enum asked { NAME, TYPE, CLOSER, CUT };

struct row {
	const char *name;
	const char *facts[FACTS_MAX];
	enum asked asked;
	const char *about;
	unsigned detail; /* the type, or how many labels the wildcard stands below */
	int answer;      /* enum proof or enum cut */
};

static const struct row rows[] = {
	/* NSEC: names. */
	{ "in the gap, wildcard in it too", { "a.z d.z A" }, NAME, "c.z", 0, PROOF_NONE },
	{ "in the gap, wildcard in another", { "a.z d.z A", "z a.z SOA NS" }, NAME, "c.z",
		0, PROOF_FULL },
	{ "no gap", { "a.z b.z A", "z a.z SOA NS" }, NAME, "c.z", 0, PROOF_NONE },
	{ "the owner itself", { "c.z d.z A", "z a.z SOA NS" }, NAME, "c.z", 0,
		PROOF_NONE },
	{ "the next itself", { "a.z c.z A", "z a.z SOA NS" }, NAME, "c.z", 0,
		PROOF_NONE },
	{ "the next below it", { "a.z x.c.z A", "z a.z SOA NS" }, NAME, "c.z", 0,
		PROOF_NONE },
	{ "the last gap", { "m.z z A", "z a.z SOA NS" }, NAME, "n.z", 0, PROOF_FULL },
	{ "the last gap, that leads elsewhere", { "m.z b.z A", "z a.z SOA NS" }, NAME,
		"n.z", 0, PROOF_NONE },
	{ "the last gap, another zone", { "m.z z A", "z a.z SOA NS" }, NAME, "n.y", 0,
		PROOF_NONE },
	{ "one record alone", { "z z SOA NS" }, NAME, "n.z", 0, PROOF_FULL },
	{ "below a cut", { "c.z e.z NS", "z a.z SOA NS" }, NAME, "d.c.z", 0, PROOF_NONE },
	{ "below a DNAME", { "c.z e.z DNAME", "z a.z SOA NS" }, NAME, "d.c.z", 0,
		PROOF_NONE },
	{ "below a name with both NS and SOA", { "z z NS SOA" }, NAME, "d.c.z", 0,
		PROOF_FULL },
	{ "a wildcard is there", { "a.z d.z A", "*.z a.z A" }, NAME, "c.z", 0,
		PROOF_NONE },
	{ "the wildcard of the wrong encloser", { "b.c.z e.z A", "z a.z SOA NS" }, NAME,
		"d.c.z", 0, PROOF_NONE },
	{ "capitals", { "A.Z D.Z A", "Z A.Z SOA NS" }, NAME, "c.z", 0, PROOF_FULL },
	{ "no records at all", { 0 }, NAME, "c.z", 0, PROOF_NONE },
	/* NSEC: types. */
	{ "not of that type", { "c.z d.z A" }, TYPE, "c.z", TYPE_TXT, PROOF_FULL },
	{ "of that type", { "c.z d.z A" }, TYPE, "c.z", TYPE_A, PROOF_NONE },
	{ "an alias", { "c.z d.z CNAME" }, TYPE, "c.z", TYPE_A, PROOF_NONE },
	{ "a cut, asked of the parent", { "c.z d.z NS" }, TYPE, "c.z", TYPE_A,
		PROOF_NONE },
	{ "a cut, asked for its DS", { "c.z d.z NS" }, TYPE, "c.z", TYPE_DS, PROOF_FULL },
	{ "the child's own, asked for a DS", { "c.z d.z NS SOA" }, TYPE, "c.z", TYPE_DS,
		PROOF_NONE },
	{ "an empty name", { "a.z x.c.z A" }, TYPE, "c.z", TYPE_A, PROOF_FULL },
	{ "a wildcard without it", { "a.z d.z A", "*.z a.z TXT" }, TYPE, "c.z", TYPE_A,
		PROOF_FULL },
	{ "a wildcard with it", { "a.z d.z A", "*.z a.z A" }, TYPE, "c.z", TYPE_A,
		PROOF_NONE },
	{ "the wildcard alone", { "*.z a.z TXT" }, TYPE, "c.z", TYPE_A, PROOF_NONE },
	/* NSEC: nothing closer. */
	{ "nothing closer", { "a.z d.z A" }, CLOSER, "x.c.z", 1, PROOF_FULL },
	{ "closer, and there", { "c.z d.z A" }, CLOSER, "x.c.z", 1, PROOF_NONE },
	{ "closer, and empty", { "a.z y.c.z A" }, CLOSER, "x.c.z", 1, PROOF_NONE },
	{ "closer, below a cut", { "c.z e.z NS" }, CLOSER, "x.d.c.z", 2, PROOF_NONE },
	{ "labels of the name itself", { "a.z d.z A" }, CLOSER, "c.z", 2, PROOF_NONE },
	/* NSEC: cuts. */
	{ "a cut without DS", { "c.z d.z NS" }, CUT, "c.z", 0, CUT_INSECURE },
	{ "a cut with DS", { "c.z d.z NS DS" }, CUT, "c.z", 0, CUT_UNPROVEN },
	{ "the child's own", { "c.z d.z NS SOA" }, CUT, "c.z", 0, CUT_UNPROVEN },
	{ "no cut", { "c.z d.z A" }, CUT, "c.z", 0, CUT_NONE },
	{ "no cut, an empty name", { "a.z x.c.z A" }, CUT, "c.z", 0, CUT_NONE },
	{ "nothing there", { "a.z d.z A", "z a.z SOA NS" }, CUT, "c.z", 0, CUT_NOTHING },
	{ "another name's cut", { "b.z d.z NS" }, CUT, "c.z", 0, CUT_UNPROVEN },
	/* NSEC3. */
	{ "3: not there", { "=z SOA NS", "~c.z", "~*.z" }, NAME, "c.z", 0, PROOF_FULL },
	{ "3: not there, far below", { "=z SOA NS", "~c.z", "~*.z" }, NAME, "a.b.c.z", 0,
		PROOF_FULL },
	{ "3: wildcard missing", { "=z SOA NS", "~c.z" }, NAME, "c.z", 0, PROOF_NONE },
	{ "3: wildcard there", { "=z SOA NS", "~c.z", "=*.z A" }, NAME, "c.z", 0,
		PROOF_NONE },
	{ "3: encloser missing", { "~c.z", "~*.z" }, NAME, "c.z", 0, PROOF_NONE },
	{ "3: the name itself", { "=z SOA NS", "=c.z A", "~*.z" }, NAME, "c.z", 0,
		PROOF_NONE },
	{ "3: below a cut", { "=c.z NS", "~d.c.z", "~*.c.z" }, NAME, "d.c.z", 0,
		PROOF_NONE },
	{ "3: below a DNAME", { "=c.z DNAME", "~d.c.z", "~*.c.z" }, NAME, "d.c.z", 0,
		PROOF_NONE },
	{ "3: opt-out", { "=z SOA NS", "~!c.z", "~*.z" }, NAME, "c.z", 0, PROOF_OPT_OUT },
	{ "3: not of that type", { "=c.z A" }, TYPE, "c.z", TYPE_TXT, PROOF_FULL },
	{ "3: of that type", { "=c.z A" }, TYPE, "c.z", TYPE_A, PROOF_NONE },
	{ "3: an alias", { "=c.z CNAME" }, TYPE, "c.z", TYPE_A, PROOF_NONE },
	{ "3: a cut, asked of the parent", { "=c.z NS" }, TYPE, "c.z", TYPE_A,
		PROOF_NONE },
	{ "3: not there at all", { "=z SOA NS", "~c.z", "~*.z" }, TYPE, "c.z", TYPE_A,
		PROOF_NONE },
	{ "3: a wildcard without it", { "=z SOA NS", "~c.z", "=*.z TXT" }, TYPE, "c.z",
		TYPE_A, PROOF_FULL },
	{ "3: a wildcard with it", { "=z SOA NS", "~c.z", "=*.z A" }, TYPE, "c.z", TYPE_A,
		PROOF_NONE },
	{ "3: nothing closer", { "~c.z" }, CLOSER, "x.c.z", 1, PROOF_FULL },
	{ "3: closer, and there", { "=c.z A" }, CLOSER, "x.c.z", 1, PROOF_NONE },
	{ "3: closer, and there since", { "=c.z A", "~c.z" }, CLOSER, "x.c.z", 1,
		PROOF_NONE },
	{ "3: of another zone", { "~c.y" }, CLOSER, "x.c.y", 1, PROOF_NONE },
	{ "3: closer under opt-out", { "~!c.z" }, CLOSER, "x.c.z", 1, PROOF_OPT_OUT },
	{ "3: a cut without DS", { "=c.z NS" }, CUT, "c.z", 0, CUT_INSECURE },
	{ "3: a cut with DS", { "=c.z NS DS" }, CUT, "c.z", 0, CUT_UNPROVEN },
	{ "3: no cut", { "=c.z A" }, CUT, "c.z", 0, CUT_NONE },
	{ "3: under opt-out", { "=z SOA NS", "~!c.z" }, CUT, "c.z", 0, CUT_INSECURE },
	{ "3: not there, wildcard unknown", { "=z SOA NS", "~c.z" }, CUT, "c.z", 0,
		CUT_UNPROVEN },
};

static const struct nsec3 parameters = { .algorithm = 1, .iterations = 2 };

static struct name name_of(const char *text)
{
	struct name out;

	assert_int_equal(name_from_text(text, &out), STATUS_OK);
	return out;
}

/* "A NS" as bit maps; all of these types are in the first window. */
static void write_types(struct writer *w, char *words)
{
	uint8_t bits[32] = { 0 };
	char *rest;
	uint16_t type;

	for (char *word = strtok_r(words, " ", &rest); word != NULL;
		word = strtok_r(NULL, " ", &rest)) {
		assert_int_equal(type_from_text(word, &type), STATUS_OK);
		bits[type / 8] |= (uint8_t)(0x80 >> type % 8);
	}
	wr_uint(w, 0, 1);
	wr_uint(w, sizeof bits, 1);
	wr_bytes(w, bytes_of(bits, sizeof bits));
}

static void step(uint8_t hash[NSEC3_HASH_BYTES], int by)
{
	for (int i = NSEC3_HASH_BYTES - 1; i >= 0; i--) {
		hash[i] = (uint8_t)(hash[i] + by);
		if (hash[i] != (by > 0 ? 0 : 0xff))
			return;
	}
}

static struct name hashed_owner(const uint8_t hash[NSEC3_HASH_BYTES], const char *zone)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	char text[64];
	size_t n = 0;

	for (unsigned bit = 0; bit < NSEC3_HASH_BYTES * 8; bit += 5) {
		unsigned pair = (unsigned)hash[bit / 8] << 8 |
				(bit / 8 + 1 < NSEC3_HASH_BYTES ? hash[bit / 8 + 1] : 0u);

		text[n++] = digits[pair >> (11 - bit % 8) & 31];
	}
	snprintf(text + n, sizeof text - n, ".%s", zone);
	return name_of(text);
}

static void add_nsec3(
	struct denial *d, char *fact, struct record *record, struct writer *w)
{
	bool covers = *fact == '~';
	bool opt_out = fact[1] == '!';
	char *name = strtok(fact + 1 + opt_out, " ");
	char *types = strtok(NULL, "");
	uint8_t hash[NSEC3_HASH_BYTES];
	struct name hashed = name_of(name);
	char none[1] = "";

	assert_int_equal(crypto_nsec3_hash(&hashed, &parameters, hash), STATUS_OK);
	if (covers)
		step(hash, -1);
	record->owner = hashed_owner(hash, "z");
	step(hash, 1);
	if (covers)
		step(hash, 1);
	wr_uint(w, 1, 1);
	wr_uint(w, opt_out, 1);
	wr_uint(w, parameters.iterations, 2);
	wr_uint(w, 0, 1);
	wr_uint(w, NSEC3_HASH_BYTES, 1);
	wr_bytes(w, bytes_of(hash, sizeof hash));
	write_types(w, types == NULL ? none : types);
	record->rdata = wr_done(w);
	assert_true(denial_add_nsec3(d, record, record));
}

static void add_nsec(
	struct denial *d, char *fact, struct record *record, struct writer *w)
{
	char *owner = strtok(fact, " ");
	struct name next = name_of(strtok(NULL, " "));
	size_t start = DNS_HEADER_BYTES;

	record->owner = name_of(owner);
	w->n = start;
	wr_bytes(w, name_bytes(&next));
	write_types(w, strtok(NULL, ""));
	record->rdata = bytes_of(w->p + start, w->n - start);
	assert_true(denial_add_nsec(d, wr_done(w), record, record));
}

static int ask(struct denial *d, const struct row *row)
{
	struct name about = name_of(row->about);
	const void *source;

	switch (row->asked) {
	case NAME:
		return (int)denial_of_name(d, &about);
	case TYPE:
		return (int)denial_of_type(d, &about, (uint16_t)row->detail);
	case CLOSER:
		return (int)denial_of_closer(d, &about, row->detail, &source);
	default:
		return (int)denial_of_ds(d, &about);
	}
}

static void prove_row(void **state)
{
	const struct row *row = *state;
	struct record records[FACTS_MAX];
	uint8_t room[FACTS_MAX][512];
	unsigned hashes = 64;
	struct name zone = name_of("z");
	struct denial d = { .zone = &zone, .hashes_left = &hashes };

	for (size_t i = 0; i < FACTS_MAX && row->facts[i] != NULL; i++) {
		struct writer w = { .p = room[i], .cap = sizeof room[i] };
		char fact[128];

		text_copy(fact, sizeof fact, row->facts[i]);
		if (*fact == '=' || *fact == '~')
			add_nsec3(&d, fact, &records[i], &w);
		else
			add_nsec(&d, fact, &records[i], &w);
	}
	assert_int_equal(ask(&d, row), row->answer);
}

int main(void)
{
	return run_rows("denial", rows, sizeof *rows, ROWS(rows), prove_row);
}
