"""Every upstream of the lab over HTTPS: the same verdicts as over TLS, and who is refused
gets nothing at all behind the handshake, not even the greeting of HTTP/2. What HTTP/2
itself may do wrong is in test_http2.py."""

import json
import re

import pytest

from client import ask, ede, first, is_failed, is_good
from harness import PINTLECTL, run
from scenarios import check_alert, check_table, listed, query

LISTED = [row for row in listed("doh")
          if not row[0].startswith("h2-") or row[1] == "refused"]
REFUSED = [name for name, expected, _ in LISTED if expected == "refused"]


@pytest.fixture(scope="module")
def all_labs(start_lab):
    names = [name.removesuffix("-doh") for name, _, _ in LISTED]
    return start_lab(*names, twins=True, protocol="doh")


@pytest.fixture
def everyone(all_labs):
    return {name: dict(u, name=name) for name, u in all_labs.upstreams.items()}


@pytest.fixture
def begin(start, all_labs, everyone):
    """A function that starts a daemon with the upstreams named, all without a name."""
    def with_names(*names, **changes):
        upstreams = [dict(everyone[name], **changes) for name in names or everyone]
        return start(upstreams, tls=all_labs.tls, ct=all_labs.ct)
    return with_names


def test_every_scenario_is_served(all_labs):
    rows = all_labs.rows()
    assert {row["protocol"] for row in rows} == {"doh"}
    scenarios = {row["name"] for row in rows if row["role"] == "scenario"}
    assert scenarios == {name for name, _, _ in LISTED}
    over_dot = {name for name, expected, _ in listed("dot") if expected == "refused"}
    assert over_dot - {name.removesuffix("-doh") for name in REFUSED} == {"alpn-h2"}


def test_table(begin, all_labs):
    """A line each: verdict and reason, bytes, handshakes."""
    wrong = check_table(begin(), all_labs)
    assert not wrong, "\n" + "\n".join(wrong)


def test_alerts(begin, all_labs):
    daemon = begin()
    wrong = [problem for row in all_labs.rows()
             if row["expected"] == "refused" and row["reason"] != "tls_protocol"
             and (problem := check_alert(daemon, all_labs, row))]
    assert not wrong, "\n" + "\n".join(wrong)


def test_only_refused(begin, all_labs):
    """Nobody left: SERVFAIL with names and reasons; no byte to anyone."""
    names = ["rival-ca-doh", "expired-doh", "wrong-name-doh", "h2-alpn-http11"]
    daemon = begin(*names)
    for name, kind in (("example.lab", "A"), ("another.lab", "A"), ("x.lab", "TXT")):
        reply = ask(daemon, name, kind, use_edns=0)
        assert is_failed(reply)
    code, text = ede(reply)
    assert code == 28
    for name, reason in zip(names, ("pin", "expired", "name", "h2|ALPN|protocol")):
        assert re.search(rf"{name}: [^;]*({reason})", text), text
    for name in names:
        assert all_labs.counters(name, "scenario")["application_bytes"] == 0
    assert [daemon.upstream(name)["state"] for name in names[:3]] == 3 * ["refused"]


@pytest.mark.parametrize("name", ["self-signed-doh", "rival-ca-doh", "cn-only-doh",
                                  "ct-none-doh", "staple-revoked-doh", "plain-tcp-doh",
                                  "h2-alpn-none"])
def test_next_upstream_is_asked(begin, all_labs, name):
    daemon = begin(name, "honest-doh")
    assert is_good(ask(daemon, "example.lab"))
    assert all_labs.counters(name, "scenario")["application_bytes"] == 0
    assert daemon.upstream("honest-doh")["answers"] == 1


# All that RFC 8484 needs, and nothing that tells one client from another.
FIELDS = {"GET": ":method=GET :scheme :authority :path accept",
          "POST": ":method=POST :scheme :authority :path accept content-type "
                  "content-length"}


@pytest.mark.parametrize("method, affix", [("GET", "{?dns}"), ("POST", "")])
def test_method(begin, all_labs, everyone, method, affix):
    """Asked as the URI template says, with no field more than that takes."""
    daemon = begin("honest-doh", url=everyone["honest-doh"]["url"] + affix)
    assert first(ask(daemon, f"{method}.example.lab")) == "192.0.2.1"
    said = all_labs.counters("honest-doh")["last_request"]
    assert set(said.split()) == set(FIELDS[method].split())


@pytest.mark.parametrize("name, code", [("wrong-name-doh", 3), ("self-signed-doh", 3),
                                        ("rival-ca-doh", 3), ("honest-limit-doh", 0),
                                        ("ct-none-doh", 3), ("ct-tls-doh", 0),
                                        ("h2-alpn-dot", 3)])
def test_probe_agrees(begin, name, code):
    """`pintlectl probe` comes to the same verdict, by the same configuration."""
    daemon = begin()
    done = run([PINTLECTL, "probe", "-c", daemon.path, name, "--json"])
    assert done.returncode == code, done.stdout + done.stderr
    probed = json.loads(done.stdout)
    query(daemon, name)
    assert probed["accepted"] is (code == 0)
    assert probed["reasons"] == daemon.upstream(name)["verdict"]["reasons"]
