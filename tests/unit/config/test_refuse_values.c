/* Keys that do not exist, and values that a key does not take. */
#include "refusal.h"

#define TEN "aaaaaaaaaa"

static const struct refusal rows[] = {
	/* keys */
	{ "an unknown key", "colour: blue" REST, "f:1:1: unknown key \"colour\"" },
	{ "a key nearly right", "listne: [a]" REST,
		"f:1:1: unknown key \"listne\"; did you mean listen?" },
	{ "a short key nearly right", "loh: {}" REST,
		"f:1:1: unknown key \"loh\"; did you mean log?" },
	{ "a key of another level", "level: info" REST,
		"f:1:1: unknown key \"level\"; write log: {level: ...}" },
	{ "a key of upstreams at the top", "auth_name: a.example" REST,
		"f:1:1: unknown key \"auth_name\"; it belongs to an entry of upstreams" },
	{ "a key of forward at the top", "zone: lan" REST,
		"f:1:1: unknown key \"zone\"; it belongs to an entry of forward" },
	{ "a key of the top in a section", "limits: {listen: []}" REST,
		"f:1:10: unknown key \"listen\" in limits; it belongs to the top of the "
		"file" },
	{ "a key of another section", "limits: {size: 1MiB}" REST,
		"f:1:10: unknown key \"size\" in limits; write cache: {size: ...}" },
	{ "upper case", "Listen: [a]" REST,
		"f:1:1: unknown key \"Listen\"; did you mean listen?" },
	{ "an unknown key in a section", "limits: {conns: 3}" REST,
		"f:1:10: unknown key \"conns\" in limits" },
	{ "a key nearly right in a section", "cache:\n  sice: 1MiB" REST,
		"f:2:3: unknown key \"sice\" in cache; did you mean size?" },
	{ "a key with its section in front", "log.level: info" REST,
		"f:1:1: unknown key \"log.level\"; write log: {level: ...}" },
	{ "an empty key", "\"\": info" REST, "f:1:1: unknown key \"\"" },
	{ "a key with an escape sequence", "\"\\e[31mred\": 1" REST,
		"f:1:1: unknown key \"\\x1b[31mred\"" },
	{ "a long key", TEN TEN TEN TEN TEN TEN ": 1" REST,
		"f:1:1: unknown key "
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"" },
	{ "stubby's key", "upstream_recursive_servers: []" REST,
		"f:1:1: unknown key \"upstream_recursive_servers\"" },
	{ "a section that is a word", "log: debug" REST,
		"f:1:6: log: \"debug\" is not a map; allowed: {key: value}" },
	{ "a section that is a list", "tls: [ca_file]" REST,
		"f:1:6: tls: a list is not a map; allowed: {key: value}" },
	{ "a section without keys in it", "tls:" REST,
		"f:1:5: tls: \"\" is not a map; allowed: {key: value}" },
	/* keys of later versions */
	{ "metrics", "metrics: \"127.0.0.1:9853\"" REST,
		"f:1:1: metrics: this version does not have that key yet; take it out" },
	{ "sandbox", "sandbox: require" REST,
		"f:1:1: sandbox: this version does not have that key yet; take it out" },
	/* listen, allow */
	{ "listen: a text", "listen: 127.0.0.1" REST,
		"f:1:9: listen: \"127.0.0.1\" is not a list; allowed: a list of 1 to 64 "
		"of 192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "listen: a map", "listen: {a: b}" REST,
		"f:1:9: listen: a map is not a list; allowed: a list of 1 to 64 of "
		"192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "listen: empty", "listen: []" REST,
		"f:1:9: listen: a list without entries; allowed: a list of 1 to 64 of "
		"192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "listen: a name", "listen: [localhost]" REST,
		"f:1:10: listen: \"localhost\" is not an IP address with or without a "
		"port; allowed: a list of 1 to 64 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "listen: a port only", "listen: [\":53\"]" REST,
		"f:1:10: listen: \":53\" is not an IP address with or without a port; "
		"allowed: a list of 1 to 64 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "listen: port 0", "listen: [\"127.0.0.1:0\"]" REST,
		"f:1:10: listen: \"127.0.0.1:0\" is not an IP address with or without a "
		"port; allowed: a list of 1 to 64 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "listen: port too big", "listen: [\"127.0.0.1:65536\"]" REST,
		"f:1:10: listen: \"127.0.0.1:65536\" is not an IP address with or "
		"without a port; allowed: a list of 1 to 64 of 192.0.2.1, "
		"\"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "listen: stubby's port", "listen: [\"127.0.0.1@53\"]" REST,
		"f:1:10: listen: \"127.0.0.1@53\" is not an IP address with or without a "
		"port; allowed: a list of 1 to 64 of 192.0.2.1, \"192.0.2.1:PORT\", "
		"\"[2001:db8::1]:PORT\"" },
	{ "listen: a list in it", "listen: [[127.0.0.1]]" REST,
		"f:1:10: listen: a list is not an entry; allowed: a list of 1 to 64 of "
		"192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "listen: nothing in it", "listen:\n-\n- 127.0.0.1" REST,
		"f:2:2: listen: \"\" is not an entry; allowed: a list of 1 to 64 of "
		"192.0.2.1, \"192.0.2.1:PORT\", \"[2001:db8::1]:PORT\"" },
	{ "listen: twice", "listen: [127.0.0.1, \"127.0.0.1:53\"]" REST,
		"f:1:21: listen: \"127.0.0.1:53\" stands here twice" },
	{ "allow: a word alone", "allow: any" REST,
		"f:1:8: allow: \"any\" is not a list; allowed: a list of 1 to 256 of "
		"loopback, private, link_local, ula, any, 192.0.2.0/24, "
		"\"2001:db8::/32\"" },
	{ "allow: empty", "allow: []" REST,
		"f:1:8: allow: a list without entries; allowed: a list of 1 to 256 of "
		"loopback, private, link_local, ula, any, 192.0.2.0/24, "
		"\"2001:db8::/32\"" },
	{ "allow: an unknown word", "allow: [everyone]" REST,
		"f:1:9: allow: \"everyone\" is neither a word nor a block; allowed: a "
		"list of 1 to 256 of loopback, private, link_local, ula, any, "
		"192.0.2.0/24, \"2001:db8::/32\"" },
	{ "allow: bits behind the block", "allow: [any, 192.0.2.1/24]" REST,
		"f:1:14: allow: \"192.0.2.1/24\" is neither a word nor a block; allowed: "
		"a list of 1 to 256 of loopback, private, link_local, ula, any, "
		"192.0.2.0/24, \"2001:db8::/32\"" },
	{ "allow: a block too long", "allow: [192.0.2.0/33]" REST,
		"f:1:9: allow: \"192.0.2.0/33\" is neither a word nor a block; allowed: "
		"a list of 1 to 256 of loopback, private, link_local, ula, any, "
		"192.0.2.0/24, \"2001:db8::/32\"" },
	{ "allow: a map in it", "allow: [{any: x}]" REST,
		"f:1:9: allow: a map is not an entry; allowed: a list of 1 to 256 of "
		"loopback, private, link_local, ula, any, 192.0.2.0/24, "
		"\"2001:db8::/32\"" },
	/* paths, names, words */
	{ "control: relative", "control: control.sock" REST,
		"f:1:10: control: \"control.sock\" does not begin with a slash; allowed: "
		"an absolute path of at most 107 bytes" },
	{ "control: too long for a socket",
		"control: /" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "1234567" REST,
		"f:1:10: control: "
		"\"/"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		"..\" is too long; allowed: an absolute path of at most 107 bytes" },
	{ "control: no value", "control:" REST,
		"f:1:9: control: \"\" is no value; allowed: an absolute path of at most "
		"107 bytes" },
	{ "state_dir: null", "state_dir: null" REST,
		"f:1:12: state_dir: \"null\" is no value; allowed: an absolute path of "
		"at most 4095 bytes" },
	{ "state_dir: an escape sequence", "state_dir: \"/var/\\e[2Jx\"" REST,
		"f:1:12: state_dir: \"/var/\\x1b[2Jx\" has a control character in it; "
		"allowed: an absolute path of at most 4095 bytes" },
	{ "state_dir: a list", "state_dir: [/var]" REST,
		"f:1:12: state_dir: a list is not a single value; allowed: an absolute "
		"path of at most 4095 bytes" },
	{ "user: empty", "user: \"\"" REST,
		"f:1:7: user: \"\" is empty; allowed: at most 32 letters, digits, "
		"hyphens and underscores" },
	{ "user: a hyphen in front", "user: -x" REST,
		"f:1:7: user: \"-x\" begins with a hyphen or a dot; allowed: at "
		"most 32 letters, digits, hyphens and underscores" },
	{ "user: a space", "user: \"pin tle\"" REST,
		"f:1:7: user: \"pin tle\" has a character that is not allowed; allowed: "
		"at most 32 letters, digits, hyphens and underscores" },
	{ "user: not ASCII", "user: p\xc3\xaentle" REST,
		"f:1:7: user: \"p\\xc3\\xaentle\" has a character that is not allowed; "
		"allowed: at most 32 letters, digits, hyphens and underscores" },
	{ "user: too long", "user: " TEN TEN TEN "abc" REST,
		"f:1:7: user: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabc\" is too long; "
		"allowed: at most 32 letters, digits, hyphens and underscores" },
	{ "log.level: another word", "log: {level: verbose}" REST,
		"f:1:14: log.level: \"verbose\" is none of the words known here; "
		"allowed: error, warning, notice, info, debug" },
	{ "log.level: a number", "log: {level: 7}" REST,
		"f:1:14: log.level: \"7\" is none of the words known here; allowed: "
		"error, warning, notice, info, debug" },
	{ "log.queries: yes", "log: {queries: yes}" REST,
		"f:1:16: log.queries: \"yes\" is none of the words known here; allowed: "
		"false, true, text, json" },
	{ "log.privacy: another word", "log: {privacy: high}" REST,
		"f:1:16: log.privacy: \"high\" is none of the words known here; "
		"allowed: none, client, name" },
	/* numbers, times, sizes */
	{ "workers: 0", "workers: 0" REST,
		"f:1:10: workers: \"0\" is out of range; allowed: auto, or a number from "
		"1 to 64" },
	{ "workers: too many", "workers: 65" REST,
		"f:1:10: workers: \"65\" is out of range; allowed: auto, or a number "
		"from 1 to 64" },
	{ "workers: another word", "workers: all" REST,
		"f:1:10: workers: \"all\" is not a plain decimal number; allowed: auto, "
		"or a number from 1 to 64" },
	{ "workers: quoted", "workers: \"2\"" REST,
		"f:1:10: workers: \"2\" is text, for its quotes; allowed: auto, or a "
		"number from 1 to 64" },
	{ "limits.clients: 0", "limits: {clients: 0}" REST,
		"f:1:19: limits.clients: \"0\" is out of range; allowed: a number from 1 "
		"to 65535" },
	{ "limits.clients: too many", "limits: {clients: 65536}" REST,
		"f:1:19: limits.clients: \"65536\" is out of range; allowed: a number "
		"from 1 to 65535" },
	{ "limits.clients: a word", "limits: {clients: many}" REST,
		"f:1:19: limits.clients: \"many\" is not a plain decimal number; "
		"allowed: a number from 1 to 65535" },
	{ "limits.clients: negative", "limits: {clients: -1}" REST,
		"f:1:19: limits.clients: \"-1\" is not a plain decimal number; allowed: "
		"a number from 1 to 65535" },
	{ "limits.clients: in quotes", "limits: {clients: \"10\"}" REST,
		"f:1:19: limits.clients: \"10\" is text, for its quotes; allowed: a "
		"number from 1 to 65535" },
	{ "limits.clients: hexadecimal", "limits: {clients: 0x10}" REST,
		"f:1:19: limits.clients: \"0x10\" is not a plain decimal number; "
		"allowed: a number from 1 to 65535" },
	{ "limits.clients: a zero in front", "limits: {clients: 010}" REST,
		"f:1:19: limits.clients: \"010\" is not a plain decimal number; allowed: "
		"a number from 1 to 65535" },
	{ "limits.clients: 1e3", "limits: {clients: 1e3}" REST,
		"f:1:19: limits.clients: \"1e3\" is not a plain decimal number; allowed: "
		"a number from 1 to 65535" },
	{ "limits.clients: more than 64 bits",
		"limits: {clients: 18446744073709551617}" REST,
		"f:1:19: limits.clients: \"18446744073709551617\" is out of range; "
		"allowed: a number from 1 to 65535" },
	{ "limits.queries_in_flight: 0", "limits: {queries_in_flight: 0}" REST,
		"f:1:29: limits.queries_in_flight: \"0\" is out of range; allowed: a "
		"number from 1 to 65536" },
	{ "limits.timeout: no unit", "limits: {timeout: 4}" REST,
		"f:1:19: limits.timeout: \"4\" is not a time with its unit; allowed: a "
		"time from 100ms to 1m (ms, s, m, h, d)" },
	{ "limits.timeout: unknown unit", "limits: {timeout: 4sec}" REST,
		"f:1:19: limits.timeout: \"4sec\" is not a time with its unit; allowed: "
		"a time from 100ms to 1m (ms, s, m, h, d)" },
	{ "limits.timeout: a fraction", "limits: {timeout: 1.5s}" REST,
		"f:1:19: limits.timeout: \"1.5s\" is not a time with its unit; allowed: "
		"a time from 100ms to 1m (ms, s, m, h, d)" },
	{ "limits.timeout: a space", "limits: {timeout: 4 s}" REST,
		"f:1:19: limits.timeout: \"4 s\" is not a time with its unit; allowed: a "
		"time from 100ms to 1m (ms, s, m, h, d)" },
	{ "limits.timeout: too short", "limits: {timeout: 99ms}" REST,
		"f:1:19: limits.timeout: \"99ms\" is out of range; allowed: a time from "
		"100ms to 1m (ms, s, m, h, d)" },
	{ "limits.timeout: too long", "limits: {timeout: 2m}" REST,
		"f:1:19: limits.timeout: \"2m\" is out of range; allowed: a time from "
		"100ms to 1m (ms, s, m, h, d)" },
	{ "limits.timeout: overflow", "limits: {timeout: 9223372036854775807d}" REST,
		"f:1:19: limits.timeout: \"9223372036854775807d\" is out of range; "
		"allowed: a time from 100ms to 1m (ms, s, m, h, d)" },
	{ "cache.size: SI unit", "cache: {size: 8MB}" REST,
		"f:1:15: cache.size: \"8MB\" is not a size; allowed: a size from 0 to "
		"1GiB (bytes, KiB, MiB, GiB)" },
	{ "cache.size: too big", "cache: {size: 1025MiB}" REST,
		"f:1:15: cache.size: \"1025MiB\" is out of range; allowed: a size from 0 "
		"to 1GiB (bytes, KiB, MiB, GiB)" },
	{ "cache.min_ttl: more than a day", "cache: {min_ttl: 25h}" REST,
		"f:1:18: cache.min_ttl: \"25h\" is out of range; allowed: seconds from 0 "
		"to 86400, or a time (s, m, h, d)" },
	{ "cache.max_ttl: part of a second", "cache: {max_ttl: 1500ms}" REST,
		"f:1:18: cache.max_ttl: \"1500ms\" is not a whole number of seconds; "
		"allowed: seconds from 0 to 604800, or a time (s, m, h, d)" },
	{ "cache.max_ttl: more than a week", "cache: {max_ttl: 604801}" REST,
		"f:1:18: cache.max_ttl: \"604801\" is out of range; allowed: seconds "
		"from 0 to 604800, or a time (s, m, h, d)" },
	{ "cache.max_ttl: a word", "cache: {max_ttl: forever}" REST,
		"f:1:18: cache.max_ttl: \"forever\" is not a time; allowed: seconds from "
		"0 to 604800, or a time (s, m, h, d)" },
	{ "cache.min_ttl above max_ttl", "cache: {max_ttl: 60, min_ttl: 61}" REST,
		"f:1:31: cache.min_ttl is more than cache.max_ttl, which is 60" },
	{ "cache.max_ttl below the default", "cache: {min_ttl: 1d, max_ttl: 1h}" REST,
		"f:1:18: cache.min_ttl is more than cache.max_ttl, which is 3600" },
	{ "edns.padding: too big", "edns: {padding: 513}" REST,
		"f:1:17: edns.padding: \"513\" is out of range; allowed: a number from 0 "
		"to 512" },
	{ "edns.client_subnet: forward", "edns: {client_subnet: forward}" REST,
		"f:1:23: edns.client_subnet: \"forward\" is none of the words known "
		"here; allowed: strip, opt_out" },
	/* tls */
	{ "tls.ca_path and ca_file", "tls: {ca_path: /a, ca_file: /b}" REST,
		"f:1:29: tls.ca_file and tls.ca_path exclude each other; allowed: one of "
		"them" },
	{ "tls.ca_file: relative", "tls: {ca_file: ca.pem}" REST,
		"f:1:16: tls.ca_file: \"ca.pem\" does not begin with a slash; allowed: "
		"an absolute path of at most 4095 bytes" },
	{ "tls.min_version: 1.1", "tls: {min_version: \"1.1\"}" REST,
		"f:1:20: tls.min_version: \"1.1\" is none of the words known here; "
		"allowed: 1.2, 1.3" },
	{ "tls.deny: a text", "tls: {deny: sha256//AAAA}" REST,
		"f:1:13: tls.deny: \"sha256//AAAA\" is not a list; allowed: a list of 1 "
		"to 64 pins such as sha256//BASE64" },
	{ "tls.deny: empty", "tls: {deny: []}" REST,
		"f:1:13: tls.deny: a list without entries; allowed: a list of 1 to 64 "
		"pins such as sha256//BASE64" },
	{ "tls.deny: no pin", "tls: {deny: [sha256//AAAA]}" REST,
		"f:1:14: tls.deny: \"sha256//AAAA\" is not a pin of 32 bytes; allowed: a "
		"list of 1 to 64 pins such as sha256//BASE64" },
};

int main(void)
{
	return refusal_run("values", rows, sizeof rows / sizeof *rows);
}
