# The zone and the counters.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# --- answers -----------------------------------------------------------------

# dig UPSTREAM ARGUMENT...
dig() {
  name=$1
  shift
  case $name in
    *-twin) address=$(field "$name" twin 3) ;;
    *) address=$(field "$name" scenario 3) ;;
  esac
  kdig +tls-ca="$dir/root.pem" +tls-hostname=resolver.lab +retry=0 +time=5 \
    @"${address%:*}" -p "${address#*:}" "$@" 2>&1
}

# answers UPSTREAM PATTERN ARGUMENT...
answers() {
  name=$1 pattern=$2
  shift 2
  if dig "$name" "$@" | grep -q -- "$pattern"; then
    pass "$name: $* gives \"$pattern\""
  else
    fail "$name: $* does not give \"$pattern\""
  fi
}

answers honest '^192\.0\.2\.1$' +short example.lab A
answers honest '^2001:db8::1$' +short example.lab AAAA
answers honest '^"honest"$' +short any.name.lab TXT
answers honest-limit '^203\.0\.113\.66$' +short example.lab A
answers honest 'status: NXDOMAIN' nx.lab A
answers honest 'SOA.*ns\.lab\.' nx.lab A
answers honest 'status: NOERROR.*' nodata.lab A
answers honest 'ANSWER: 0; AUTHORITY: 1' nodata.lab A
answers honest 'status: SERVFAIL' servfail.lab A
answers honest 'status: REFUSED' example.org A
answers honest 'ANSWER: 3' cname.lab A
answers honest 'example\.lab\..*150.*IN.*A.*192\.0\.2\.1' cname.lab A
answers honest 'ttl1\.lab\.[[:space:]]*1[[:space:]]' ttl1.lab A
answers honest 'reply ID .* is different' wrongid.lab A
answers honest '192\.0\.2\.1' wrongid.lab A
answers honest 'another\.lab' +ignore wrongq.lab A
answers honest 'too long\|timeout' +time=1 drop.lab A
answers honest '192\.0\.2\.1' slow.lab A
answers honest 'subnet=yes' +short +subnet=192.0.2.0/24 ecs.lab TXT
answers honest 'subnet=no' +short ecs.lab TXT
answers honest '"length=128".*"padding=yes"' +short ecs.lab TXT
answers honest 'EDNS PSEUDOSECTION' +edns example.lab A
if dig honest +noedns +nopadding example.lab A | grep -q 'EDNS PSEUDOSECTION'; then
  fail "honest: an OPT that was not asked for"
else
  pass "honest: no OPT that was not asked for"
fi
big=$(dig honest +short big.lab TXT | wc -c)
if [ "$big" -gt 3000 ]; then pass "honest: big.lab is big"; else fail "honest: big.lab: $big"; fi

# --- counters ----------------------------------------------------------------

if [ "$(counter honest 6)" -gt 0 ] && [ "$(counter honest 5)" -gt 0 ]; then
  pass "honest: counts query bytes"
else
  fail "honest: does not count query bytes"
fi
if [ "$(counter expired 6)" = 0 ] && [ "$(counter expired 4)" -gt 0 ]; then
  pass "expired: connections, and not a byte"
else
  fail "expired: no connections, or bytes"
fi
connect expired -verify_hostname resolver.lab >/dev/null
if [ "$(counter expired 8)" = "certificate expired" ]; then
  pass "expired: the client's alert is seen"
else
  fail "expired: the client's alert: $(counter expired 8)"
fi
before=$(counter plain-tcp 6)
address=$(field plain-tcp scenario 3)
kdig +tcp +retry=0 @"${address%:*}" -p "${address#*:}" +short example.lab >"$dir/plain"
if [ "$before" = 0 ] && [ "$(counter plain-tcp 6)" -gt 0 ] &&
    grep -q '^203\.0\.113\.66$' "$dir/plain"; then
  pass "plain-tcp: a ClientHello counts nothing, a plain query does"
else
  fail "plain-tcp: $before bytes before, $(counter plain-tcp 6) after a plain query"
fi
address=$(field honest-tls12 scenario 3)
kdig +tcp +retry=0 @"${address%:*}" -p "${address#*:}" +short example.lab >/dev/null
if [ "$(counter honest-tls12 6)" -gt 0 ] && [ "$(counter honest-tls12 5)" -gt 0 ]; then
  pass "honest-tls12: a plain query on a TLS port counts"
else
  fail "honest-tls12: a plain query on a TLS port does not count"
fi
