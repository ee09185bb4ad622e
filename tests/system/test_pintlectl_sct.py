"""pintlectl sct: every SCT in a file, whoever trusts the certificate."""
import base64
import json
import time

import pytest

from ctlogs import Log, embed, sct_list, write_list, x509_entry
from pintlectl import (  # noqa: F401 (fixtures among them)
    CONFIG, FAILED, OK, USAGE, ctl, fixture_pki, make_certificate, openssl,
    to_der,
)

NOW = int(time.time())
LEAF_INDEX = bytes.fromhex("0000050102030405")  # type 0, five bytes


@pytest.fixture(name="world", scope="module")
def fixture_world(pki):
    logs = {name: Log(pki, name, operator) for name, operator in
            (("one", "Alpha"), ("two", "Beta"))}
    make_certificate(pki, "short", "subjectAltName=DNS:a.lab", issuer="root", days=90)
    embed(pki, "short", "root", lambda entry: [
        logs["one"].sct(entry, NOW - 60), logs["two"].sct(entry, NOW - 60, LEAF_INDEX)])
    (pki / "both.pem").write_bytes(
        (pki / "short-ct.pem").read_bytes() + (pki / "root.pem").read_bytes())
    write_list(pki / "logs.json", logs.values())
    return logs


def sct(pki, name, *words):
    return ctl("sct", pki / name, "--log-list", pki / "logs.json", *words)


def said(done):
    return json.loads(done.out)


def test_issuer_behind_the_leaf(pki, world):
    done = sct(pki, "both.pem")
    assert done.returncode == OK and "issued by CN=lab root" in done.out
    assert done.out.count("signature valid") == 2
    for words in ("one of Alpha", "two of Beta", "leaf 4328719365", "policy strict",
                  "the log is usable since 2020-01-01T00:00:00Z",
                  "log list of 2026-01-01T00:00:00Z"):
        assert words in done.out, done.out


def test_issuer_in_another_file(pki, world):
    done = sct(pki, "short-ct.pem", "--issuer", pki / "root.pem", "--json")
    assert {row["signature"] for row in said(done)["scts"]} == {"valid"}


def test_json_key_by_key(pki, world):
    one = said(sct(pki, "both.pem", "--json"))
    assert one["file"] == str(pki / "both.pem") and one["policy"] == "strict"
    assert one["certificate"]["subject"] == "CN=a.lab" and one["ok"] is True
    assert one["issuer"]["pin"].startswith("sha256//")
    assert one["broken"] == [] and one["ocsp"] == "absent"
    assert one["list_timestamp"] == "2026-01-01T00:00:00Z"
    row = one["scts"][1]
    assert {key: row[key] for key in (
        "source", "log_id", "log", "operator", "leaf_index", "signature", "counts",
        "status", "log_state")} == {
            "source": "embedded", "log_id": world["two"].members["log_id"], "log": "two",
            "operator": "Beta", "leaf_index": 0x0102030405, "signature": "valid",
            "counts": True, "status": "ok",
            "log_state": {"state": "usable", "since": "2020-01-01T00:00:00Z"}}


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_without_the_issuer(pki, world, words):
    done = sct(pki, "short-ct.pem", *words)
    assert done.returncode == OK
    assert done.out.count("unchecked") == 2 and "signature valid" not in done.out
    if words:
        assert said(done)["ok"] is False and said(done)["issuer"] is None
    else:
        assert "its issuer is not in the file" in done.out


def test_who_did_not_issue_it(pki, world):
    """Of the same name and key identifier, with another key; and somebody else."""
    key_id = openssl("x509", "-in", pki / "root.pem", "-noout", "-ext",
                     "subjectKeyIdentifier").decode().splitlines()[1].strip()
    make_certificate(pki, "namesake", "basicConstraints=critical,CA:TRUE",
                     f"subjectKeyIdentifier={key_id}", subject="/CN=lab root")
    for name in ("namesake.pem", "short.pem"):
        done = sct(pki, "short-ct.pem", "--issuer", pki / name)
        assert done.returncode == FAILED and str(pki / name) in done.err
    (pki / "wrong.pem").write_bytes(
        (pki / "short-ct.pem").read_bytes() + (pki / "namesake.pem").read_bytes())
    assert {row["signature"] for row in said(sct(pki, "wrong.pem", "--json"))["scts"]} == {
        "unchecked"}


def test_der(pki, world):
    (pki / "both.der").write_bytes(to_der(pki / "short-ct.pem") + to_der(pki / "root.pem"))
    assert sct(pki, "both.der").out == sct(pki, "both.pem").out


@pytest.mark.parametrize("at, state", [
    ("2019-01-01T00:00:00Z", None), ("2020-01-01T00:00:00Z", "usable")])
