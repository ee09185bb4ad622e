# Chains, names, pins.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# --- chains ------------------------------------------------------------------

by_name='-verify_hostname resolver.lab'
# Words are split on purpose here and below.
# shellcheck disable=SC2086
{
  chain honest 0 $by_name
  chain honest-root-pin 0 $by_name
  chain honest-tls12 0 $by_name -tls1_2
  chain honest-limit 0 $by_name
  chain honest-wildcard 0 -verify_hostname a.resolver.lab
  chain honest-pins-only 18
  chain self-signed 18 $by_name
  chain untrusted-ca 20 $by_name
  chain untrusted-ca 0 $by_name -CAfile "$dir/stranger-root.pem"
  chain other-ca-file 20 $by_name -CAfile "$dir/cross-root.pem"
  chain other-ca-file 0 $by_name
  chain missing-issuer 20 $by_name
  chain missing-issuer-twin 0 $by_name
  chain expired 10 $by_name
  chain expired 0 $by_name -no_check_time
  chain expired-twin 0 $by_name
  chain not-yet-valid 9 $by_name
  chain not-yet-valid 0 $by_name -no_check_time
  chain not-yet-valid-twin 0 $by_name
  chain expired-issuer 10 $by_name
  chain expired-issuer 0 $by_name -no_check_time
  chain expired-issuer-twin 0 $by_name
  chain issuer-not-ca 79 $by_name
  chain issuer-may-not-sign 79 $by_name
  chain path-length 25 $by_name
  chain name-constraint 47 $by_name
  chain unknown-critical 34 $by_name
  chain unknown-critical 0 $by_name -ignore_critical
  chain client-only 26 $by_name
  chain client-only 0 $by_name -purpose sslclient
  chain rsa-1024 66 $by_name
  chain rsa-1024 0 $by_name -auth_level 1
  chain rsa-1024-twin 0 $by_name
  chain rsa-1024-issuer 67 $by_name
  chain rsa-1024-issuer 0 $by_name -auth_level 1
  chain sha1 68 $by_name
  chain sha1 0 $by_name -auth_level 0
  chain forged 7 $by_name
  chain forged-untrusted 20 $by_name
  chain forged-untrusted 7 $by_name -CAfile "$dir/stranger-root.pem"
  chain self-signed-pinned 18 $by_name
  chain denied-ca 0 $by_name
  chain denied-ca-twin 0 $by_name
  chain denied-ca-pinned 0 $by_name
  chain denied-ca-pinned-twin 0 $by_name
  chain expired-pins-only 10 -CAfile "$dir/leaf-expired-pins-only.pem" -partial_chain
  chain expired-pins-only-twin 0 -CAfile "$dir/leaf-expired-pins-only-twin.pem"
}

# --- names -------------------------------------------------------------------

ip() { field "$1" "$2" 3 | sed 's/:.*//'; }
# shellcheck disable=SC2086
{
  chain honest-address 0 -verify_ip "$(ip honest-address scenario)"
  chain wrong-name 62 $by_name
  chain wrong-name 0 -verify_hostname other.lab
  chain wildcard-too-deep 62 -verify_hostname a.b.resolver.lab
  chain wildcard-too-deep 0 -verify_hostname a.resolver.lab
  # openssl's own default takes a part of a label for a wildcard.
  chain wildcard-partial 0 -verify_hostname abc.resolver.lab
  chain subdomain 62 $by_name
  chain subdomain 0 -verify_hostname sub.resolver.lab
  chain nul-in-name 62 $by_name
  chain address-as-dns 64 -verify_ip "$(ip address-as-dns scenario)"
  chain wrong-address 64 -verify_ip "$(ip wrong-address scenario)"
  chain wrong-address 0 $by_name
  chain one-address-of-two 64 -verify_ip "$(ip one-address-of-two scenario)"
  chain one-address-of-two 0 -verify_ip "$(ip one-address-of-two second)"
  chain one-address-of-two 0 $by_name
  chain name-pins-only 62 $by_name -CAfile "$dir/leaf-name-pins-only.pem"
  chain pinned-ca-other-name 62 $by_name
  chain pinned-ca-other-name 0 -verify_hostname other.lab
}
second=$(field one-address-of-two second 3)
if [ "$(connect_to "$second" -verify_ip "${second%:*}" | chain_code)" = 0 ]; then
  pass "one-address-of-two: the second address shows its own certificate"
