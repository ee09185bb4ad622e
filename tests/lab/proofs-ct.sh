# Logs, and SCTs: what a log signed, and what openssl makes of it.
# shellcheck shell=sh disable=SC2154 # read by selftest.sh, which sets what is used here

# --- the log lists -----------------------------------------------------------

if "$python" - "$dir" >"$dir/ct.cnf" <<'END' &&
import base64, hashlib, json, sys
with open(sys.argv[1] + "/ct-logs.json") as file:
    operators = json.load(file)["operators"]
logs = [log for o in operators for log in o["logs"] + o["tiled_logs"]]
for log in logs:
    key = base64.b64decode(log["key"])
    assert base64.b64decode(log["log_id"]) == hashlib.sha256(key).digest(), log
print("enabled_logs =", ", ".join(str(i) for i, _ in enumerate(logs)))
for i, log in enumerate(logs):
    print(f"[{i}]\ndescription = {log['description']}\nkey = {log['key']}")
END
    [ "$(grep -c description "$dir/ct.cnf")" = 13 ]; then
  pass "ct-logs.json: 13 logs, each ID is its key's"
else
  fail "ct-logs.json: not 13 logs whose ID is their key's"
fi

# listed LOG EXPRESSION: Python, with `log`, its `operator`, `now` and `ago(text)` in days
listed() {
  if "$python" - "$dir/ct-logs.json" "$1" "$2" <<'END'
import datetime, json, sys
path, name, expression = sys.argv[1:]
now = datetime.datetime.now(datetime.timezone.utc)
def ago(text):
    return (now - datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))).total_seconds() / 86400
with open(path) as file:
    found = [(log, o) for o in json.load(file)["operators"]
             for log in o["logs"] + o["tiled_logs"] if log["description"] == name]
log, operator = found[0] if found else (None, {"name": None})
sys.exit(not eval(expression))
END
  then
    pass "$1: $2"
  else
    fail "$1: not $2"
  fi
}
listed 'Lab Alder' 'ago(log["state"]["usable"]["timestamp"]) > 365'
listed 'Lab Alder Second' '"readonly" in log["state"] and operator["name"] == "Alder Lab"'
listed 'Lab Birch' '"qualified" in log["state"] and len(log["key"]) > 300'
listed 'Lab Cedar' '"usable" in log["state"] and log in operator["tiled_logs"]'
listed 'Lab Elm' 'log["previous_operators"][0]["name"] == "Alder Lab"'
listed 'Lab Elm' '0 < ago(log["previous_operators"][0]["end_time"]) < 0.5'
listed 'Lab Fir' '0 < ago(log["state"]["retired"]["timestamp"]) < 0.5'
listed 'Lab Hazel' '0 < ago(log["state"]["retired"]["timestamp"]) < 0.5'
listed 'Lab Juniper' 'ago(log["state"]["retired"]["timestamp"]) > 300'
listed 'Lab Larch' '"pending" in log["state"]'
listed 'Lab Maple' '"rejected" in log["state"]'
listed 'Lab Oak' '"state" not in log'
listed 'Lab Pine' 'ago(log["temporal_interval"]["end_exclusive"]) > 300'
listed 'Lab Mimic' 'log["log_id"] == "9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk="'
listed 'Lab Yew' 'log is None'
if "$python" - "$dir" <<'END'
import json, sys
def stamp(name):
    with open(sys.argv[1] + "/" + name) as file:
        return json.load(file)["log_list_timestamp"]
assert stamp("ct-logs-older.json") < stamp("ct-logs.json")
try:
    stamp("ct-logs-broken.json")
    sys.exit(1)
except json.JSONDecodeError:
    pass
END
then
  pass "ct-logs-older.json is older, ct-logs-broken.json is no JSON"
else
  fail "ct-logs-older.json is not older, or ct-logs-broken.json is not broken"
fi

# --- what openssl says of the SCTs that a server shows --------------------------

