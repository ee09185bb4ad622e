"""pintlectl evidence: what the daemon kept of refused certificates."""
import base64
import json
import os
import time

import pytest

from client import ask
from ctlogs import Log, sct_list, write_list, x509_entry
from pintlectl import (  # noqa: F401 (fixtures among them)
    CONFIG, FAILED, OK, USAGE, ctl, fixture_pki, make_certificate, openssl, pin_of,
)

DIGEST = "0123456789abcdef" * 2
HEAD = ("refused: 2026-0{month}-01T10:00:00Z\nupstream: {upstream}\n"
        "address: 192.0.2.1:853\nverdict: {verdict}\n\n")
MISMATCH = "pin_mismatch: no key in the chain is pinned (seen: CN=a.lab)"


@pytest.fixture(name="state")
def fixture_state(tmp_path):
    (tmp_path / "state/evidence").mkdir(parents=True)
    return tmp_path / "state"


def keep(state, pki, kind="misissued", upstream="alpha", month=1, verdict=MISMATCH,
         more="", chain="chain.pem"):
    path = state / f"evidence/{upstream}-{kind}-{DIGEST}.pem"
    path.write_text(HEAD.format(month=month, upstream=upstream, verdict=verdict)
                    + (pki / chain).read_text() + more)
    return path


def evidence(state, *words):
    return ctl("evidence", *words, "--state-dir", state)


# --- list -----------------------------------------------------------------------------


def test_list(state, pki):
    """The newest first."""
    keep(state, pki, month=1)
    keep(state, pki, "unverified", "beta", 3, "pkix_untrusted: no chain")
    keep(state, pki, "misnamed", "gamma", 2, "name_mismatch: the certificate")
    said = json.loads(evidence(state, "list", "--json").out)
    assert [(one["upstream"], one["class"], one["reason"]) for one in said] == [
        ("beta", "unverified", "pkix_untrusted"), ("gamma", "misnamed", "name_mismatch"),
        ("alpha", "misissued", "pin_mismatch")]
    assert said[0] == {
        "refused": "2026-03-01T10:00:00Z", "upstream": "beta", "class": "unverified",
        "reason": "pkix_untrusted", "subject": "CN=a.lab",
        "file": f"beta-unverified-{DIGEST}.pem"}
    done = evidence(state, "list")
    assert done.returncode == OK
    for one in said:
        for word in one.values():
            assert word in done.out


@pytest.mark.parametrize("made", [True, False])
def test_no_evidence(state, tmp_path, made):
    where = state if made else tmp_path
    done = evidence(where, "list")
    assert (done.returncode, done.out) == (OK, f"nothing is kept in {where}/evidence\n")
    assert json.loads(evidence(where, "list", "--json").out) == []
    for words in (["show"], ["show", "x.pem"]):
        done = evidence(where, *words)
        assert done.returncode == FAILED and done.out == ""


@pytest.mark.parametrize("words", [
    ["list"], ["list", "--json"], ["show"], ["show", "x.pem"]])
def test_no_state_dir(tmp_path, words):
    """Nobody is told that nothing was refused who looks in the wrong place."""
    done = evidence(tmp_path / "typo", *words)
    assert (done.returncode, done.out) == (FAILED, "")
    assert f"{tmp_path}/typo: No such file" in done.err


def test_list_passes_over_other_files(state, pki):
    keep(state, pki)
    for name in (".new", "README", f"-misissued-{DIGEST}.pem", f"a-other-{DIGEST}.pem",
                 f"a-misissued-{DIGEST}.pem.bak"):
        (state / "evidence" / name).write_text("x")
    done = evidence(state, "list", "--json")
    assert done.returncode == OK and len(json.loads(done.out)) == 1, done.err


def test_bad_files_do_not_hide_the_others(state, pki, tmp_path):
    keep(state, pki)
    (tmp_path / "secret").write_text((pki / "chain.pem").read_text())
    folder = state / "evidence"
    (folder / f"b-misissued-{DIGEST}.pem").write_text("no certificate")
    (folder / f"c-misissued-{DIGEST}.pem").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / f"d-misissued-{DIGEST}.pem")
    (folder / f"e-misissued-{DIGEST}.pem").mkdir()
    (folder / f"f-misissued-{DIGEST}.pem").write_bytes(bytes((1 << 20) + 1))
    done = evidence(state, "list")
    assert done.returncode == FAILED and "alpha" in done.out
    for letter in "bcdef":
        assert f"/{letter}-misissued-{DIGEST}.pem: " in done.err
        assert evidence(state, "show", f"{letter}-misissued-{DIGEST}.pem").returncode == FAILED


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_directory_that_cannot_be_read(state):
    os.chmod(state / "evidence", 0)
    done = evidence(state, "list")
    assert done.returncode == FAILED and "Permission denied" in done.err


def test_directory_that_is_none(state):
    (state / "evidence").rmdir()
    (state / "evidence").write_text("")
    done = evidence(state, "list")
    assert done.returncode == FAILED and str(state / "evidence") in done.err