else
  fail "one-address-of-two: the second address does not show its own certificate"
fi

# openssl's own default falls back to the common name.
# shellcheck disable=SC2086
chain cn-only 0 $by_name
if openssl x509 -in "$dir/leaf-cn-only.pem" -noout -text | grep -q 'Alternative Name'; then
  fail "cn-only: there is a subjectAltName"
else
  pass "cn-only: there is no subjectAltName"
fi
# dNSName's tag, 22 bytes, "resolver.lab", NUL, ".evil.lab".
if openssl x509 -in "$dir/leaf-nul-in-name.pem" -outform DER | od -An -v -tx1 | tr -d ' \n' |
    grep -q '8216\(7265736f6c7665722e6c6162\)00\(2e6576696c2e6c6162\)'; then
  pass "nul-in-name: a NUL follows resolver.lab"
else
  fail "nul-in-name: no NUL follows resolver.lab"
fi
if openssl x509 -in "$dir/leaf-address-as-dns.pem" -noout -ext subjectAltName |
    grep -q "DNS:$(ip address-as-dns scenario)"; then
  pass "address-as-dns: the address is a dNSName"
else
  fail "address-as-dns: the address is no dNSName"
fi

# --- pins --------------------------------------------------------------------

for s in rival-ca rival-appended rival-in-place new-leaf-key cross-sign; do
  chain $s 0 -verify_hostname resolver.lab
  if [ "$(key_of leaf-$s)" != "$(key_of genuine)" ]; then
    pass "$s: the leaf's key is not the genuine one"
  else
    fail "$s: the leaf's key is the genuine one"
  fi
done
sent rival-ca leaf-rival-ca rival
sent rival-appended leaf-rival-appended rival issuer genuine
sent rival-in-place leaf-rival-in-place issuer
sent cross-sign leaf-cross-sign cross-first cross-second
chain forged-pins-only 7 -verify_hostname resolver.lab
chain appended-pins-only 18 -verify_hostname resolver.lab
if connect cross-sign | grep -q '^depth=2 .*CN = Lab Root$'; then
  pass "cross-sign: the path built ends at Lab Root"
else
  fail "cross-sign: the path built does not end at Lab Root"
fi
for way in root:cross-first cross-root:cross-second; do
  openssl x509 -in "$dir/${way%:*}.pem" >"$dir/one-root.pem"
  if openssl verify -CAfile "$dir/one-root.pem" -untrusted "$dir/${way#*:}.pem" \
      "$dir/leaf-cross-sign.pem" >/dev/null 2>&1; then
    pass "cross-sign: there is a path over ${way#*:} to ${way%:*}"
  else
    fail "cross-sign: there is no path over ${way#*:} to ${way%:*}"
  fi
done

# pinned UPSTREAM CERTIFICATE...: pintle.yaml has exactly their pins
pinned() {
  wanted='' upstream=$1
  shift
  for file; do wanted="$wanted${wanted:+, }\"sha256//$(pin_of "$file")\""; done
  got=$(awk -v n="$upstream" '$1 == "-" { here = $3 == n }
    here && $1 == "pins:" { sub(/^ *pins: /, ""); print }' "$dir/pintle.yaml")
  if [ "$got" = "[$wanted]" ]; then
    pass "$upstream: pinned are $*"
  else
    fail "$upstream: pinned are not $*"
  fi
}
pinned honest genuine issuer
pinned rival-appended genuine issuer
pinned forged issuer
pinned forged-untrusted stranger
pinned forged-pins-only issuer
pinned cross-sign cross-root
pinned cross-sign-twin root
pinned self-signed-twin leaf-self-signed
pinned denied-ca-pinned leaf-denied-ca-pinned
pinned expired-pins-only leaf-expired-pins-only
if grep -qF "deny: [\"sha256//$(pin_of denied-root)\"]" "$dir/pintle.yaml"; then
  pass "tls.deny is the denied root's pin"
else
  fail "tls.deny is not the denied root's pin"
fi
