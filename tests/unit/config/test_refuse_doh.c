/* What DNS over HTTPS, bootstrap and the ways of asking may not be. */
#include "refusal.h"

#define DOH(keys) UPSTREAM("name: a, protocol: doh, " keys)
#define ALLOWED_URL                                                               \
	"; allowed: an https URL with a host and a path, without #, with {?dns} " \
	"or {&dns} at its end or without, of at most 1000 bytes"
#define SERVERS                                                          \
	"; allowed: a list of 1 to 8 of 192.0.2.1, \"192.0.2.1:PORT\", " \
	"\"[2001:db8::1]:PORT\""

static const struct refusal rows[] = {
	{ "doh without url", UPSTREAM("name: a, address: [192.0.2.1], protocol: doh"),
		"f:3:45: upstreams[].protocol: doh needs url, such as "
		"https://dns.example/dns-query" },
	{ "url with dot", UPSTREAM(GOOD_UPSTREAM ", url: \"https://a.example/q\""),
		"f:3:40: upstreams[].url: only DNS over HTTPS has one; write protocol: "
		"doh, or take it out" },
	{ "url: http", DOH("url: \"http://a.example/q\""),
		"f:3:33: upstreams[].url: \"http://a.example/q\" does not begin with "
		"https://" ALLOWED_URL },
	{ "url: a list", DOH("url: [\"https://a.example/q\"]"),
		"f:3:33: upstreams[].url: a list is not a single value" ALLOWED_URL },
	{ "url: another variable", DOH("url: \"https://a.example/q{?name}\""),
		"f:3:33: upstreams[].url: \"https://a.example/q{?name}\" has something "
		"else in braces" ALLOWED_URL },
	{ "url: a name without an address",
		DOH("url: \"https://a.example/q\", auth_name: a.example"),
		"f:3:3: upstreams[].address is missing; needed: addresses, or bootstrap "
		"servers to look up a.example with" },
	{ "auth_name: another host",
		DOH("url: \"https://a.example/q\", address: [192.0.2.1], auth_name: "
		    "b.example"),
		"f:3:89: upstreams[].auth_name: with protocol: doh the certificate must "
		"bear the host in url, which is a.example; take it out" },
	{ "auth_name: beside an address in url",
		DOH("url: \"https://192.0.2.1/q\", auth_name: a.example"),
		"f:3:67: upstreams[].auth_name: with protocol: doh the certificate must "
		"bear the host in url, which is 192.0.2.1; take it out" },
	{ "address: not the one in url",
		DOH("url: \"https://192.0.2.1/q\", address: [192.0.2.1, 192.0.2.2]"),
		"f:3:77: upstreams[].address: \"192.0.2.2\" is not the address in url, "
		"which the certificate must name; allowed: 192.0.2.1" },
	{ "address: the same of the other family",
		DOH("url: \"https://[2001:db8::1]/q\", address: [192.0.2.1]"),
		"f:3:70: upstreams[].address: \"192.0.2.1\" is not the address in url, "
		"which the certificate must name; allowed: 2001:db8::1" },
	{ "address: twice, by the port in url",
		DOH("url: \"https://a.example:8443/q\", address: [192.0.2.1, "
		    "\"192.0.2.1:8443\"]"),
		"f:3:82: upstreams[].address: \"192.0.2.1:8443\" stands here twice" },
	{ "address: twice, by the port of https",
		DOH("url: \"https://a.example/q\", address: [192.0.2.1, "
		    "\"192.0.2.1:443\"]"),
		"f:3:77: upstreams[].address: \"192.0.2.1:443\" stands here twice" },
	{ "pkix: pins_only without pins, over HTTPS",
		DOH("url: \"https://a.example/q\", address: [192.0.2.1], pkix: "
		    "pins_only"),
		"f:3:84: upstreams[].pkix: pins_only needs pins; without them nothing "
		"is checked" },
	/* bootstrap */
	{ "bootstrap: a text", "bootstrap: 192.0.2.53" REST,
		"f:1:12: bootstrap: \"192.0.2.53\" is not a list" SERVERS },
	{ "bootstrap: empty", "bootstrap: []" REST,
		"f:1:12: bootstrap: a list without entries" SERVERS },
	{ "bootstrap: a name", "bootstrap: [dns.example]" REST,
		"f:1:13: bootstrap: \"dns.example\" is not an IP address with or "
		"without a port" SERVERS },
	{ "bootstrap: nobody", "bootstrap: [192.0.2.53, \"::\"]" REST,
		"f:1:25: bootstrap: \"::\" is nobody's address" SERVERS },
	{ "bootstrap: twice", "bootstrap: [192.0.2.53, \"192.0.2.53:53\"]" REST,
		"f:1:25: bootstrap: \"192.0.2.53:53\" stands here twice" },
	{ "bootstrap: ourselves, by default", "bootstrap: [192.0.2.53, 127.0.0.1]" REST,
		"f:1:25: bootstrap: \"127.0.0.1\" is pintle itself, which listens "
		"there; allowed: another server" },
	{ "bootstrap: ourselves over IPv6", "bootstrap: [\"::1\"]" REST,
		"f:1:13: bootstrap: \"::1\" is pintle itself, which listens there; "
		"allowed: another server" },
	{ "bootstrap: ourselves at another port",
		"bootstrap: [\"192.0.2.1:5353\"]\nlisten: [\"192.0.2.1:5353\"]" REST,
		"f:1:13: bootstrap: \"192.0.2.1:5353\" is pintle itself, which listens "
		"there; allowed: another server" },
	{ "bootstrap: ourselves, who listen everywhere",
		"bootstrap: [127.0.0.53]\nlisten: [0.0.0.0]" REST,
		"f:1:13: bootstrap: \"127.0.0.53\" is pintle itself, which listens "
		"there; allowed: another server" },
	{ "bootstrap: ourselves, who listen everywhere over IPv6",
		"listen: [\"[::]:54\"]\nbootstrap: [\"[::1]:54\"]" REST,
		"f:2:13: bootstrap: \"[::1]:54\" is pintle itself, which listens there; "
		"allowed: another server" },
	/* strategy, hedge */
	{ "strategy: another word", "strategy: random" REST,
		"f:1:11: strategy: \"random\" is none of the words known here; allowed: "
		"fastest, ordered, round_robin" },
	{ "hedge: a bool", "hedge: true" REST,
		"f:1:8: hedge: \"true\" is none of the words known here; allowed: off, "
		"same_upstream, any" },
	{ "hedge: no value", "hedge:" REST,
		"f:1:7: hedge: \"\" is no value; allowed: off, same_upstream, any" },
	/* ntp_names */
	{ "ntp_names: a text", "ntp_names: pool.ntp.org" REST,
		"f:1:12: ntp_names: \"pool.ntp.org\" is not a list; allowed: a list of "
		"1 to 32 host names such as dns.example" },
	{ "ntp_names: a list in it", "ntp_names: [[a.example]]" REST,
		"f:1:13: ntp_names: a list is not an entry; allowed: a list of 1 to 32 "
		"host names such as dns.example" },
	{ "ntp_names: a wildcard", "ntp_names: [\"*.ntp.org\"]" REST,
		"f:1:13: ntp_names: \"*.ntp.org\" has a character that host names do "
		"not have; allowed: a list of 1 to 32 host names such as dns.example" },
	{ "ntp_names: everybody", "ntp_names: [\".\"]" REST,
		"f:1:13: ntp_names: \".\" begins or ends with a dot; allowed: a list of "
		"1 to 32 host names such as dns.example" },
	{ "ntp_names: an address", "ntp_names: [192.0.2.1]" REST,
		"f:1:13: ntp_names: \"192.0.2.1\" is an address, not a name; allowed: a "
		"list of 1 to 32 host names such as dns.example" },
	{ "ntp_names: twice", "ntp_names: [a.example, A.Example]" REST,
		"f:1:24: ntp_names: \"A.Example\" stands here twice" },
	/* cache */
	{ "cache.serve_stale: too long", "cache: {serve_stale: 8d}" REST,
		"f:1:22: cache.serve_stale: \"8d\" is out of range; allowed: seconds "
		"from 0 to 604800, or a time (s, m, h, d)" },
	{ "cache.serve_stale: a bool", "cache: {serve_stale: true}" REST,
		"f:1:22: cache.serve_stale: \"true\" is not a time; allowed: seconds "
		"from 0 to 604800, or a time (s, m, h, d)" },
	{ "cache.prefetch: a word", "cache: {prefetch: on}" REST,
		"f:1:19: cache.prefetch: \"on\" is neither true nor false; allowed: "
		"true, false" },
};

int main(void)
{
	return refusal_run("doh", rows, sizeof rows / sizeof *rows);
}
