"""dnssec: validate, held against unbound as a validator on the same zones: the same
rcode and the same AD, but for the differences that docs/DNSSEC.md gives reasons for. And
what clients are told."""

import re

import dns.flags
import dns.name
import dns.rdatatype
import pytest

from client import ask, ede, make
from harness import PATIENCE_S
from zone_servers import query_for, state_of

PROOFS = {dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3}


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


def is_extreme(world, name):
    return zone_of(world, name) == "extreme.tld"


# What we say where unbound says what, and of which names: docs/DNSSEC.md has the reasons.
DIFFERENCES = {
    "NSEC3 with 3000 iterations": (is_extreme, {
        ("SERVFAIL", "NOERROR"), ("SERVFAIL", "NXDOMAIN")}),
}


def difference(world, name, ours, theirs):
    """Which of them it is, or None."""
    for what, (matches, pairs) in DIFFERENCES.items():
        if matches(world, name) and (ours, theirs) in pairs:
            return what
    return None


def compare(world, validator, daemon):
    """What differs and should not, and which differences there are."""
    wrong, found = [], set()
    for name, kind in world.pairs():
        theirs = validator.ask(query_for(name, kind), tcp=True)
        ours = get(daemon, name, kind)
        states = (state_of(ours), state_of(theirs))
        if states[0] == states[1] and records(ours) == records(theirs):
            continue
        what = difference(world, name, *states)
        if what is None:
            wrong.append(f"{name} {kind}: {states[0]}, unbound {states[1]}; {ede(ours)}")
        found.add(what)
    return wrong, found - {None}


def test_as_unbound_says(world, validator, validating):
    """Every pair, first fresh and then out of both caches."""
    daemon = validating()
    for _ in range(2):
        wrong, found = compare(world, validator, daemon)
        assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong)
        # None is listed that is none any more.
        assert found == set(DIFFERENCES)


def test_as_unbound_says_without_a_cache(world, validator, validating):
    """Each chain is walked with what is remembered of keys alone."""
    wrong, _ = compare(world, validator, validating(cache={"size": 0}))
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong)


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


# Name, type, the code of the Extended DNS Error (RFC 8914 §4) and words of its text.
BOGUS = [
    ("www.expired.tld", "A", 7, "expired"),
    ("www.future.tld", "A", 8, "valid from"),
    ("www.stripped.tld", "A", 10, ""),
    ("www.striptwww.tld", "A", 10, ""),
    ("www.nokeys.tld", "A", 9, ""),
    ("www.wrongkey.tld", "A", 9, ""),
    ("www.nozonekey.tld", "A", 11, ""),
    ("www.tampered.tld", "A", 6, ""),
    ("www.flipped.tld", "A", 6, ""),
    ("www.flippedrsa.tld", "A", 6, ""),
    ("nothere.nodenial.tld", "A", 12, ""),
    ("nothere.nodenialn3.tld", "A", 12, ""),
    ("www.extreme.tld", "MX", 27, "3000"),
]


def test_clients_are_told_why(validating):
    """With the code, at once and out of the cache."""
    daemon = validating()
    wrong = []
    for name, kind, code, words in BOGUS:
        for _ in range(2):
            reply = get(daemon, name, kind)
            told = ede(reply)
            if state_of(reply) != "SERVFAIL" or reply.answer or told is None or \
                    told[0] != code or words not in told[1]:
                wrong.append((name, state_of(reply), told, code))
    assert not wrong
    # Which is not many times the same for the log, and goes to whom it concerns.
    assert "bogus: www.expired.tld. A:" not in daemon.log()


def test_cd_is_not_validated(validating):
    """The client does that itself (RFC 6840 §5.9); and the two do not mix."""
    daemon = validating()
    for _ in range(2):
        reply = get(daemon, "www.expired.tld", "A", CD=True)
        assert state_of(reply) == "NOERROR" and reply.flags & dns.flags.CD
        assert {rrset.rdtype for rrset in reply.answer} == {1, dns.rdatatype.RRSIG}
        assert state_of(get(daemon, "www.expired.tld", "A")) == "SERVFAIL"
        assert state_of(get(daemon, "www.rsa.tld", "A", CD=True)) == "NOERROR"
        assert state_of(get(daemon, "www.rsa.tld", "A")) == "NOERROR AD"


@pytest.mark.parametrize("name, kind", [
    ("www.p256.tld", "A"), ("nothere.p256.tld", "A"), ("x.wild.rsan3.tld", "A"),
    ("a.old.rsa.tld", "A"), ("www.p256.tld", "MX")])
def test_without_do(validating, name, kind):
    """AD with the AD bit (RFC 6840 §5.7), and no records of DNSSEC either way."""
    daemon = validating()
    for _ in range(2):
        for bit, ad in ((False, ""), (True, " AD")):
            query = make(name, kind)
            query.flags |= dns.flags.AD if bit else 0
            reply = ask(daemon, query)
            assert state_of(reply) == state_of(get(daemon, name, kind))[:8].strip() + ad
            kinds = {r.rdtype for r in reply.answer + reply.authority + reply.additional}
            assert not kinds & PROOFS
    # A type that is asked for is given.
    reply = ask(daemon, make("www.p256.tld", "RRSIG"))
    assert dns.rdatatype.RRSIG in {r.rdtype for r in reply.answer} or not reply.answer


def test_plain_clients(validating):
    """Without EDNS there is no word of it, and bogus is SERVFAIL all the same."""
    daemon = validating()
    assert state_of(ask(daemon, make("www.ed25519.tld", use_edns=False))) == "NOERROR"
    assert state_of(ask(daemon, make("www.tampered.tld", use_edns=False))) == "SERVFAIL"


def test_further_answers_cost_one_signature(relay, validating):
    """Of a zone whose keys are known nothing but the answer is asked for."""
    daemon = validating()
    get(daemon, "www.p256.tld", "A")
    before = daemon.upstream()["queries"]
    for label in ("txt", "mail", "nothere", "x.wild"):
        get(daemon, f"{label}.p256.tld", "MX")
    assert daemon.upstream()["queries"] == before + 4


def test_ttls_end_with_the_signatures(validating):
    """No longer than the original TTL (RFC 4035 §5.3.3)."""
    reply = get(validating(), "www.p384.tld", "A")
    assert all(rrset.ttl <= 300 for rrset in reply.answer)


def test_figures(validating):
    """status tells how many were what, and the query log of each."""
    daemon = validating(log={"queries": True})
    for name in ("www.rsa.tld", "www.insecure.tld", "www.expired.tld", "www.rsa.tld"):
        get(daemon, name, "A")
    told = daemon.status()["dnssec"]
    assert (told["secure"], told["insecure"], told["bogus"]) == (1, 1, 1)
    assert told["retries"] == 1 and told["under_way"] == 0 and told["zones"] > 2
    daemon.wait_log("www.rsa.tld. A", PATIENCE_S)
    assert re.search(r"query www\.rsa\.tld\. A .*secure", daemon.log())
