# DNS over HTTPS: the same servers on other ports.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# address_of UPSTREAM
address_of() { awk -F '\t' -v n="$1" '$1 == n { print $3; exit }' "$dir/scenarios.tsv"; }

# application UPSTREAM: bytes behind the handshake
application() { counter "$1" 10; }

# https UPSTREAM ARGUMENT...: what curl says, status first
https() {
  name=$1
  shift
  curl -sS --http2 --max-time 5 --cacert "$dir/root.pem" \
    --connect-to "::$(address_of "$name")" -o "$dir/body" -D "$dir/head" \
    -w '%{http_code} %{content_type} %{http_version}\n' "$@" 2>&1
}

# replies WANTED UPSTREAM ARGUMENT...: status, type and version, as curl sees them
replies() {
  wanted=$1
  shift
  got=$(https "$@")
  if [ "$got" = "$wanted" ]; then
    pass "$1: curl gets \"$wanted\""
  else
    fail "$1: curl gets \"$got\", not \"$wanted\""
  fi
}

printf '\000\000\001\000\000\001\000\000\000\000\000\000\007example\003lab\000\000\001\000\001' >"$dir/query"
url=https://resolver.lab/dns-query
parameter=$(base64 -w 0 "$dir/query" | tr '+/' '-_' | tr -d '=')
type='content-type: application/dns-message'
good='200 application/dns-message 2'

# --- certificates -------------------------------------------------------------

both=$(awk -F '\t' '$1 ~ /-doh$/ && $2 == "scenario" { print substr($1, 1, length($1) - 4) }' "$dir/scenarios.tsv")
differing=
for s in $both; do
  cmp -s "$dir/leaf-$s.pem" "$dir/leaf-$s-doh.pem" || differing="$differing $s"
done
if [ -n "$both" ] && [ -z "$differing" ]; then
  pass "DoH: the certificates of all that are served over DoT, too"
else
  fail "DoH: other certificates:$differing"
fi
missing=$("$lab" list 2>/dev/null | awk '/\(DoT only\)$/ { next } { print $1 }' | while read -r s; do
  [ -n "$(field "$s-doh" scenario 3)$(field "$s" scenario 7 | grep doh)" ] || echo "$s"
done)
if [ -z "$missing" ]; then pass "DoH: serves every scenario"; else fail "DoH: not $missing"; fi
for s in expired self-signed ct-none wrong-name; do
  says "$s-doh" 'ALPN protocol: h2' -alpn h2
  if [ "$(application "$s-doh")" = 0 ]; then
    pass "$s-doh: not a byte behind the handshake"
  else
    fail "$s-doh: $(application "$s-doh") bytes behind the handshake"
  fi
done
chain expired-doh 10 -verify_hostname resolver.lab -alpn h2
chain expired-doh-twin 0 -verify_hostname resolver.lab -alpn h2
says alpn-h2 'ALPN protocol: h2' -alpn dot,h2
says h2-alpn-http11 'ALPN protocol: http/1.1' -alpn h2,http/1.1
says h2-alpn-dot 'ALPN protocol: dot' -alpn h2,dot
says h2-alpn-none 'No ALPN negotiated' -alpn h2
says h2-alpn-none-twin 'ALPN protocol: h2' -alpn h2

# --- requests -----------------------------------------------------------------

replies "$good" honest-doh -H "$type" --data-binary "@$dir/query" "$url"
replies "$good" honest-doh "$url?dns=$parameter"
if [ "$(tail -c 4 "$dir/body" | od -An -tu1 | tr -s ' ')" = " 192 0 2 1" ]; then
  pass "honest-doh: the answer ends with 192.0.2.1"
else
  fail "honest-doh: the answer is $(od -An -tx1 "$dir/body")"
fi
replies '404  2' honest-doh "${url}x?dns=$parameter"
replies '404  2' honest-doh "$url?dns=$parameter=="
replies '405  2' honest-doh -X PUT -H "$type" --data-binary "@$dir/query" "$url"
replies '415  2' honest-doh --data-binary "@$dir/query" "$url"
replies '400  2' honest-doh -H "$type" --data-binary nonsense "$url"
replies '400  2' honest-doh "$url"
replies '400  2' honest-doh -H 'cookie: seen=1' "$url?dns=$parameter"

