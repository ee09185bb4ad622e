/* Where a log list may be fetched from, for the configuration and the command line. */
#ifndef CONFIG_URL_H
#define CONFIG_URL_H

#define URL_BYTES_MAX 1000
/* For a person. */
#define URL_ALLOWED                                                 \
	"an https URL with a host and a path, without ? and #, of " \
	"at most 1000 bytes"

/* "https://lists.example/l.json", "https://192.0.2.1:8443/l.json",
 * "https://[2001:db8::1]/l.json". Its signature is fetched from the same URL with .sig
 * behind, so that nothing may stand behind the path. NULL, or what is wrong with it. */
const char *url_problem(const char *url);

#endif
