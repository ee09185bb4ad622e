/* A DNS stamp, as text or as the bytes that the text stands for. What comes out is a
 * configuration that pintle takes, without a pin in it: a stamp has none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "ctl/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_upstream(const struct config_upstream *up)
{
	expect(up->policy.pkix == PKIX_REQUIRE && up->policy.pins.n == 0);
	expect(up->policy.ct == CT_MODE_REQUIRE);
	expect(up->protocol == UPSTREAM_DOH || up->policy.auth_name != NULL);
}

static void check_yaml(struct bytes yaml)
{
	struct config *config = NULL;
	struct config_error error;

	for (size_t i = 0; i < yaml.n; i++)
		expect(yaml.p[i] == '\n' || (yaml.p[i] >= 0x20 && yaml.p[i] < 0x7f));
	expect(config_parse("out", yaml, &config, &error) == STATUS_OK);
	expect(config->upstream_n == 1);
	check_upstream(&config->upstreams[0]);
	config_free(config);
}

static void read_text(const char *text, const char *address)
{
	char words[512] = "";
	struct text error = text_in(words, sizeof words);
	struct config_error config_error;
	struct import import;
	struct bytes yaml;

	import_init(&import);
	if (stamp_read(text, address, &error, &import) != STATUS_OK)
		for (const char *c = words; *c != '\0'; c++)
			expect(*c >= 0x20 && *c < 0x7f);
	else if (import_write(&import, "stamp", &config_error, &yaml) == STATUS_OK) {
		check_yaml(yaml);
		free((void *)yaml.p);
	}
	import_deinit(&import);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = strlen("sdns://") + BASE64_TEXT_MAX(size);
	char *text = malloc(cap > size + 1 ? cap : size + 1);

	expect(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	read_text(text, NULL);
	strcpy(text, "sdns://");
	base64url_encode(bytes_of(data, size), text + strlen(text));
	read_text(text, NULL);
	read_text(text, "192.0.2.1");
	free(text);
	return 0;
}
