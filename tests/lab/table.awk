# counters.tsv, then verdicts (name role expected reason seen protocol answers) -> the
# tables of `make run`. Exit 1 if a row is not as expected.
FILENAME == ARGV[1] {
	if (FNR > 1)
		bytes[$1, $2] = $10
	next
}

{
	key = $1
	sub(/-twin$/, "", key)
	if ($6 == "doh")
		sub(/-doh$/, "", key)
	seen[key, $2, $6] = $5
	took[key, $2, $6] = bytes[$1, $2]
}

$2 == "scenario" {
	if (!(key in expected))
		names[++n] = key
	expected[key] = $3
	reason[key] = $4
	answers[key] = $7
}

function is_over(key, protocol) { return (key, "scenario", protocol) in seen }
function has_twin(key, protocol) { return (key, "twin", protocol) in seen }

# Genuine at first, and accepted. Whether an answer came before it hung up over the
# second handshake is chance: what counts is that nothing came under the second
# certificate.
function is_declined(key) { return key == "renegotiate" }

function has_second(key, protocol) { return (key, "second", protocol) in seen }

# HTTP/2 that misbehaves under an honest certificate.
function is_http2(key) { return key ~ /^h2-/ && expected[key] == "accepted" }

# Refused at its first address, accepted at its second: the answer came from there.
function verdict_words(key) {
	if (has_second(key, "dot"))
		return reason[key] " (DoT: other address answers)"
	if (is_declined(key))
		return "accepted, renegotiation declined"
	return seen[key, "scenario", is_over(key, "dot") ? "dot" : "doh"]
}

function is_expected(key, protocol,    verdict) {
	if (has_twin(key, protocol) &&
	    (seen[key, "twin", protocol] != "accepted" || took[key, "twin", protocol] == 0))
		return 0
	if (is_declined(key))
		return took[key, "scenario", protocol] == 0
	verdict = seen[key, "scenario", protocol]
	if (expected[key] == "accepted")
		return (verdict == "accepted") == (answers[key] == "yes")
	if (took[key, "scenario", protocol] != 0)
		return 0
	return has_second(key, protocol) ? verdict == "accepted" : verdict == reason[key]
}

# "DoT/DoH": bytes behind the handshake.
function bytes_words(key, role,    dot, doh) {
	dot = (key, role, "dot") in took ? took[key, role, "dot"] : "-"
	doh = (key, role, "doh") in took ? took[key, role, "doh"] : "-"
	return dot "/" doh
}

function twin_words(key,    protocol) {
	protocol = has_twin(key, "dot") ? "dot" : "doh"
	if (!has_twin(key, protocol))
		return ""
	return seen[key, "twin", protocol] ", " bytes_words(key, "twin")
}

function count(key, protocol) {
	if (!is_over(key, protocol))
		return ""
	refused[protocol] += expected[key] == "refused" && is_expected(key, protocol)
	twins += has_twin(key, protocol) && seen[key, "twin", protocol] == "accepted"
	if (is_expected(key, protocol))
		return ""
	wrong++
	return "  <- NOT AS EXPECTED (" protocol ": " seen[key, "scenario", protocol] ")"
}

END {
	row = "  %-26s %-42s %11s   %s\n"
	printf row, "scenario", "verdict", "DoT/DoH", "twin"
	for (i = 1; i <= n; i++) {
		key = names[i]
		if (is_http2(key))
			continue
		printf row, key, verdict_words(key) count(key, "dot") count(key, "doh"),
			bytes_words(key, "scenario"), twin_words(key)
	}
	printf "\n  %d over DoT and %d over DoH refused with the expected reason and without a byte;" \
		" %d twins accepted\n", refused["dot"], refused["doh"], twins

	printf "\nHTTP/2 that misbehaves, over DoH, under an honest certificate:\n\n"
	for (i = 1; i <= n; i++) {
		key = names[i]
		if (!is_http2(key))
			continue
		printf "  %-26s %s%s\n", key,
			seen[key, "scenario", "doh"] == "accepted" ? "answered" : "no answer, and that is said",
			count(key, "doh")
	}
	printf "\n  %d not as expected\n", wrong
	exit wrong > 0
}
