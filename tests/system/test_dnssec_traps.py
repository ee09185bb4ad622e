"""Zones made to be expensive (KeyTrap, CVE-2023-50387): who asks about them gets SERVFAIL
soon, and all others hardly notice."""

import tempfile
import threading
import time

import pytest

import traps
import zones
from client import Later
from harness import has_sanitizers
from test_dnssec import get
from zone_servers import state_of

# Of a machine that does other things, too.
SOON_S = 2.0
HARDLY_S = 0.25
SLOWER = 5 if has_sanitizers() else 1


@pytest.fixture(scope="module")
def world(short_tmp):
    """The traps, and zones that are none."""
    missing = zones.tools_missing()
    if missing:
        pytest.skip("not installed: " + ", ".join(missing))
    directory = tempfile.mkdtemp(dir=short_tmp)
    return zones.World(directory, traps.trap_zones(directory))


def timed(daemon, name):
    began = time.monotonic()
    return state_of(get(daemon, name, "A")), time.monotonic() - began


def ask_until(daemon, stop, zone, label, count):
    """Every name once, or until told to stop; what was said, and how long it took."""
    said, took = set(), []
    for i in range(count):
        if stop.is_set():
            break
        state, seconds = timed(daemon, f"{label}{i}.{zone}")
        said.add(state)
        took.append(seconds)
    return said, sorted(took)


def test_a_trap_is_left_soon(validating):
    """The first answer with the chain, the next ones without."""
    daemon = validating()
    for zone in ("huge.tld", "within.tld"):
        for i in range(3):
            state, seconds = timed(daemon, f"n{i}.{zone}")
            assert state == "SERVFAIL"
            assert seconds < SOON_S * SLOWER
    assert timed(daemon, "m0.p256.tld")[0] == "NOERROR AD"


@pytest.mark.parametrize("zone", ["huge.tld", "within.tld"])
def test_others_hardly_notice(validating, zone):
    """Four attackers ask as fast as they can while one asks about another zone, names
    that are not in the cache. Its median and its slowest in twenty stay small."""
    daemon = validating()
    assert timed(daemon, "m999.p256.tld")[0] == "NOERROR AD"
    stop = threading.Event()
    attackers = [Later(ask_until, daemon, stop, zone, "n", traps.NAMES) for _ in range(4)]
    said, took = ask_until(daemon, threading.Event(), "p256.tld", "m", 200)
    stop.set()
    attacks = [attacker.get() for attacker in attackers]
    assert said == {"NOERROR AD"}
    assert took[len(took) // 2] < HARDLY_S / 5 * SLOWER, took
    assert took[len(took) * 19 // 20] < HARDLY_S * SLOWER, took
    for said, took in attacks:
        assert said == {"SERVFAIL"} and took[-1] < SOON_S * SLOWER


def test_a_trap_costs_no_more_than_the_limits(validating):
    """Each answer of one is some milliseconds of the processor's time."""
    daemon = validating()
    began = cpu_s(daemon)
    for zone in ("huge.tld", "within.tld"):
        for i in range(traps.NAMES):
            assert timed(daemon, f"n{i}.{zone}")[0] == "SERVFAIL"
    assert cpu_s(daemon) - began < 2 * traps.NAMES * 0.01 * SLOWER


def cpu_s(daemon):
    """Seconds that the daemon has computed."""
    with open(f"/proc/{daemon.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
