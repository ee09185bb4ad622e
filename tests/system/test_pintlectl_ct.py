"""pintlectl verify with Certificate Transparency, as a person and a script meet it."""
import json
import pathlib
import time

import pytest

from ctlogs import Log, embed, log_list, sct_list, write_list, x509_entry
from pintlectl import (  # noqa: F401 (fixtures among them)
    CONFIG, FAILED, OK, OTHER_PIN, REFUSED, SOURCE, USAGE, ctl, fixture_pki,
    make_certificate, openssl, pin_of, to_der,
)

DATA = SOURCE.resolve() / "../shared/data"
NOW = int(time.time())


@pytest.fixture(name="world", scope="module")
def fixture_world(pki):
    """Logs of two operators, a certificate with an SCT of each, and their list."""
    logs = {name: Log(pki, name, operator) for name, operator in
            (("one", "Alpha"), ("two", "Beta"), ("three", "Beta"))}
    make_certificate(pki, "short", "basicConstraints=critical,CA:FALSE",
                     "subjectAltName=DNS:a.lab", issuer="root", days=90)
    embed(pki, "short", "root",
          lambda entry: [logs[name].sct(entry, NOW - 60) for name in ("one", "two")])
    write_list(pki / "logs.json", logs.values())
    return logs


def verify(pki, *words, chain="short-ct.pem", logs="logs.json"):
    return ctl("verify", "--chain", pki / chain, "--roots", pki / "root.pem", "--name",
               "a.lab", "--log-list", pki / logs, *words)


def said(done):
    return json.loads(done.out)


# --- accepted and refused ----------------------------------------------------------


def test_embedded_scts_are_counted(pki, world):
    done = verify(pki)
    assert done.returncode == OK and done.out.startswith("accepted\n"), done.out
    assert "one of Alpha" in done.out and "two of Beta" in done.out
    assert done.out.count(": counts\n") == 2 and "log list of 2026-01-01" in done.out
    assert "  ocsp  absent  none was sent\n" in done.out


def test_json_key_by_key(pki, world):
    """As interface and manual have it; keys may be added."""
    one = said(verify(pki, "--json", "--policy", "chrome"))
    assert one["accepted"] is True and one["reasons"] == []
    ct = one["ct"]
    assert (ct["mode"], ct["policy"], ct["ok"], ct["reason"]) == (
        "require", "chrome", True, None)
    assert ct["log_list"]["timestamp"] == "2026-01-01T00:00:00Z"
    assert isinstance(ct["log_list"]["age_days"], int)
    assert ct["log_list"]["stale"] is False
    first, second = ct["scts"]
    assert {key: first[key] for key in (
        "source", "log_id", "log", "operator", "signature", "counts", "status")} == {
            "source": "embedded", "log_id": world["one"].members["log_id"], "log": "one",
            "operator": "Alpha", "signature": "valid", "counts": True, "status": "ok"}
    assert first["timestamp"].endswith("Z") and second["operator"] == "Beta"
    assert one["ocsp"]["status"] == "absent"


def change(world, name, **members):
    """The logs, one of which is described in another way."""
    logs = []
    for log in world.values():
        copy = object.__new__(Log)
        copy.__dict__.update(log.__dict__)
        if log.name == name:
            copy.members = {**log.members, **members}
            copy.operator = members.get("operator", log.operator)
        logs.append(copy)
    return logs


def phase(state, at="2020-01-01T00:00:00Z"):
    return {"state": {state: {"timestamp": at}}}


LISTS = {
    "rejected": (lambda w: change(w, "two", **phase("rejected")), "ct_too_few",
                 "log_rejected"),
    "pending": (lambda w: change(w, "two", **phase("pending")), "ct_too_few",
                "log_pending"),
    "retired before": (lambda w: change(w, "two", **phase("retired")), "ct_too_few",
                       "log_retired"),
    "not yet": (lambda w: change(w, "two", **phase("usable", "2999-01-01T00:00:00Z")),
                "ct_too_few", "log_not_yet"),
    "without a state": (lambda w: change(w, "two", state=None), "ct_too_few",
                        "log_stateless"),
    "unlisted": (lambda w: [w["one"], w["three"]], "ct_too_few", "unknown_log"),
    "other shard": (lambda w: change(w, "two", temporal_interval={
        "start_inclusive": "2020-01-01T00:00:00Z",
        "end_exclusive": "2021-01-01T00:00:00Z"}), "ct_too_few", "outside_shard"),
    "one operator": (lambda w: change(w, "two", operator="Alpha"), "ct_operators", "ok"),
}


