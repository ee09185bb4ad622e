"""pintlectl loglist show, check: exit codes and words."""
import base64
import json
import os

import pytest

from lists import BUILTIN, SHARED, STORED, Signer, a_list
from pintlectl import CONFIG, FAILED, OK, REFUSED, USAGE, ctl, openssl

JUST_NOW = ["--at", "2026-11-23T00:00:00Z"]


@pytest.fixture(name="signer", scope="module")
def fixture_signer(tmp_path_factory):
    return Signer(tmp_path_factory.mktemp("keys"), "list")


@pytest.fixture(name="shared")
def fixture_shared():
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: no real log lists")


def write(path, data):
    path.write_bytes(data)
    return path


# --- the command line -------------------------------------------------------------------


@pytest.mark.parametrize("words, said", [
    ([], "usage"),
    (["list"], "allowed are show, check, build, update"),
    (["check"], "needs a FILE"),
    (["check", "a", "b"], "usage"),
    (["update", "a"], "usage"),
    (["build", "a"], "usage"),
    (["build"], "--apple"),
    (["build", "--apple", "a"], "--mozilla"),
    (["show", "--apple", "a"], "loglist show takes no --apple"),
    (["check", "a", "--at", "2026-01-01T00:00:00Z"], "takes no --at"),
    (["build", "--url", "https://a.lab/"], "loglist build takes no --url"),
    (["update", "--compare", "a"], "loglist update takes no --compare"),
    (["show", "--policy", "lax"], "strict, chrome, mozilla, apple"),
    (["show", "--at", "today"], "--at"),
    (["show", "--key", "AAAA"], "--key"),
    (["show", "--chain", "a"], "unknown option"),
    (["show", "a", "--key", "AAAA"], "loglist show FILE takes no --key"),
    (["show", "a", "--state-dir", "b"], "loglist show FILE takes no --state-dir"),
    (["show", "a", "-c", "b"], "loglist show FILE takes no -c"),
])
def test_usage(words, said):
    done = ctl("loglist", *words)
    assert (done.returncode, done.out) == (USAGE, "")
    assert said in done.err


# --- show ---------------------------------------------------------------------------------


def show(*words):
    done = ctl("loglist", "show", *words, "--json")
    assert done.returncode == OK, done.err
    return json.loads(done.out)


def test_show_the_built_in_list():
    said = show(*JUST_NOW)
    assert said["list"] == "built in"
    assert said["timestamp"] == "2026-08-11T20:05:47Z"
    assert (said["age_days"], said["policy"], said["warnings"]) == (103, "strict", [])
    assert said["satisfiable_until"] == "2027-12-31T23:59:59Z"
    assert len(said["logs"]) == 64 and len({r["operator"] for r in said["logs"]}) == 8
    nimbus = next(r for r in said["logs"] if r["log"] == "Cloudflare 'Nimbus2027' log")
    assert nimbus == {
        "log": "Cloudflare 'Nimbus2027' log", "operator": "Cloudflare", "kind": "rfc6962",
        "log_id": "TGPcmOWcHauI9h6KPd6uj6tEozd7X5uUw/uhnPzBviY=", "state": "usable",
        "since": "2025-11-17T21:04:04Z", "unfit": None,
        "shard": {"start_inclusive": "2027-01-01T00:00:00Z",
                  "end_exclusive": "2028-01-01T00:00:00Z"}}
    text = ctl("loglist", "show", *JUST_NOW)
    assert text.out.startswith(
        "built in: of 2026-08-11T20:05:47Z, 103 days old; 64 logs of 8 operators\n"
        "it can satisfy strict until 2027-12-31T23:59:59Z\n\nCloudflare\n  usable")
    assert "warning" not in text.out


@pytest.mark.parametrize("at, policy, said", [
    ("2027-11-01T23:59:59Z", "strict", None),
    ("2027-11-02T00:00:00Z", "strict", "only until 2027-12-31T23:59:59Z"),
    ("2028-01-01T00:00:00Z", "strict", "STALE: it could satisfy"),
    ("2028-02-01T00:00:00Z", "apple", "STALE: it could satisfy"),
    ("2020-01-01T00:00:00Z", "strict", "it cannot satisfy strict"),
    ("2026-08-11T20:00:46Z", "mozilla", "dated in the future"),
    ("2026-08-11T20:00:47Z", "mozilla", None),
])
def test_show_warns(at, policy, said):
    warnings = show("--at", at, "--policy", policy)["warnings"]
    text = ctl("loglist", "show", "--at", at, "--policy", policy)
    assert text.returncode == OK
    if said is None:
        assert not warnings and "warning" not in text.out
    else:
        assert said in " ".join(warnings)
        assert all(f"warning: {w}\n" in text.out for w in warnings)


