/* The model as YAML. All text in it has been checked to be what its key takes, and is
 * printable without quotes or backslashes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/node.h"
#include "config/units.h"
#include "ctl/import.h"

static void add_time(struct text *out, uint32_t time_ms)
{
	units_add(out, units_time_ms, time_ms);
}

static void add_endpoints(
	struct text *out, const char *key, const struct endpoint *list, size_t n)
{
	char address[ENDPOINT_TEXT_MAX];

	text_add(out, "%s: [", key);
	for (size_t i = 0; i < n; i++) {
		endpoint_format(&list[i], address);
		text_add(out, "%s\"%s\"", i > 0 ? ", " : "", address);
	}
	text_add(out, "]\n");
}

/* --- comments -------------------------------------------------------------- */

static void add_note(struct text *out, const struct import_note *note)
{
	text_add(out, "#   ");
	if (note->line > 0)
		text_add(out, "line %u, ", note->line);
	if (note->key != NULL)
		text_add(out, "%s: ", note->key);
	text_add(out, "%s\n", note->why);
}

static void add_head(struct text *out, const struct import *import, const char *source)
{
	text_add(out, "# Made by pintlectl import of ");
	text_add_untrusted(out, source, strlen(source));
	text_add(out,
		"\n# Check it, once it is in a file: pintle --check-config -c FILE\n"
		"#\n# What is different:\n"
		"#   an upstream's certificate must prove that it was shown to "
		"public logs; for one of\n"
		"#   a private authority write ct: off\n");
	for (const struct import_note *it = import->notes; it != NULL; it = it->next)
		add_note(out, it);
	text_add(out, "\n");
}

/* --- keys ------------------------------------------------------------------ */

static void add_tls(struct text *out, const struct import *import)
{
	if (import->ca_file == NULL && import->ca_path == NULL && !import->tls_1_3)
		return;
	text_add(out, "tls:\n");
	if (import->ca_file != NULL)
		text_add(out, "  ca_file: \"%s\"\n", import->ca_file);
	else if (import->ca_path != NULL)
		text_add(out, "  ca_path: \"%s\"\n", import->ca_path);
	if (import->tls_1_3)
		text_add(out, "  min_version: \"1.3\"\n");
}

static void add_edns(struct text *out, const struct import *import)
{
	if (!import->has_padding && import->client_subnet == NULL)
		return;
	text_add(out, "edns:\n");
	if (import->has_padding)
		text_add(out, "  padding: %u\n", import->padding);
	if (import->client_subnet != NULL)
		text_add(out, "  client_subnet: %s\n", import->client_subnet);
}

static void add_dnssec(struct text *out, const struct import *import)
{
	if (!import->validate)
		return;
	text_add(out, "dnssec: validate\n");
	if (import->anchors != NULL)
		text_add(out, "dnssec_anchors: \"%s\"\n", import->anchors);
}

static void add_file_keys(struct text *out, const struct import *import)
{
	if (import->listen_n > 0)
		add_endpoints(out, "listen", import->listen, import->listen_n);
	if (import->log_level != NULL)
		text_add(out, "log: {level: %s}\n", import->log_level);
	if (import->timeout_ms > 0) {
		text_add(out, "limits: {timeout: ");
		add_time(out, import->timeout_ms);
		text_add(out, "}\n");
	}
	add_tls(out, import);
	add_edns(out, import);
	add_dnssec(out, import);
	if (import->strategy != NULL)
		text_add(out, "strategy: %s\n", import->strategy);
	if (import->bootstrap_n > 0)
		add_endpoints(out, "bootstrap", import->bootstrap, import->bootstrap_n);
}

static void add_pins(struct text *out, const struct import_upstream *upstream)
{
	char pin[PIN_TEXT_MAX];

	if (upstream->pin_n == 0)
		return;
	text_add(out, "    pins:\n");
	for (size_t i = 0; i < upstream->pin_n; i++) {
		pin_format(&upstream->pins[i], pin);
		text_add(out, "      - \"%s\"\n", pin);
	}
}

/* Without a name there is one thing left to know a server by: its key. */
static void add_identity(struct text *out, const struct import_upstream *upstream)
{
	if (upstream->url != NULL)
		text_add(out, "    protocol: doh\n    url: \"%s\"\n", upstream->url);
	else if (upstream->auth_name != NULL)
		text_add(out, "    auth_name: \"%s\"\n", upstream->auth_name);
	else if (upstream->pin_n > 0)
		text_add(out, "    # It has no name: its own certificate's key must be "
			      "one of the pins, and no\n"
			      "    # authority nor public log need vouch for it.\n"
			      "    pkix: pins_only\n    ct: off\n");
	else
		text_add(out, "    # It has no name: its certificate must be for the "
			      "address.\n");
}

static void add_upstream(struct text *out, const struct import *import,
	const struct import_upstream *upstream)
{
	text_add(out, "  - name: \"%s\"\n", upstream->name);
	add_identity(out, upstream);
	if (upstream->address_n > 0)
		add_endpoints(
			out, "    address", upstream->addresses, upstream->address_n);
	add_pins(out, upstream);
	if (import->idle_timeout_ms > 0) {
		text_add(out, "    idle_timeout: ");
		add_time(out, import->idle_timeout_ms);
		text_add(out, "\n");
	}
}

/* What pintle would refuse is not printed. */
static enum status check(struct bytes yaml, struct config_error *error)
{
	struct config *config = NULL;
	enum status status = config_parse("the result", yaml, &config, error);

	config_free(config);
	return status;
}

enum status import_write(const struct import *import, const char *source,
	struct config_error *error, struct bytes *out)
{
	char *buffer = malloc(NODE_FILE_BYTES_MAX);
	struct text text;
	enum status status;

	*out = bytes_of(NULL, 0);
	if (buffer == NULL)
		return STATUS_NOMEM;
	text = text_in(buffer, NODE_FILE_BYTES_MAX);
	add_head(&text, import, source);
	add_file_keys(&text, import);
	text_add(&text, "upstreams:\n");
	for (const struct import_upstream *it = import->upstreams; it != NULL;
		it = it->next)
		add_upstream(&text, import, it);
	status = text.cut ? STATUS_LIMIT : check(bytes_of(text.p, text.n), error);
	if (status == STATUS_OK)
		*out = bytes_of(text.p, text.n);
	else
		free(buffer);
	return status;
}