# scts UPSTREAM "LOG: STATUS, …" ARGUMENT...: from all three sources
scts() {
  name=$1 wanted=$2
  shift 2
  got=$(connect "$name" -ct -ctlogfile "$dir/ct.cnf" "$@" |
    awk '/^SCT validation status: / { sub(/^[^:]*: /, ""); status = $0; log_name = "" }
      /^    Log  *: / { sub(/^[^:]*: /, ""); log_name = $0 }
      /^    Timestamp/ { print (log_name == "" ? "?" : log_name) ": " status }' |
    LC_ALL=C sort | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $0 }')
  if [ "$got" = "$wanted" ]; then
    pass "$name: SCTs are ${wanted:-none}${1:+ with $*}"
  else
    fail "$name: SCTs are ${got:-none}, not ${wanted:-none}${1:+ with $*}"
  fi
}

three='Lab Alder: valid, Lab Birch: valid, Lab Cedar: valid'
two='Lab Alder: valid, Lab Birch: valid'
for s in honest honest-tls12 honest-limit rogue-logged rival-ca cross-sign denied-ca ct-long-lived-twin; do
  scts $s "$three"
done
scts honest-address "$three" # as openssl asks for no name here
scts ct-none ''
scts rogue-unlogged ''
scts ct-too-few 'Lab Alder: valid'
scts ct-long-lived "$two"
scts ct-one-operator 'Lab Alder Second: valid, Lab Alder: valid'
scts ct-former-operator 'Lab Alder: valid, Lab Elm: valid'
scts ct-same-log 'Lab Alder: valid, Lab Alder: valid'
scts ct-unknown-log '?: unknown log, Lab Alder: valid'
scts ct-wrong-signature 'Lab Alder: invalid, Lab Birch: valid'
scts ct-other-certificate 'Lab Alder: invalid, Lab Birch: valid'
scts ct-final-certificate 'Lab Alder: invalid, Lab Birch: valid'
scts ct-future 'Lab Alder: invalid, Lab Birch: valid'
scts ct-retired 'Lab Alder: valid, Lab Juniper: valid'
scts ct-retired-only 'Lab Fir: valid, Lab Hazel: valid'
scts ct-retired-since 'Lab Alder: valid, Lab Fir: valid'
scts ct-rejected 'Lab Alder: valid, Lab Maple: valid'
scts ct-pending 'Lab Alder: valid, Lab Larch: valid'
scts ct-stateless 'Lab Alder: valid, Lab Oak: valid'
scts ct-other-shard 'Lab Alder: valid, Lab Pine: valid'
scts ct-mimic 'Lab Alder: valid, Lab Mimic: invalid'
scts ct-no-leaf-index 'Lab Alder: valid, Lab Cedar: valid'
scts precertificate ''
scts precertificate-twin "$three"
scts ct-tls "$two"
scts ct-tls-tls12 "$two"
scts ct-tls-one 'Lab Alder: valid'
scts ct-tls-precert 'Lab Alder: invalid, Lab Birch: invalid'
scts ct-mixed "$two"
scts ct-intermediate ''
scts ct-ocsp "$three"
scts ct-tls-and-ocsp "$two"
# One algorithm that it does not know, and openssl drops the whole list.
scts ct-algorithm ''
scts ct-algorithm-beside ''
scts ct-broken-list ''
scts ct-two-extensions ''
# It takes what came last, with whatever certificate: in TLS 1.3 the intermediate's.
scts ct-intermediate-tls "$three" -tls1_3
scts ct-intermediate-tls '' -tls1_2
scts ct-intermediate-junk 'Lab Alder: invalid, Lab Cedar: invalid' -tls1_3
scts ct-intermediate-junk "$two" -tls1_2

# --- the same without openssl's CT code --------------------------------------