def test_show_a_list_of_the_future(tmp_path):
    """It has no age, nor has one that is a few minutes ahead a negative one."""
    path = write(tmp_path / "a.json", a_list("2999-01-01T00:00:00Z"))
    assert show(path)["age_days"] is None
    assert "of 2999-01-01T00:00:00Z, which is in the future; " in ctl(
        "loglist", "show", path).out
    path = write(tmp_path / "a.json", a_list("2026-11-23T00:04:59Z"))
    assert show(path, *JUST_NOW)["age_days"] == 0


def test_show_says_never_and_for_ever_apart(tmp_path):
    never = show("--at", "2020-01-01T00:00:00Z")
    assert (never["satisfiable_until"], never["satisfiable"]) == (None, False)
    endless = write(tmp_path / "a.json", a_list(change=lambda d: [
        log.pop("temporal_interval", None) for o in d["operators"]
        for log in o["logs"] + o.get("tiled_logs", [])]))
    said = show(endless, *JUST_NOW)
    assert (said["satisfiable_until"], said["satisfiable"]) == (None, True)
    assert "it can satisfy strict without end\n" in ctl(
        "loglist", "show", endless, *JUST_NOW).out


def test_show_a_file_and_its_difference(tmp_path):
    def change(data):
        first = data["operators"][0]
        first["logs"][0]["state"] = {"retired": {"timestamp": "2026-10-01T00:00:00Z"}}
        first["logs"][1]["temporal_interval"]["end_exclusive"] = "2027-06-01T12:00:00Z"
        data["operators"].pop()
        data["operators"][1]["name"] = "Digi\u202eCert\x1b[2J"

    path = write(tmp_path / "a.json", a_list(change=change))
    said = show(path, "--compare", BUILTIN, *JUST_NOW)
    difference = said["difference"]
    assert said["list"] == str(path) and difference["added"] == []
    assert {r["operator"] for r in difference["removed"]} == {"TrustAsia"}
    assert difference["changed"][0] == {
        "log": "Cloudflare 'Nimbus 2026' log",
        "log_id": "yzj3FYl8hKFEX1vB3fvJbvKaWc1HCmkFhbDLFMMUWOc=",
        "state": {"from": "usable", "to": "retired"}}
    assert difference["changed"][1]["shard"] == {
        "from": "2027-01-01..2028-01-01", "to": "2027-01-01..2027-06-01T12:00:00Z"}
    assert difference["changed"][2]["operator"]["from"] == "DigiCert"
    text = ctl("loglist", "show", path, "--compare", BUILTIN, *JUST_NOW).out
    assert "~ Cloudflare 'Nimbus 2026' log: state usable -> retired\n" in text
    assert "- usable TrustAsia: TrustAsia Log2026A\n" in text
    assert "Digi\\xe2\\x80\\xaeCert\\x1b[2J" in text


def test_show_no_difference():
    assert ctl("loglist", "show", "--compare", BUILTIN).out.endswith("no difference\n")
    assert show("--compare", BUILTIN)["difference"] == {
        "added": [], "removed": [], "changed": []}


@pytest.mark.parametrize("words, code", [
    (["/nonexistent"], CONFIG),
    (["--compare", "/nonexistent"], CONFIG),
    (["BROKEN"], CONFIG),
    (["--compare", "BROKEN"], CONFIG),
    (["-c", "/nonexistent"], CONFIG),
])
def test_show_what_cannot_be_read(tmp_path, words, code):
    broken = write(tmp_path / "broken.json", b'{"operators": 1}')
    done = ctl("loglist", "show", *[broken if w == "BROKEN" else w for w in words])
    assert (done.returncode, done.out) == (code, "")
    assert ("operators" if "BROKEN" in words else "/nonexistent") in done.err


# --- show: the list in force ---------------------------------------------------------------


