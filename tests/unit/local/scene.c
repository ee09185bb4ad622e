#include "tests/unit/local/scene.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

#define TTLS_MAX 6000

static const struct {
	const char *word;
	enum local_action action;
} actions[] = {
	{ "nxdomain", LOCAL_NXDOMAIN },
	{ "nodata", LOCAL_NODATA },
	{ "refuse", LOCAL_REFUSE },
	{ "transparent", LOCAL_TRANSPARENT },
};

static void read_name(const char *text, size_t n, struct name *out)
{
	char copy[NAME_TEXT_MAX];

	snprintf(copy, sizeof copy, "%.*s", (int)n, text);
	assert_int_equal(name_from_text(copy, out), STATUS_OK);
}

static void read_zone(const char *text, struct local_zone *out)
{
	const char *space = strchr(text, ' ');

	assert_non_null(space);
	read_name(text, (size_t)(space - text), &out->name);
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].word, space + 1) == 0)
			out->action = actions[i].action;
	assert_int_not_equal(out->action, LOCAL_UNSET);
}

static enum status make(const struct scene *scene, struct text *error, struct local **out)
{
	static const char *places[] = { "f:1", "f:2", "f:3", "f:4", "f:5", "f:6", "f:7",
		"f:8", "f:9", "f:10", "f:11", "f:12", "f:13", "f:14", "f:15", "f:16" };
	static const char *zone_places[] = { "z:1", "z:2", "z:3", "z:4", "z:5", "z:6",
		"z:7", "z:8", "z:9", "z:10", "z:11", "z:12", "z:13", "z:14", "z:15",
		"z:16" };
	const char *records[SCENE_LIST_MAX];
	struct local_zone zones[SCENE_LIST_MAX] = { 0 };
	struct name forwards[SCENE_LIST_MAX];
	struct local_options options = { .records = records,
		.places = places,
		.zones = zones,
		.forwards = forwards,
		.hosts_name = "hosts" };

	memcpy(records, scene->records, sizeof records);
	if (scene->hosts != NULL)
		options.hosts = bytes_of_text(scene->hosts);
	while (options.record_n < SCENE_LIST_MAX && records[options.record_n] != NULL)
		options.record_n++;
	for (size_t i = 0; i < SCENE_LIST_MAX && scene->zones[i] != NULL; i++) {
		read_zone(scene->zones[i], &zones[i]);
		zones[i].place = zone_places[i];
		options.zone_n++;
	}
	for (size_t i = 0; i < SCENE_LIST_MAX && scene->forwards[i] != NULL; i++) {
		read_name(scene->forwards[i], strlen(scene->forwards[i]), &forwards[i]);
		options.forward_n++;
	}
	return local_new(&options, error, out);
}

struct local *scene_new(const struct scene *scene)
{
	char words[512];
	struct text error = text_in(words, sizeof words);
	struct local *local;

	if (make(scene, &error, &local) != STATUS_OK)
		fail_msg("%s", words);
	return local;
}

void scene_refused(const struct scene *scene, char *out, size_t cap)
{
	struct text error = text_in(out, cap);
	struct local *local;

	assert_int_equal(make(scene, &error, &local), STATUS_CONFIG);
	assert_null(local);
}

/* --- what is said ---------------------------------------------------------- */

static void add_name(struct text *said, struct bytes rdata)
{
	struct reader r = { .rest = rdata };
	char text[NAME_TEXT_MAX];
	struct name name;

	assert_int_equal(name_read(rdata, &r, &name), STATUS_OK);
	name_to_text(&name, text);
	text_add(said, "%s", text);
}

static void add_rdata(struct text *said, const struct record *record)
{
	char text[2 * 512 + 1];

	assert_true(record->rdata.n <= 512);
	switch (record->type) {
	case TYPE_A:
		inet_ntop(AF_INET, record->rdata.p, text, sizeof text);
		break;
	case TYPE_AAAA:
		inet_ntop(AF_INET6, record->rdata.p, text, sizeof text);
		break;
	case TYPE_CNAME:
	case TYPE_NS:
	case TYPE_PTR:
		add_name(said, record->rdata);
		return;
	default:
		hex_encode(record->rdata, text);
	}
	text_add(said, "%s", text);
}

