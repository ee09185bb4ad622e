#include "dns/rewrite.h"

#include "dns/compress.h"
#include "dns/rdata.h"

static enum status write_names(const struct message *m, const struct rdata_names *names,
	struct reader *rdata, struct compressor *c, struct writer *w)
{
	struct name name;

	wr_bytes(w, rdata_take_head(names, rdata));
	for (unsigned i = 0; i < names->names; i++) {
		if (name_read(m->wire, rdata, &name) != STATUS_OK)
			return STATUS_MALFORMED;
		if (names->compressed)
			compress_name(c, w, &name);
		else
			wr_bytes(w, name_bytes(&name));
	}
	return STATUS_OK;
}

static enum status write_rdata(const struct message *m, const struct record *record,
	struct compressor *c, struct writer *w)
{
	const struct rdata_names *names = rdata_names_of(record->type);
	struct reader rdata = { .rest = record->rdata };
	size_t length_at = w->n;
	enum status status = STATUS_OK;

	wr_uint(w, 0, 2);
	/* Without RDATA there are no names either: so it is in updates. */
	if (names != NULL && record->rdata.n > 0)
		status = write_names(m, names, &rdata, c, w);
	wr_bytes(w, rdata.rest);
	wr_patch16(w, length_at, (uint16_t)(w->n - length_at - 2));
	return status;
}

static void write_question(
	const struct question *question, struct compressor *c, struct writer *w)
{
	compress_name(c, w, &question->name);
	wr_uint(w, question->type, 2);
	wr_uint(w, question->class, 2);
}

static const struct name *owner_of(
	const struct record *record, const struct renaming *renaming)
{
	if (record->section == SECTION_ANSWER &&
		name_equal(&record->owner, renaming->from))
		return renaming->to;
	return &record->owner;
}

enum status rewrite_records(const struct message *m, const struct renaming *renaming,
	uint16_t *ttl_at, size_t n, struct writer *w)
{
	struct compressor c = { { 0 } };
	struct record_walk walk = record_walk(m);
	enum status status = STATUS_OK;
	struct record record;
	size_t done = 0;

	write_question(&m->question, &c, w);
	while (status == STATUS_OK && done < n && record_next(&walk, &record)) {
		if (record.ttl_at != ttl_at[done])
			continue;
		compress_name(&c, w, owner_of(&record, renaming));
		wr_uint(w, record.type, 2);
		wr_uint(w, record.class, 2);
		ttl_at[done++] = (uint16_t)w->n;
		wr_uint(w, record.ttl_s, 4);
		status = write_rdata(m, &record, &c, w);
	}
	return status == STATUS_OK && w->bad ? STATUS_NOSPACE : status;
}
