#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dns/message.h"

/* IANA's registry, "Resource Record (RR) TYPEs": what is met in practice. */
static const struct type_word {
	uint16_t type;
	const char *word;
} type_words[] = {
	{ 1, "A" },
	{ 2, "NS" },
	{ 5, "CNAME" },
	{ 6, "SOA" },
	{ 12, "PTR" },
	{ 13, "HINFO" },
	{ 15, "MX" },
	{ 16, "TXT" },
	{ 17, "RP" },
	{ 18, "AFSDB" },
	{ 24, "SIG" },
	{ 25, "KEY" },
	{ 28, "AAAA" },
	{ 29, "LOC" },
	{ 33, "SRV" },
	{ 35, "NAPTR" },
	{ 36, "KX" },
	{ 37, "CERT" },
	{ 39, "DNAME" },
	{ 41, "OPT" },
	{ 42, "APL" },
	{ 43, "DS" },
	{ 44, "SSHFP" },
	{ 45, "IPSECKEY" },
	{ 46, "RRSIG" },
	{ 47, "NSEC" },
	{ 48, "DNSKEY" },
	{ 49, "DHCID" },
	{ 50, "NSEC3" },
	{ 51, "NSEC3PARAM" },
	{ 52, "TLSA" },
	{ 53, "SMIMEA" },
	{ 55, "HIP" },
	{ 59, "CDS" },
	{ 60, "CDNSKEY" },
	{ 61, "OPENPGPKEY" },
	{ 62, "CSYNC" },
	{ 63, "ZONEMD" },
	{ 64, "SVCB" },
	{ 65, "HTTPS" },
	{ 99, "SPF" },
	{ 108, "EUI48" },
	{ 109, "EUI64" },
	{ 249, "TKEY" },
	{ 250, "TSIG" },
	{ 251, "IXFR" },
	{ 252, "AXFR" },
	{ 255, "ANY" },
	{ 256, "URI" },
	{ 257, "CAA" },
	{ 261, "RESINFO" },
};

#define TYPE_WORDS (sizeof type_words / sizeof *type_words)

void type_to_text(uint16_t type, char out[TYPE_TEXT_MAX])
{
	for (size_t i = 0; i < TYPE_WORDS; i++) {
		if (type_words[i].type == type) {
			snprintf(out, TYPE_TEXT_MAX, "%s", type_words[i].word);
			return;
		}
	}
	snprintf(out, TYPE_TEXT_MAX, "TYPE%u", (unsigned)type);
}

/* RFC 3597 §5: "TYPE" and a decimal number, also for a type with a word. */
static enum status type_from_number(const char *text, uint16_t *type)
{
	size_t digits;
	unsigned long value;

	if (strncasecmp(text, "TYPE", 4) != 0)
		return STATUS_NOTFOUND;
	text += 4;
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return STATUS_NOTFOUND;
	value = strtoul(text, NULL, 10);
	if (value > UINT16_MAX)
		return STATUS_NOTFOUND;
	*type = (uint16_t)value;
	return STATUS_OK;
}

enum status type_from_text(const char *text, uint16_t *type)
{
	for (size_t i = 0; i < TYPE_WORDS; i++) {
		if (strcasecmp(type_words[i].word, text) == 0) {
			*type = type_words[i].type;
			return STATUS_OK;
		}
	}
	return type_from_number(text, type);
}

bool type_is_meta(uint16_t type)
{
	return type == TYPE_OPT || (type >= 128 && type < TYPE_ANY);
}
