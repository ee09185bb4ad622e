"""dnssec: validate, held against unbound as a validator on the same zones: the same
rcode and the same AD, but for the differences that docs/decisions/0015-dnssec.md
gives reasons for."""

import os
import tempfile

import dns.flags
import dns.name
import dns.rcode
import pytest

import zone_servers
import zones
from client import ask, ede
from zone_servers import query_for, state_of

pytestmark = pytest.mark.skipif(
    bool(zones.tools_missing()),
    reason=f"not installed: {', '.join(zones.tools_missing())}")


@pytest.fixture(scope="module")
def world(short_tmp):
    """The zones, signed for this run."""
    return zones.World(tempfile.mkdtemp(dir=short_tmp))


@pytest.fixture(scope="module")
def nsd(world):
    """Has them all."""
    with running(zone_servers.Nsd(world)) as server:
        yield server


@pytest.fixture(scope="module")
def relay(world, nsd, authority):
    """The DoT upstream."""
    with running(zone_servers.Relay(world, nsd, authority)) as server:
        yield server


@pytest.fixture(scope="module")
def validator(world, nsd):
    """Whose word ours is held against."""
    with running(zone_servers.Validator(world, nsd)) as server:
        yield server


class running:
    """Ends what it started."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        return self.server.wait_ready()

    def __exit__(self, *_):
        self.server.stop()


@pytest.fixture
def validating(start, world, relay):
    """A function: a daemon that validates, with other keys if need be."""
    def begin(**keys):
        keys = {"dnssec": "validate", "dnssec_anchors": world.anchor, **keys}
        return start([relay.upstream()], **keys)
    return begin


def zone_of(world, name):
    """The zone that a name belongs to."""
    name = dns.name.from_text(name)
    return max((z for z in world.zones.values() if name.is_subdomain(z.origin)),
               key=lambda z: len(z.origin)).name


def get(daemon, name, kind, **flags):
    return ask(daemon, query_for(name, kind, **flags), tcp=True)


def records(reply):
    """The answer section, whatever its order and TTLs."""
    return sorted((str(rrset.name).lower(), rrset.rdtype, rdata.to_digestable())
                  for rrset in reply.answer for rdata in rrset)


# What differs, and why: docs/decisions/0015-dnssec.md. Zone: what we say where unbound says what.
DIFFERENCES = {
    # So many iterations that they cost too much to be looked at at all (RFC 9276 §3.2);
    # unbound takes them for insecure, as we do up to there.
    "extreme.tld": {("SERVFAIL", "NOERROR"), ("SERVFAIL", "NXDOMAIN")},
}


def test_as_unbound_says(world, validator, validating):
    """Every pair, fresh and out of the cache; where both give an answer, the same."""
    daemon = validating()
    wrong, different = [], set()
    for name, kind in world.pairs():
        theirs = validator.ask(query_for(name, kind), tcp=True)
        ours = get(daemon, name, kind)
        pair = (state_of(ours), state_of(theirs))
        zone = zone_of(world, name)
        if pair[0] == pair[1] and records(ours) == records(theirs):
            continue
        if pair in DIFFERENCES.get(zone, ()):
            different.add((zone, pair))
            continue
        wrong.append(f"{name} {kind}: {pair[0]}, unbound {pair[1]}; {ede(ours)}")
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong)
    # None is listed that is none any more.
    assert {zone for zone, _ in different} == set(DIFFERENCES)
    for name, kind in world.pairs():
        assert state_of(get(daemon, name, kind)) in {
            state_of(validator.ask(query_for(name, kind), tcp=True)),
            *(ours for ours, _ in DIFFERENCES.get(zone_of(world, name), ()))}


def test_status_and_flush(validating):
    """How answers came out; what was proven of zones goes with a flush."""
    daemon = validating()
    for name in ("www.rsa.tld", "www.insecure.tld", "www.tampered.tld"):
        get(daemon, name, "A")
    said = daemon.status()["dnssec"]
    assert (said["secure"], said["insecure"], said["bogus"]) == (1, 1, 1)
    assert said["indeterminate"] == said["under_way"] == 0
    assert said["zones"] > 2
    assert daemon.control(command="stats")["dnssec"] == said
    text = daemon.ctl("status").stdout
    assert "  dnssec   1 answers secure, 1 insecure, 1 bogus, 0 undecided; " in text
    for flush in ({"name": "www.rsa.tld"}, {}):
        daemon.control(command="flush", **flush)
        assert daemon.status()["dnssec"]["zones"] == 0
        get(daemon, "www.rsa.tld", "A")
        assert daemon.status()["dnssec"]["zones"] > 0


def test_status_of_who_believes(start, relay):
    daemon = start([relay.upstream()])
    assert daemon.status()["dnssec"] is None
    assert "dnssec" not in daemon.ctl("status").stdout
