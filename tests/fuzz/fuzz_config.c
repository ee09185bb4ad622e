/* Bytes as a configuration file. Whatever they are: a configuration whose rules
 * hold, or an error that is printable and has a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/endpoint.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
	if (!truth)
		abort();
}

/* It can be reached: there are addresses, or a name to look up and somebody to ask. */
static void check_reach(const struct config *config, const struct config_upstream *up)
{
	struct endpoint address;

	if (up->address_n > 0)
		return;
	expect(config->bootstrap_n > 0 && up->host != NULL && *up->host != '\0');
	expect(endpoint_parse(up->host, 853, &address) != STATUS_OK);
}

static void check_protocol(const struct config_upstream *up)
{
	if (up->protocol == UPSTREAM_DOH) {
		expect(up->url != NULL && up->path != NULL && *up->path == '/');
		expect(up->host != NULL && strstr(up->url, up->host) != NULL);
	} else {
		expect(up->url == NULL && up->path == NULL);
	}
}

static void check_upstream(const struct config_upstream *up)
{
	expect(*up->name != '\0');
	expect(up->policy.ct == CT_MODE_OFF || up->policy.ct_policy != NULL);
	expect(up->policy.ct_stale != CT_STALE_JUDGE && up->policy.learned == NULL);
	expect(up->policy.pin_mode != PIN_LEARN || up->policy.pins.n == 0);
	expect((up->policy.ca_file == NULL) != (up->policy.ca_path == NULL));
	expect((up->policy.identity == IDENTITY_NAME) == (up->policy.auth_name != NULL));
	if (up->policy.pkix == PKIX_PINS_ONLY)
		expect(up->policy.pins.n > 0 && up->policy.pin_mode == PIN_ENFORCE &&
			up->policy.ct == CT_MODE_OFF);
	else
		expect(up->policy.identity != IDENTITY_NONE);
	expect(config_upstream_equal(up, up));
}

static void check_config(const struct config *config)
{
	expect(config->listen_n > 0 && config->allow_n > 0 && config->upstream_n > 0);
	expect(config->cache_min_ttl_s <= config->cache_max_ttl_s);
	expect(config->update.url == NULL || config->log_list == NULL);
	expect(config->limit_timeout_ms >= 100 && config->limit_timeout_ms <= 60000);
	expect(config->dnssec != CONFIG_DNSSEC_VALIDATE || !config->trust_ad);
	for (size_t i = 0; i < config->dnssec_negative_n; i++)
		expect(config->dnssec_negative[i].n > 1);
	for (size_t i = 0; i < config->upstream_n; i++) {
		const struct config_upstream *up = &config->upstreams[i];

		check_reach(config, up);
		check_protocol(up);
		check_upstream(up);
		expect(config_find_upstream(config, up->name) == up);
	}
}

static void check_error(const char *text)
{
	expect(strncmp(text, "f:", 2) == 0 && text[2] >= '1' && text[2] <= '9');
	for (; *text != '\0'; text++)
		expect(*text >= 0x20 && *text < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = NULL;
	struct config_error error;
	enum status status = config_parse("f", bytes_of(data, size), &config, &error);

	expect((status == STATUS_OK) == (config != NULL));
	if (config != NULL)
		check_config(config);
	else
		check_error(error.text);
	config_free(config);
	return 0;
}