def test_state_at_a_time(pki, world, at, state):
    rows = said(sct(pki, "both.pem", "--json", "--at", at))["scts"]
    assert {row["log_state"] and row["log_state"]["state"] for row in rows} == {state}


# --- a bare list ------------------------------------------------------------------------


@pytest.fixture(name="bare")
def fixture_bare(pki, world):
    scts = [log.sct(x509_entry(pki / "short.pem"), NOW - 60) for log in world.values()]
    (pki / "scts").write_bytes(sct_list(*scts))
    return scts


def test_bare_list(pki, bare):
    done = sct(pki, "scts", "--json")
    assert done.returncode == OK and said(done)["certificate"] is None
    assert said(done)["broken"] == []
    assert [(row["source"], row["log"], row["operator"], row["signature"])
            for row in said(done)["scts"]] == [
                ("tls", "one", "Alpha", "unchecked"), ("tls", "two", "Beta", "unchecked")]
    assert "a bare list" in sct(pki, "scts").out


def test_bare_list_with_its_chain(pki, bare):
    done = sct(pki, "scts", "--chain", pki / "short.pem", "--json")
    assert {row["signature"] for row in said(done)["scts"]} == {"valid"}
    done = sct(pki, "scts", "--chain", pki / "leaf.pem", "--json")
    assert {row["signature"] for row in said(done)["scts"]} == {"bad"}


def test_bare_list_that_is_none(pki, bare):
    good = sct_list(*bare)
    for content in (good[:-1], good + b"\0", b"", b"\0\0", b"\0\2\0\0", good[2:]):
        (pki / "broken").write_bytes(content)
        done = sct(pki, "broken")
        assert done.returncode == FAILED and str(pki / "broken") in done.err
        assert done.out == ""


def test_sct_that_cannot_be_read(pki, bare):
    """Another version, and one that is cut, beside a good one."""
    (pki / "odd").write_bytes(sct_list(b"\1" + bare[0][1:], bare[0][:-1], bare[1]))
    done = sct(pki, "odd", "--chain", pki / "short.pem", "--json")
    assert [row["status"] for row in said(done)["scts"]] == [
        "unsupported", "malformed", "ok"]
    assert sct(pki, "odd").returncode == OK


# --- evidence -----------------------------------------------------------------------------


def test_list_in_a_block_of_its_own(pki, bare):
    """As the daemon keeps it."""
    block = base64.encodebytes(sct_list(*bare)).decode()
    (pki / "kept.pem").write_text(
        "refused: 2026-01-01T00:00:00Z\n\n" + (pki / "short.pem").read_text()
        + f"-----BEGIN SCT LIST-----\n{block}-----END SCT LIST-----\n")
    done = sct(pki, "kept.pem", "--json")
    assert [(row["source"], row["signature"]) for row in said(done)["scts"]] == [
        ("tls", "valid"), ("tls", "valid")]


# --- exit codes -----------------------------------------------------------------------------


def test_no_sct(pki, world):
    done = sct(pki, "short.pem")
    assert done.returncode == FAILED and "no SCT" in done.err
    assert "CN=a.lab" in done.out
    done = sct(pki, "short.pem", "--json")
    assert done.returncode == FAILED and said(done)["scts"] == []


def test_broken_embedded_list(pki, world):
    embed(pki, "short", "root", lambda entry: [b""])  # an SCT of no bytes
    done = sct(pki, "short-ct.pem", "--json")
    assert done.returncode == FAILED and said(done)["broken"] == ["embedded"]
    assert "the list of SCTs (embedded) is broken" in sct(pki, "short-ct.pem").out


@pytest.mark.parametrize("words, code", [
    ([], USAGE), (["a", "b"], USAGE), (["/nonexistent"], FAILED), (["/"], FAILED),
    (["/dev/null"], FAILED), (["FILE", "--policy", "lax"], USAGE),
    (["FILE", "--at", "now"], USAGE), (["FILE", "--log-list", "/nonexistent"], CONFIG),
    (["/nonexistent", "--log-list", "/dev/null"], CONFIG),
    (["FILE", "--issuer", "/nonexistent"], FAILED), (["FILE", "--chain", "FILE"], USAGE),
    (["FILE", "--name", "a.lab"], USAGE), (["SCTS", "--issuer", "FILE"], USAGE),
    (["SCTS", "--chain", "/nonexistent"], FAILED),
])
def test_refusals(pki, bare, words, code):
    files = {"FILE": pki / "both.pem", "SCTS": pki / "scts"}
    done = ctl("sct", *(files.get(word, word) for word in words))
    assert done.returncode == code and done.out == "" and done.err != ""