# kdig NAME over HTTPS
dig_https() {
  name=$1
  shift
  address=$(address_of "$name")
  kdig +https=resolver.lab/dns-query +tls-ca="$dir/root.pem" +tls-hostname=resolver.lab \
    +retry=0 +time=5 @"${address%:*}" -p "${address#*:}" "$@" 2>&1
}

# answers_https UPSTREAM PATTERN ARGUMENT...
answers_https() {
  name=$1 pattern=$2
  shift 2
  if dig_https "$name" "$@" | grep -q -- "$pattern"; then
    pass "$name: $* gives \"$pattern\" over HTTPS"
  else
    fail "$name: $* does not give \"$pattern\" over HTTPS"
  fi
}

answers_https honest-doh '^192\.0\.2\.1$' +short example.lab A
answers_https honest-doh '^192\.0\.2\.1$' +https-get +short example.lab A
answers_https honest-doh '^"honest-doh"$' +short any.name.lab TXT
answers_https honest-limit-doh '^203\.0\.113\.66$' +short example.lab A
answers_https honest-doh 'status: NXDOMAIN' nx.lab A
answers_https honest-doh '192\.0\.2\.1' slow.lab A
answers_https honest-doh 'too long\|timeout\|time limit\|failed' +time=1 drop.lab A
answers_https honest-doh 'reply ID .* is different\|failed' +time=1 wrongid.lab A
answers_https expired-doh 'Error in the certificate' example.lab A
if [ "$(dig_https honest-doh +short big.lab TXT | wc -c)" -gt 3000 ]; then
  pass "honest-doh: big.lab is big"
else
  fail "honest-doh: big.lab is not big"
fi

# --- counters -----------------------------------------------------------------

client() { "$python" "$here/http2_client.py" "$(address_of "$1")" "$dir/root.pem" "$2"; }

# counts WANTED_ALL WANTED_QUERY HOW: what the counters of ct-tls-doh grow by
counts() {
  all=$(application ct-tls-doh) carried=$(counter ct-tls-doh 6)
  client ct-tls-doh "$3" >/dev/null
  all=$(($(application ct-tls-doh) - all)) carried=$(($(counter ct-tls-doh 6) - carried))
  if [ "$all $carried" = "$1 $2" ]; then
    pass "ct-tls-doh: counts $all bytes, $carried of them a query's"
  else
    fail "ct-tls-doh: counts $all bytes, $carried of them a query's, not $1 and $2"
  fi
}
counts 33 0 none # the preface, and SETTINGS
size=$("$python" "$here/http2_client.py" size post)
counts $((33 + size)) "$size" post
size=$("$python" "$here/http2_client.py" size get)
counts $((33 + size)) "$size" get
before=$(counter plain-tcp-doh 6)
address=$(address_of plain-tcp-doh)
connect plain-tcp-doh -alpn h2 >"$dir/said"
refused=$(application plain-tcp-doh)
curl -sS --http2-prior-knowledge --max-time 5 -o "$dir/body" -H "$type" \
  --data-binary "@$dir/query" "http://$address/dns-query"
if [ "$before" = 0 ] && [ "$refused" = 0 ] &&
    [ "$(counter plain-tcp-doh 7)" = 1 ] && [ "$(counter plain-tcp-doh 6)" -gt 0 ]; then
  pass "plain-tcp-doh: a ClientHello counts nothing, a plain query does"
else
  fail "plain-tcp-doh: $before, $refused bytes before, $(counter plain-tcp-doh 6) after a plain query"
fi
before=$(counter stall-doh 6)
address=$(address_of stall-doh)
curl -s --http1.1 --max-time 5 -o "$dir/body" "http://$address/dns-query?dns=$parameter"
if [ "$before" = 0 ] && [ "$(counter stall-doh 6)" -gt 0 ] &&
    [ "$(counter stall-doh 6)" = "$(application stall-doh)" ]; then
  pass "stall-doh: HTTP/1.1 without TLS counts, all of it"
else
  fail "stall-doh: $(counter stall-doh 6) of $(application stall-doh) bytes of HTTP/1.1 count"
fi
