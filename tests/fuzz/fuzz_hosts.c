/* Bytes as a hosts file: each name that it gives is answered with its address, and what
 * is said of an address is a name. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "local/hosts.h"
#include "local/local.h"

#define TTLS_MAX 6000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

static void drop_line(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

static bool holds(const struct message *m, struct bytes address)
{
	struct record_walk walk = record_walk(m);
	struct record record;

	while (record_next(&walk, &record))
		if (bytes_equal(record.rdata, address))
			return true;
	return false;
}

static void ask(const struct local *local, const struct hosts_entry *entry)
{
	static uint8_t wire[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[TTLS_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };
	struct question question = { .name = entry->name,
		.type = entry->address_n == 4 ? TYPE_A : TYPE_AAAA,
		.class = CLASS_IN };
	struct answer answer;
	struct message m;

	must(local_lookup(local, &question, &w, ttl_at, TTLS_MAX, &answer) ==
		LOCAL_ANSWER);
	must(message_parse(answer.wire, &m) == STATUS_OK);
	must(message_rcode(&m) == RCODE_NOERROR && m.counts[SECTION_ANSWER] > 0);
	/* Of localhost, and of very many, not all are. */
	if (m.counts[SECTION_ANSWER] < 64 && question.name.wire[0] != 9)
		must(holds(&m, bytes_of(entry->address, entry->address_n)) ||
			m.counts[SECTION_ANSWER] == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct local_options options = { .hosts = bytes_of(data, size),
		.hosts_name = "hosts" };
	struct hosts_reader reader = { .rest = options.hosts };
	struct hosts_entry entry;
	struct local *local;
	char words[128];
	struct text error = text_in(words, sizeof words);
	enum hosts_item item;

	log_replace(drop_line);
	if (local_new(&options, &error, &local) != STATUS_OK)
		return 0;
	while ((item = hosts_next(&reader, &entry)) != HOSTS_END)
		if (item == HOSTS_NAME)
			ask(local, &entry);
	local_free(local);
	return 0;
}
