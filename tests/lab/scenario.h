/* The scenarios: what a server shows, what a client is told to demand, and who
 * must win. Plain data; the tables are in scenarios_*.c. */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include <stddef.h>

#include "tests/lab/misdeed.h"
#include "tests/lab/pki.h"
#include "tests/lab/staple.h"

/* In a wish's `ip` or `dns`, and as a name to ask for: the address of the
 * listener itself, and that where the scenario's second listener is, or would be. */
#define OWN_ADDRESS    "@own"
#define SECOND_ADDRESS "@second"

enum tls_manner {
	MANNER_USUAL,        /* TLS 1.2 and 1.3, ECDHE and AEAD */
	MANNER_PLAIN,        /* DNS over TCP without TLS */
	MANNER_TLS11,        /* nothing above TLS 1.1 */
	MANNER_TLS12,        /* nothing above TLS 1.2 */
	MANNER_RSA_EXCHANGE, /* TLS 1.2, AES128-SHA */
	MANNER_CBC,          /* TLS 1.2, ECDHE-RSA-AES128-SHA */
	MANNER_DHE,          /* TLS 1.2, DHE-RSA-AES128-GCM-SHA256 */
	MANNER_ANONYMOUS,    /* TLS 1.2, AECDH-AES128-SHA, no certificate */
	MANNER_ALPN_H2,      /* says "h2", whatever was offered */
	MANNER_ALPN_HTTP11,  /* says "http/1.1", likewise */
	MANNER_ALPN_DOT,     /* says "dot", likewise */
	MANNER_ALPN_NONE,    /* selects none */
	MANNER_RENEGOTIATE,  /* TLS 1.2; the genuine certificate first, then this one */
	MANNER_STALL,        /* the ServerHello comes late */
};

#define PLAN_SENT_MAX 3
struct server_plan {
	struct wish leaf;
	enum who issuer;              /* WHO_OWN: self-signed */
	enum who sent[PLAN_SENT_MAX]; /* after the leaf; none: the issuers up to the root
				       */
	bool leaf_is_genuine; /* shows the genuine certificate; `leaf` is not used */
	bool leaf_alone;      /* no issuers sent */
	bool forged;          /* names `issuer`, signed with another key */
	bool impostor;        /* has the certificate, not its key */
	enum tls_manner manner;
	const struct sct_wish *by_tls; /* over the leaf, in the TLS extension … */
	const struct sct_wish *beside_issuer; /* … of the first issuer sent (TLS 1.3);
					       * NULL: none */
	struct staple_wish staple;
	const struct misdeed *misdeed; /* over DoH; NULL: none */
};

#define PLAN_PINS_MAX 2
struct client_plan {
	const char *auth_name; /* NULL: the address is the identity */
	bool pins_only;        /* pkix: pins_only, which goes with ct: off */
	bool ct_off;           /* ct: off; otherwise it is required */
	enum who pins[PLAN_PINS_MAX];
	enum who ca; /* its file as ca_file; WHO_NONE: root.pem */
};

enum verdict { VERDICT_ACCEPTED, VERDICT_REFUSED };

enum protocol { PROTOCOL_DOT, PROTOCOL_DOH };
#define PROTOCOL_COUNT 2

/* What a scenario is served over. */
enum over { OVER_BOTH, OVER_DOT_ONLY, OVER_DOH_ONLY };

/* How the check that refused is switched off (for an accepted scenario there
 * is nothing to switch off). */
enum twin_kind {
	TWIN_NONE,
	TWIN_CONFIG, /* same server, same certificate, other configuration */
	TWIN_SERVER, /* same configuration, a server without the one fault */
};

struct scenario {
	const char *name;
	const char *explains;
	enum verdict expected;
	const char *reason; /* of a refusal */
	bool genuine_zone;  /* answers as the honest resolver does */
	bool two_addresses; /* over DoT a second listener, honest, behind the first */
	bool unanswered;    /* accepted, but what it answers is of no use */
	enum over over;
	struct server_plan server;
	struct client_plan client;
	enum twin_kind twin;
	struct server_plan twin_server;
	struct client_plan twin_client;
};

struct scenario_table {
	const struct scenario *rows;
	size_t n;
};

extern const struct scenario_table scenarios_honest, scenarios_pkix, scenarios_name,
	scenarios_pin, scenarios_tls, scenarios_ct, scenarios_delivery, scenarios_staple,
	scenarios_http2, scenarios_http2_answers, scenarios_http2_frames;

/* All of them in a fixed order, honest first; NULL behind the last. */
const struct scenario *scenario_at(size_t index);
/* NULL if there is none of that name. */
const struct scenario *scenario_find(const char *name);

bool scenario_is_over(const struct scenario *scenario, enum protocol protocol);

const char *verdict_name(enum verdict verdict);
const char *protocol_name(enum protocol protocol);
const char *twin_kind_name(enum twin_kind kind);

#endif