def store(tmp_path, signer, data):
    signature = base64.b64encode(signer.sign(data))
    return write(tmp_path / STORED, signature + b"\n" + data)


def in_force(tmp_path, key):
    words = ["--state-dir", tmp_path, *JUST_NOW]
    return show(*words, *(["--key", key] if key else []))


def test_show_the_stored_list(tmp_path, signer):
    path = store(tmp_path, signer, a_list("2026-09-01T00:00:00Z"))
    said = in_force(tmp_path, signer.key)
    assert (said["list"], said["timestamp"]) == (str(path), "2026-09-01T00:00:00Z")
    assert show(path, *JUST_NOW)["timestamp"] == "2026-09-01T00:00:00Z"


def test_every_command_takes_a_stored_list(tmp_path, signer):
    """It fails for the chain, which is none, not for the list."""
    path = store(tmp_path, signer, a_list())
    for words in (["verify", "--chain", "/dev/null"], ["sct", "/dev/null"]):
        done = ctl(*words, "--log-list", path)
        assert done.returncode == FAILED and "/dev/null" in done.err
        done = ctl(*words, "--log-list", tmp_path / "none")
        assert done.returncode == CONFIG and f"{tmp_path}/none: No such file" in done.err


@pytest.mark.parametrize("name, said", [
    ("older", None), ("none", None), ("other key", "configured key"),
    ("no key", "no key"), ("broken", "line 1"), ("bare", "signature"),
    ("flipped", "configured key"), ("empty", "signature"),
])
def test_show_the_built_in_list_instead(tmp_path, signer, name, said):
    key = signer.key
    path = store(tmp_path, signer, a_list("2026-09-01T00:00:00Z"))
    whole = path.read_bytes()
    if name == "older":
        store(tmp_path, signer, a_list("2026-08-01T00:00:00Z"))
    elif name == "none":
        path.unlink()
    elif name == "other key":
        key = Signer(tmp_path, "other").key
    elif name == "no key":
        key = None
    elif name == "broken":
        store(tmp_path, signer, b"[")
    elif name == "bare":
        path.write_bytes(whole[89:])
    elif name == "flipped":
        path.write_bytes(whole[:-30] + b" " + whole[-29:])
    elif name == "empty":
        path.write_bytes(b"")
    seen = in_force(tmp_path, key)
    assert seen["list"] == "built in"
    assert [str(path) in w and said in w for w in seen["warnings"]] == [True] * bool(said)


# --- what it is for ------------------------------------------------------------------------

# Certificates that are judged by the built-in list, each when it was valid: shards that
# ended before the list was made are in it for 398 days.
CHAINS = {
    "070-2025-05-20-s3.amazonaws.com": ("2026-03-01", OK),
    "071-2025-07-05-www.akamai.com": ("2026-03-01", OK),
    "074-2025-11-19-sqs.us-east-2.amazonaws.com": ("2026-11-01", OK),
    "076-2025-12-25-star.facebook.com": ("2026-02-01", OK),
    "078-2026-02-02-star.peg.a2z.com": ("2026-11-23", OK),
    "080-2026-02-02-star.google.com": ("2026-04-01", OK),
    "082-2026-02-19-stackoverflow.com": ("2026-03-01", OK),
    "084-2026-02-27-www.fastly.com": ("2026-03-15", OK),
    "086-2026-03-10-microsoft.com": ("2026-08-15", OK),
    # Apple rejects shards once they have ended, so they are not in it.
    "072-2025-09-10-26d54cff.sni.cloudflaressl.com": ("2025-11-01", REFUSED),
}


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("name", CHAINS)
def test_real_certificates_by_the_built_in_list(tmp_path, name):
    day, code = CHAINS[name]
    place = SHARED.parent / "ct-chains" / name
    issuer = place / "issuer.pem"
    chain = write(
        tmp_path / "chain.pem", (place / "leaf.pem").read_bytes() + issuer.read_bytes())
    done = ctl("verify", "--chain", chain, "--roots", issuer, "--at", f"{day}T00:00:00Z",
               "--json")
    said = json.loads(done.out)
    assert (done.returncode, said["ct"]["ok"]) == (code, code == OK)
    assert {s["status"] for s in said["ct"]["scts"]} == {
        "ok" if code == OK else "unknown_log"}


