/* What keys of Certificate Transparency do not take. */
#include "refusal.h"

#define UPSTREAMS "\nupstreams: [{" GOOD_UPSTREAM "}]\n"
/* A map whose keys begin at column 15. */
#define UPDATE(keys) "ct: {update: {" keys "}}" UPSTREAMS
#define URL          "url: \"https://a.example/l\""
#define KEY          "key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ADDRESS      "address: 192.0.2.1"

#define ALLOWED_URL \
	"an https URL with a host and a path, without ? and #, of at most 1000 bytes"
#define REFUSED_URL(name, url, problem)                               \
	{                                                             \
		"ct.update.url: " name, UPDATE("url: \"" url "\""),   \
			"f:1:20: ct.update.url: \"" url "\" " problem \
			"; allowed: " ALLOWED_URL                     \
	}

static const struct refusal rows[] = {
	{ "ct.mode misspelt", "ct: {mode: of}" UPSTREAMS,
		"f:1:12: ct.mode: \"of\" is none of the words known here; allowed: "
		"require, report, off" },
	{ "ct.mode false", "ct: {mode: false}" UPSTREAMS,
		"f:1:12: ct.mode: \"false\" is none of the words known here; allowed: "
		"require, report, off" },
	{ "ct.mode without a value", "ct: {mode: }" UPSTREAMS,
		"f:1:12: ct.mode: \"\" is no value; allowed: require, report, off" },
	{ "ct.policy unknown", "ct: {policy: google}" UPSTREAMS,
		"f:1:14: ct.policy: \"google\" is none of the policies known here; "
		"allowed: strict, chrome, mozilla, apple" },
	{ "ct.policy a list", "ct: {policy: [chrome, mozilla]}" UPSTREAMS,
		"f:1:14: ct.policy: a list is not a single value; allowed: strict, "
		"chrome, mozilla, apple" },
	{ "ct.log_list relative", "ct: {log_list: logs.json}" UPSTREAMS,
		"f:1:16: ct.log_list: \"logs.json\" does not begin with a slash; "
		"allowed: builtin, or an absolute path of at most 4095 bytes" },
	{ "ct.log_list off", "ct: {log_list: off}" UPSTREAMS,
		"f:1:16: ct.log_list: \"off\" does not begin with a slash; allowed: "
		"builtin, or an absolute path of at most 4095 bytes" },
	{ "ct.log_list without a value", "ct: {log_list: }" UPSTREAMS,
		"f:1:16: ct.log_list: \"\" is no value; allowed: builtin, or an absolute "
		"path of at most 4095 bytes" },
	{ "ct.stale unknown", "ct: {stale: ignore}" UPSTREAMS,
		"f:1:13: ct.stale: \"ignore\" is none of the words known here; allowed: "
		"report_if_pinned, refuse, warn" },
	{ "ct.stale judge", "ct: {stale: judge}" UPSTREAMS,
		"f:1:13: ct.stale: \"judge\" is none of the words known here; allowed: "
		"report_if_pinned, refuse, warn" },
	{ "ct.update a text", "ct: {update: \"https://a.example/\"}" UPSTREAMS,
		"f:1:14: ct.update: \"https://a.example/\" is not a map; allowed: a map "
		"of url and key, and address if need be" },
	{ "ct.update without a value", "ct: {update: }" UPSTREAMS,
		"f:1:14: ct.update: \"\" is not a map; allowed: a map of url and key, "
		"and address if need be" },
	{ "ct.update empty", UPDATE(""),
		"f:1:14: ct.update.url is missing; needed: " ALLOWED_URL },
	{ "ct.update without a key", UPDATE(URL ", " ADDRESS),
		"f:1:14: ct.update.key is missing; needed: an Ed25519 public key, the "
		"Base64 of 32 bytes" },
	{ "ct.update: an unknown key", UPDATE(URL ", " KEY ", " ADDRESS ", ur: 1"),
		"f:1:114: unknown key \"ur\"; did you mean url?" },
	REFUSED_URL("http", "http://a.example/l", "does not begin with https://"),
	REFUSED_URL("port 0", "https://a.example:0/l", "has a port that is none"),
	REFUSED_URL("a query", "https://a.example/l?x=1", "has a ? or #"),
	{ "ct.update.key: 31 bytes",
		UPDATE(URL ", key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
		"f:1:48: ct.update.key: \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\" "
		"is not a key of 32 bytes; allowed: an Ed25519 public key, the Base64 of "
		"32 bytes" },
	{ "ct.update.key: 33 bytes",
		UPDATE(URL ", key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		"f:1:48: ct.update.key: \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\" "
		"is not a key of 32 bytes; allowed: an Ed25519 public key, the Base64 of "
		"32 bytes" },
	{ "ct.update.key: PEM", UPDATE(URL ", key: \"-----BEGIN PUBLIC KEY-----\""),
		"f:1:48: ct.update.key: \"-----BEGIN PUBLIC KEY-----\" is not a key of "
		"32 "
		"bytes; allowed: an Ed25519 public key, the Base64 of 32 bytes" },
	{ "ct.update.address: a name", UPDATE(URL ", " KEY ", address: a.example"),
		"f:1:103: ct.update.address: \"a.example\" is not an IP address with or "
		"without a port; allowed: 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "ct.update.address: a wildcard", UPDATE(URL ", " KEY ", address: 0.0.0.0"),
		"f:1:103: ct.update.address: \"0.0.0.0\" is nobody's address; allowed: "
		"192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "ct.update.address: a list", UPDATE(URL ", " KEY ", address: [192.0.2.1]"),
		"f:1:103: ct.update.address: a list is not a single value; allowed: "
		"192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "ct.update beside a list",
		"ct: {log_list: /l.json, update: {" URL ", " KEY ", " ADDRESS
		"}}" UPSTREAMS,
		"f:1:33: ct.update: what it fetches would not be used beside "
		"ct.log_list; take one of them out" },
	{ "ct a word", "ct: off\nupstreams: [{" GOOD_UPSTREAM "}]\n",
		"f:1:5: ct: \"off\" is not a map; allowed: {key: value}" },
};

int main(void)
{
	return refusal_run("ct", rows, sizeof rows / sizeof *rows);
}
