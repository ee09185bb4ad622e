#include "ctl/evidence_show.h"

#include <stdio.h>

#include "base/base64.h"
#include "base/clock.h"
#include "ctl/ct_options.h"
#include "ctl/loglist_open.h"
#include "ctl/output.h"
#include "ctl/sct_view.h"
#include "tls/certfile.h"
#include "tls/details.h"

/* Certificates made for a test have a thousand. */
#define NAMES_MAX 100

/* All that is known of one certificate. */
struct sight {
	const X509 *certificate;
	bool is_issuer;
	struct peer_certificate brief;
	struct details details;
	char pin[PIN_TEXT_MAX], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
	char sha256[2 * 32 + 1], spki[2 * PIN_BYTES + 1];
};

static enum status look(STACK_OF(X509) * chain, size_t at, struct sight *out)
{
	const struct peer_certificate *c = &out->brief;
	enum status status = certfile_describe(chain, at, &out->brief, &out->is_issuer);

	if (status != STATUS_OK)
		return status;
	out->certificate = sk_X509_value(chain, (int)at);
	pin_format(&c->pin, out->pin);
	clock_format(c->not_before_s, out->from);
	clock_format(c->not_after_s, out->to);
	hex_encode(bytes_of(c->sha256, sizeof c->sha256), out->sha256);
	hex_encode(bytes_of(c->pin.sha256, PIN_BYTES), out->spki);
	details_read(out->certificate, &out->details);
	return STATUS_OK;
}

static size_t shown_n(const struct evidence *e)
{
	size_t n = certfile_count(e->shown.chain);

	return n < PEER_CHAIN_MAX ? n : PEER_CHAIN_MAX;
}

/* --- in words -------------------------------------------------------------- */

static void print_line(const char *name, const char *value)
{
	printf("%-9s ", name);
	print_untrusted(value);
	puts("");
}

static void print_name(void *data, const char *name)
{
	bool *is_first = data;

	printf("%s%s", *is_first ? "" : ", ", name);
	*is_first = false;
}

static void print_names(const struct sight *c)
{
	bool is_first = true;
	size_t n;

	fputs("  names    ", stdout);
	n = details_names(c->certificate, NAMES_MAX, print_name, &is_first);
	if (n == 0)
		fputs("none", stdout);
	if (n > NAMES_MAX)
		printf(" and %zu more", n - NAMES_MAX);
	puts("");
}

static enum status print_certificate(const struct evidence *e, size_t at)
{
	struct sight c;
	enum status status = look(e->shown.chain, at, &c);

	if (status != STATUS_OK)
		return status;
	printf("\ncertificate %zu, %s\n  subject  %s\n", at,
		c.is_issuer ? "an issuer" : "a leaf", c.brief.subject);
	print_names(&c);
	printf("  issuer   %s\n  serial   %s\n  valid    %s to %s\n  sha256   %s\n"
	       "  pin      %s\n",
		c.details.issuer, c.details.serial, c.from, c.to, c.sha256, c.pin);
	if (at == 0)
		printf("  search   https://crt.sh/?q=%s\n"
		       "           https://crt.sh/?spkisha256=%s\n",
			c.sha256, c.spki);
	return STATUS_OK;
}

static void print_head(const struct evidence *e)
{
	print_line("file", e->file);
	print_line("refused", e->refused);
	print_line("upstream", e->upstream);
	print_line("address", e->address);
	print_line("verdict", e->verdict);
	if (e->class != EVIDENCE_CLASS_COUNT)
		printf("%-9s %s: %s\n", "class", evidence_class_word(e->class),
			evidence_class_text(e->class));
}

static enum status print_evidence(const struct evidence *e, const struct sct_view *view)
{
	enum status status = STATUS_OK;
	size_t n = shown_n(e);

	print_head(e);
	for (size_t i = 0; i < n && status == STATUS_OK; i++)
		status = print_certificate(e, i);
	if (status != STATUS_OK)
		return status;
	if (certfile_count(e->shown.chain) > n)
		printf("\nand %zu more certificates\n",
			certfile_count(e->shown.chain) - n);
	puts("\nSCTs, as of the refusal:");
	sct_view_print(view);
	puts("\nTo report it: the issuer's certification practice statement says in "
	     "section\n"
	     "1.5.2 whom to tell; what follows is what they need.\n");
	print_untrusted_lines(e->pem);
	return STATUS_OK;
}

/* --- as JSON --------------------------------------------------------------- */

static void append_name(void *data, const char *name)
{
	json_array_append_new(data, json_string(name));
}

static json_t *certificate_json(const struct evidence *e, size_t at)
{
	json_t *names = json_array();
	struct sight c;

	if (look(e->shown.chain, at, &c) != STATUS_OK) {
		json_decref(names);
		return json_null();
	}
	details_names(c.certificate, NAMES_MAX, append_name, names);
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:s}", "role",
		c.is_issuer ? "issuer" : "leaf", "subject", c.brief.subject, "names",
		names, "issuer", c.details.issuer, "serial", c.details.serial,
		"not_before", c.from, "not_after", c.to, "sha256", c.sha256, "pin",
		c.pin);
}

static json_t *evidence_json(const struct evidence *e, const struct sct_view *view)
{
	json_t *certificates = json_array(), *search = json_array();
	struct sight leaf;
	char url[128];

	for (size_t i = 0; i < shown_n(e); i++)
		json_array_append_new(certificates, certificate_json(e, i));
	if (look(e->shown.chain, 0, &leaf) == STATUS_OK) {
		snprintf(url, sizeof url, "https://crt.sh/?q=%s", leaf.sha256);
		json_array_append_new(search, json_string(url));
		snprintf(url, sizeof url, "https://crt.sh/?spkisha256=%s", leaf.spki);
		json_array_append_new(search, json_string(url));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o}",
		"file", text_json(e->file), "refused", text_json(e->refused), "upstream",
		text_json(e->upstream), "address", text_json(e->address), "verdict",
		text_json(e->verdict), "class", evidence_class_word(e->class), "reason",
		evidence_reason(e), "certificates", certificates, "ct",
		sct_view_json(view), "search", search, "pem", text_json(e->pem));
}

/* --- either ---------------------------------------------------------------- */

/* The issuer is looked for among what the server sent: nobody says that the chain
 * was trusted. */
static enum status check_scts(const struct evidence *e, struct sct_view *view)
{
	struct peer_shown shown = shownfile_shown(&e->shown);

	view->at_s = e->refused_s != INT64_MIN ? e->refused_s : clock_wall_s();
	return sct_view_check(view, &shown, sctcheck_issuer(shown.sent, shown.sent));
}

enum exit_code evidence_show(const struct args *args, const struct evidence *e)
{
	struct sct_view view = { 0 };
	enum exit_code code = ct_option_policy(args, &view.policy);
	enum status status;

	if (code == CTL_OK)
		code = loglist_open(args->log_list, &view.logs);
	if (code != CTL_OK)
		return code;
	status = check_scts(e, &view);
	if (status == STATUS_OK && args->json)
		code = print_json(evidence_json(e, &view));
	else if (status == STATUS_OK)
		status = print_evidence(e, &view);
	if (status != STATUS_OK)
		code = complain(CTL_FAILED, "%s: %s", e->file, status_text(status));
	loglist_free(view.logs);
	return code;
}
