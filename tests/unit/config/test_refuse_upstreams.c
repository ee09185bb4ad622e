/* What an upstream may not be. */
#include "refusal.h"

#define PIN_A      "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_A_HEX  "0000000000000000000000000000000000000000000000000000000000000000"
#define LABEL_64   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEYS(keys) UPSTREAM(GOOD_UPSTREAM ", " keys)

static const struct refusal rows[] = {
	{ "no upstreams", "ct: {mode: off}\n",
		"f:1:1: upstreams is missing; needed: a list of 1 to 256 maps" },
	{ "upstreams without a value", "ct: {mode: off}\nupstreams:\n",
		"f:2:11: upstreams: \"\" is not a list; allowed: a list of 1 to 256 "
		"maps" },
	{ "upstreams: empty", "ct: {mode: off}\nupstreams: []\n",
		"f:2:12: upstreams: a list without entries; allowed: a list of 1 to 256 "
		"maps" },
	{ "upstreams: a map", "ct: {mode: off}\nupstreams: {" GOOD_UPSTREAM "}\n",
		"f:2:12: upstreams: a map is not a list; allowed: a list of 1 to 256 "
		"maps" },
	{ "upstreams: a text in it", "ct: {mode: off}\nupstreams: [tls://192.0.2.1]\n",
		"f:2:13: upstreams: \"tls://192.0.2.1\" is not a map; allowed: a list of "
		"1 to 256 maps" },
	{ "a name twice", UPSTREAM(GOOD_UPSTREAM) "- {" GOOD_UPSTREAM "}\n",
		"f:4:10: upstreams[].name: \"a\" is another upstream's name" },
	{ "an unknown key", KEYS("port: 853"), "f:3:35: unknown key \"port\"" },
	{ "a key nearly right", KEYS("authname: a.example"),
		"f:3:35: unknown key \"authname\"; did you mean auth_name?" },
	{ "a singular", KEYS("pin: []"),
		"f:3:35: unknown key \"pin\"; did you mean pins?" },
	{ "name: absent", UPSTREAM("address: [192.0.2.1]"),
		"f:3:3: upstreams[].name is missing; needed: at most 32 letters, digits, "
		"dots, hyphens and underscores" },
	{ "name: empty", UPSTREAM("name: \"\", address: [192.0.2.1]"),
		"f:3:10: upstreams[].name: \"\" is empty; allowed: at most 32 letters, "
		"digits, dots, hyphens and underscores" },
	{ "name: a space", UPSTREAM("name: a b, address: [192.0.2.1]"),
		"f:3:10: upstreams[].name: \"a b\" has a character that is not allowed; "
		"allowed: at most 32 letters, digits, dots, hyphens and underscores" },
	{ "name: a slash", UPSTREAM("name: ../a, address: [192.0.2.1]"),
		"f:3:10: upstreams[].name: \"../a\" has a character that is not allowed; "
		"allowed: at most 32 letters, digits, dots, hyphens and underscores" },
	{ "name: too long", UPSTREAM("name: " LABEL_64 ", address: [192.0.2.1]"),
		"f:3:10: upstreams[].name: "
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is "
		"too long; allowed: at most 32 letters, digits, dots, hyphens and "
		"underscores" },
	{ "name: a list", UPSTREAM("name: [a], address: [192.0.2.1]"),
		"f:3:10: upstreams[].name: a list is not a single value; allowed: at "
		"most 32 letters, digits, dots, hyphens and underscores" },
	{ "protocol: plain", KEYS("protocol: plain"),
		"f:3:45: upstreams[].protocol: \"plain\" is none of the words known "
		"here; allowed: dot, doh" },
	{ "address: absent", UPSTREAM("name: a"),
		"f:3:3: upstreams[].address is missing; needed: addresses, or auth_name "
		"and bootstrap servers to look it up with" },
	{ "address: absent, and nobody to ask for it",
		UPSTREAM("name: a, auth_name: dns.example"),
		"f:3:3: upstreams[].address is missing; needed: addresses, or bootstrap "
		"servers to look up dns.example with" },
	{ "idle_timeout: a word", KEYS("idle_timeout: never"),
		"f:3:49: upstreams[].idle_timeout: \"never\" is not a time with its "
		"unit; allowed: auto, or a time from 1s to 1h (ms, s, m, h, d)" },
	{ "idle_timeout: too short", KEYS("idle_timeout: 999ms"),
		"f:3:49: upstreams[].idle_timeout: \"999ms\" is out of range; allowed: "
		"auto, or a time from 1s to 1h (ms, s, m, h, d)" },
	{ "idle_timeout: too long", KEYS("idle_timeout: 61m"),
		"f:3:49: upstreams[].idle_timeout: \"61m\" is out of range; allowed: "
		"auto, or a time from 1s to 1h (ms, s, m, h, d)" },
	{ "idle_timeout: 0", KEYS("idle_timeout: 0"),
		"f:3:49: upstreams[].idle_timeout: \"0\" is not a time with its unit; "
		"allowed: auto, or a time from 1s to 1h (ms, s, m, h, d)" },
	{ "address: a text", UPSTREAM("name: a, address: 192.0.2.1"),
		"f:3:22: upstreams[].address: \"192.0.2.1\" is not a list; allowed: a "
		"list of 1 to 16 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "address: empty", UPSTREAM("name: a, address: []"),
		"f:3:22: upstreams[].address: a list without entries; allowed: a list of "
		"1 to 16 of 192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "address: a host name", UPSTREAM("name: a, address: [dns.example]"),
		"f:3:23: upstreams[].address: \"dns.example\" is not an IP address with "
		"or without a port; allowed: a list of 1 to 16 of 192.0.2.1, "
		"\"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "address: port 0", UPSTREAM("name: a, address: [\"192.0.2.1:0\"]"),
		"f:3:23: upstreams[].address: \"192.0.2.1:0\" is not an IP address with "
		"or without a port; allowed: a list of 1 to 16 of 192.0.2.1, "
		"\"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "address: a port in letters", UPSTREAM("name: a, address: [\"192.0.2.1:tls\"]"),
		"f:3:23: upstreams[].address: \"192.0.2.1:tls\" is not an IP address "
		"with or without a port; allowed: a list of 1 to 16 of 192.0.2.1, "
		"\"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "address: IPv6 bracket open", UPSTREAM("name: a, address: [\"[2001:db8::1\"]"),
		"f:3:23: upstreams[].address: \"[2001:db8::1\" is not an IP address with "
		"or without a port; allowed: a list of 1 to 16 of 192.0.2.1, "
		"\"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "address: wildcard", UPSTREAM("name: a, address: [192.0.2.1, 0.0.0.0]"),
		"f:3:34: upstreams[].address: \"0.0.0.0\" is nobody's address; allowed: "
		"a list of 1 to 16 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "address: IPv6 wildcard", UPSTREAM("name: a, address: [\"::\"]"),
		"f:3:23: upstreams[].address: \"::\" is nobody's address; allowed: a "
		"list of 1 to 16 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "address: twice", UPSTREAM("name: a, address: [192.0.2.1, \"192.0.2.1:853\"]"),
		"f:3:34: upstreams[].address: \"192.0.2.1:853\" stands here twice" },
	{ "auth_name: empty", KEYS("auth_name: \"\""),
		"f:3:46: upstreams[].auth_name: \"\" is empty; allowed: a host name such "
		"as dns.example" },
	{ "auth_name: no value", KEYS("auth_name: "),
		"f:3:46: upstreams[].auth_name: \"\" is no value; allowed: a host name "
		"such as dns.example" },
	{ "auth_name: leading dot", KEYS("auth_name: .example"),
		"f:3:46: upstreams[].auth_name: \".example\" begins or ends with a dot; "
		"allowed: a host name such as dns.example" },
	{ "auth_name: trailing dot", KEYS("auth_name: dns.example."),
		"f:3:46: upstreams[].auth_name: \"dns.example.\" begins or ends with a "
		"dot; allowed: a host name such as dns.example" },
	{ "auth_name: two dots", KEYS("auth_name: dns..example"),
		"f:3:46: upstreams[].auth_name: \"dns..example\" has two dots in a row; "
		"allowed: a host name such as dns.example" },
	{ "auth_name: an IPv4 address", KEYS("auth_name: 192.0.2.1"),
		"f:3:46: upstreams[].auth_name: \"192.0.2.1\" is an address, not a name; "
		"allowed: a host name such as dns.example" },
	{ "auth_name: an IPv6 address", KEYS("auth_name: \"2001:db8::1\""),
		"f:3:46: upstreams[].auth_name: \"2001:db8::1\" is an address, not a "
		"name; allowed: a host name such as dns.example" },
	{ "auth_name: half an address", KEYS("auth_name: 192.0.2"),
		"f:3:46: upstreams[].auth_name: \"192.0.2\" ends in a number, as "
		"addresses do; allowed: a host name such as dns.example" },
	{ "auth_name: a wildcard", KEYS("auth_name: \"*.example\""),
		"f:3:46: upstreams[].auth_name: \"*.example\" has a character that host "
		"names do not have; allowed: a host name such as dns.example" },
	{ "auth_name: not ASCII", KEYS("auth_name: d\xc3\xb6.example"),
		"f:3:46: upstreams[].auth_name: \"d\\xc3\\xb6.example\" has a character "
		"that host names do not have; allowed: a host name such as dns.example" },
	{ "auth_name: a URL", KEYS("auth_name: \"https://dns.example\""),
		"f:3:46: upstreams[].auth_name: \"https://dns.example\" has a character "
		"that host names do not have; allowed: a host name such as dns.example" },
	{ "auth_name: a long label", KEYS("auth_name: " LABEL_64 ".example"),
		"f:3:46: upstreams[].auth_name: "
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		"example\" has a label longer than 63 characters; allowed: a host name "
		"such as dns.example" },
	{ "auth_name: a list", KEYS("auth_name: [dns.example]"),
		"f:3:46: upstreams[].auth_name: a list is not a single value; allowed: a "
		"host name such as dns.example" },
	/* field-notes: a pin set that is not a list must not be ignored */
	{ "pins: a text", KEYS("pins: \"" PIN_A "\""),
		"f:3:41: upstreams[].pins: "
		"\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" is not a list; "
		"allowed: a list of 1 to 64 pins such as sha256//BASE64" },
	{ "pins: a map", KEYS("pins: {sha256: AAAA}"),
		"f:3:41: upstreams[].pins: a map is not a list; allowed: a list of 1 to "
		"64 pins such as sha256//BASE64" },
	{ "pins: empty", KEYS("pins: []"),
		"f:3:41: upstreams[].pins: a list without entries; allowed: a list of 1 "
		"to 64 pins such as sha256//BASE64" },
	{ "pins: no value", KEYS("pins: "),
		"f:3:41: upstreams[].pins: \"\" is no value; allowed: a list of 1 to 64 "
		"pins such as sha256//BASE64" },
	{ "pins: 31 bytes",
		KEYS("pins: [\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"]"),
		"f:3:42: upstreams[].pins: "
		"\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\" is not a pin "
		"of 32 bytes; allowed: a list of 1 to 64 pins such as sha256//BASE64" },
	{ "pins: 33 bytes",
		KEYS("pins: [\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]"),
		"f:3:42: upstreams[].pins: "
		"\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\" is not a pin "
		"of 32 bytes; allowed: a list of 1 to 64 pins such as sha256//BASE64" },
	{ "pins: another hash", KEYS("pins: [\"sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]"),
		"f:3:42: upstreams[].pins: \"sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAA=\" is not "
		"a pin of 32 bytes; allowed: a list of 1 to 64 pins such as "
		"sha256//BASE64" },
	{ "pins: stubby's map", KEYS("pins: [{digest: sha256, value: AAAA}]"),
		"f:3:42: upstreams[].pins: a map is not an entry; allowed: a list of 1 "
		"to 64 pins such as sha256//BASE64" },
	{ "pins: twice, in two forms", KEYS("pins: [\"" PIN_A "\", \"" PIN_A_HEX "\"]"),
		"f:3:98: upstreams[].pins: "
		"\"0000000000000000000000000000000000000000000000000000000000000000\" "
		"stands here twice" },
	{ "pins: nothing in it", KEYS("pins: [\"" PIN_A "\", ~]"),
		"f:3:98: upstreams[].pins: \"~\" is not an entry; allowed: a list of 1 "
		"to 64 pins such as sha256//BASE64" },
	{ "pin_mode: learn beside pins", KEYS("pins: [\"" PIN_A "\"], pin_mode: learn"),
		"f:3:41: upstreams[].pins: with pin_mode: learn the pins are learned; "
		"take one of them out" },
	{ "pin_mode: another word", KEYS("pins: [\"" PIN_A "\"], pin_mode: warn"),
		"f:3:109: upstreams[].pin_mode: \"warn\" is none of the words known "
		"here; allowed: enforce, report, learn" },
	{ "pin_mode: without pins", KEYS("pin_mode: enforce"),
		"f:3:45: upstreams[].pin_mode: there are no pins; give pins or take it "
		"out" },
	{ "pkix: off", KEYS("pkix: off"),
		"f:3:41: upstreams[].pkix: \"off\" is none of the words known here; "
		"allowed: require, pins_only" },
	{ "pkix: pins_only without pins", KEYS("pkix: pins_only"),
		"f:3:41: upstreams[].pkix: pins_only needs pins; without them nothing is "
		"checked" },
	{ "pkix: pins_only with pin_mode report",
		KEYS("pkix: pins_only, pins: [\"" PIN_A "\"], pin_mode: report"),
		"f:3:126: upstreams[].pin_mode: with pkix: pins_only nothing else is "
		"checked; allowed: enforce" },
	{ "pkix: pins_only with ca_file",
		KEYS("pkix: pins_only, pins: [\"" PIN_A "\"], ca_file: /ca.pem"),
		"f:3:125: upstreams[].ca_file: with pkix: pins_only no root is looked "
		"at; take it out" },
	{ "pkix: pins_only with pin_mode learn", KEYS("pkix: pins_only, pin_mode: learn"),
		"f:3:41: upstreams[].pkix: pins_only needs pins; without them nothing is "
		"checked" },
	{ "pkix: pins_only with pins and pin_mode learn",
		KEYS("pkix: pins_only, pins: [\"" PIN_A "\"], pin_mode: learn"),
		"f:3:126: upstreams[].pin_mode: with pkix: pins_only nothing else is "
		"checked; allowed: enforce" },
	{ "pkix: pins_only with ct require",
		KEYS("pkix: pins_only, pins: [\"" PIN_A "\"], ct: require"),
		"f:3:120: upstreams[].ct: \"require\", but with pkix: pins_only no "
		"issuer "
		"is verified, and no SCT can be; write ct: off" },
	{ "pkix: pins_only with ct report",
		KEYS("pkix: pins_only, pins: [\"" PIN_A "\"], ct: report"),
		"f:3:120: upstreams[].ct: \"report\", but with pkix: pins_only no issuer "
		"is verified, and no SCT can be; write ct: off" },
	{ "pkix: pins_only with ct.mode require, unsaid",
		"upstreams:\n- {" GOOD_UPSTREAM ", pkix: pins_only, pins: [\"" PIN_A
		"\"]}\n",
		"f:2:41: upstreams[].ct: absent means \"require\", but with pkix: "
		"pins_only no issuer is verified, and no SCT can be; write ct: off" },
	{ "pkix: pins_only with ct.mode report",
		"ct: {mode: report}\nupstreams:\n- {" GOOD_UPSTREAM
		", pkix: pins_only, pins: [\"" PIN_A "\"]}\n",
		"f:3:41: upstreams[].ct: absent means \"report\", but with pkix: "
		"pins_only no issuer is verified, and no SCT can be; write ct: off" },
	{ "ca_file: relative", KEYS("ca_file: ca.pem"),
		"f:3:44: upstreams[].ca_file: \"ca.pem\" does not begin with a slash; "
		"allowed: an absolute path of at most 4095 bytes" },
	{ "ca_path", KEYS("ca_path: /etc/ssl/certs"),
		"f:3:35: unknown key \"ca_path\"; write tls: {ca_path: ...}" },
	{ "ct: another word", KEYS("ct: on"),
		"f:3:39: upstreams[].ct: \"on\" is none of the words known here; "
		"allowed: "
		"require, report, off" },
	{ "ct: a map", KEYS("ct: {mode: off}"),
		"f:3:39: upstreams[].ct: a map is not a single value; allowed: "
		"require, report, off" },
};

int main(void)
{
	return refusal_run("upstreams", rows, sizeof rows / sizeof *rows);
}
