"""10,000 names of mixed types: what a client gets is what the upstream says, record for
record, in its order: fresh and from the cache, over UDP and TCP, small and too large for
a datagram. Only TTLs may differ, by the time that has passed."""

import time

import dns.message
import dns.rdatatype
import pytest

from harness import wait_for
from nsd import Front, Nsd
from pipeline import over_tcp, over_udp
from relay_zone import NAMES, NEGATIVE_TTL_S, ZONE, build
from servers import find_program

# What a client says that it takes; None: nothing, so 512 (RFC 1035 §4.2.1).
PAYLOADS = [None, 512, 1232, 4096]


@pytest.fixture(scope="module")
def world(authority, short_tmp):
    """An upstream, all questions, and what it says to each when asked directly."""
    for name in ("nsd", "dnsdist"):
        if find_program(name) is None:
            pytest.skip(f"{name} is not installed")
    text, questions = build()
    server = Nsd(short_tmp + "/nsd", {ZONE: text}).wait_ready()
    front = Front(server, authority, short_tmp + "/front").wait_ready()
    said = [parse(wire) for wire in over_tcp(server, queries(questions))]
    yield front.upstream(), questions, said
    for child in (front, server):
        child.end()
        child.kill()


@pytest.fixture
def relay(world, start):
    """A daemon in front of it that keeps all of it."""
    return start([world[0]], cache={"size": "64MiB"}, hedge="off")


def queries(questions):
    made = []
    for i, (name, kind) in enumerate(questions):
        payload = PAYLOADS[i % len(PAYLOADS)]
        options = {} if payload is None else {"use_edns": 0, "payload": payload}
        made.append(dns.message.make_query(name, kind, **options))
    return made


def limit(number):
    return min(PAYLOADS[number % len(PAYLOADS)] or 512, 1232)


def records(sets):
    """Each as (owner, class, type, data), in their order: one set a record."""
    return [(one.name.to_text(), one.rdclass, one.rdtype, one[0].to_wire()) for one in sets]


def parse(wire):
    """(rcode, sections, TTLs, wire)."""
    m = dns.message.from_wire(wire, one_rr_per_rrset=True)
    sections = [records(part) for part in (m.answer, m.authority, m.additional)]
    ttls = [one.ttl for part in (m.answer, m.authority, m.additional) for one in part]
    return m.rcode(), sections, ttls, wire


def lives(was, kind):
    """The TTLs that a client gets. What is negative is not known for longer than its SOA
    says, nor is the alias that leads there (RFC 2308 §5): it is kept as one."""
    rcode, (answer, authority, _), ttls = was[:3]
    negative = rcode == 3 or kind not in [one[2] for one in answer]
    if not negative or not any(one[2] == dns.rdatatype.SOA for one in authority):
        return ttls
    return [min(one, *ttls, NEGATIVE_TTL_S) for one in ttls]


def describe(questions, number, was, got):
    return f"{questions[number]}:\nsaid {was[:3]}\ngot  {got[:3]}"


def compare(world, wires, seconds):
    """`wires` are the replies to all questions; `seconds`: how old they may be."""
    _, questions, said = world
    for number, (was, wire) in enumerate(zip(said, wires)):
        assert wire[3] & 0x80 and not wire[2] & 0x06 and not wire[3] & 0x20, "RA AA TC AD"
        if wire[12:] == was[3][12:]:
            continue
        got = parse(wire)
        assert got[:2] == was[:2], describe(questions, number, was, got)
        ages = {w - g for w, g in zip(lives(was, questions[number][1]), got[2])}
        assert len(ages) <= 1 and all(0 <= age <= seconds for age in ages), \
            describe(questions, number, was, got)


def check_truncated(world, numbers, whole):
    """Those that say so do not fit."""
    for number, wire in zip(numbers, whole):
        assert len(wire) > limit(number), world[1][number]


def ask_udp(world, daemon):
    """As a client does: over UDP, and over TCP what does not fit."""
    made = queries(world[1])
    wires = over_udp(daemon, made)
    cut = [n for n, wire in enumerate(wires) if wire[2] & 2]
    whole = over_tcp(daemon, [queries(world[1][n:n + 1])[0] if n % 4 == 0 else made[n]
                              for n in cut])
    check_truncated(world, cut, whole)
    for number, wire in zip(cut, whole):
        wires[number] = wire
    return wires, len(cut)


def test_what_there_is_to_compare(world):
    """It is as mixed as it should be."""
    _, questions, said = world
    assert len(questions) == len(said) == NAMES
    assert len({kind for _, kind in questions}) >= 45
    assert len({name for name, _ in questions}) > NAMES * 0.85
    assert sum(was[0] == 3 for was in said) > 300
    assert sum(len(was[3]) > 1232 for was in said) > 300
    assert sum(len(was[3]) > 5000 for was in said) > 100
    assert sum(bool(was[1][2]) for was in said) > 100, "records in the third section"


def test_over_udp(world, relay):
    begin = time.monotonic()
    wires, cut = ask_udp(world, relay)
    compare(world, wires, time.monotonic() - begin + 1)
    assert cut > 500
    # And once more, from the cache.
    asked = relay.status()["queries"]["asked"]
    wires, again = ask_udp(world, relay)
    compare(world, wires, time.monotonic() - begin + 1)
    assert again == cut
    assert relay.status()["queries"]["asked"] - asked < NAMES * 0.1


def test_over_tcp(world, relay):
    begin = time.monotonic()
    compare(world, over_tcp(relay, queries(world[1])), time.monotonic() - begin + 1)
    compare(world, over_tcp(relay, queries(world[1])), time.monotonic() - begin + 1)
    stats = relay.status()["queries"]
    assert stats["failed"] == 0 and stats["answered"] >= 2 * NAMES
    wait_for("nothing under way", lambda: relay.status()["queries"]["in_flight"] == 0)
