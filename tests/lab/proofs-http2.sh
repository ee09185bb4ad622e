# HTTP/2 that misbehaves: frame by frame, and as curl sees it.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# fetch UPSTREAM COUNT: what comes, in a file
fetch() {
  "$python" "$here/http2_client.py" "$(address_of "$1")" "$dir/root.pem" post "$2" >"$dir/frames-$1"
}

# frames UPSTREAM WANTED [COUNT]: what comes behind the SETTINGS and their
# acknowledgement, with "; " between. A flood is shortened to its first frame.
frames() {
  [ -e "$dir/frames-$1" ] || fetch "$1" "${3:-1}"
  got=$(sed -e '1d' -e '/^SETTINGS 00 0 [0-9]* 000300000064/d' -e '/^SETTINGS 01 0 0$/d' \
    "$dir/frames-$1" | awk '$0 != last { printf "%s%s", n++ ? "; " : "", $0 } { last = $0 }')
  # shellcheck disable=SC2254 # a pattern is meant
  case $got in
    $2) pass "$1: sends $2" ;;
    *) fail "$1: sends $got, not $2" ;;
  esac
}

# sound UPSTREAM...: the next connection is
sound() {
  for name; do
    if [ "$(dig_https "$name" +short example.lab A)" = 192.0.2.1 ]; then
      pass "$name: then the next connection is sound"
    else
      fail "$name: the next connection is not sound: $(dig_https "$name" example.lab A)"
    fi
  done
}

# settings UPSTREAM WANTED: the first frame's payload
settings() {
  got=$("$python" "$here/http2_client.py" "$(address_of "$1")" "$dir/root.pem" none |
    sed -n '2s/^SETTINGS 00 0 12 //p')
  if [ "$got" = "$2" ]; then pass "$1: sets $2"; else fail "$1: sets $got, not $2"; fi
}

# --- frames -------------------------------------------------------------------

zeros=0000000000000000
answer='HEADERS 04 1 *; DATA 01 1 56 *'
frames honest-doh "$answer; SILENCE"
cat >"$dir/wanted" <<E2
h2-goaway GOAWAY 00 0 8 $zeros; SILENCE
h2-goaway-close GOAWAY 00 0 8 $zeros; END
h2-goaway-error GOAWAY 00 0 8 000000000000000b; END
h2-close END
h2-silent $answer; SILENCE
h2-refused-stream RST_STREAM 00 1 4 00000007; SILENCE
h2-rst-flood RST_STREAM 00 1 4 00000007; MORE
h2-no-end HEADERS 04 1 *; DATA 00 1 56 *; SILENCE
h2-settings-flood SETTINGS 00 0 0; MORE
h2-settings-streams-0 RST_STREAM 00 1 4 00000007; SILENCE
h2-continuation-flood HEADERS 00 1 1 88; CONTINUATION 00 1 5 0001780179; MORE
h2-continuation-empty HEADERS 00 1 1 88; CONTINUATION 00 1 0; MORE
h2-header-bomb HEADERS 04 1 16007 884001787fa11e6161*; SILENCE
h2-header-huge HEADERS 00 1 *; CONTINUATION 00 1 16*; CONTINUATION 04 1 16*; SILENCE
h2-ping-flood PING 00 0 8 $zeros; MORE
h2-data-huge HEADERS 04 1 *; DATA 00 1 16384 *; DATA 00 1 16383 *; SILENCE
h2-data-endless HEADERS 04 1 *; DATA 00 1 16384 *; DATA 00 1 16383 *; SILENCE
h2-data-flood HEADERS 04 1 1 88; DATA 00 1 16384 *; MORE
h2-bad-data-zero DATA 00 0 16 *; SILENCE
h2-bad-data-early DATA 00 1 16 *; SILENCE
h2-bad-data-padding DATA 08 1 4 ff616263; SILENCE
h2-bad-data-size DATA 00 1 16385 *; SILENCE
h2-bad-headers-zero HEADERS 04 0 1 88; SILENCE
h2-bad-headers-length HEADERS 24 1 2 8888; SILENCE
h2-bad-headers-hpack HEADERS 04 1 5 88ffffff07; SILENCE
h2-bad-headers-status HEADERS 04 1 5 0001780179; SILENCE
h2-bad-priority-zero PRIORITY 00 0 5 0000000000; SILENCE
h2-bad-priority-length PRIORITY 00 1 4 00000000; SILENCE
h2-bad-rst-zero RST_STREAM 00 0 4 00000000; SILENCE
h2-bad-rst-length RST_STREAM 00 1 3 000000; SILENCE
h2-bad-settings-stream SETTINGS 00 1 0; SILENCE
h2-bad-settings-length SETTINGS 00 0 5 0000000000; SILENCE
h2-bad-settings-ack SETTINGS 01 0 6 000300000001; SILENCE
h2-bad-settings-push SETTINGS 00 0 6 000200000002; SILENCE
h2-bad-settings-window SETTINGS 00 0 6 000480000000; SILENCE
h2-bad-settings-frame SETTINGS 00 0 6 000500000001; SILENCE
h2-bad-push-promise PUSH_PROMISE 04 1 21 00000002828784010c7265736f6c7665722e6c6162; SILENCE
h2-bad-ping-stream PING 00 1 8 $zeros; SILENCE
h2-bad-ping-length PING 00 0 7 00000000000000; SILENCE
h2-bad-goaway-stream GOAWAY 00 1 8 $zeros; SILENCE
h2-bad-goaway-length GOAWAY 00 0 4 00000000; SILENCE
h2-bad-window-zero WINDOW_UPDATE 00 0 4 00000000; SILENCE
h2-bad-window-length WINDOW_UPDATE 00 0 3 000000; SILENCE
h2-bad-window-overflow WINDOW_UPDATE 00 0 4 7fffffff; SILENCE
h2-bad-continuation CONTINUATION 04 1 1 88; SILENCE
h2-bad-interleaved HEADERS 00 1 1 88; PING 00 0 8 $zeros; SILENCE
h2-500 HEADERS 05 1 *; SILENCE
h2-502 $answer; SILENCE
h2-503 HEADERS 05 1 *; SILENCE
E2
# All at once: each ends with a second of silence.
pids=
while read -r name _; do
  fetch "$name" 1 &
  pids="$pids $!"
