#include "config/schema.h"

#include <sys/un.h>

#include "base/log.h"

#define COUNT(array)    (sizeof(array) / sizeof *(array))
#define IN_DRAFT(at)    offsetof(struct draft, at)
#define IN_UPSTREAM(at) offsetof(struct config_upstream, at)

#define KIB            1024ll
#define SECOND_MS      1000ll
#define DAY_S          86400ll
#define PATH_BYTES_MAX 4095
/* sockaddr_un's path, terminated. */
#define SOCKET_BYTES_MAX ((long long)sizeof((struct sockaddr_un *)NULL)->sun_path - 1)

static const struct schema_word log_levels[] = {
	{ .word = "error", .value = LOG_LEVEL_ERROR },
	{ .word = "warning", .value = LOG_LEVEL_WARNING },
	{ .word = "notice", .value = LOG_LEVEL_NOTICE },
	{ .word = "info", .value = LOG_LEVEL_INFO },
	{ .word = "debug", .value = LOG_LEVEL_DEBUG },
	{ 0 },
};
static const struct schema_word query_logs[] = {
	{ .word = "false", .value = LOG_QUERIES_OFF },
	{ .word = "true", .value = LOG_QUERIES_TEXT },
	{ .word = "text", .value = LOG_QUERIES_TEXT },
	{ .word = "json", .value = LOG_QUERIES_JSON },
	{ 0 },
};
static const struct schema_word query_privacies[] = {
	{ .word = "none", .value = LOG_PRIVACY_NONE },
	{ .word = "client", .value = LOG_PRIVACY_CLIENT },
	{ .word = "name", .value = LOG_PRIVACY_NAME },
	{ 0 },
};
static const struct schema_word tls_versions[] = {
	{ .word = "1.2", .value = TLS_1_2 },
	{ .word = "1.3", .value = TLS_1_3 },
	{ 0 },
};
static const struct schema_word ct_modes[] = {
	{ .word = "require", .value = CT_MODE_REQUIRE },
	{ .word = "report", .value = CT_MODE_REPORT },
	{ .word = "off", .value = CT_MODE_OFF },
	{ 0 },
};
static const struct schema_word ct_stale_modes[] = {
	{ .word = "report_if_pinned", .value = CT_STALE_REPORT_IF_PINNED },
	{ .word = "refuse", .value = CT_STALE_REFUSE },
	{ .word = "warn", .value = CT_STALE_WARN },
	{ 0 },
};
static const struct schema_word client_subnets[] = {
	{ .word = "strip", .value = CLIENT_SUBNET_STRIP },
	{ .word = "opt_out", .value = CLIENT_SUBNET_OPT_OUT },
	{ 0 },
};
static const struct schema_word protocols[] = {
	{ .word = "dot", .value = UPSTREAM_DOT },
	{ .word = "doh", .value = UPSTREAM_DOH },
	{ 0 },
};
static const struct schema_word forward_protocols[] = {
	{ .word = "plain", .value = true },
	{ 0 },
};
static const struct schema_word dnssec_modes[] = {
	{ .word = "off", .value = CONFIG_DNSSEC_OFF },
	{ .word = "validate", .value = CONFIG_DNSSEC_VALIDATE },
	{ 0 },
};
static const struct schema_word strategies[] = {
	{ .word = "fastest", .value = STRATEGY_FASTEST },
	{ .word = "ordered", .value = STRATEGY_ORDERED },
	{ .word = "round_robin", .value = STRATEGY_ROUND_ROBIN },
	{ 0 },
};
static const struct schema_word hedges[] = {
	{ .word = "off", .value = HEDGE_OFF },
	{ .word = "same_upstream", .value = HEDGE_SAME_UPSTREAM },
	{ .word = "any", .value = HEDGE_ANY },
	{ 0 },
};
static const struct schema_word pin_modes[] = {
	{ .word = "enforce", .value = PIN_ENFORCE },
	{ .word = "report", .value = PIN_REPORT },
	{ .word = "learn", .value = PIN_LEARN },
	{ 0 },
};
static const struct schema_word pkix_modes[] = {
	{ .word = "require", .value = PKIX_REQUIRE },
	{ .word = "pins_only", .value = PKIX_PINS_ONLY },
	{ 0 },
};

