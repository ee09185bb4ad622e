/* `pins`: a line a certificate, in the order of the files; or `pins accept`, an
 * order to the daemon. */
#include <stdio.h>
#include <string.h>

#include "ctl/output.h"
#include "tls/certfile.h"

static void print_line(const struct peer_certificate *c, bool is_issuer)
{
	char pin[PIN_TEXT_MAX];

	pin_format(&c->pin, pin);
	printf("%s  %-6s  %s\n", pin, is_issuer ? "issuer" : "leaf", c->subject);
}

/* JSON has no way to write a name that is not UTF-8: null. */
static json_t *file_json(const char *path)
{
	json_t *file = json_string(path);

	return file != NULL ? file : json_null();
}

static void add_object(
	json_t *list, const char *path, const struct peer_certificate *c, bool is_issuer)
{
	char pin[PIN_TEXT_MAX];

	pin_format(&c->pin, pin);
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "pin", pin, "kind",
					    is_issuer ? "issuer" : "leaf", "subject",
					    c->subject, "file", file_json(path)));
}

static enum exit_code list_file(const char *path, json_t *list)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	STACK_OF(X509) * certificates;
	enum status status = certfile_read(path, &error, &certificates);

	if (status != STATUS_OK)
		return complain(CTL_FAILED, "%s", why);
	for (size_t i = 0; i < certfile_count(certificates) && status == STATUS_OK; i++) {
		struct peer_certificate c;
		bool is_issuer;

		status = certfile_describe(certificates, i, &c, &is_issuer);
		if (status != STATUS_OK)
			break;
		if (list != NULL)
			add_object(list, path, &c, is_issuer);
		else
			print_line(&c, is_issuer);
	}
	certfile_free(certificates);
	if (status != STATUS_OK)
		return complain(CTL_FAILED, "%s: %s", path, status_text(status));
	return CTL_OK;
}

enum exit_code command_pins(const struct args *args)
{
	json_t *list;
	enum exit_code code = CTL_OK;

	/* A file of that name is ./accept. */
	if (strcmp(args->operands[0], "accept") == 0)
		return args->operand_n >= 2 && args->operand_n <= 4
			       ? command_accept(args)
			       : complain(CTL_USAGE, "usage: pintlectl pins accept "
						     "UPSTREAM [PIN [ROOT-PIN]] (a file "
						     "is ./accept)");
	list = args->json ? json_array() : NULL;
	/* A bad file does not hide what the others hold. */
	for (size_t i = 0; i < args->operand_n; i++)
		if (list_file(args->operands[i], list) != CTL_OK)
			code = CTL_FAILED;
	if (args->json && print_json(list) != CTL_OK)
		code = CTL_FAILED;
	return code;
}