@pytest.mark.parametrize("row", LISTS)
def test_list_says_otherwise(pki, world, row):
    """The twin is the list as it was; and --ct report and off let it pass."""
    logs, reason, status = LISTS[row]
    logs = logs(world)
    for log in logs:
        if log.members["state"] is None:
            del log.members["state"]
    write_list(pki / "changed.json", logs)
    done = verify(pki, "--json", logs="changed.json")
    one = said(done)
    assert (done.returncode, one["reasons"]) == (REFUSED, [reason])
    assert one["ct"]["ok"] is False and one["ct"]["reason"] == reason
    assert one["ct"]["scts"][1]["status"] == status
    text = verify(pki, logs="changed.json")
    assert text.out.startswith(f"refused: {reason}") and "  ct    FAILED" in text.out
    done = verify(pki, "--json", "--ct", "report", logs="changed.json")
    assert done.returncode == OK and said(done)["ct"]["reason"] == reason
    assert "let pass" in verify(pki, "--ct", "report", logs="changed.json").out
    done = verify(pki, "--json", "--ct", "off", logs="changed.json")
    assert done.returncode == OK and said(done)["ct"]["scts"] == []


def test_no_operators(pki, world):
    write_list(pki / "empty.json", [])
    done = verify(pki, "--json", logs="empty.json")
    assert done.returncode == REFUSED and said(done)["reasons"] == ["ct_too_few"]
    assert {row["status"] for row in said(done)["ct"]["scts"]} == {"unknown_log"}


def test_no_scts(pki, world):
    done = verify(pki, "--json", chain="short.pem")
    assert done.returncode == REFUSED and said(done)["reasons"] == ["ct_no_scts"]


def test_pkix_goes_first(pki, world):
    """Where it refuses, nothing is said of CT."""
    done = verify(pki, "--json", "--at", "2040-01-01T00:00:00Z")
    assert said(done)["reasons"] == ["pkix_expired"] and said(done)["ct"]["ok"] is None
    assert "not looked at" in verify(pki, "--at", "2040-01-01T00:00:00Z").out


def test_policies(pki, world):
    for policy in ("strict", "chrome", "mozilla", "apple"):
        done = verify(pki, "--json", "--policy", policy)
        assert done.returncode == OK and said(done)["ct"]["policy"] == policy


# --- SCT list and staple in files ------------------------------------------------------


def test_sct_list_of_the_extension(pki, world):
    scts = [log.sct(x509_entry(pki / "short.pem"), NOW - 60) for log in world.values()]
    rows = {"good": (sct_list(scts[0], scts[1]), OK, []),
            "one": (sct_list(scts[0]), REFUSED, ["ct_too_few"]),
            "one operator": (sct_list(scts[1], scts[2]), REFUSED, ["ct_operators"]),
            "empty": (b"", REFUSED, ["ct_no_scts"]),
            "cut": (sct_list(*scts)[:-1], REFUSED, ["ct_no_scts"]),
            "longer": (sct_list(*scts) + b"x", REFUSED, ["ct_no_scts"])}
    for name, (content, code, reasons) in rows.items():
        (pki / "scts").write_bytes(content)
        done = verify(pki, "--json", "--sct", pki / "scts", chain="short.pem")
        assert (done.returncode, said(done)["reasons"]) == (code, reasons), name
    # Of another certificate.
    (pki / "scts").write_bytes(sct_list(*scts))
    done = verify(pki, "--json", "--sct", pki / "scts", chain="leaf.pem")
    assert said(done)["reasons"] == ["ct_too_few"]
    assert {row["status"] for row in said(done)["ct"]["scts"]} == {"bad_signature"}


def staple(pki, name, state):
    """An OCSP response as the root gives it."""
    serial = openssl("x509", "-in", pki / f"{name}.pem", "-noout", "-serial").decode()
    serial = serial.strip().partition("=")[2]
    expiry, revoked = "491231235959Z", "260101000000Z" if state == "R" else ""
    index = pki / "index.txt"
    index.write_text(f"{state}\t{expiry}\t{revoked}\t{serial}\tunknown\t/CN=a.lab\n")
    openssl("ocsp", "-issuer", pki / "root.pem", "-cert", pki / f"{name}.pem",
            "-no_nonce", "-reqout", pki / "request.der")
    openssl("ocsp", "-index", index, "-CA", pki / "root.pem", "-rsigner",
            pki / "root.pem", "-rkey", pki / "root.key", "-rmd", "sha256", "-ndays", "7",
            "-reqin", pki / "request.der", "-respout", pki / f"{name}-{state}.der")
    return pki / f"{name}-{state}.der"


