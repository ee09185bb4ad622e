# Stapled OCSP responses.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# staple UPSTREAM PATTERN...: all of it is in what openssl says of the response
staple() {
  name=$1
  shift
  openssl ocsp -respin "$dir/leaf-$name.ocsp" -CAfile "$dir/root.pem" -no_nonce \
    -issuer "$dir/issuer.pem" -cert "$dir/leaf-$name.pem" >"$dir/out" 2>&1
  for pattern; do
    if grep -q -- "$pattern" "$dir/out"; then
      pass "$name: the response: \"$pattern\""
    else
      fail "$name: the response: no \"$pattern\" in: $(tr '\n' ' ' <"$dir/out")"
    fi
  done
}
ok='Response verify OK'
staple staple "$ok" ': good$'
staple staple-delegate "$ok" ': good$'
staple staple-old "$ok" 'status expired' '^good$'
staple staple-tls12 "$ok" ': good$'
staple staple-old-tls12 "$ok" 'status expired' '^good$'
staple staple-revoked-tls12 "$ok" ': revoked$'
staple staple-old-unneeded "$ok" 'status expired' '^good$'
staple staple-of-another "$ok" 'No Status found'
staple staple-unknown "$ok" ': unknown$'
staple staple-by-customer 'Response Verify Failure' 'missing ocspsigning usage' ': good$'
staple staple-by-stranger 'Response Verify Failure' 'unable to get local issuer' ': good$'
staple staple-revoked "$ok" ': revoked$'
staple staple-revoked-old "$ok" 'status expired' '^revoked$'
staple staple-revoked-by-stranger 'Response Verify Failure' 'unable to get local issuer' \
  ': revoked$'
staple ct-ocsp "$ok" ': good$'
for s in staple-old staple-of-another staple-unknown staple-by-customer staple-by-stranger \
    staple-revoked must-staple staple-old-tls12 staple-revoked-tls12 must-staple-tls12; do
  staple $s-twin "$ok" ': good$'
done
staple staple-revoked-old-twin "$ok" 'status expired' '^good$'

# The server shows what lies in the file, or nothing.
for s in staple staple-old staple-revoked ct-ocsp; do
  says $s 'OCSP Response Status: successful' -status
done
says staple 'OCSP Response Status: successful' -status -tls1_2
for s in staple-tls12 staple-old-tls12 staple-revoked-tls12; do
  says $s 'Protocol  *: TLSv1.2' -status
  says $s 'OCSP Response Status: successful' -status
done
says staple-delegate 'Responder Id: O = pintle lab, CN = Lab Responder' -status
says staple-by-customer 'Responder Id: O = pintle lab, CN = resolver.lab' -status
says staple-by-stranger 'Responder Id: O = pintle lab, CN = Lab Stranger Issuer' -status
for s in honest must-staple must-staple-tls12 ct-tls; do says $s 'OCSP response: no response sent' -status; done
if openssl x509 -in "$dir/responder.pem" -noout -ext extendedKeyUsage | grep -q 'OCSP Signing' &&
    ! openssl x509 -in "$dir/genuine.pem" -noout -ext extendedKeyUsage |
    grep -q 'OCSP Signing'; then
  pass "staple-delegate: the issuer lets the responder sign, and no customer"
else
  fail "staple-delegate: who may sign is not as it should be"
fi

# demands UPSTREAM YES|NO: a staple, by its certificate (RFC 7633)
demands() {
  feature=$(openssl x509 -in "$dir/leaf-$1.pem" -noout -ext tlsfeature 2>&1)
  case $2:$feature in
    yes:*status_request* | no:*"o extensions"*) pass "$1: demands a staple: $2" ;;
    *) fail "$1: demands a staple: not $2" ;;
  esac
}
for s in staple must-staple staple-old staple-of-another staple-unknown staple-by-customer \
    staple-by-stranger staple-tls12 must-staple-tls12 staple-old-tls12; do
  demands $s yes
done
for s in honest staple-revoked staple-old-unneeded ct-ocsp; do demands $s no; done
