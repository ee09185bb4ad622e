/* Which listeners a scenario has, and what each is equipped with. */
#include "tests/lab/listener.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "tests/lab/tls.h"

/* The n-th scenario is on base + n, its twin 256 above, its second address
 * another 256. */
#define ROLE_STEP  256U
#define TWIN_AFFIX "-twin"

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

static struct listener *add_listener(
	struct lab *lab, const struct lab_options *options, size_t place, enum role role)
{
	struct listener *l = &lab->listeners[lab->listener_n++];
	const struct scenario *scenario = options->scenarios[place];

	l->lab = lab;
	l->fd = -1;
	l->scenario = scenario;
	l->role = role;
	snprintf(l->name, sizeof l->name, "%s%s", scenario->name,
		role == ROLE_TWIN ? TWIN_AFFIX : "");
	l->address = address_above(&options->base, (uint32_t)place + ROLE_STEP * role);
	l->genuine_zone = scenario->genuine_zone || role == ROLE_SECOND;
	l->server = &scenario->server;
	l->client = &scenario->client;
	counters_init(&l->counters);
	return l;
}

void listeners_add(struct lab *lab, const struct lab_options *options, size_t place)
{
	const struct scenario *scenario = options->scenarios[place];
	struct listener *l = add_listener(lab, options, place, ROLE_SCENARIO);

	l->expected = scenario->expected;
	l->reason = scenario->reason;
	if (scenario->two_addresses) {
		l = add_listener(lab, options, place, ROLE_SECOND);
		l->server = &second_server;
	}
	if (!options->twins || scenario->twin == TWIN_NONE)
		return;
	l = add_listener(lab, options, place, ROLE_TWIN);
	if (scenario->twin == TWIN_CONFIG)
		l->client = &scenario->twin_client;
	else
		l->server = &scenario->twin_server;
}

static const struct listener *find_role(
	const struct lab *lab, const struct listener *of, enum role role)
{
	for (size_t i = 0; i < lab->listener_n; i++)
		if (lab->listeners[i].scenario == of->scenario &&
			lab->listeners[i].role == role)
			return &lab->listeners[i];
	return NULL;
}

const struct listener *lab_second(const struct lab *lab, const struct listener *listener)
{
	return listener->role == ROLE_SCENARIO ? find_role(lab, listener, ROLE_SECOND)
					       : NULL;
}

X509 *listener_certificate(const struct listener *listener, enum who who)
{
	return who == WHO_OWN ? listener->own.certificate
			      : pki_of(listener->lab->pki, who)->certificate;
}

enum status listener_equip(struct lab *lab, struct listener *l)
{
	const struct listener *base =
		l->role == ROLE_TWIN ? find_role(lab, l, ROLE_SCENARIO) : NULL;
	const struct listener *second = lab_second(lab, l);
	enum status status = listener_certify(
		l, lab->pki, base, second != NULL ? &second->address : NULL);
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