def test_staple(pki, world):
    good, revoked = staple(pki, "short-ct", "V"), staple(pki, "short-ct", "R")
    done = verify(pki, "--json", "--ocsp", good)
    assert done.returncode == OK and said(done)["ocsp"]["status"] == "good"
    assert "  ocsp  good" in verify(pki, "--ocsp", good).out
    done = verify(pki, "--json", "--ocsp", revoked)
    assert done.returncode == REFUSED and said(done)["reasons"] == ["pkix_revoked"]
    # Of another certificate it says nothing.
    done = verify(pki, "--json", "--ct", "off", "--ocsp", revoked, chain="leaf.pem")
    assert done.returncode == OK and said(done)["ocsp"]["status"] == "unusable"


def test_staple_that_is_demanded(pki, world):
    make_certificate(pki, "must", "subjectAltName=DNS:a.lab", "tlsfeature=status_request",
                     issuer="root")
    done = verify(pki, "--json", "--ct", "off", chain="must.pem")
    assert done.returncode == REFUSED and said(done)["reasons"] == ["ocsp_required"]
    done = verify(pki, "--ct", "off", "--ocsp", staple(pki, "must", "V"), chain="must.pem")
    assert done.returncode == OK and "demands one" in done.out


@pytest.mark.parametrize("option, size", [("--sct", 65538), ("--ocsp", 256 * 1024 + 1)])
def test_files_are_bounded(pki, world, option, size):
    (pki / "large").write_bytes(bytes(size))
    for path in ("large", "absent"):
        done = verify(pki, option, pki / path)
        assert done.returncode == FAILED and str(pki / path) in done.err, done.err
        assert done.out == ""


# --- the log list ------------------------------------------------------------------------


BROKEN = {
    "empty file": lambda good: "",
    "no JSON": lambda good: "{",
    "duplicate key": lambda good: good.replace('"version"', '"operators": [], "version"'),
    "bad base64": lambda good: good.replace('"key": "M', '"key": "!', 1),
    "key cut": lambda good: good.replace('"key": "MFkw', '"key": "', 1),
    "time": lambda good: good.replace("2020-01-01T00:00:00Z", "yesterday", 1),
    "same log twice": lambda good: json.dumps({**json.loads(good), "operators":
                                               2 * json.loads(good)["operators"]}),
    "escape sequence": lambda good: good.replace('"version"', '"\x1b[31m', 1),
}


@pytest.mark.parametrize("row", BROKEN)
@pytest.mark.parametrize("chain", ["short-ct.pem", "absent.pem"])
def test_list_in_error(pki, world, row, chain):
    """78 and the file's name, whatever the chain: it is not even read."""
    (pki / "broken.json").write_text(BROKEN[row](json.dumps(log_list(world.values()))))
    done = verify(pki, logs="broken.json", chain=chain)
    assert done.returncode == CONFIG and done.out == ""
    assert str(pki / "broken.json") in done.err
    done = verify(pki, "--ct", "report", logs="broken.json", chain=chain)
    assert done.returncode == CONFIG


def test_list_in_error_is_not_read_with_ct_off(pki, world):
    (pki / "broken.json").write_text("{")
    assert verify(pki, "--ct", "off", logs="broken.json").returncode == OK


def test_absent_list(pki, world):
    done = verify(pki, logs="none.json")
    assert done.returncode == CONFIG and str(pki / "none.json") in done.err


def test_builtin_list(pki, world):
    for words in ([], ["--log-list", "builtin"]):
        done = ctl("verify", "--chain", pki / "short-ct.pem", "--roots", pki / "root.pem",
                   "--json", *words)
        assert done.returncode == REFUSED and said(done)["reasons"] == ["ct_too_few"]
        assert said(done)["ct"]["log_list"]["timestamp"] > "2026"


def test_stale_list_only_warns(pki, world):
    """Past the end of the logs' shards the SCTs decide as ever."""
    shard = {"temporal_interval": {"start_inclusive": "2020-01-01T00:00:00Z",
                                   "end_exclusive": "2021-01-01T00:00:00Z"}}
    logs = change(world, "one", **shard)
    logs[1].members = {**logs[1].members, **shard}
    logs[2].members = {**logs[2].members, **shard}
    write_list(pki / "stale.json", logs)
    done = verify(pki, "--json", logs="stale.json")
    assert done.returncode == REFUSED and said(done)["reasons"] == ["ct_too_few"]
    assert said(done)["ct"]["log_list"]["stale"] is True
    assert "STALE" in verify(pki, logs="stale.json").out


