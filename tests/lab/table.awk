# counters.tsv, then verdicts (name role expected reason seen) -> the table of
# `make run`. Exit 1 if a row is not as expected.
FILENAME == ARGV[1] {
	if (FNR > 1)
		bytes[$1, $2] = $6
	next
}

{ key = $1; role = $2 }

role == "scenario" { names[++n] = key; expected[key] = $3; reason[key] = $4; seen[key] = $5 }
role == "second" { second[key] = 1 }
role == "twin" { sub(/-twin$/, "", key); twin[key] = $5; twin_name[key] = $1 }

function twin_words(key) {
	if (!(key in twin))
		return ""
	return twin[key] ", " bytes[twin_name[key], "twin"] " bytes"
}

# Genuine at first, and accepted. Whether an answer came before it hung up over the
# second handshake is chance: what counts is that nothing came under the second
# certificate.
function is_declined(key) { return key == "renegotiate" }

# Refused at its first address, accepted at its second: the answer came from there.
function verdict_words(key) {
	if (key in second)
		return reason[key] " (its other address answered)"
	return is_declined(key) ? "accepted, renegotiation declined" : seen[key]
}

function is_expected(key) {
	if (key in twin && (twin[key] != "accepted" || bytes[twin_name[key], "twin"] == 0))
		return 0
	if (is_declined(key))
		return bytes[key, "scenario"] == 0
	if (expected[key] == "accepted")
		return seen[key] == "accepted"
	if (bytes[key, "scenario"] != 0)
		return 0
	return key in second ? seen[key] == "accepted" : seen[key] == reason[key]
}

END {
	row = "  %-26s %-40s %11s   %s\n"
	printf row, "scenario", "verdict", "query bytes", "twin"
	for (i = 1; i <= n; i++) {
		key = names[i]
		ok = is_expected(key)
		printf row, key, verdict_words(key) (ok ? "" : "  <- NOT AS EXPECTED"),
			bytes[key, "scenario"], twin_words(key)
		wrong += !ok
		refused += expected[key] == "refused" && ok
		twins += key in twin && twin[key] == "accepted"
	}
	printf "\n  %d refused with the expected reason and without a query byte; %d twins accepted; %d not as expected\n",
		refused, twins, wrong
	exit wrong > 0
}
