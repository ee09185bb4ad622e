#!/bin/sh
# Proves with other programs (openssl, kdig, curl, Python) that each of the lab's servers has
# the fault it claims. Prints a line per proof; the proofs are in proofs-*.sh.
# Most functions are called by the files of proofs, or by a trap.
# shellcheck disable=SC2317
set -u
here=$(dirname "$0")
lab=${LAB:-./pintle-lab}
python=${PYTHON:-python3}
for tool in openssl kdig curl "$python"; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done

dir=$(mktemp -d)
failed=0
lab_pid=
cleanup() {
  [ -n "$lab_pid" ] && kill "$lab_pid" 2>/dev/null && wait "$lab_pid"
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

pass() { echo "ok: $*"; }
fail() { echo "FAILED: $*"; failed=$((failed + 1)); }

# Any free ports: a lab for people may be running on the usual one.
mkfifo "$dir/said"
"$lab" run --protocol both --port 0 --dir "$dir" --die-with-parent >/dev/null 2>"$dir/said" &
lab_pid=$!
exec 3<"$dir/said"
read -r word <&3
[ "$word" = ready ] || { echo "FAILED: the lab does not start: $word"; exit 1; }

# --- helpers -----------------------------------------------------------------

# field NAME ROLE N: from scenarios.tsv
field() {
  awk -F '\t' -v n="$1" -v r="$2" -v f="$3" '$1 == n && $2 == r { print $f }' "$dir/scenarios.tsv"
}

# counter UPSTREAM N: from the running lab
counter() {
  "$lab" counters --dir "$dir" | awk -F '\t' -v n="$1" -v f="$2" '$1 == n { print $f; exit }'
}

# connect UPSTREAM ARGUMENT...: what s_client says, stopping at the first error
# of the chain. A later -CAfile or -verify_hostname wins.
connect() {
  name=$1
  shift
  case $name in
    *-twin) address=$(field "$name" twin 3) ;;
    *) address=$(field "$name" scenario 3) ;;
  esac
  connect_to "$address" "$@"
}

connect_to() {
  address=$1
  shift
  timeout 10 openssl s_client -connect "$address" -CAfile "$dir/root.pem" \
    -verify_return_error -purpose sslserver -auth_level 2 -alpn dot "$@" \
    </dev/null 2>&1
}

# The error of the chain in what `connect` said; 0 only after a whole handshake.
chain_code() {
  awk '/^verify error:num=/ { split($2, part, /[=:]/); print part[3]; found = 1; exit }
    /^New, .*Cipher is/ && !/\(NONE\)/ { whole = 1 }
    END { if (!found) print whole ? 0 : "none" }'
}

# chain UPSTREAM CODE ARGUMENT...: openssl's verdict on what it shows
chain() {
  name=$1 wanted=$2
  shift 2
  got=$(connect "$name" "$@" | chain_code)
  if [ "$got" = "$wanted" ]; then
    pass "$name: openssl's code is $wanted${1:+ with $*}"
  else
    fail "$name: openssl's code is $got, not $wanted${1:+ with $*}"
  fi
}

# says UPSTREAM PATTERN ARGUMENT...: a line of s_client's
says() {
  name=$1 pattern=$2
  shift 2
  if connect "$name" "$@" | grep -q -- "$pattern"; then
    pass "$name: \"$pattern\" with $*"
  else
    fail "$name: no \"$pattern\" with $*"
  fi
}

key_of() { openssl x509 -in "$dir/$1.pem" -noout -pubkey; }

pin_of() {
  key_of "$1" | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | openssl base64
}

# sent UPSTREAM FILE...: exactly these certificates, in this order
sent() {
  name=$1
  shift
  for file; do openssl x509 -in "$dir/$file.pem"; done >"$dir/wanted"
  connect "$name" -showcerts -verify_hostname resolver.lab |
    sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' >"$dir/got"
  if cmp -s "$dir/wanted" "$dir/got"; then
    pass "$name: sends $*"
  else
    fail "$name: does not send $*"
  fi
}

# --- proofs ------------------------------------------------------------------

for part in certificates ct staples tls answers https http2 command; do
  # shellcheck source=/dev/null
  . "$here/proofs-$part.sh"
done

kill "$lab_pid"
wait "$lab_pid"
code=$?
lab_pid=
if [ $code = 0 ] && [ ! -e "$dir/lab.sock" ]; then
  pass "run: ends cleanly on SIGTERM"
else
  fail "run: ends with $code on SIGTERM"
fi
[ $failed = 0 ] && echo "all proved" && exit 0
echo "$failed not proved"
exit 1