static const struct schema_word local_actions[] = {
	{ .word = "nxdomain", .value = LOCAL_NXDOMAIN },
	{ .word = "nodata", .value = LOCAL_NODATA },
	{ .word = "refuse", .value = LOCAL_REFUSE },
	{ .word = "transparent", .value = LOCAL_TRANSPARENT },
	{ 0 },
};

static const struct schema_row file_rows[] = {
	{ "listen", TYPE_LISTEN, .min = 1, .max = 64,
		.preset = "[\"127.0.0.1:53\", \"[::1]:53\"]",
		.at = IN_DRAFT(config.listen), .count_at = IN_DRAFT(config.listen_n),
		.help = "Addresses on which clients are answered, over UDP and TCP." },
	{ "allow", TYPE_BLOCKS, .min = 1, .max = 256, .preset = "[loopback, private]",
		.at = IN_DRAFT(config.allow), .count_at = IN_DRAFT(config.allow_n),
		.help = "Clients that are answered; all others are refused." },
	{ "workers", TYPE_COUNT, .min = 1, .max = CONFIG_WORKERS_MAX, .preset = "1",
		.at = IN_DRAFT(config.workers), .help = "Threads that answer clients." },
	{ "control", TYPE_PATH, .max = SOCKET_BYTES_MAX,
		.preset = "/run/pintle/control.sock", .at = IN_DRAFT(config.control),
		.help = "Unix socket on which pintlectl finds the daemon." },
	{ "state_dir", TYPE_PATH, .max = PATH_BYTES_MAX, .preset = "/var/lib/pintle",
		.at = IN_DRAFT(config.state_dir),
		.help = "Directory for what outlives a restart." },
	{ "user", TYPE_USER, .max = 32, .at = IN_DRAFT(config.user),
		.help = "User to become once the sockets are bound." },
	{ "log.level", TYPE_WORD, .words = log_levels, .preset = "notice",
		.at = IN_DRAFT(config.log_level),
		.help = "Lines less important than this are not written." },
	{ "log.queries", TYPE_WORD, .words = query_logs, .preset = "false",
		.at = IN_DRAFT(config.log_queries),
		.help = "Whether each client query is logged, and in what form." },
	{ "log.privacy", TYPE_WORD, .words = query_privacies, .preset = "none",
		.at = IN_DRAFT(config.log_privacy),
		.help = "What is left out of the query log." },
	{ "limits.clients", TYPE_NUMBER, .min = 1, .max = 65535, .preset = "1000",
		.at = IN_DRAFT(config.limit_clients),
		.help = "TCP connections from clients at a time, of each worker." },
	{ "limits.queries_in_flight", TYPE_NUMBER, .min = 1, .max = 65536,
		.preset = "4096", .at = IN_DRAFT(config.limit_queries_in_flight),
		.help = "Questions that wait for an upstream at a time, of each "
			"worker." },
	{ "limits.timeout", TYPE_TIME, .min = SECOND_MS / 10, .max = 60 * SECOND_MS,
		.preset = "4s", .at = IN_DRAFT(config.limit_timeout_ms),
		.help = "Time after which a client's query is answered with SERVFAIL." },
	{ "cache.size", TYPE_SIZE, .min = 0, .max = KIB * KIB * KIB, .preset = "8MiB",
		.at = IN_DRAFT(config.cache_size_bytes),
		.help = "Memory for cached answers; 0 turns the cache off." },
	{ "cache.min_ttl", TYPE_TTL, .min = 0, .max = DAY_S, .preset = "0",
		.at = IN_DRAFT(config.cache_min_ttl_s),
		.help = "An answer is kept at least this long." },
	{ "cache.max_ttl", TYPE_TTL, .min = 0, .max = 7 * DAY_S, .preset = "86400",
		.at = IN_DRAFT(config.cache_max_ttl_s),
		.help = "An answer is kept at most this long." },
	{ "cache.serve_stale", TYPE_TTL, .min = 0, .max = 7 * DAY_S, .preset = "1d",
		.at = IN_DRAFT(config.cache_stale_s),
		.help = "An expired answer is kept this much longer, for when no "
			"upstream "
			"answers." },
	{ "cache.prefetch", TYPE_BOOL, .preset = "true",
		.at = IN_DRAFT(config.cache_prefetch),
		.help = "Whether answers in use are asked for again shortly before they "
			"expire." },
	{ "tls.ca_path", TYPE_PATH, .max = PATH_BYTES_MAX, .preset = "/etc/ssl/certs",
		.at = IN_DRAFT(policy.ca_path),
		.help = "Directory of trusted roots, hashed as by openssl rehash." },
	{ "tls.ca_file", TYPE_PATH, .max = PATH_BYTES_MAX, .at = IN_DRAFT(policy.ca_file),
		.help = "Bundle of trusted roots, instead of tls.ca_path." },
	{ "tls.deny", TYPE_PINS, .min = 1, .max = 64, .at = IN_DRAFT(policy.deny.pins),
		.count_at = IN_DRAFT(policy.deny.n),
		.help = "Keys that are never accepted in a chain." },
	{ "tls.min_version", TYPE_WORD, .words = tls_versions, .preset = "\"1.2\"",
		.at = IN_DRAFT(policy.min_version),
		.help = "Oldest version of TLS that an upstream may speak." },
	{ "ct.mode", TYPE_WORD, .words = ct_modes, .preset = "require",
		.at = IN_DRAFT(policy.ct),
		.help = "What Certificate Transparency decides about an upstream." },
	{ "ct.policy", TYPE_POLICY, .preset = "strict", .at = IN_DRAFT(policy.ct_policy),
		.help = "How many SCTs a certificate needs, and of whom." },
	{ "ct.log_list", TYPE_LOG_LIST, .max = PATH_BYTES_MAX, .preset = "builtin",
		.at = IN_DRAFT(config.log_list),
		.help = "List of the logs whose SCTs count." },
	{ "ct.stale", TYPE_WORD, .words = ct_stale_modes, .preset = "report_if_pinned",
		.at = IN_DRAFT(policy.ct_stale),
		.help = "What happens once the log list is too old to satisfy the "
			"policy." },
	{ "ct.update", TYPE_UPDATE, .at = IN_DRAFT(config.update),
		.help = "Where newer log lists come from, and who signs them." },
	{ "edns.padding", TYPE_NUMBER, .min = 0, .max = 512, .preset = "128",
		.at = IN_DRAFT(config.edns_padding),
		.help = "Queries to upstreams are padded to a multiple of this many "
			"bytes." },
	{ "edns.client_subnet", TYPE_WORD, .words = client_subnets, .preset = "strip",
		.at = IN_DRAFT(config.client_subnet),
		.help = "What upstreams are told of a client's subnet: nothing, or that "
			"they are to pass none on." },
	{ "strategy", TYPE_WORD, .words = strategies, .preset = "fastest",
		.at = IN_DRAFT(config.strategy),
		.help = "Which upstream is asked first." },
	{ "hedge", TYPE_WORD, .words = hedges, .preset = "same_upstream",
		.at = IN_DRAFT(config.hedge),
		.help = "Where a question is asked a second time that takes longer than "
			"usual." },
	{ "bootstrap", TYPE_BOOTSTRAP, .min = 1, .max = 8,
		.at = IN_DRAFT(config.bootstrap),
		.count_at = IN_DRAFT(config.bootstrap_n),
		.help = "Servers that are asked for the host names of upstreams without "
			"an address." },
	{ "ntp_names", TYPE_HOSTS, .min = 1, .max = 32, .at = IN_DRAFT(config.ntp_names),
		.count_at = IN_DRAFT(config.ntp_name_n),
		.help = "Names that are resolved while the clock is not yet right." },
	{ "upstreams", TYPE_UPSTREAMS, .min = 1, .max = CONFIG_UPSTREAMS_MAX,
		.required = true, .at = IN_DRAFT(config.upstreams),
		.count_at = IN_DRAFT(config.upstream_n),
		.help = "The resolvers that are asked, each a map of the keys below." },
	{ "forward", TYPE_FORWARDS, .min = 1, .max = CONFIG_FORWARDS_MAX,
		.at = IN_DRAFT(config.forwards), .count_at = IN_DRAFT(config.forward_n),
		.help = "Zones whose names are asked of certain servers, each a map of "
			"the keys below." },
	{ "dnssec", TYPE_WORD, .words = dnssec_modes, .preset = "off",
		.at = IN_DRAFT(config.dnssec),
		.help = "Whether answers of upstreams are validated with DNSSEC." },
	{ "dnssec_anchors", TYPE_ANCHORS, .max = PATH_BYTES_MAX, .preset = "builtin",
		.at = IN_DRAFT(config.dnssec_anchors),
		.help = "Keys that validation begins with." },
	{ "dnssec_negative", TYPE_ZONES, .min = 0, .max = 256, .preset = "[]",
		.at = IN_DRAFT(config.dnssec_negative),
		.count_at = IN_DRAFT(config.dnssec_negative_n),
		.help = "Zones that are not validated: negative trust anchors." },
	{ "trust_ad", TYPE_BOOL, .preset = "false", .at = IN_DRAFT(config.trust_ad),
		.help = "Whether an upstream's word that it has validated is passed "
			"on." },
	{ "hosts", TYPE_PATH, .max = PATH_BYTES_MAX, .at = IN_DRAFT(config.hosts),
		.help = "A file as /etc/hosts, whose names are answered from it." },
	{ "local_records", TYPE_RECORDS, .min = 1, .max = 10000,
		.at = IN_DRAFT(config.local_records),
		.help = "Records that are answered by pintle itself." },
	{ "local_zone", TYPE_LOCALS, .min = 1, .max = 10000,
		.at = IN_DRAFT(config.local_zones),
		.count_at = IN_DRAFT(config.local_zone_n),
		.help = "Zones whose names nobody is asked about, each a map of the keys "
			"below." },
	{ "rebind_protection.enable", TYPE_BOOL, .preset = "false",
		.at = IN_DRAFT(config.rebind_protection),
		.help = "Whether answers from outside may hold addresses of the "
			"inside." },
	{ "rebind_protection.allow", TYPE_ZONES, .min = 0, .max = 256,
		.at = IN_DRAFT(config.rebind_allow),
		.count_at = IN_DRAFT(config.rebind_allow_n),
		.help = "Names that may have addresses of the inside, with all below "
			"them." },
};