# --- show -----------------------------------------------------------------------------


def test_show(state, pki):
    """All that somebody needs who is to act on it."""
    path = keep(state, pki)
    done = evidence(state, "show", path.name)
    assert done.returncode == OK, done.err
    serial = openssl("x509", "-in", pki / "leaf.pem", "-noout", "-serial").decode()
    print_of = openssl("x509", "-in", pki / "leaf.pem", "-noout", "-fingerprint", "-sha256")
    fingerprint = print_of.decode().strip().partition("=")[2].replace(":", "").lower()
    for words in ("refused   2026-01-01T10:00:00Z", "upstream  alpha", MISMATCH,
                  "mis-issued unless the operator confirms", "subject  CN=a.lab",
                  "names    DNS:a.lab, IP:127.0.0.1", "issuer   CN=lab root",
                  "serial   " + serial.strip().partition("=")[2].lower(),
                  "sha256   " + fingerprint, "https://crt.sh/?q=" + fingerprint,
                  pin_of(pki / "leaf.pem"), pin_of(pki / "root.pem")):
        assert words in done.out, words
    assert done.out.endswith((pki / "chain.pem").read_text())
    # The newest, if none is named; and a path.
    assert evidence(state, "show").out == done.out
    assert ctl("evidence", "show", path).out == done.out


def test_show_json(state, pki):
    path = keep(state, pki)
    one = json.loads(evidence(state, "show", path.name, "--json").out)
    assert {key: one[key] for key in ("file", "refused", "upstream", "address", "verdict",
                                      "class", "reason")} == {
        "file": path.name, "refused": "2026-01-01T10:00:00Z", "upstream": "alpha",
        "address": "192.0.2.1:853", "verdict": MISMATCH, "class": "misissued",
        "reason": "pin_mismatch"}
    leaf, root = one["certificates"]
    assert leaf["role"] == "leaf" and root["role"] == "issuer"
    assert leaf["names"] == ["DNS:a.lab", "IP:127.0.0.1"]
    assert leaf["issuer"] == root["subject"] == "CN=lab root" and root["names"] == []
    assert leaf["pin"] == pin_of(pki / "leaf.pem") and len(leaf["sha256"]) == 64
    assert one["search"][0] == "https://crt.sh/?q=" + leaf["sha256"]
    assert one["pem"] == (pki / "chain.pem").read_text()
    assert one["ct"]["scts"] == [] and one["ct"]["at"] == "2026-01-01T10:00:00Z"


def test_show_scts(state, pki):
    """Those of the extension are kept beside the certificates."""
    log = Log(pki, "one", "Alpha")
    write_list(pki / "logs.json", [log])
    at_s = int(time.mktime((2026, 1, 1, 0, 0, 0, 0, 0, 0)))
    block = base64.encodebytes(sct_list(log.sct(x509_entry(pki / "leaf.pem"), at_s)))
    path = keep(state, pki, more="-----BEGIN SCT LIST-----\n" + block.decode()
                + "-----END SCT LIST-----\n")
    done = evidence(state, "show", path.name, "--log-list", pki / "logs.json")
    assert "one of Alpha" in done.out and "signature valid" in done.out
    assert "BEGIN SCT LIST" in done.out
    done = evidence(state, "show", path.name, "--log-list", pki / "logs.json", "--json")
    assert json.loads(done.out)["ct"]["scts"][0]["source"] == "tls"


def test_show_of_hostile_text(state, pki):
    """ctl() looks for the escape bytes."""
    odd = "\x1b[2J\u202e\u00e9\\"
    path = keep(state, pki, verdict=odd * 100, more=odd + "\n")
    text = path.read_text().replace("upstream: alpha", "upstream: " + odd)
    path.write_text(text.replace("refused: 2026-01-01T10:00:00Z", "refused: " + odd))
    for words in (["list"], ["show", path.name]):
        assert evidence(state, *words).returncode == OK
        json.loads(evidence(state, *words, "--json").out)


def test_show_names_of_all_kinds(state, pki):
    names = ",".join(["DNS:a.lab", "DNS:*.b.lab", "IP:2001:db8::1", "email:a@b.lab",
                      "URI:https://a.lab/", "dirName:dir", "RID:1.2.3"])
    config = pki / "names.cnf"
    config.write_text("[req]\ndistinguished_name=dn\n[dn]\n[ext]\n"
                      f"subjectAltName={names}\n[dir]\nCN=x\n")
    openssl("req", "-x509", "-new", "-key", pki / "leaf.key", "-subj", "/CN=n.lab",
            "-config", config, "-extensions", "ext", "-out", pki / "names.pem")
    path = keep(state, pki, chain="names.pem")
    one = json.loads(evidence(state, "show", path.name, "--json").out)
    assert one["certificates"][0]["names"] == [
        "DNS:a.lab", "DNS:*.b.lab", "IP:2001:db8::1", "email:a@b.lab",
        "URI:https://a.lab/", "other", "other"]


