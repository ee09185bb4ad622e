"""Every upstream of the lab, honest and spoofed: who is accepted, and who gets not a
byte of a query. The lab's table says what has to come out."""

import json
import re

import pytest

from client import ask, ede, is_failed, is_good
from harness import PINTLECTL, run
from scenarios import check_alert, check_table, listed, query


LISTED = listed("dot")
REFUSED = [name for name, expected, _ in LISTED if expected == "refused"]


@pytest.fixture(scope="module")
def all_labs(start_lab):
    return start_lab(twins=True)


@pytest.fixture(scope="module")
def rows(all_labs):
    return all_labs.rows()


@pytest.fixture
def everyone(all_labs):
    return [dict(u, name=name) for name, u in all_labs.upstreams.items()]


@pytest.fixture
def guarded(start, all_labs, everyone):
    """A daemon that has every listener of the lab as an upstream."""
    return start(everyone, tls=all_labs.tls, ct=all_labs.ct)


def test_every_scenario_is_listed(rows):
    scenarios = {row["name"] for row in rows if row["role"] == "scenario"}
    assert scenarios == {name for name, _, _ in LISTED}
    assert len(REFUSED) > len(LISTED) / 2


def test_table(guarded, all_labs):
    """A line each: verdict and reason, bytes, handshakes."""
    wrong = check_table(guarded, all_labs)
    assert not wrong, "\n" + "\n".join(wrong)


def test_alerts(guarded, all_labs, rows):
    wrong = [problem for row in rows
             if row["expected"] == "refused" and row["reason"] != "tls_protocol"
             and (problem := check_alert(guarded, all_labs, row))]
    assert not wrong, "\n" + "\n".join(wrong)


def test_renegotiation_gets_nothing(guarded, all_labs):
    """Nothing is sent under a certificate that came later."""
    for _ in range(3):
        query(guarded, "renegotiate")
    counts = all_labs.counters("renegotiate", "scenario")
    assert counts["query_bytes"] == 0
    assert counts["connections"] > 0


def test_only_refused(start, all_labs, everyone):
    """Nobody left: SERVFAIL, at once from then on, with names and reasons; no byte to
    anyone."""
    names = ["rival-ca", "expired", "wrong-name", "rogue-unlogged"]
    upstreams = [u for u in everyone if u["name"] in names]
    before = {name: all_labs.counters(name, "scenario")["query_bytes"] for name in names}
    daemon = start(upstreams, tls=all_labs.tls, ct=all_labs.ct)
    for name, kind in (("example.lab", "A"), ("another.lab", "A"), ("x.lab", "TXT")):
        reply = ask(daemon, name, kind, use_edns=0)
        assert is_failed(reply)
    code, text = ede(reply)
    assert code == 28
    for name, reason in (("rival-ca", "pin"), ("expired", "expired"),
                         ("wrong-name", "name"), ("rogue-unlogged", "SCT")):
        assert re.search(rf"{name}: [^;]*{reason}", text), text
    for name in names:
        assert all_labs.counters(name, "scenario")["query_bytes"] == before[name] == 0
        assert daemon.upstream(name)["state"] == "refused"


def dig(daemon, name):
    done = run(["dig", "@" + daemon.address, "-p", str(daemon.port), name,
                "+tries=1", "+time=10"])
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_only_refused_as_dig_sees_it(start, all_labs, everyone):
    daemon = start([u for u in everyone if u["name"] == "rival-ca"], tls=all_labs.tls,
                   ct=all_labs.ct)
    first = dig(daemon, "example.lab")
    assert "status: SERVFAIL" in first
    assert "EDE: 28" in first and "rival-ca: " in first, first
    for name in ("example.lab", "second.lab"):  # remembered; and known of the upstream
        again = dig(daemon, name)
        assert "status: SERVFAIL" in again
        assert "EDE: 28" in again and "rival-ca: " in again, again
        assert int(re.search(r"Query time: (\d+) msec", again).group(1)) <= 100
    assert all_labs.counters("rival-ca", "scenario")["query_bytes"] == 0


@pytest.mark.parametrize("name", ["self-signed", "rival-ca", "expired", "cn-only",
                                  "ct-none", "staple-revoked"])
def test_next_upstream_is_asked(start, all_labs, everyone, name):
    """A refused upstream before an honest one costs a client nothing but time."""
    by_name = {u["name"]: u for u in everyone}
    daemon = start([by_name[name], by_name["honest"]], tls=all_labs.tls, ct=all_labs.ct)
    assert is_good(ask(daemon, "example.lab"))
    assert all_labs.counters(name, "scenario")["query_bytes"] == 0
    assert daemon.upstream("honest")["answers"] == 1


def test_status_in_words(guarded, all_labs):
    """`pintlectl status` names who was refused, and why."""
    query(guarded, "rival-ca")
    out = guarded.ctl("status").stdout
    line = [line for line in out.splitlines() if "rival-ca" in line]
    assert line and "refused" in out and "pin" in out, out
    whole = json.loads(guarded.ctl("status", "--json").stdout)
    assert len(whole["upstreams"]) == len(all_labs.upstreams)


@pytest.mark.parametrize("name, code", [("wrong-name", 3), ("self-signed", 3),
                                        ("rival-ca", 3), ("honest-limit", 0),
                                        ("ct-none", 3), ("ct-tls", 0), ("staple", 0),
                                        ("must-staple", 3)])
def test_probe_agrees(guarded, name, code):
    """`pintlectl probe` comes to the same verdict, by the same configuration."""
    done = run([PINTLECTL, "probe", "-c", guarded.path, name, "--json"])
    assert done.returncode == code, done.stdout + done.stderr
    probed = json.loads(done.stdout)
    query(guarded, name)
    assert probed["accepted"] is (code == 0)
    assert probed["reasons"] == guarded.upstream(name)["verdict"]["reasons"]