static const char *const file_later[] = { "metrics", "sandbox", NULL };

static const struct schema_row update_rows[] = {
	{ "url", TYPE_URL, .required = true, .at = offsetof(struct config_update, url),
		.help = "Where pintlectl loglist update fetches the list." },
	{ "key", TYPE_LIST_KEY, .required = true,
		.at = offsetof(struct config_update, key),
		.help = "Key that must have signed a fetched list." },
	{ "address", TYPE_SERVER, .at = offsetof(struct config_update, address),
		.help = "Address of the host in ct.update.url." },
};

static const char *const update_later[] = { NULL };

static const struct schema_row upstream_rows[] = {
	{ "name", TYPE_NAME, .max = CONFIG_NAME_BYTES_MAX, .required = true,
		.at = IN_UPSTREAM(name),
		.help = "What logs and pintlectl call the upstream." },
	{ "protocol", TYPE_WORD, .words = protocols, .preset = "dot",
		.at = IN_UPSTREAM(protocol), .help = "How the upstream is spoken to." },
	/* Before `address`, for its port. */
	{ "url", TYPE_DOH_URL, .at = IN_UPSTREAM(url),
		.help = "Where a DoH server is asked." },
	{ "address", TYPE_SERVERS, .min = 1, .max = 16, .at = IN_UPSTREAM(addresses),
		.count_at = IN_UPSTREAM(address_n),
		.help = "Where the upstream is reached, in order of preference." },
	{ "auth_name", TYPE_HOST, .at = IN_UPSTREAM(policy.auth_name),
		.help = "Host name that the upstream's certificate must bear." },
	{ "pins", TYPE_PINS, .min = 1, .max = 64, .at = IN_UPSTREAM(policy.pins.pins),
		.count_at = IN_UPSTREAM(policy.pins.n),
		.help = "Keys of which one must be in the verified chain." },
	{ "pin_mode", TYPE_WORD, .words = pin_modes, .preset = "enforce",
		.at = IN_UPSTREAM(policy.pin_mode),
		.help = "Whether a chain without a pinned key is refused or reported, or "
			"the first one's keys become the pins." },
	{ "pkix", TYPE_WORD, .words = pkix_modes, .preset = "require",
		.at = IN_UPSTREAM(policy.pkix),
		.help = "Whether the certificate must lead to a trusted root." },
	{ "ca_file", TYPE_PATH, .max = PATH_BYTES_MAX, .at = IN_UPSTREAM(policy.ca_file),
		.help = "Bundle with the only roots trusted for this upstream." },
	{ "ct", TYPE_WORD, .words = ct_modes, .at = IN_UPSTREAM(policy.ct),
		.help = "As ct.mode, for this upstream." },
	{ "idle_timeout", TYPE_IDLE, .min = SECOND_MS, .max = 3600 * SECOND_MS,
		.preset = "auto", .at = IN_UPSTREAM(idle_timeout_ms),
		.help = "Time after which a connection without questions is closed." },
};

