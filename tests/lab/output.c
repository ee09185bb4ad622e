#include "tests/lab/output.h"

#include "tests/lab/file.h"

static void print_addresses(FILE *f, const struct lab *lab, const struct listener *l)
{
	const struct listener *second = lab_second(lab, l);
	char address[ENDPOINT_TEXT_MAX];

	endpoint_format(&l->address, address);
	fprintf(f, "    address: [\"%s\"", address);
	if (second != NULL) {
		endpoint_format(&second->address, address);
		fprintf(f, ", \"%s\"", address);
	}
	fprintf(f, "]\n");
}

static enum status print_pins(FILE *f, const struct listener *l)
{
	char pin[LAB_PIN_TEXT_MAX];

	for (size_t i = 0; i < PLAN_PINS_MAX && l->client->pins[i] != WHO_NONE; i++) {
		if (certificate_pin(listener_certificate(l, l->client->pins[i]), pin) !=
			STATUS_OK)
			return STATUS_CRYPTO;
		fprintf(f, "%s\"%s\"", i == 0 ? "    pins: [" : ", ", pin);
	}
	if (l->client->pins[0] != WHO_NONE)
		fprintf(f, "]\n");
	return STATUS_OK;
}

static enum status print_upstream(
	FILE *f, const struct lab *lab, const struct listener *l, const char *directory)
{
	char url[LISTENER_URL_MAX];
	bool doh = l->protocol == PROTOCOL_DOH;

	fprintf(f, "  - name: %s\n    protocol: %s\n", l->name,
		protocol_name(l->protocol));
	listener_url(l, url);
	if (doh)
		fprintf(f, "    url: \"%s\"\n", url);
	print_addresses(f, lab, l);
	if (l->client->auth_name != NULL && !doh)
		fprintf(f, "    auth_name: %s\n", l->client->auth_name);
	if (l->client->pins_only)
		fprintf(f, "    pkix: pins_only\n");
	if (l->client->ct_off || l->client->pins_only)
		fprintf(f, "    ct: off\n");
	if (l->client->ca != WHO_NONE)
		fprintf(f, "    ca_file: \"%s/%s\"\n", directory,
			pki_file_name(l->client->ca));
	return print_pins(f, l);
}

enum status output_yaml(FILE *f, const struct lab *lab, const char *directory)
{
	char denied[LAB_PIN_TEXT_MAX];
	enum status status =
		certificate_pin(pki_of(lab->pki, WHO_DENIED_ROOT)->certificate, denied);

	if (status != STATUS_OK)
		return status;
	fprintf(f, "# Written by pintle-lab: every scenario that it serves as an "
		   "upstream.\n");
	fprintf(f, "listen: [\"127.0.0.1:5353\"]\n");
	fprintf(f, "control: \"%s/control.sock\"\n", directory);
	fprintf(f, "state_dir: \"%s/state\"\n", directory);
	fprintf(f, "ct:\n  mode: require\n  log_list: \"%s/%s\"\n", directory,
		CTLOGS_FILE);
	fprintf(f, "tls:\n  ca_file: \"%s/%s\"\n", directory, pki_file_name(WHO_ROOT));
	fprintf(f, "  deny: [\"%s\"]\n", denied);
	fprintf(f, "upstreams:\n");
	for (unsigned role = ROLE_SCENARIO; role <= ROLE_TWIN; role++)
		for (size_t i = 0; i < lab->listener_n && status == STATUS_OK; i++)
			if (lab->listeners[i].role == role)
				status = print_upstream(
					f, lab, &lab->listeners[i], directory);
	return status == STATUS_OK && ferror(f) ? STATUS_IO : status;
}

static void print_scenario(FILE *f, const struct listener *l)
{
	char address[ENDPOINT_TEXT_MAX];

	endpoint_format(&l->address, address);
	fprintf(f, "%s\t%s\t%s\t%s\t%s\t", l->name, role_name(l->role), address,
		verdict_name(l->expected), l->reason != NULL ? l->reason : "-");
	switch (l->role) {
	case ROLE_SCENARIO:
		fputs(l->scenario->explains, f);
		break;
	case ROLE_TWIN:
		fputs(twin_kind_name(l->scenario->twin), f);
		break;
	case ROLE_SECOND:
		fprintf(f, "the second address of %s, without a fault", l->name);
		break;
	}
	fprintf(f, "\t%s\t%s\n", protocol_name(l->protocol),
		l->scenario->unanswered ? "no" : "yes");
}

enum status output_scenarios(FILE *f, const struct lab *lab)
{
	fprintf(f, "name\trole\taddress\texpected\treason\texplanation\tprotocol\t"
		   "answers\n");
	for (size_t i = 0; i < lab->listener_n; i++)
		print_scenario(f, &lab->listeners[i]);
	return ferror(f) ? STATUS_IO : STATUS_OK;
}

enum status output_files(const struct lab *lab, const char *directory)
{
	FILE *f = lab_file_open_at(lab->directory, "scenarios.tsv");
	enum status status;

	if (f == NULL)
		return STATUS_IO;
	status = lab_file_close(f, output_scenarios(f, lab));
	if (status != STATUS_OK)
		return status;
	f = lab_file_open_at(lab->directory, "pintle.yaml");
	if (f == NULL)
		return STATUS_IO;
	return lab_file_close(f, output_yaml(f, lab, directory));
}

void output_list(FILE *f)
{
	static const char *const twins[] = {
		[TWIN_NONE] = "-",
		[TWIN_CONFIG] = "config",
		[TWIN_SERVER] = "server",
	};
	static const char *const overs[] = {
		[OVER_BOTH] = "",
		[OVER_DOT_ONLY] = " (DoT only)",
		[OVER_DOH_ONLY] = " (DoH only)",
	};
	const struct scenario *s;

	for (size_t i = 0; (s = scenario_at(i)) != NULL; i++)
		fprintf(f, "%-26s %-8s %-18s %-6s %s%s\n", s->name,
			verdict_name(s->expected), s->reason != NULL ? s->reason : "-",
			twins[s->twin], s->explains, overs[s->over]);
}

void output_list_events(FILE *f)
{
	fputs("\nLog lists for ct.log_list that a reload must refuse, while the one in "
	      "force stays;\ntests/system/test_ct_scenarios.py has their twins:\n\n",
		f);
	for (size_t i = 0; i < CTLOGS_REFUSED_N; i++)
		fprintf(f, "%-26s %-8s %-18s %-6s %s\n", ctlogs_refused[i].file,
			verdict_name(VERDICT_REFUSED), "-", "-",
			ctlogs_refused[i].explains);
}