def test_show_many_names(state, pki):
    make_certificate(pki, "many", "subjectAltName=" + ",".join(
        f"DNS:{i}.lab" for i in range(150)), issuer="root")
    path = keep(state, pki, chain="many.pem")
    assert "and 50 more" in evidence(state, "show", path.name).out


# --- where it is ----------------------------------------------------------------------


def write_config(tmp_path, state):
    path = tmp_path / "pintle.yaml"
    path.write_text(f"state_dir: {state}\nupstreams:\n  - name: a\n"
                    "    address: ['192.0.2.1']\n    auth_name: a.lab\n")
    return path


def test_state_dir_of_the_configuration(state, pki, tmp_path):
    keep(state, pki)
    config = write_config(tmp_path, state)
    assert "alpha" in ctl("-c", config, "evidence", "list").out
    # The option goes before it.
    done = ctl("-c", config, "evidence", "list", "--state-dir", tmp_path / "none")
    assert (done.returncode, done.out) == (FAILED, "")
    assert f"{tmp_path}/none" in done.err


@pytest.mark.parametrize("words, code", [
    ([], USAGE), (["lists"], USAGE), (["list", "x"], USAGE), (["show", "a", "b"], USAGE),
    (["list", "-c", "/nonexistent"], CONFIG), (["show", "/nonexistent"], FAILED),
    (["list", "--state-dir", "/" + "x" * 5000], USAGE), (["list", "--name", "x"], USAGE),
    (["list", "--policy", "strict"], USAGE), (["list", "--log-list", "builtin"], USAGE),
    (["show", "/a/b", "--state-dir", "/tmp"], USAGE), (["show", "/a/b", "-c", "x"], USAGE),
])
def test_refusals(words, code):
    done = ctl("evidence", *words)
    assert done.returncode == code and done.out == ""
    assert done.err.startswith("pintlectl: ")


def test_options_in_error(state, pki):
    path = keep(state, pki)
    assert evidence(state, "show", path.name, "--policy", "x").returncode == USAGE
    done = evidence(state, "show", path.name, "--log-list", "/dev/null")
    assert done.returncode == CONFIG and "/dev/null" in done.err


# --- the daemon's own -----------------------------------------------------------------


def test_what_the_daemon_kept(start, lab):
    rival = dict(lab.upstreams["rival-ca"], name="rival-ca")
    daemon = start([rival], tls=lab.tls)
    ask(daemon, "example.lab")
    one, = json.loads(daemon.ctl("-c", daemon.path, "evidence", "list", "--json").stdout)
    assert (one["class"], one["upstream"], one["reason"]) == (
        "misissued", "rival-ca", "pin_mismatch")
    done = daemon.ctl("-c", daemon.path, "evidence", "show", one["file"])
    assert done.returncode == OK and "pin_mismatch" in done.stdout
    assert done.stdout.count("BEGIN CERTIFICATE") >= 2


def test_status_of_a_daemon(start, honest, lab):
    """The names of members are the daemon's."""
    del honest["pins"]
    honest.update(ct="report", pin_mode="learn")
    daemon = start([honest], tls=lab.tls)
    ask(daemon, "example.lab")
    out = daemon.ctl("status").stdout
    line, = [line for line in out.splitlines() if line.startswith("  log list builtin of 20")]
    assert " logs; it can satisfy strict until 20" in line or "update it: " in line
    assert "  ct       honest: report, strict: " in out
    assert "  learned  honest: issuer sha256//" in out and ", root sha256//" in out
    done = daemon.ctl("pins", "accept", "honest")
    assert done.returncode != OK and "honest" in done.stderr


def test_scts_and_staple_that_the_daemon_kept(start, start_lab):
    """What came beside the certificates is part of the evidence."""
    lab = start_lab("ct-tls-one", "staple-revoked")
    daemon = start([dict(u, name=name) for name, u in lab.upstreams.items()],
                   tls=lab.tls, ct=lab.ct)
    for name in lab.upstreams:
        daemon.control(command="query", name="x.lab", upstream=name)
    said = json.loads(daemon.ctl("-c", daemon.path, "evidence", "list", "--json").stdout)
    files = {one["upstream"]: one["file"] for one in said}
    assert {one["upstream"]: one["reason"] for one in said} == {
        "ct-tls-one": "ct_too_few", "staple-revoked": "pkix_revoked"}
    show = ["-c", daemon.path, "evidence", "show", "--json", "--log-list",
            lab.ct["log_list"]]
    ct = json.loads(daemon.ctl(*show, files["ct-tls-one"]).stdout)["ct"]
    row, = ct["scts"]
    assert (row["source"], row["signature"], row["counts"]) == ("tls", "valid", True)
    one = json.loads(daemon.ctl(*show, files["staple-revoked"]).stdout)
    assert one["ct"]["ocsp"] == "revoked" and "BEGIN OCSP RESPONSE" in one["pem"]
    text = daemon.ctl("-c", daemon.path, "evidence", "show", files["staple-revoked"]).stdout
    assert "ocsp  revoked" in text
