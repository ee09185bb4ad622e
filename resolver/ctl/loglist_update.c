/* `loglist update`: fetches a list and its signature, stores them if they are good and
 * new, and has the daemon read them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "config/url.h"
#include "ct/age.h"
#include "ctl/ct_options.h"
#include "ctl/daemon.h"
#include "ctl/fetch.h"
#include "ctl/loglist.h"
#include "ctl/loglist_open.h"
#include "ctl/output.h"
#include "tls/report.h"

struct update {
	struct list_settings settings;
	const struct ct_policy *policy;
	struct bytes list, signature; /* owned */
	enum list_offer offer;
	const char *reload; /* what became of the daemon, for --json */
};

/* What is needed and where it would stand. */
static enum exit_code check_settings(const struct list_settings *s)
{
	const char *problem = s->url != NULL ? url_problem(s->url) : NULL;

	if (s->url == NULL)
		return complain(
			CTL_CONFIG, "no URL is configured: ct.update.url, or --url URL");
	if (problem != NULL)
		return complain(
			CTL_CONFIG, "'%s' %s; allowed: " URL_ALLOWED, s->url, problem);
	if (s->source.key == NULL)
		return complain(
			CTL_CONFIG, "no key is configured: ct.update.key, or --key KEY");
	return CTL_OK;
}

static enum exit_code fetch_one(const struct list_settings *s, const char *url,
	size_t bytes_max, struct bytes *out)
{
	struct fetch_from from = {
		.address = s->has_address ? &s->address : NULL,
		.ca_file = s->ca_file,
		.ca_path = s->ca_path,
	};
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);

	if (fetch(url, &from, bytes_max, &error, out) == STATUS_OK)
		return CTL_OK;
	return complain(CTL_FAILED, "%s", why);
}

static enum exit_code fetch_both(struct update *u)
{
	const char *url = u->settings.url;
	size_t size = strlen(url) + sizeof ".sig";
	char *signature_url = malloc(size);
	enum exit_code code;

	if (signature_url == NULL)
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	snprintf(signature_url, size, "%s.sig", url);
	code = fetch_one(&u->settings, url, LOGLIST_BYTES_MAX, &u->list);
	if (code == CTL_OK)
		code = fetch_one(&u->settings, signature_url, LIST_SIGNATURE_FILE_MAX,
			&u->signature);
	free(signature_url);
	return code;
}

/* What the list must be good for: as said, as configured, or the default. */
static enum exit_code find_policy(const struct args *args, struct update *u)
{
	const struct config *config = u->settings.config;
	enum exit_code code = ct_option_policy(args, &u->policy);

	if (args->policy != NULL || config == NULL)
		return code;
	/* One for all who look at SCTs. */
	for (size_t i = 0; i < config->upstream_n; i++)
		if (config->upstreams[i].policy.ct_policy != NULL)
			u->policy = config->upstreams[i].policy.ct_policy;
	return code;
}

static enum exit_code offer(struct update *u)
{
	const struct list_settings *s = &u->settings;
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum status status = loglist_store_offer(s->source.state_dir, s->source.key,
		u->policy, u->list, u->signature, clock_wall_s(), &u->offer, &error);

	if (status != STATUS_OK)
		return complain(
			CTL_FAILED, "%s", why[0] != '\0' ? why : status_text(status));
	switch (u->offer) {
	case OFFER_TAKEN:
	case OFFER_SAME:
		return CTL_OK;
	case OFFER_BROKEN:
		return complain(CTL_CONFIG, "%s: not taken: %s", s->url, why);
	case OFFER_OLDER:
	case OFFER_FUTURE:
	case OFFER_FORGED:
	case OFFER_BARREN:
		break;
	}
	return complain(CTL_REFUSED, "%s: not taken: %s", s->url, why);
}

/* A daemon that does not run reads the list when it starts. */
static enum exit_code reload(const struct args *args, struct update *u)
{
	struct args ours = *args;
	enum exit_code code;
	json_t *answer;

	ours.socket = u->settings.control;
	u->reload = "not running";
	if (!daemon_runs(&ours))
		return CTL_OK;
	code = daemon_ask(&ours, json_pack("{s:s}", "command", "reload"), &answer);
	json_decref(answer);
	u->reload = code == CTL_OK ? "reloaded" : "failed";
	return code;
}

static void warn(const struct update *u, const struct loglist *list)
{
	if (ct_age_is_future(ct_age_date_s(list), clock_wall_s()))
		complain(CTL_OK, "warning: the list is dated in the future");
	if (u->settings.source.file != NULL)
		complain(CTL_OK,
			"warning: it is not used: ct.log_list in the configuration is %s",
			u->settings.source.file);
}

static enum exit_code report(const struct args *args, const struct update *u)
{
	char why[CTL_ERROR_MAX], at[CLOCK_TEXT_MAX] = "-";
	struct text error = text_in(why, sizeof why);
	bool is_new = u->offer == OFFER_TAKEN;
	struct loglist *list;
	size_t n;

	if (loglist_parse(u->list, &error, &list) != STATUS_OK)
		return complain(CTL_FAILED, "%s", why);
	if (list->has_timestamp)
		clock_format(list->timestamp_ms / 1000, at);
	n = list->n;
	warn(u, list);
	loglist_free(list);
	if (args->json)
		return print_json(json_pack("{s:b, s:s, s:I, s:o, s:s?}", "updated",
			is_new, "timestamp", at, "logs", (json_int_t)n, "state_dir",
			json_untrusted(u->settings.source.state_dir), "daemon",
			u->reload));
	printf("%s: of %s, %zu logs\n", is_new ? "taken" : "nothing new", at, n);
	if (u->reload != NULL)
		printf("daemon: %s\n", u->reload);
	return CTL_OK;
}

enum exit_code loglist_update(const struct args *args, const char *operand)
{
	struct update update = { .offer = OFFER_BROKEN };
	enum exit_code code = list_settings_read(args, &update.settings);
	enum exit_code reloaded = CTL_OK;

	(void)operand;
	if (code == CTL_OK)
		code = find_policy(args, &update);
	if (code == CTL_OK)
		code = check_settings(&update.settings);
	if (code == CTL_OK)
		code = fetch_both(&update);
	if (code == CTL_OK)
		code = offer(&update);
	if (code == CTL_OK && update.offer == OFFER_TAKEN)
		reloaded = reload(args, &update);
	if (code == CTL_OK)
		code = report(args, &update);
	free((void *)update.list.p);
	free((void *)update.signature.p);
	list_settings_free(&update.settings);
	return code == CTL_OK ? reloaded : code;
}