done <"$dir/wanted"
# shellcheck disable=SC2086
wait $pids
while read -r name wanted; do
  frames "$name" "$wanted"
done <"$dir/wanted"
frames h2-unknown-frame "UNKNOWN-fa ff 1 100 *; $answer; SILENCE"
frames h2-trailers 'HEADERS 04 1 *; DATA 00 1 56 *; HEADERS 05 1 *; SILENCE'
frames h2-dribble 'HEADERS 04 1 *; DATA 00 1 16 *; DATA 00 1 16 *; DATA 00 1 16 *; DATA 01 1 8 *; SILENCE'
frames h2-goaway-midway \
  'HEADERS 04 1 *; DATA 00 1 28 *; GOAWAY 00 0 8 0000000100000000; DATA 01 1 28 *; SILENCE' 3
says h2-bad-preface '^HTTP/1.1 400 Bad Request' -alpn h2 -ign_eof
settings h2-settings-streams-1 000300000064000300000001
settings h2-settings-table 0003000000640001ffffffff
settings h2-window-0 000300000064000400000000
settings h2-window-small 000300000064000400000010
# What misbehaved above was the first connection.
# shellcheck disable=SC2046
sound $(awk -F '\t' '$1 ~ /^h2-/ && $2 == "scenario" && $4 == "accepted" && $8 == "yes" { print $1 }' \
  "$dir/scenarios.tsv")

# --- answers ------------------------------------------------------------------

post() {
  name=$1
  shift
  https "$name" -H "$type" --data-binary "@$dir/query" "$@" "$url"
}

# gets UPSTREAM WANTED ARGUMENT...: status, type and version, as curl sees them
gets() {
  wanted=$2 name=$1
  shift 2
  got=$(post "$name" "$@")
  # shellcheck disable=SC2254 # a pattern is meant
  case $got in
    $wanted) pass "$name: curl gets \"$wanted\"" ;;
    *) fail "$name: curl gets \"$got\", not \"$wanted\"" ;;
  esac
}

# has UPSTREAM PATTERN: a line of the fields
has() {
  if grep -qi -- "$2" "$dir/head"; then pass "$1: has $2"; else fail "$1: has no $2"; fi
}

gets h2-429 '429  2'
has h2-429 '^retry-after: 1'
gets h2-204 '204  2'
gets h2-301 '301  2'
has h2-301 '^location: /dns-query?again'
gets h2-404 '404 application/dns-message 2'
gets h2-type-wrong '200 text/html 2'
gets h2-type-none '200  2'
gets h2-empty "$good"
if [ -s "$dir/body" ]; then fail "h2-empty: has a body"; else pass "h2-empty: has no body"; fi
gets h2-length-short 'curl: *'
gets h2-length-long 'curl: *'
gets h2-gzip "$good"
if gzip -dc <"$dir/body" | tail -c 4 | od -An -tu1 | grep -q '192 *0 *2 *1$'; then
  pass "h2-gzip: gzip finds the answer"
else
  fail "h2-gzip: gzip does not find the answer"
fi
for status in 100 103; do
  gets "h2-$status" "$good"
  has "h2-$status" "^HTTP/2 $status"
done
gets h2-age "$good"
has h2-age '^age: 60'
gets h2-cookie "$good"
has h2-cookie '^set-cookie: seen=1'
gets h2-cookie '400  2' -b seen=1
gets h2-window-small "$good"
