/* The configuration: one YAML file, read whole, checked whole, then never
 * changed. A reload reads a second one and swaps.
 *
 * Each key is a row of the table in schema.c: name, type, range, default. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/endpoint.h"
#include "base/log.h"
#include "base/status.h"
#include "ct/loglist_store.h"
#include "dns/name.h"
#include "local/zone.h"
#include "tls/policy.h"

/* Each has connections of its own to each upstream. */
#define CONFIG_WORKERS_MAX 64

/* Of an upstream. */
#define CONFIG_NAME_BYTES_MAX 32

#define CONFIG_PORT_DNS   53
#define CONFIG_PORT_DOT   853
#define CONFIG_PORT_HTTPS 443

/* Those that are listed; beside them there are the plain servers of `forward`. */
#define CONFIG_UPSTREAMS_MAX 256
#define CONFIG_PLAIN_MAX     64
#define CONFIG_FORWARDS_MAX  64

enum upstream_protocol {
	UPSTREAM_DOT, /* RFC 7858 */
	UPSTREAM_DOH, /* RFC 8484 */
	/* RFC 1035 §4.2, without TLS: for the names it has been given and no others. */
	UPSTREAM_PLAIN,
};

/* What upstreams are told of a client's subnet. */
enum client_subnet {
	CLIENT_SUBNET_STRIP,   /* nothing */
	CLIENT_SUBNET_OPT_OUT, /* that they are to pass none on (RFC 7871 §7.1.2) */
};

/* Whom of several upstreams to ask first. */
enum strategy { STRATEGY_FASTEST, STRATEGY_ORDERED, STRATEGY_ROUND_ROBIN };

/* Where a question is asked again that takes longer than usual. */
enum hedge {
	HEDGE_OFF,
	HEDGE_SAME_UPSTREAM,
	HEDGE_ANY, /* which shows it to two operators */
};

/* Whether answers are believed or validated. */
enum config_dnssec { CONFIG_DNSSEC_OFF, CONFIG_DNSSEC_VALIDATE };

/* One upstream: an operator's resolver, reached at one of its addresses. */
struct config_upstream {
	const char *name;
	enum upstream_protocol protocol;
	/* Tried in this order. None: `host` is a name, and config.bootstrap has servers
	 * to look it up with. */
	struct endpoint *addresses;
	size_t address_n;
	uint16_t port; /* of addresses without one: DoT's, or that of `url` */
	/* auth_name or the host in `url`, there maybe an address (without brackets);
	 * NULL: an upstream of DoT without auth_name. */
	const char *host;
	/* DoH; else NULL. `path` is `url` from the authority's end: path, query, and for
	 * GET {?dns} or {&dns} at its end (RFC 8484 §4.1). */
	const char *url, *path;
	uint32_t idle_timeout_ms; /* 0: auto, as the server is observed to do */
	/* pins, auth_name, ca_file …, with tls.* and ct.* filled in as defaults. */
	struct tls_policy policy;
	/* Where its roots are chosen, for an error found when they are read:
	 * "FILE:LINE:COL: tls.ca_file". */
	const char *roots_place;
	/* UPSTREAM_PLAIN, else none: the only zones that it is asked about; `exact`:
	 * about these names, and nothing below them. Its TLS policy counts for nothing.
	 */
	const struct name *zones;
	size_t zone_n;
	bool exact;
};

/* Whom names in a zone are asked of, instead of all others. */
struct config_forward {
	struct name zone;       /* lower case, not the root */
	const char **upstreams; /* names, in config.upstreams */
	size_t upstream_n;
	/* Plain servers, each one of config.upstreams and in `upstreams`; else none. */
	struct endpoint *addresses;
	size_t address_n;
};

/* Lines of a master file, each with its "FILE:LINE:COL". What they say is read where it
 * is answered from. */
struct config_records {
	const char **lines, **places;
	size_t n;
};

/* Where newer log lists come from, and whose they are: `pintlectl loglist update`
 * fetches them, and the daemon takes none of those without that signature. */