# signed UPSTREAM ENTRY ISSUER LOG...: these logs signed that kind of entry, and the
# signature is over bytes that were put together by signed_bytes.py
signed() {
  name=$1 entry=$2 issuer=$3
  shift 3
  rm -rf "$dir/signed"
  mkdir "$dir/signed"
  list=
  [ -e "$dir/leaf-$name.scts" ] && list=$dir/leaf-$name.scts
  "$python" "$here/signed_bytes.py" "$dir/ct-logs.json" "$entry" "$dir/leaf-$name.pem" \
    "$dir/$issuer.pem" "$dir/signed" ${list:+"$list"} >"$dir/signed/list"
  for log; do
    number=$(awk -F '\t' -v n="$log" '$2 == n { print $1 }' "$dir/signed/list")
    if openssl dgst -sha256 -keyform DER -verify "$dir/signed/$number.key" \
        -signature "$dir/signed/$number.signature" "$dir/signed/$number.signed" >"$dir/out" 2>&1
    then
      pass "$name: $log signed the $entry entry"
    else
      fail "$name: $log did not sign the $entry entry: $(head -n 1 "$dir/out")"
    fi
  done
}
signed honest precert issuer 'Lab Alder' 'Lab Birch' 'Lab Cedar'
signed rogue-logged precert rival 'Lab Alder' 'Lab Birch' 'Lab Cedar'
signed ct-wrong-signature precert issuer 'Lab Birch'
signed ct-future precert issuer 'Lab Alder' 'Lab Birch'
signed ct-algorithm precert issuer 'Lab Alder' 'Lab Birch'
signed ct-algorithm-beside precert issuer 'Lab Alder' 'Lab Birch' 'Lab Cedar'
signed ct-tls x509 issuer 'Lab Alder' 'Lab Birch'
signed ct-tls-precert precert issuer 'Lab Alder' 'Lab Birch'
signed ct-mixed x509 issuer 'Lab Birch'

# --- details of the encoding ---------------------------------------------------

# The text of an SCT that openssl cannot read is that of its bytes.
# extension UPSTREAM PATTERN: in the hexadecimal DER of its certificate
extension() {
  if openssl x509 -in "$dir/leaf-$1.pem" -outform DER | od -An -v -tx1 | tr -d ' \n' |
      grep -q "$2"; then
    pass "$1: its DER has $2"
  else
    fail "$1: its DER has no $2"
  fi
}
scts_oid=060a2b06010401d679020402
extension ct-two-extensions "$scts_oid.*$scts_oid"
extension ct-algorithm '08070046\|08070047\|08070048'
extension ct-algorithm-beside '08070046\|08070047\|08070048'
extension ct-broken-list '0000$\|00003[0-9a-f]'
extension precertificate 060a2b06010401d6790204030101ff04020500
if openssl x509 -in "$dir/logged-issuer.pem" -noout -ext ct_precert_scts |
    grep -c 'Version' | grep -qx 3; then
  pass "ct-intermediate: its issuer has three SCTs"
else
  fail "ct-intermediate: its issuer has not three SCTs"
fi
sent ct-intermediate leaf-ct-intermediate logged-issuer
index='Extensions: 00:00:05:'
if openssl x509 -in "$dir/leaf-honest.pem" -noout -ext ct_precert_scts | grep -q "$index" &&
    ! openssl x509 -in "$dir/leaf-ct-no-leaf-index.pem" -noout -ext ct_precert_scts |
    grep -q "$index"; then
  pass "ct-no-leaf-index: Cedar's SCT has no leaf_index, the honest one's has"
else
  fail "ct-no-leaf-index: Cedar's SCT has a leaf_index, or the honest one's has none"
fi
made=$(stat -c %Y "$dir/leaf-ct-future.pem")
ahead=$(LC_ALL=C date -u -d "@$((made + 30 * 86400))" '+%b %e')
if openssl x509 -in "$dir/leaf-ct-future.pem" -noout -ext ct_precert_scts |
    grep -q "Timestamp : $ahead"; then
  pass "ct-future: an SCT is dated a month ahead"
else
  fail "ct-future: no SCT is dated a month ahead"
fi