static const char *const upstream_later[] = { NULL };

static const struct schema_row forward_rows[] = {
	{ "zone", TYPE_ZONE, .required = true,
		.at = offsetof(struct forward_draft, forward.zone),
		.help = "The zone, with all below it but what another map has." },
	{ "upstreams", TYPE_NAMES, .min = 1, .max = 16,
		.at = offsetof(struct forward_draft, forward.upstreams),
		.count_at = offsetof(struct forward_draft, forward.upstream_n),
		.help = "Names of the upstreams that are asked." },
	{ "address", TYPE_BOOTSTRAP, .min = 1, .max = 8,
		.at = offsetof(struct forward_draft, forward.addresses),
		.count_at = offsetof(struct forward_draft, forward.address_n),
		.help = "Servers that are asked without TLS." },
	{ "protocol", TYPE_WORD, .words = forward_protocols,
		.at = offsetof(struct forward_draft, plain),
		.help = "How the servers in address are spoken to." },
};

static const char *const forward_later[] = { NULL };

static const struct schema_row local_zone_rows[] = {
	{ "zone", TYPE_ZONE, .required = true, .at = offsetof(struct local_zone, name),
		.help = "The zone, with all below it but what another map or forward "
			"has." },
	{ "action", TYPE_WORD, .words = local_actions, .required = true,
		.at = offsetof(struct local_zone, action),
		.help = "What is said of its names." },
};

static const char *const local_zone_later[] = { NULL };

const struct schema schema_file = { "", file_rows, COUNT(file_rows), file_later };
const struct schema schema_update = { "ct.update.", update_rows, COUNT(update_rows),
	update_later };
const struct schema schema_upstream = { "upstreams[].", upstream_rows,
	COUNT(upstream_rows), upstream_later };
const struct schema schema_forward = { "forward[].", forward_rows, COUNT(forward_rows),
	forward_later };
const struct schema schema_local_zone = { "local_zone[].", local_zone_rows,
	COUNT(local_zone_rows), local_zone_later };
