/* Bytes as a stubby.yml. What comes out is a configuration that pintle takes, in
 * printable ASCII, with nobody in it who would be asked unchecked; or an error that is
 * printable and has a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/stubby.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

static void check_upstream(const struct config_upstream *up)
{
	const struct tls_policy *policy = &up->policy;

	expect(up->protocol == UPSTREAM_DOT && up->address_n > 0);
	expect(policy->pin_mode == PIN_ENFORCE);
	if (policy->pkix == PKIX_PINS_ONLY)
		expect(policy->pins.n > 0 && policy->auth_name == NULL);
	else
		expect(policy->ct == CT_MODE_REQUIRE &&
			policy->identity != IDENTITY_NONE);
}

static void check_yaml(struct bytes yaml)
{
	struct config *config = NULL;
	struct config_error error;

	for (size_t i = 0; i < yaml.n; i++)
		expect(yaml.p[i] == '\n' || (yaml.p[i] >= 0x20 && yaml.p[i] < 0x7f));
	expect(config_parse("out", yaml, &config, &error) == STATUS_OK);
	for (size_t i = 0; i < config->upstream_n; i++)
		check_upstream(&config->upstreams[i]);
	config_free(config);
}

static void check_error(const char *text)
{
	expect(strncmp(text, "f:", 2) == 0 && text[2] >= '1' && text[2] <= '9');
	for (; *text != '\0'; text++)
		expect(*text >= 0x20 && *text < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_error error = { "" };
	struct import import;
	struct bytes yaml;
	enum status status;

	import_init(&import);
	status = stubby_read("f", bytes_of(data, size), &error, &import);
	if (status == STATUS_CONFIG)
		check_error(error.text);
	if (status == STATUS_OK &&
		import_write(&import, "f", &error, &yaml) == STATUS_OK) {
		check_yaml(yaml);
		free((void *)yaml.p);
	}
	import_deinit(&import);
	return 0;
}
