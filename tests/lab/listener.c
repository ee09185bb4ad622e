/* Which listeners a scenario has, and what each is equipped with. */
#include "tests/lab/listener.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "tests/lab/http2.h"
#include "tests/lab/tls.h"

/* The n-th scenario is on base + n, its twin 256 above, its second address
 * another 256. */
#define ROLE_STEP  256U
#define TWIN_AFFIX "-twin"
#define DOH_AFFIX  "-doh"

/* What a scenario's second address shows: no fault, for that address. */
static const struct server_plan second_server = {
	.leaf = { .dns = { LAB_AUTH_NAME }, .ip = { OWN_ADDRESS } },
	.issuer = WHO_ISSUER,
};

const char *role_name(enum role role)
{
	static const char *const names[] = {
		[ROLE_SCENARIO] = "scenario",
		[ROLE_TWIN] = "twin",
		[ROLE_SECOND] = "second",
	};

	return names[role];
}

static struct endpoint address_above(const struct endpoint *base, uint32_t by)
{
	struct endpoint e = *base;

	e.in.sin_addr.s_addr = htonl(ntohl(base->in.sin_addr.s_addr) + by);
	return e;
}

static struct listener *add_listener(struct lab *lab, const struct lab_options *options,
	size_t place, enum protocol protocol, enum role role)
{
	struct listener *l = &lab->listeners[lab->listener_n++];
	const struct scenario *scenario = options->scenarios[place];
	bool affixed = protocol == PROTOCOL_DOH && scenario->over == OVER_BOTH;

	l->lab = lab;
	l->fd = -1;
	l->scenario = scenario;
	l->role = role;
	l->protocol = protocol;
	snprintf(l->name, sizeof l->name, "%s%s%s", scenario->name,
		affixed ? DOH_AFFIX : "", role == ROLE_TWIN ? TWIN_AFFIX : "");
	l->address = address_above(&options->base, (uint32_t)place + ROLE_STEP * role);
	l->address.in.sin_port = htons(options->ports[protocol]);
	l->genuine_zone = scenario->genuine_zone || role == ROLE_SECOND;
	l->server = &scenario->server;
	l->client = &scenario->client;
	counters_init(&l->counters);
	return l;
}

static void add_roles(struct lab *lab, const struct lab_options *options, size_t place,
	enum protocol protocol)
{
	const struct scenario *scenario = options->scenarios[place];
	struct listener *l = add_listener(lab, options, place, protocol, ROLE_SCENARIO);

	l->expected = scenario->expected;
	l->reason = scenario->reason;
	/* A URL with an address has no second one. */
	if (scenario->two_addresses && protocol == PROTOCOL_DOT) {
		l = add_listener(lab, options, place, protocol, ROLE_SECOND);
		l->server = &second_server;
	}
	if (!options->twins || scenario->twin == TWIN_NONE)
		return;
	l = add_listener(lab, options, place, protocol, ROLE_TWIN);
	if (scenario->twin == TWIN_CONFIG)
		l->client = &scenario->twin_client;
	else
		l->server = &scenario->twin_server;
}

void listeners_add(struct lab *lab, const struct lab_options *options, size_t place)
{
	for (enum protocol p = PROTOCOL_DOT; p < PROTOCOL_COUNT; p++)
		if (options->protocols[p] &&
			scenario_is_over(options->scenarios[place], p))
			add_roles(lab, options, place, p);
}

static const struct listener *find(const struct lab *lab, const struct listener *of,
	enum protocol protocol, enum role role)
{
	for (size_t i = 0; i < lab->listener_n; i++) {
		const struct listener *l = &lab->listeners[i];

		if (l->scenario == of->scenario && l->protocol == protocol &&
			l->role == role)
			return l;
	}
	return NULL;
}

const struct listener *lab_second(const struct lab *lab, const struct listener *listener)
{
	return listener->role == ROLE_SCENARIO
		       ? find(lab, listener, listener->protocol, ROLE_SECOND)
		       : NULL;
}

void listener_url(const struct listener *listener, char out[LISTENER_URL_MAX])
{
	char address[ENDPOINT_TEXT_MAX];

	endpoint_format_address(&listener->address, address);
	snprintf(out, LISTENER_URL_MAX, "https://%s:%u" HTTP2_PATH,
		listener->client->auth_name != NULL ? listener->client->auth_name
						    : address,
		endpoint_port(&listener->address));
}

X509 *listener_certificate(const struct listener *listener, enum who who)
{
	return who == WHO_OWN ? listener->own.certificate
			      : pki_of(listener->lab->pki, who)->certificate;
}

/* What its key or certificate is taken from: for DNS over HTTPS the same listener over
 * TLS, or else for a twin its scenario. NULL: nothing. */
static const struct listener *find_base(const struct lab *lab, const struct listener *l)
{
	const struct listener *base = NULL;

	if (l->protocol == PROTOCOL_DOH)
		base = find(lab, l, PROTOCOL_DOT, l->role);
	if (base == NULL && l->role == ROLE_TWIN)
		base = find(lab, l, l->protocol, ROLE_SCENARIO);
	return base;
}

enum status listener_equip(struct lab *lab, struct listener *l)
{
	struct endpoint second =
		address_above(&l->address, ROLE_STEP * (ROLE_SECOND - l->role));
	enum status status = listener_certify(l, lab->pki, find_base(lab, l), &second);
	char file[LISTENER_NAME_MAX + 16];

	if (status == STATUS_OK)
		status = listener_make_tls(l, lab->pki);
	if (status == STATUS_OK)
		status = listener_make_delivery(l, lab->pki);
	if (status != STATUS_OK)
		return status;
	snprintf(file, sizeof file, "leaf-%s%s.pem", l->name,
		l->role == ROLE_SECOND ? "-second" : "");
	return pem_write(lab->directory, file, &l->own.certificate, 1);
}
