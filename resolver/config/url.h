/* https URLs, for the configuration and the command line: where a log list may be
 * fetched from, and where a DoH server is asked. */
#ifndef CONFIG_URL_H
#define CONFIG_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/endpoint.h"

#define URL_BYTES_MAX 1000
/* For a person. */
#define URL_ALLOWED                                                 \
	"an https URL with a host and a path, without ? and #, of " \
	"at most 1000 bytes"

/* "https://lists.example/l.json", "https://192.0.2.1:8443/l.json",
 * "https://[2001:db8::1]/l.json". Its signature is fetched from the same URL with .sig
 * behind, so that nothing may stand behind the path. NULL, or what is wrong with it. */
const char *url_problem(const char *url);

#define DOH_URL_ALLOWED                                                   \
	"an https URL with a host and a path, without #, with {?dns} or " \
	"{&dns} at its end or without, of at most 1000 bytes"

/* A DoH server's URI Template (RFC 8484 §4.1), of which RFC 6570 §3.2.8 and §3.2.9 are
 * taken, with one variable. */
struct doh_url {
	char host[256]; /* a name, or an address without brackets */
	/* The host, if it is one, and the port; else AF_UNSPEC. */
	struct endpoint address;
	uint16_t port;
	const char *path; /* and all behind it, the expression too; borrowed of the URL */
};

/* "https://dns.example/dns-query", "https://192.0.2.1:8443/q?k=v{&dns}". NULL, or what
 * is wrong with it; `out` means something only then. */
const char *doh_url_read(const char *url, struct doh_url *out);

#endif
