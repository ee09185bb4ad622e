/* Whom `probe` connects to, and what is asked of him: an upstream of the
 * configuration, tls:// or https://. */
#ifndef CTL_PROBE_TARGET_H
#define CTL_PROBE_TARGET_H

#include "config/config.h"
#include "ctl/command.h"
#include "tls/context.h"
#include "tls/floor.h"

struct probe_target {
	const char *name; /* as on the command line */
	/* Borrowed from argv and `config`. */
	struct tls_policy policy;
	const struct endpoint *addresses;
	size_t address_n;
	const struct tls_alpn *alpn; /* of its protocol */

	struct learned learned;   /* what policy.learned points to, if it does */
	struct config *config;    /* owned; NULL for a URL */
	struct loglist *logs;     /* owned; NULL: CT_MODE_OFF */
	struct endpoint address;  /* of a URL, or --address */
	char host[256];           /* of https:// with a name; else "" */
	struct clock_floor floor; /* what lists prove */
};

/* Not CTL_OK: it has been said what is wrong. In either case
 * probe_target_deinit(). `out` must stay where it is. */
enum exit_code probe_target_init(const struct args *args, struct probe_target *out);
void probe_target_deinit(struct probe_target *target);

#endif