struct config_update {
	const char *url; /* as url_problem() takes it; NULL: no updates */
	uint8_t key[LIST_KEY_BYTES];
	/* Of the host in `url`, which is then not looked up; AF_UNSPEC: none given. */
	struct endpoint address;
};

struct config {
	struct arena arena; /* owns all below */
	const char *path;

	struct endpoint *listen;
	size_t listen_n;
	bool listen_given; /* the file has them; they are not the default */
	struct prefix *allow;
	size_t allow_n;
	unsigned workers;      /* threads that answer; 0: as many as processors */
	const char *control;   /* path of the socket */
	const char *state_dir; /* directory */
	const char *user;      /* to become after binding, or NULL */

	enum log_level log_level;
	enum log_queries log_queries;
	enum log_privacy log_privacy;

	unsigned limit_clients;           /* TCP connections */
	unsigned limit_queries_in_flight; /* waiting for an upstream */
	uint32_t limit_timeout_ms;        /* of one client query */

	size_t cache_size_bytes; /* 0: no cache */
	uint32_t cache_min_ttl_s, cache_max_ttl_s;
	uint32_t cache_stale_s; /* how long an expired answer may serve; 0: not */
	bool cache_prefetch;

	const char *ca_file, *ca_path; /* tls.*, for all but upstreams; one is NULL */

	const char *log_list; /* path of a list; NULL: the built-in or the stored one */
	/* Where that is chosen, as roots_place above. */
	const char *log_list_place;
	struct config_update update;

	enum client_subnet client_subnet;
	unsigned edns_padding; /* queries are padded to a multiple; 0: not */

	enum strategy strategy;
	enum hedge hedge;
	struct endpoint *bootstrap; /* plain DNS, for host names of upstreams alone */
	size_t bootstrap_n;
	const char **ntp_names; /* plain host names */
	size_t ntp_name_n;

	/* As listed, and behind them the plain servers of `forwards`: "plain@ADDRESS". */
	struct config_upstream *upstreams;
	size_t upstream_n;
	struct config_forward *forwards; /* no zone twice */
	size_t forward_n;

	enum config_dnssec dnssec;
	const char *dnssec_anchors; /* path of a file; NULL: the built-in ones */
	/* Where that is chosen, as roots_place above. */
	const char *dnssec_anchors_place;
	struct name *dnssec_negative; /* zones that are not validated (RFC 7646) */
	size_t dnssec_negative_n;
	bool trust_ad; /* an upstream's AD bit is passed on */

	const char *hosts;       /* path of a hosts file, or NULL */
	const char *hosts_place; /* where it stands, as roots_place above */
	struct config_records local_records;
	struct local_zone *local_zones;
	size_t local_zone_n;

	bool rebind_protection;
	struct name *rebind_allow; /* lower case: names under these may be private */
	size_t rebind_allow_n;
};

/* Where an error is, and what is wrong: "FILE:LINE:COL: what, what is allowed". */
#define CONFIG_ERROR_MAX 512
struct config_error {
	char text[CONFIG_ERROR_MAX];
};

/* Reads and checks a file; opens no socket, reads no certificate. On OK `*out`
 * is owned by the caller; on CONFIG, IO (the file cannot be read) and NOMEM
 * `error` says why. */
MUST_CHECK enum status config_load(
	const char *path, struct config **out, struct config_error *error);
/* The same from memory; `name` stands for the file in errors. */
MUST_CHECK enum status config_parse(const char *name, struct bytes yaml,
	struct config **out, struct config_error *error);
void config_free(struct config *config);

/* Where the list in force comes from; borrowed from `config`. Without ct.update nobody's
 * signature counts. */
struct list_source config_log_lists(const struct config *config);

/* NULL if there is none of that name. */
const struct config_upstream *config_find_upstream(
	const struct config *config, const char *name);
/* Same name, addresses, protocol, zones and policy: its connections may outlive a reload.
 */
bool config_upstream_equal(
	const struct config_upstream *a, const struct config_upstream *b);

#endif
