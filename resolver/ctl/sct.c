/* `sct`: every SCT in a file, whether or not anybody would trust the certificate. The
 * file: certificates, evidence that the daemon kept, or a bare list of SCTs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "ctl/ct_options.h"
#include "ctl/loglist_open.h"
#include "ctl/output.h"
#include "ctl/sct_view.h"
#include "tls/certfile.h"
#include "tls/shownfile.h"

/* What the files hold. All but the last two is owned: subject_deinit(). */
struct subject {
	struct bytes content;
	struct shownfile file;    /* FILE, unless it is a bare list; then: */
	STACK_OF(X509) * chain;   /* --chain */
	STACK_OF(X509) * issuers; /* --issuer */
	struct peer_shown shown;  /* `sent` NULL: a bare list alone */
	X509 *issuer;             /* of the leaf; NULL: it is not there */
};

static void subject_deinit(struct subject *s)
{
	free((void *)s->content.p);
	shownfile_deinit(&s->file);
	certfile_free(s->chain);
	certfile_free(s->issuers);
}

/* A list tells its own length (RFC 6962 §3.3) and must decode to the end, which no
 * certificate does. */
static bool is_bare_list(struct bytes content)
{
	struct sct_list list;

	return sct_list_decode(content, &list) == STATUS_OK;
}

static enum exit_code read_certificates(const char *path, STACK_OF(X509) * *out)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);

	if (path == NULL || certfile_read(path, &error, out) == STATUS_OK)
		return CTL_OK;
	return complain(CTL_FAILED, "%s", why);
}

static enum exit_code read_bare_list(const struct args *args, struct subject *s)
{
	enum exit_code code = read_certificates(args->chain, &s->chain);

	s->shown = (struct peer_shown){ .sent = s->chain, .tls_scts = s->content };
	if (code == CTL_OK && args->issuer != NULL && s->chain == NULL)
		return complain(CTL_USAGE,
			"%s is a bare list: --issuer says nothing of "
			"it, --chain FILE does",
			args->operands[0]);
	return code;
}

static enum exit_code read_shown(const struct args *args, struct subject *s)
{
	const char *path = args->operands[0];
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum status status;

	if (args->chain != NULL)
		return complain(CTL_USAGE,
			"--chain is for a bare list of SCTs, and %s is none", path);
	text_add(&error, "%s: ", path);
	status = shownfile_parse(s->content, &error, &s->file);
	s->shown = shownfile_shown(&s->file);
	if (status == STATUS_OK)
		return CTL_OK;
	if (status == STATUS_NOTFOUND)
		text_add(&error, ", and it is no list of SCTs");
	if (status == STATUS_NOMEM)
		text_add(&error, "%s", status_text(status));
	return complain(CTL_FAILED, "%s", why);
}

static enum exit_code find_issuer(const struct args *args, struct subject *s)
{
	s->issuer = sctcheck_issuer(s->issuers, s->shown.sent);
	if (s->issuer == NULL && args->issuer != NULL)
		return complain(CTL_FAILED,
			"%s: no certificate in it issued the leaf of %s", args->issuer,
			args->operands[0]);
	if (s->issuer == NULL)
		s->issuer = sctcheck_issuer(s->shown.sent, s->shown.sent);
	return CTL_OK;
}

static enum exit_code read_subject(const struct args *args, struct subject *s)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum exit_code code;

	if (file_read(args->operands[0], CERTFILE_BYTES_MAX, &error, &s->content) !=
		STATUS_OK)
		return complain(CTL_FAILED, "%s", why);
	code = is_bare_list(s->content) ? read_bare_list(args, s) : read_shown(args, s);
	if (code == CTL_OK)
		code = read_certificates(args->issuer, &s->issuers);
	return code == CTL_OK ? find_issuer(args, s) : code;
}

static enum exit_code show(const struct args *args, const struct sct_view *view)
{
	json_t *json;

	if (args->json) {
		json = sct_view_json(view);
		if (json != NULL)
			json_object_set_new(json, "file", text_json(args->operands[0]));
		if (print_json(json) != CTL_OK)
			return CTL_FAILED;
	} else {
		sct_view_print(view);
	}
	if (view->check.report.n > 0)
		return CTL_OK;
	return complain(CTL_FAILED, "%s: no SCT in it", args->operands[0]);
}

static enum exit_code check(
	const struct args *args, const struct subject *s, struct sct_view *view)
{
	enum exit_code code = ct_option_policy(args, &view->policy);
	enum status status;

	if (code == CTL_OK)
		code = ct_option_time(args, &view->at_s);
	if (code != CTL_OK)
		return code;
	status = sct_view_check(view, &s->shown, s->issuer);
	if (status != STATUS_OK)
		return complain(
			CTL_FAILED, "%s: %s", args->operands[0], status_text(status));
	return show(args, view);
}

enum exit_code command_sct(const struct args *args)
{
	struct subject subject = { 0 };
	struct sct_view view = { 0 };
	enum exit_code code = loglist_open(args->log_list, &view.logs);

	if (code == CTL_OK)
		code = read_subject(args, &subject);
	if (code == CTL_OK)
		code = check(args, &subject, &view);
	subject_deinit(&subject);
	loglist_free(view.logs);
	return code;
}
