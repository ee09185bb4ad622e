# TLS, and the twins.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# --- TLS ---------------------------------------------------------------------

aead='ECDHE+AESGCM'
says plain-tcp 'wrong version number' -tls1_2
says tls11 'Protocol  *: TLSv1.1' -cipher 'ALL:@SECLEVEL=0'
says tls11 'Cipher is (NONE)' -min_protocol TLSv1.2
says tls11-twin 'Verify return code: 0' -min_protocol TLSv1.2
says rsa-exchange 'Cipher is AES128-SHA$' -tls1_2
says rsa-exchange 'Cipher is (NONE)' -tls1_2 -cipher "$aead"
says rsa-exchange-twin 'Verify return code: 0' -tls1_2 -cipher "$aead"
says cbc 'Cipher is ECDHE-RSA-AES128-SHA$' -tls1_2
says cbc 'Cipher is (NONE)' -tls1_2 -cipher "$aead"
says cbc-twin 'Verify return code: 0' -tls1_2 -cipher "$aead"
says dhe 'Cipher is DHE-RSA-AES128-GCM-SHA256$' -tls1_2
says dhe 'Cipher is (NONE)' -tls1_2 -cipher "$aead"
says dhe-twin 'Verify return code: 0' -tls1_2 -cipher "$aead"
says anonymous 'no peer certificate available' -tls1_2 -cipher 'aNULL:@SECLEVEL=0'
says anonymous 'Cipher is AECDH-AES128-SHA$' -tls1_2 -cipher 'aNULL:@SECLEVEL=0'
says anonymous 'Cipher is (NONE)' -tls1_2
says alpn-h2 'ALPN protocol: h2' -alpn dot,h2
says alpn-h2-twin 'ALPN protocol: dot' -alpn dot,h2
says impostor-tls13 'tls_process_cert_verify:bad signature' -tls1_3
says impostor-tls13-twin 'Verify return code: 0' -tls1_3
says impostor-tls12 'tls_process_key_exchange:bad signature' -tls1_2
says impostor-tls12-twin 'Verify return code: 0' -tls1_2
before=$(date +%s%3N)
says stall 'Verify return code: 0'
after=$(date +%s%3N)
if [ $((after - before)) -ge 1500 ]; then
  pass "stall: the ServerHello comes after 1500 ms"
else
  fail "stall: all is over after $((after - before)) ms"
fi
sent impostor-tls13-twin genuine issuer
sent impostor-tls12-twin genuine issuer

# soon COMMAND...: true once it is; each try asks the lab, so this takes a second
# or two before it gives up
soon() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || return 1
  done
}
is() { [ "$(counter "$1" "$2")" = "$3" ]; }

# second_handshake ARGUMENT...: begins a connection to `renegotiate`; what is
# written to descriptor 4 goes through it, and its end ends it
second_handshake() {
  rm -f "$dir/input"
  mkfifo "$dir/input"
  timeout 10 openssl s_client -connect "$(field renegotiate scenario 3)" -tls1_2 -quiet "$@" \
    <"$dir/input" >"$dir/output" 2>&1 &
  client=$!
  exec 4>"$dir/input"
}
# shellcheck disable=SC2059
ask() { printf "$query"; }
query='\000\035\000\001\001\000\000\001\000\000\000\000\000\000\007example\003lab\000\000\001\000\001'

second_handshake -no_renegotiation
if soon is renegotiate 8 'no renegotiation' && is renegotiate 5 1 && is renegotiate 6 0; then
  pass "renegotiate: a client that declines gives nothing away"
else
  fail "renegotiate: $(counter renegotiate 5) handshakes, $(counter renegotiate 6) bytes"
fi
exec 4>&-
wait "$client"
second_handshake
if soon is renegotiate 5 3 && ask >&4 && soon is renegotiate 6 31; then
  pass "renegotiate: a client that consents asks under the second certificate"
else
  fail "renegotiate: $(counter renegotiate 5) handshakes, $(counter renegotiate 6) bytes"
fi
exec 4>&-
wait "$client"

# --- twins -------------------------------------------------------------------

# By configuration: the very same certificate. By server: the same key; but for
# `renegotiate`, whose twin is without the second certificate, and `rsa-1024`.
twins=$(awk -F '\t' '$2 == "twin" { print substr($1, 1, length($1) - 5) }' "$dir/scenarios.tsv")
for s in $twins; do
  case ${s%-doh} in renegotiate | rsa-1024) continue ;; esac
  case $(field "$s-twin" twin 6) in
    "same server and certificate"*)
      if cmp -s "$dir/leaf-$s.pem" "$dir/leaf-$s-twin.pem"; then
        pass "$s-twin: the same certificate"
      else
        fail "$s-twin: another certificate"
      fi ;;
    *)
      if [ "$(key_of "leaf-$s")" = "$(key_of "leaf-$s-twin")" ]; then
        pass "$s-twin: the same key"
      else
        fail "$s-twin: another key"
      fi ;;
  esac
done
refusing=$(awk -F '\t' '$4 == "refused" { print $1 }' "$dir/scenarios.tsv")
for s in $refusing; do
  [ "$(field "$s-twin" twin 4)" = accepted ] || fail "$s: has no twin"
done
