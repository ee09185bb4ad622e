/* What `forward` and `rebind_protection` may not be. */
#include "refusal.h"

#define UPSTREAMS                                       \
	"ct: {mode: off}\n"                             \
	"upstreams: [{name: a, address: [192.0.2.1]}, " \
	"{name: b, address: [192.0.2.2]}]\n"
/* `keys` begins in line 4, column 4. */
#define FORWARD(keys) UPSTREAMS "forward:\n- {" keys "}\n"
#define ZONES         "a domain name such as corp.example"
#define LAN           "zone: lan, protocol: plain, "

static const struct refusal rows[] = {
	{ "empty", UPSTREAMS "forward: []\n",
		"f:3:10: forward: a list without entries; allowed: a list of 1 to 64 "
		"maps" },
	{ "a map", UPSTREAMS "forward: {zone: lan}\n",
		"f:3:10: forward: a map is not a list; allowed: a list of 1 to 64 maps" },
	{ "a text in it", UPSTREAMS "forward: [lan]\n",
		"f:3:11: forward: \"lan\" is not a map; allowed: a list of 1 to 64 "
		"maps" },
	{ "an unknown key", FORWARD("zones: lan"),
		"f:4:4: unknown key \"zones\"; did you mean zone?" },
	{ "zone: absent", FORWARD("upstreams: [b]"),
		"f:4:3: forward[].zone is missing; needed: " ZONES },
	{ "zone: empty", FORWARD("zone: \"\", upstreams: [b]"),
		"f:4:10: forward[].zone: \"\" is not a domain name; allowed: " ZONES },
	{ "zone: an empty label", FORWARD("zone: a..b, upstreams: [b]"),
		"f:4:10: forward[].zone: \"a..b\" is not a domain name; "
		"allowed: " ZONES },
	{ "zone: a leading dot", FORWARD("zone: .lan, upstreams: [b]"),
		"f:4:10: forward[].zone: \".lan\" is not a domain name; "
		"allowed: " ZONES },
	{ "zone: a wildcard", FORWARD("zone: \"*.lan\", upstreams: [b]"),
		"f:4:10: forward[].zone: \"*.lan\" has a wildcard, which needs not be "
		"written; allowed: " ZONES },
	{ "zone: a space", FORWARD("zone: a b, upstreams: [b]"),
		"f:4:10: forward[].zone: \"a b\" has a character that is not allowed; "
		"other letters than ASCII are written as xn--; allowed: " ZONES },
	{ "zone: the root", FORWARD("zone: ., upstreams: [b]"),
		"f:4:10: forward[].zone: \".\" is the root, all names there are; "
		"allowed: " ZONES },
	{ "zone: the root, plain",
		FORWARD("zone: ., address: [192.0.2.3], protocol: plain"),
		"f:4:10: forward[].zone: \".\" is the root, all names there are; "
		"allowed: " ZONES },
	{ "zone: twice",
		FORWARD("zone: lan, upstreams: [b]") "- {zone: LAN., upstreams: [b]}\n",
		"f:5:10: forward[].zone: \"LAN.\" has a map already" },
	{ "zone: localhost", FORWARD("zone: localhost, upstreams: [b]"),
		"f:4:10: forward[].zone: \"localhost\" is this machine (RFC 6761), and "
		"is "
		"not forwarded" },
	{ "zone: below localhost", FORWARD("zone: A.b.LocalHost., upstreams: [b]"),
		"f:4:10: forward[].zone: \"A.b.LocalHost.\" is this machine (RFC 6761), "
		"and is not forwarded" },
	{ "neither upstreams nor address", FORWARD("zone: lan"),
		"f:4:3: forward[].upstreams is missing; needed: names of upstreams, or "
		"address and protocol: plain" },
	{ "protocol alone", FORWARD("zone: lan, protocol: plain"),
		"f:4:3: forward[].upstreams is missing; needed: names of upstreams, or "
		"address and protocol: plain" },
	{ "both upstreams and address",
		FORWARD(LAN "upstreams: [b], address: [192.0.2.3]"),
		"f:4:57: forward[].address and forward[].upstreams exclude each other; "
		"allowed: one of them" },
	{ "upstreams with a protocol", FORWARD(LAN "upstreams: [b]"),
		"f:4:25: forward[].protocol: upstreams have their own; take it out" },
	{ "address without protocol", FORWARD("zone: lan, address: [192.0.2.3]"),
		"f:4:24: forward[].address: these servers are asked without TLS; write "
		"protocol: plain beside it, or name upstreams" },
	{ "protocol: dot", FORWARD("zone: lan, address: [192.0.2.3], protocol: dot"),
		"f:4:47: forward[].protocol: \"dot\" is none of the words known here; "
		"allowed: plain" },
	{ "upstreams: empty", FORWARD("zone: lan, upstreams: []"),
		"f:4:26: forward[].upstreams: a list without entries; allowed: a list of "
		"1 to 16 names of upstreams" },
	{ "upstreams: a map in it", FORWARD("zone: lan, upstreams: [{name: b}]"),
		"f:4:27: forward[].upstreams: a map is not an entry; allowed: a list of "
		"1 to 16 names of upstreams" },
	{ "upstreams: unknown", FORWARD("zone: lan, upstreams: [b, c]"),
		"f:4:30: forward[].upstreams: \"c\" is no upstream's name" },
	{ "upstreams: one twice", FORWARD("zone: lan, upstreams: [b, b]"),
		"f:4:30: forward[].upstreams: \"b\" stands here twice" },
	{ "upstreams: a plain server's name",
		FORWARD(LAN "address: [192.0.2.3]") "- {zone: x, upstreams: "
						    "[plain@192.0.2.3]}\n",
		"f:5:25: forward[].upstreams: \"plain@192.0.2.3\" is no upstream's "
		"name" },
	{ "upstreams: none is left", FORWARD("zone: lan, upstreams: [a, b]"),
		"f:4:1: forward: every upstream is named here, and is asked for these "
		"zones alone; needed: one more, for all other names" },
	{ "upstreams: none but a plain one is left",
		FORWARD("zone: lan, upstreams: [a, b]") "- {zone: x, protocol: plain, "
							"address: [192.0.2.3]}\n",
		"f:4:1: forward: every upstream is named here, and is asked for these "
		"zones alone; needed: one more, for all other names" },
	{ "address: a name", FORWARD(LAN "address: [router.lan]"),
		"f:4:42: forward[].address: \"router.lan\" is not an IP address with or "
		"without a port; allowed: a list of 1 to 8 of 192.0.2.1, "
		"\"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "address: a wildcard", FORWARD(LAN "address: [0.0.0.0]"),
		"f:4:42: forward[].address: \"0.0.0.0\" is nobody's address; allowed: a "
		"list of 1 to 8 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "address: twice", FORWARD(LAN "address: [192.0.2.3, \"192.0.2.3:53\"]"),
		"f:4:53: forward[].address: \"192.0.2.3:53\" stands here twice" },
	{ "address: pintle itself", FORWARD(LAN "address: [127.0.0.1]"),
		"f:4:42: forward[].address: \"127.0.0.1\" is pintle itself, which "
		"listens there; allowed: another server" },
	{ "rebind_protection: a word", "rebind_protection: true" REST,
		"f:1:20: rebind_protection: \"true\" is not a map; allowed: {key: "
		"value}" },
	{ "rebind_protection.enable: on", "rebind_protection: {enable: on}" REST,
		"f:1:29: rebind_protection.enable: \"on\" is neither true nor false; "
		"allowed: true, false" },
	{ "rebind_protection.allow: the root", "rebind_protection: {allow: [.]}" REST,
		"f:1:29: rebind_protection.allow: \".\" is the root, all names there "
		"are; allowed: a list of 0 to 256 domain names such as corp.example" },
	{ "rebind_protection.allow: twice", "rebind_protection: {allow: [a.b, A.b]}" REST,
		"f:1:34: rebind_protection.allow: \"A.b\" stands here twice" },
};

int main(void)
{
	return refusal_run("forward", rows, sizeof rows / sizeof *rows);
}
