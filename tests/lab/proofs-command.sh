# The command line.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# exits CODE ARGUMENT...
exits() {
  wanted=$1
  shift
  "$lab" "$@" >"$dir/out" 2>"$dir/err"
  got=$?
  if [ $got = "$wanted" ]; then pass "exit $wanted: $*"; else fail "exit $got: $*"; fi
}
exits 0 list
if [ "$(grep -c '^ct-logs-[a-z]*\.json  *refused ' "$dir/err")" = 2 ]; then
  pass "list: the log lists that a reload must refuse, too"
else
  fail "list: without log lists"
fi
exits 0 --version
exits 0 counters --dir "$dir" --json
exits 1 counters --dir "$dir/state"
exits 2
exits 2 lsit
exits 2 list honest
exits 2 run no-such-scenario
exits 2 run --port 70000
exits 2 run --listen ::1
exits 2 run --json
exits 2 run --protocol http
exits 2 run --doh-port 70000
exits 1 run h2-goaway --protocol dot --port 0 --dir "$dir/other"
if grep -q 'none of these scenarios is served over that protocol' "$dir/err"; then
  pass "run: says what is not served"
else
  fail "run: $(cat "$dir/err")"
fi
exits 2 against
port=$(field honest scenario 3)
exits 1 run honest --port "${port#*:}" --dir "$dir/other"
if grep -q "cannot listen on 127.44.0.1:${port#*:} .*in use" "$dir/err"; then
  pass "run: says which port is in use"
else
  fail "run: $(cat "$dir/err")"
fi
exits 1 run honest --port 0 --dir "$dir"
if grep -q "another lab runs in $dir" "$dir/err"; then
  pass "run: one lab a directory"
else
  fail "run: $(cat "$dir/err")"
fi
mkdir "$dir/against"
# shellcheck disable=SC2016
exits 1 against 'kdig +tls +retry=0 -p $LAB_PORT @$LAB_ADDRESS $LAB_NAME' \
  honest expired plain-tcp --port 0 --dir "$dir/against"
if [ "$(awk '{ print $1, $2, $3 }' "$dir/out")" = "scenario expected outcome
honest ANSWERED ANSWERED
expired refused ANSWERED
plain-tcp refused refused
2 of 3" ]; then
  pass "against: a client that checks nothing asks the expired upstream"
else
  fail "against: $(cat "$dir/out")"
fi
# shellcheck disable=SC2016
exits 1 against 'curl -sk --http2 --connect-to "::$LAB_ADDRESS:$LAB_PORT" \
    -H "content-type: application/dns-message" --data-binary "@$LAB_DIR/../query" "$LAB_URL"' \
  honest expired plain-tcp h2-429 --protocol doh --port 0 --dir "$dir/against"
if [ "$(awk '{ print $1, $2, $3 }' "$dir/out")" = "scenario expected outcome
honest-doh ANSWERED ANSWERED
expired-doh refused ANSWERED
plain-tcp-doh refused refused
h2-429 ANSWERED ANSWERED
3 of 4" ]; then
  pass "against: over DoH, too"
else
  fail "against: $(cat "$dir/out")"
fi