/* MNAME is the zone, and TTL and MINIMUM are the same (RFC 6303 §3). */
static void add_soa(struct text *said, const struct record *record)
{
	struct reader r = { .rest = record->rdata };
	char text[NAME_TEXT_MAX];
	struct name mname, rname;

	assert_int_equal(name_read(record->rdata, &r, &mname), STATUS_OK);
	assert_int_equal(name_read(record->rdata, &r, &rname), STATUS_OK);
	assert_true(name_equal(&mname, &record->owner));
	name_to_text(&rname, text);
	assert_string_equal(text, "nobody.invalid.");
	rd_take(&r, 16);
	assert_int_equal(rd_uint(&r, 4), record->ttl_s);
	name_to_text(&record->owner, text);
	text_add(said, " SOA %s", text);
}

static void add_record(struct text *said, const struct record *record)
{
	char name[NAME_TEXT_MAX], type[TYPE_TEXT_MAX];

	assert_int_equal(record->class, CLASS_IN);
	if (record->type == TYPE_SOA) {
		add_soa(said, record);
		return;
	}
	assert_int_equal(record->section, SECTION_ANSWER);
	name_to_text(&record->owner, name);
	type_to_text(record->type, type);
	text_add(said, " %s %u %s ", name, record->ttl_s, type);
	add_rdata(said, record);
}

static const char *rcode_word(unsigned rcode)
{
	switch (rcode) {
	case RCODE_NOERROR:
		return "NOERROR";
	case RCODE_NXDOMAIN:
		return "NXDOMAIN";
	case RCODE_REFUSED:
		return "REFUSED";
	default:
		return "SERVFAIL";
	}
}

static void describe(
	const struct answer *answer, const struct question *question, struct text *said)
{
	struct record_walk walk;
	struct record record;
	struct message m;
	size_t n = 0;

	assert_int_equal(message_parse(answer->wire, &m), STATUS_OK);
	assert_int_equal(m.flags & ~0xfu, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA);
	assert_int_equal(m.id, 0);
	assert_true(
		bytes_equal(name_bytes(&m.question.name), name_bytes(&question->name)));
	assert_true(question_equal(&m.question, question));
	assert_int_equal(answer->question_end, m.question_end);
	assert_int_equal(answer->rcode, message_rcode(&m));
	assert_false(answer->authenticated);
	text_add(said, "%s", rcode_word(answer->rcode));
	walk = record_walk(&m);
	for (; record_next(&walk, &record); n++) {
		assert_true(n < answer->ttl_n);
		assert_int_equal(record.ttl_at, answer->ttl_at[n]);
		add_record(said, &record);
	}
	assert_int_equal(n, answer->ttl_n);
	if (answer->ede.present)
		text_add(said, " EDE %u", answer->ede.code);
}

static void read_question(const char *text, struct question *out)
{
	const char *space = strrchr(text, ' ');

	assert_non_null(space);
	read_name(text, (size_t)(space - text), &out->name);
	assert_int_equal(type_from_text(space + 1, &out->type), STATUS_OK);
	out->class = CLASS_IN;
}

void scene_ask(const struct local *local, const char *text, char *out)
{
	static uint8_t wire[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[TTLS_MAX];
	struct text said = text_in(out, SCENE_SAID_MAX);
	/* Not at its beginning: places count from the answer's own. */
	struct writer w = { .p = wire, .n = 2, .cap = sizeof wire };
	struct question question;
	struct answer answer;

	read_question(text, &question);
	if (local_lookup(local, &question, &w, ttl_at, TTLS_MAX, &answer) == LOCAL_NONE) {
		assert_int_equal(w.n, 2);
		text_add(&said, "NONE");
		return;
	}
	assert_ptr_equal(answer.wire.p, wire + 2);
	describe(&answer, &question, &said);
}

void scene_assert(const struct local *local, const char *question, const char *want)
{
	char said[SCENE_SAID_MAX];

	scene_ask(local, question, said);
	if (strcmp(said, want) != 0)
		fail_msg("%s: \"%s\" != \"%s\"", question, said, want);
}