# --- the command line -----------------------------------------------------------------------


@pytest.mark.parametrize("words, code", [
    (["--policy", "lax"], USAGE), (["--policy", ""], USAGE), (["--ct", "maybe"], USAGE),
    (["--sct"], USAGE), (["--issuer", "x"], USAGE), (["--state-dir", "x"], USAGE),
])
def test_usage(pki, world, words, code):
    done = verify(pki, *words)
    assert done.returncode == code and done.out == ""


def test_policy_error_names_the_allowed(pki, world):
    assert "strict, chrome, mozilla, apple" in verify(pki, "--policy", "lax").err


def pins_only(pki, *words):
    return ctl("verify", "--chain", pki / "short.pem", "--pins-only", "--pin",
               pin_of(pki / "short.pem"), *words)


def test_pins_only(pki, world):
    """No verified chain, no issuer, no SCT that could be checked."""
    assert pins_only(pki).returncode == OK
    assert pins_only(pki, "--ct", "off").returncode == OK
    done = pins_only(pki, "--ct", "require")
    assert done.returncode == CONFIG and "--pins-only" in done.err and done.out == ""
    done = pins_only(pki, "--ct", "report", "--json")
    assert done.returncode == OK and said(done)["ct"]["ok"] is None
    assert ctl("verify", "--chain", pki / "short.pem", "--pins-only", "--pin",
               OTHER_PIN).returncode == REFUSED


# --- real certificates ------------------------------------------------------------------------


def real(number):
    if not DATA.is_dir():
        pytest.skip("../shared is absent: no real certificate to judge")
    path, = pathlib.Path(DATA, "ct-chains").glob(number + "-*")
    return path


def verify_real(number, *words, logs="azul_log_list.json", at="2026-03-01T00:00:00Z"):
    path = real(number)
    return ctl("verify", "--chain", path / "leaf.pem", "--roots", path / "issuer.pem",
               "--log-list", DATA / "loglists" / logs, "--at", at, "--json", *words)


def test_real_certificate():
    done = verify_real("082", "--ct", "require", "--name", "stackoverflow.com")
    one = said(done)
    assert done.returncode == OK and one["accepted"] is True
    assert [row["counts"] for row in one["ct"]["scts"]] == [True, True]
    assert len({row["operator"] for row in one["ct"]["scts"]}) == 2
    assert one["ct"]["scts"][1]["leaf_index"] == 851041080


def test_real_certificate_without_its_operators(tmp_path):
    real("082")
    whole = json.loads((DATA / "loglists/azul_log_list.json").read_text())
    without = {**whole, "operators": []}
    (tmp_path / "without.json").write_text(json.dumps(without))
    for operator in whole["operators"]:
        for log in operator["logs"] + operator.get("tiled_logs", []):
            log["state"] = {"rejected": {"timestamp": "2020-01-01T00:00:00Z"}}
    (tmp_path / "rejected.json").write_text(json.dumps(whole))
    for name, status in (("without", "unknown_log"), ("rejected", "log_rejected")):
        done = verify_real("082", logs=tmp_path / f"{name}.json")
        assert done.returncode == REFUSED and said(done)["reasons"] == ["ct_too_few"]
        assert {row["status"] for row in said(done)["ct"]["scts"]} == {status}


@pytest.mark.parametrize("number, at", [
    ("003", "2016-12-01T00:00:00Z"), ("049", "2023-07-01T00:00:00Z")])
def test_real_bad_scts(number, at):
    """A log of redacted names; a certificate that differs from its precertificate."""
    everything = "crtsh_crtsh_v3_all_all_logs_list.json"
    done = verify_real(number, logs=everything, at=at)
    rows = said(done)["ct"]["scts"]
    assert done.returncode == REFUSED and said(done)["reasons"] == ["ct_too_few"]
    assert {(row["signature"], row["status"]) for row in rows} == {("bad", "bad_signature")}
    path = real(number)
    done = ctl("sct", path / "leaf.pem", "--issuer", path / "issuer.pem", "--log-list",
               DATA / "loglists" / everything)
    assert done.returncode == OK and "signature bad" in done.out
    assert "signature valid" not in done.out


def test_real_der(tmp_path):
    (tmp_path / "leaf.der").write_bytes(to_der(real("082") / "leaf.pem"))
    done = ctl("sct", tmp_path / "leaf.der", "--json")
    assert {row["signature"] for row in said(done)["scts"]} == {"unchecked"}
