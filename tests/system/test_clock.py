"""A daemon whose clock stands in 1970, and is set right while it runs. The lab's servers
have the right time; only the daemon is told another (libfaketime)."""

import glob
import os
import time

import pytest

from client import ask, ede, is_failed, is_good
from harness import has_sanitizers, wait_for
from pintlectl import pin_of

BOOT = "@1970-01-01 00:05:00"
# A certificate of the lab that begins in ten days, after any log list's date.
LATER_S = 20 * 86400
LIBRARIES = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))


@pytest.fixture(name="at_boot")
def fixture_at_boot(start, place):
    """A function that starts a daemon in 1970, and one that sets its clock."""
    if not LIBRARIES:
        pytest.skip("no libfaketime")
    if has_sanitizers():
        pytest.skip("a sanitizer must be loaded before libfaketime")
    path = os.path.join(place, "time")

    def set_clock(text):
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(text + "\n")
        os.rename(path + ".new", path)

    def begin(upstreams, **keys):
        set_clock(BOOT)
        command = ["env", f"LD_PRELOAD={LIBRARIES[0]}", f"FAKETIME_TIMESTAMP_FILE={path}",
                   "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
        return start(upstreams, command=command, **keys)
    begin.set_clock = set_clock
    return begin


@pytest.fixture(name="lab", scope="module")
def fixture_lab(start_lab):
    return start_lab("not-yet-valid", "honest", "expired")


@pytest.fixture(name="server")
def fixture_server(lab):
    """Two upstreams of one server, with and without a pin."""
    one = {key: value for key, value in lab.upstreams["not-yet-valid"].items()
           if key not in ("pins", "name")}
    pin = pin_of(os.path.join(lab.directory, "leaf-not-yet-valid.pem"))
    return dict(one, name="pinned", pins=[pin]), dict(one, name="plain")


def in_twenty_days():
    return f"+{LATER_S}"


def reasons(daemon, name):
    verdict = daemon.upstream(name)["verdict"]
    return verdict["reasons"] if verdict else None


def asked(daemon, name, only):
    """By one upstream; its answer, or None."""
    said = daemon.control(command="query", name=name, type="A", upstream=only)
    return said["ok"] and said.get("rcode") == "NOERROR"


def test_pinned(at_boot, lab, server):
    """It answers at once, by a named exception, which ends when the clock is right."""
    daemon = at_boot([server[0]], tls=lab.tls)
    assert is_good(ask(daemon, "a.lab"))
    upstream = daemon.upstream("pinned")
    assert upstream["exceptions"] == ["ct_off", "clock_suspect"]
    assert upstream["verdict"]["accepted"] and upstream["verdict"]["clock"]["suspect"]
    assert "clock_suspect" in daemon.log() and "clock: it is behind" in daemon.log()
    at_boot.set_clock(in_twenty_days())
    assert is_good(ask(daemon, "b.lab"))
    upstream = daemon.upstream("pinned")
    assert upstream["exceptions"] == ["ct_off"]
    assert upstream["verdict"]["accepted"] and not upstream["verdict"]["clock"]["suspect"]
    assert daemon.status()["reloads"] == 0


def test_not_pinned(at_boot, lab, server):
    """It is refused, but for ntp_names, until the clock is right."""
    daemon = at_boot([server[1]], tls=lab.tls, ntp_names=["ntp.lab"])
    before = lab.counters("not-yet-valid")["query_bytes"]
    reply = ask(daemon, "a.lab", use_edns=0)
    assert is_failed(reply)
    code, text = ede(reply)
    assert code == 28 and "plain: clock_suspect" in text
    assert lab.counters("not-yet-valid")["query_bytes"] == before
    assert is_good(ask(daemon, "NTP.lab"))
    upstream = daemon.upstream("plain")
    assert upstream["state"] == "refused" and reasons(daemon, "plain") == ["clock_suspect"]
    assert upstream["exceptions"] == ["ct_off", "ntp_names"]
    # There is a connection now, and other questions may not use it.
    before = lab.counters("not-yet-valid")["query_bytes"]
    assert is_failed(ask(daemon, "b.lab")) and is_failed(ask(daemon, "sub.ntp.lab"))
    assert lab.counters("not-yet-valid")["query_bytes"] == before
    at_boot.set_clock(in_twenty_days())
    start_s = time.monotonic()
    assert is_good(ask(daemon, "c.lab"))
    assert time.monotonic() - start_s < 3, "it waited for a back-off"
    assert daemon.upstream("plain")["state"] == "good"
    # Connections for ntp_names end when nobody uses them.
    wait_for("the end of the other connection",
             lambda: daemon.upstream("plain")["exceptions"] == ["ct_off"])
    assert not os.path.exists(os.path.join(daemon.config["state_dir"], "evidence"))


def test_pinned_first(at_boot, lab, server):
    """Both: only the pinned one is asked, whatever comes first in the configuration; once
    the clock is right, either."""
    daemon = at_boot([server[1], server[0]], tls=lab.tls)
    for name in ("a.lab", "b.lab", "c.lab"):
        assert is_good(ask(daemon, name))
    assert daemon.upstream("plain")["queries"] == 0
    assert reasons(daemon, "plain") == ["clock_suspect"]
    at_boot.set_clock(in_twenty_days())
    assert is_good(ask(daemon, "d.lab"))
    wait_for("the one without pins",
             lambda: is_good(ask(daemon, f"x{time.monotonic_ns()}.lab"))
             and daemon.upstream("plain")["state"] == "good")


def test_another_pin(at_boot, lab, server):
    """Not even for ntp_names."""
    other = dict(server[0], pins=["sha256//" + 43 * "A" + "="])
    daemon = at_boot([other], tls=lab.tls, ntp_names=["ntp.lab"])
    assert is_failed(ask(daemon, "a.lab")) and is_failed(ask(daemon, "ntp.lab"))
    assert reasons(daemon, "pinned") == ["pkix_not_yet_valid"]


def test_floor(at_boot, start, lab, place):
    """What SCTs prove is known after a restart, in 1970 again: a clock that is behind
    makes no certificate valid that has expired before."""
    honest = dict(lab.upstreams["honest"], name="honest")
    expired = dict(lab.upstreams["expired"], name="expired",
                   pins=[pin_of(os.path.join(lab.directory, "leaf-expired.pem"))])
    honest.pop("pins", None)
    first = start([honest], tls=lab.tls, ct=lab.ct)
    assert is_good(ask(first, "a.lab"))
    path = os.path.join(first.config["state_dir"], "clock")
    with open(path, encoding="ascii") as file:
        kept = file.read().strip()
    assert kept.startswith(time.strftime("%Y-", time.gmtime(time.time() - 86400)))
    first.end()
    daemon = at_boot([honest, expired], tls=lab.tls, ct=lab.ct)
    assert f"{kept} has been for certain" in daemon.log()
    assert is_good(ask(daemon, "b.lab"))
    assert daemon.upstream("honest")["verdict"]["clock"]["behind"]
    assert daemon.upstream("honest")["exceptions"] == []
    assert not asked(daemon, "c.lab", "expired")
    assert reasons(daemon, "expired") == ["pkix_expired"]


def test_broken_floor(start, lab):
    """Is told, and as good as none."""
    honest = dict(lab.upstreams["honest"], name="honest")
    daemon = start([honest], tls=lab.tls)
    path = os.path.join(daemon.config["state_dir"], "clock")
    daemon.end()
    for content, answers in (("noise\n", True), ("2999-01-01T00:00:00Z\n", False)):
        with open(path, "w", encoding="ascii") as file:
            file.write(content)
        daemon = start(daemon.config)
        assert is_good(ask(daemon, "a.lab")) is answers
        assert ("does not hold a time" in daemon.log()) is answers
        assert ("clock: it is behind" in daemon.log()) is not answers
        daemon.end()
