#!/bin/sh
# `make run`: pintle in front of a lab of one honest upstream and many spoofed
# ones. Resolves names, asks every scenario by its name, prints who was refused
# and why, and stays up.
#
#	PORT=5353     where pintle listens, on 127.0.0.1
#	CONFIG=FILE   no lab: pintle with this configuration
#	ONCE=1        ends after the table; exit 1 if a row is not as expected
set -eu

builddir=${builddir:-.}
pintle=$builddir/pintle
ctl=$builddir/pintlectl
lab=$builddir/pintle-lab

if [ -n "${CONFIG:-}" ]; then
  exec "$pintle" -c "$CONFIG" ${PORT:+--listen "127.0.0.1:$PORT"}
fi

port=${PORT:-5353}
case $port in
  *[!0-9]* | '' | ??????*) port=0 ;;
esac
if [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
  echo "PORT=$PORT: not a port; allowed: 1 to 65535" >&2
  exit 2
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/pintle-run.XXXXXX")
pids=
stop() {
  # shellcheck disable=SC2086
  [ -z "$pids" ] || kill $pids 2>/dev/null || :
  wait
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

die() {
  echo "$*" >&2
  exit 1
}

# Waits up to 10 s for a command to succeed while a process lives.
await() {
  pid=$1
  shift
  for _ in $(seq 200); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

# --- the lab, then pintle -----------------------------------------------------
"$lab" run --protocol both --dir "$dir" --port 0 --die-with-parent >/dev/null 2>"$dir/lab.log" &
pids=$!
await "$pids" grep -q '^ready' "$dir/lab.log" || die "$(cat "$dir/lab.log")"

# use dot|doh|h2: the lab's configuration with these upstreams; all of them would be
# more than pintle takes.
use() {
  awk -v wanted="$1" '
    /^  - name: / { kind = $3 ~ /^h2-/ ? "h2" : $3 ~ /-doh(-twin)?$/ ? "doh" : "dot" }
    kind == "" || kind == wanted' "$dir/pintle.yaml" |
    sed "s/^listen:.*/listen: [\"127.0.0.1:$port\"]/" >"$dir/run.yaml"
}

use dot
setpriv --pdeathsig TERM "$pintle" -c "$dir/run.yaml" >"$dir/pintle.log" 2>&1 &
daemon=$!
pids="$pids $daemon"
if ! await "$daemon" "$ctl" --socket "$dir/control.sock" status; then
  cat "$dir/pintle.log" >&2
  die "pintle did not start; another port: make run PORT=$((port % 65535 + 1))"
fi

# --- a real client -------------------------------------------------------------
echo
echo "A real client, through the honest upstream:"
for question in "example.lab A" "example.lab AAAA" "nx.lab A"; do
  # shellcheck disable=SC2086
  answer=$(dig @127.0.0.1 -p "$port" +noall +comments +answer $question |
    awk '/status:/ { status = $6; sub(/,/, "", status) } $4 == "IN" || $3 == "IN" { value = $5 }
         END { print status, value }')
  printf '  dig @127.0.0.1 -p %s %-17s -> %s\n' "$port" "$question" "$answer"
done

# --- Certificate Transparency --------------------------------------------------
echo
echo "Certificate Transparency is required. The honest upstream's certificate, by"
echo "\`pintlectl probe honest':"
echo
"$ctl" -c "$dir/run.yaml" probe honest | awk '/^  ct / { on = 1; sub(/^  ct +ok +/, "") }
    on { sub(/^ +/, ""); print }
    /log list/ { exit }' | fold -s -w 86 | sed 's/^/  /'
echo
echo "It shows that the certificate was published, not that its owner wanted it: the"
echo "rogue certificates for 1.1.1.1 were logged, too (rogue-logged, honest-limit)."

# --- every scenario --------------------------------------------------------------
# Asks one upstream alone. The reason is the word behind its name in the Extended
# DNS Error; an answer means that the upstream was accepted.
ask() {
  if "$ctl" --socket "$dir/control.sock" query example.lab --upstream "$1" >"$dir/answer" 2>&1; then
    echo accepted
  else
    reason=$(sed -n "s/.*$1: \([a-z_]*\):.*/\1/p" "$dir/answer" | head -n 1)
    echo "${reason:-failed}"
  fi
}

# ask_all dot|doh|h2: a line for each row of the lab's table that is asked then
ask_all() {
  use "$1"
  "$ctl" --socket "$dir/control.sock" reload >"$dir/answer" 2>&1 || die "$(cat "$dir/answer")"
  tail -n +2 "$dir/scenarios.tsv" |
    while IFS='	' read -r name role _ expected reason _ protocol answers; do
      grep -qx "  - name: $name" "$dir/run.yaml" || continue
      printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$role" "$expected" "$reason" \
        "$(ask "$name")" "$protocol" "$answers"
    done
}

for what in dot doh h2; do ask_all "$what"; done >"$dir/verdicts"
use dot
"$ctl" --socket "$dir/control.sock" reload >"$dir/answer" 2>&1 || die "$(cat "$dir/answer")"
"$lab" counters --dir "$dir" >"$dir/counters"

echo
echo "Every upstream of the lab, asked for example.lab over TLS (DoT) and over HTTPS (DoH),"
echo "and the bytes that came there behind the handshake. Its twin has the one check that"
echo "refuses switched off:"
echo
awk -F '\t' -f "${srcdir:-.}/tests/lab/table.awk" "$dir/counters" "$dir/verdicts" && as_expected=0 ||
  as_expected=1

# --- log lists at a reload ---------------------------------------------------------
echo
echo "Log lists that a reload must refuse; the one in force stays:"
cp "$dir/run.yaml" "$dir/good.yaml"
for list in older broken; do
  sed "s/ct-logs\.json/ct-logs-$list.json/" "$dir/good.yaml" >"$dir/run.yaml"
  if "$ctl" --socket "$dir/control.sock" reload >"$dir/answer" 2>&1; then
    as_expected=1
    echo "  ct-logs-$list.json: taken  <- NOT AS EXPECTED"
  else
    sed "s|^pintlectl: ||; s|$dir/||g" "$dir/answer" | fold -s -w 84 | sed 's/^/  /'
  fi
done
cp "$dir/good.yaml" "$dir/run.yaml"
honest=$(ask honest)
echo "  honest, asked again: $honest"
[ "$honest" = accepted ] || as_expected=1

if [ -n "${ONCE:-}" ]; then
  exit "$as_expected"
fi
cat <<E2

pintle stays up on 127.0.0.1:$port. In another terminal:
  dig @127.0.0.1 -p $port example.lab
  $ctl --socket $dir/control.sock status
Ctrl-C ends it and the lab.
E2
wait "$daemon" || :