# --- check ---------------------------------------------------------------------------------


def check(path, *words):
    done = ctl("loglist", "check", path, *words, "--json")
    said = json.loads(done.out)
    text = ctl("loglist", "check", path, *words)
    assert text.returncode == done.returncode
    assert said["ok"] is (done.returncode == OK)
    for problem in said["errors"] + said["warnings"]:
        assert problem["problem"] in text.out
    return done.returncode, said


def test_check_the_built_in_list():
    code, said = check(BUILTIN)
    assert (code, said["errors"], said["warnings"], said["logs"]) == (OK, [], [], 64)
    assert said["signature"] == {"verdict": "none", "file": None, "by": None}


def first_log(data):
    return data["operators"][0]["logs"][0]


MIMIC = {
    "description": "Mimic 1", "url": "https://ct-mimics.example.com/mimic1/", "mmd": 86400,
    "log_id": "9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk=",
    "key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdO/+dnH/NZSBSLmmN9u2h4HNTnCOLeU+oMBiRynIvQ"
           "8zt2ft0IMyO90e5nwSaCdYvA4JVGzCMarfs9DcNxFY1g==",
    "state": {"usable": {"timestamp": "2026-01-01T00:00:00Z"}}}

CHANGES = {
    "another log's ID": (
        lambda d: first_log(d).update(log_id=base64.b64encode(bytes(32)).decode()),
        CONFIG, "log_id is not the SHA-256 of its key"),
    "a mimic log": (
        lambda d: d["operators"][0]["logs"].append(MIMIC), CONFIG, "mimic"),
    "a log twice": (
        lambda d: d["operators"][0]["logs"].append(first_log(d)), CONFIG, "was there"),
    "a key that is no base64": (
        lambda d: first_log(d).update(key="MF!"), CONFIG, "operators[0].logs[0].key"),
    "a time that is none": (
        lambda d: first_log(d)["temporal_interval"].update(end_exclusive="2027"),
        CONFIG, "operators[0].logs[0].temporal_interval.end_exclusive"),
    "a state that is none": (
        lambda d: first_log(d).update(state={"good": {"timestamp": "2027"}}), OK, "state"),
    "no state": (lambda d: first_log(d).pop("state"), OK, "no state"),
    "a test log": (lambda d: first_log(d).update(log_type="test"), OK, "test"),
    "no timestamp": (
        lambda d: d.pop("log_list_timestamp"), OK, "no log_list_timestamp"),
    "dated in the future": (
        lambda d: d.update(log_list_timestamp="2100-01-01T00:00:00Z"), OK, "future"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_check_a_list(tmp_path, name):
    change, code, said = CHANGES[name]
    path = write(tmp_path / "list.json", a_list(change=change))
    got, seen = check(path)
    assert got == code
    problems = seen["errors" if code == CONFIG else "warnings"]
    assert len(problems) == 1 and said in problems[0]["problem"]


# The signature's file, its content made of the right one, --key, and what comes of it.
SIGNED = {
    "X.json.sig": ("list.json.sig", bytes, "KEY", OK, "good"),
    "X.sig": ("list.sig", bytes, "KEY", OK, "good"),
    "a PEM key": ("list.sig", bytes, "PEM", OK, "good"),
    "base64": ("list.sig", base64.encodebytes, "KEY", OK, "good"),
    "anybody's": ("list.sig", bytes, None, OK, "unchecked"),
    "none, none asked for": (None, bytes, None, OK, "none"),
    "none, but asked for": (None, bytes, "KEY", REFUSED, "none"),
    "in another place": ("list.json.asc", bytes, "KEY", REFUSED, "none"),
    "another key": ("list.sig", bytes, "OTHER", REFUSED, "bad"),
    "another PEM key": ("list.sig", bytes, "OTHER PEM", REFUSED, "bad"),
    "flipped": ("list.sig", lambda s: s[:9] + bytes([s[9] ^ 4]) + s[10:], "KEY", REFUSED,
                "bad"),
    "cut": ("list.sig", lambda s: s[:-1], "KEY", REFUSED, "bad"),
    "cut, and so Google's": ("list.sig", lambda s: s[:-1], None, REFUSED, "bad"),
    "empty": ("list.sig", lambda s: b"", None, REFUSED, "bad"),
    "twice": ("list.sig", lambda s: s + s, "KEY", REFUSED, "bad"),
}


@pytest.mark.parametrize("name", SIGNED)
def test_check_a_signature(tmp_path, signer, name):
    place, change, key, code, verdict = SIGNED[name]
    data = a_list()
    path = write(tmp_path / "list.json", data)
    if place:
        write(tmp_path / place, change(signer.sign(data)))
    other = Signer(tmp_path, "other")
    keys = {"KEY": signer.key, "PEM": signer.pem, "OTHER": other.key,
            "OTHER PEM": other.pem}
    got, seen = check(path, *(["--key", keys[key]] if key else []))
    assert (got, seen["signature"]["verdict"]) == (code, verdict)


def test_check_a_stored_list(tmp_path, signer):
    path = store(tmp_path, signer, a_list())
    assert check(path)[1]["signature"]["verdict"] == "unchecked"
    assert check(path, "--key", signer.key)[0] == OK
    path.write_bytes(path.read_bytes() + b"\n")
    assert check(path, "--key", signer.key)[0] == REFUSED


def test_check_a_list_in_error_with_a_good_signature(tmp_path, signer):
    path = write(tmp_path / "list.json", b"{}")
    write(tmp_path / "list.sig", signer.sign(b"{}"))
    code, said = check(path, "--key", signer.key)
    assert (code, said["signature"]["verdict"]) == (CONFIG, "good")


@pytest.mark.parametrize("key", ["/nonexistent", "EC", "RSA-1024", "EMPTY"])
def test_check_keys_that_are_none(tmp_path, key):
    kinds = {"EC": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
             "RSA-1024": ["RSA", "-pkeyopt", "rsa_keygen_bits:1024"]}
    path = write(tmp_path / "EMPTY", b"")
    if key in kinds:
        private = openssl("genpkey", "-algorithm", *kinds[key])
        path = write(tmp_path / key, openssl("pkey", "-pubout", input=private))
    done = ctl("loglist", "check", BUILTIN, "--key", key if key[0] == "/" else path)
    assert done.returncode == USAGE and "--key" in done.err


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*.sig")) or [SHARED],
                         ids=lambda path: path.stem)
def test_check_lists_that_google_signed(tmp_path, path):
    data = path.with_suffix(".json").read_bytes()
    code, said = check(path.with_suffix(".json"))
    assert (code, said["errors"]) == (OK, [])
    assert said["signature"] == {
        "verdict": "good", "file": str(path), "by": "Google's key"}
    bad = write(tmp_path / "a.json", data.replace(b'"mmd"', b'"MMD"', 1) + b"\n")
    write(tmp_path / "a.sig", path.read_bytes())
    assert check(bad)[1]["signature"]["verdict"] == "bad"


@pytest.mark.usefixtures("shared")
def test_check_the_mimic_logs():
    code, said = check(SHARED / "crtsh_mimics_log_mimics_list.json")
    assert code == CONFIG
    assert ["mimic" in e["problem"] for e in said["errors"]] == [True, True]


def test_check_a_list_that_does_for_nobody(tmp_path):
    path = write(tmp_path / "a.json", a_list(change=lambda d: d.update(operators=[])))
    code, said = check(path)
    assert (code, said["ok"], said["errors"]) == (OK, True, [])
    assert [w["problem"] for w in said["warnings"]] == [
        "no certificate could satisfy any policy with it"]
    out = ctl("loglist", "check", path).out
    assert "warning: no certificate could satisfy any policy" in out
    assert "well-formed" in out


# --- paths ------------------------------------------------------------------------------


def test_a_path_that_is_not_utf_8(tmp_path, signer):
    data = a_list()
    path = write(tmp_path / os.fsdecode(b"\xe4\xff.json"), data)
    write(tmp_path / os.fsdecode(b"\xe4\xff.json.sig"), signer.sign(data))
    written = f"{tmp_path}/\\xe4\\xff.json"
    done = ctl("loglist", "check", path, "--key", signer.key, "--json")
    said = json.loads(done.out)
    assert (done.returncode, said["list"]) == (OK, written), done.err
    assert said["signature"]["file"] == written + ".sig"
    assert show(path)["list"] == written
    assert written in ctl("loglist", "check", path).out
