"""What dnssec, dnssec_anchors, dnssec_negative and trust_ad change, at the start and at a
reload; and who else may say that something is secure."""

import os
import threading

import dns.flags
import dns.message
import dns.rdatatype
import dns.zone
import pytest

import zone_servers
from client import Later, ask, make
from harness import PINTLE, join, run
from servers import Toy
from test_dnssec import get
from zone_servers import state_of

VALIDATING_UPSTREAM = zone_servers.TLS.replace('"iterator"', '"validator iterator"') + \
    '  trust-anchor-file: "{anchor}"\n'


@pytest.fixture(scope="module")
def trusted(world, nsd, serve, authority):
    """An upstream that validates and says so."""
    class Trusted(zone_servers.Relay):
        def __init__(self):
            self.settle()
            self.authority = authority
            zone_servers.Unbound.__init__(
                self, "trusted", world, nsd, VALIDATING_UPSTREAM.format(
                    port=self.port, key=authority.key, certificate=authority.certificate,
                    anchor=world.anchor))
    return serve(Trusted())


def write(place, name, text):
    path = os.path.join(place, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def states(daemon, *names):
    return [state_of(get(daemon, name, "A")) for name in names]


NAMES = ("www.rsa.tld", "www.insecure.tld", "www.expired.tld")


# --- whose word counts ---------------------------------------------------------------

@pytest.mark.parametrize("trust, ad", [(True, " AD"), (False, "")])
def test_trust_ad(start, trusted, trust, ad):
    """With its twin: the upstream's AD is passed on, to those who ask for it."""
    daemon = start([trusted.upstream()], trust_ad=trust)
    for _ in range(2):
        assert states(daemon, *NAMES) == ["NOERROR" + ad, "NOERROR", "SERVFAIL"]
        query = make("www.p384.tld")
        assert state_of(ask(daemon, query)) == "NOERROR"
        query.flags |= dns.flags.AD
        assert state_of(ask(daemon, query)) == "NOERROR" + ad


def test_off_believes(start, relay):
    """The twin of all: without validation everything is as the upstream says."""
    daemon = start([relay.upstream()])
    assert states(daemon, *NAMES) == ["NOERROR"] * 3
    assert daemon.status()["dnssec"] is None


def test_an_upstream_s_ad_is_not_ours(validating, trusted):
    """It validates as we do; what counts is what we find."""
    daemon = validating([trusted.upstream()], dnssec_negative=["rsa.tld"])
    assert states(daemon, *NAMES) == ["NOERROR", "NOERROR", "SERVFAIL"]


# --- negative trust anchors ------------------------------------------------------------

def test_negative(validating):
    """The zone and all below it, no other; and nothing there has AD."""
    daemon = validating(dnssec_negative=["expired.tld", "p256.tld"])
    assert states(daemon, "www.expired.tld", "nothere.expired.tld", "www.p256.tld",
                  "www.child.p256.tld", "www.future.tld", "www.p384.tld") == [
        "NOERROR", "NXDOMAIN", "NOERROR", "NOERROR", "SERVFAIL", "NOERROR AD"]
    # A chain from here to there and back.
    assert states(daemon, "to-expired.ed25519.tld", "to-chain.rsa.tld") == [
        "NOERROR", "NOERROR"]


@pytest.mark.parametrize("negative, said", [
    ([], "SERVFAIL"), (["expired.tld"], "NOERROR")])
def test_plain_zones_are_validated(validating, nsd, negative, said):
    """That a server is asked without TLS is no reason to believe it, unless somebody
    says so."""
    server = {"zone": "expired.tld", "address": [join(nsd.address, nsd.port)],
              "protocol": "plain"}
    daemon = validating(forward=[server], dnssec_negative=negative)
    assert states(daemon, *NAMES) == ["NOERROR AD", "NOERROR", said]


def test_a_bypass_is_not_validated(validating, nsd):
    """Its names alone, as long as it lasts."""
    daemon = validating()
    assert states(daemon, "www.expired.tld") == ["SERVFAIL"]
    done = daemon.ctl("bypass", "--for", "1m", "--server", join(nsd.address, nsd.port),
                      "www.expired.tld")
    assert done.returncode == 0, done.stderr
    assert states(daemon, "www.expired.tld", "mail.expired.tld") == ["NOERROR", "SERVFAIL"]
    assert daemon.ctl("bypass", "--end").returncode == 0
    assert states(daemon, "www.expired.tld") == ["SERVFAIL"]


# --- anchors -----------------------------------------------------------------------------

def test_builtin_anchors(validating):
    """Those of the real root do not fit this one."""
    assert states(validating(dnssec_anchors="builtin"), *NAMES) == ["SERVFAIL"] * 3


def test_an_island(validating, world, place):
    """An anchor for one zone: nobody can say anything of the others."""
    ds = world.zones["p256.tld"].ds_records[0]
    path = write(place, "island", f"p256.tld. IN DS {ds}\n")
    daemon = validating(dnssec_anchors=path)
    assert states(daemon, "www.p256.tld", "www.child.p256.tld", "nothere.p256.tld") == [
        "NOERROR AD", "NOERROR AD", "NXDOMAIN AD"]
    assert states(daemon, *NAMES) == ["NOERROR"] * 3


def test_a_dnskey_as_anchor(validating, world, place):
    """As /usr/share/dns/root.key has it."""
    key = dns.zone.from_file(world.files["."], ".").get_rdataset("@", "DNSKEY")[0]
    path = write(place, "root.key", f". 300 IN DNSKEY {key.to_text()}\n")
    daemon = validating(dnssec_anchors=path)
    assert states(daemon, *NAMES) == ["NOERROR AD", "NOERROR", "SERVFAIL"], daemon.log()


BROKEN = [
    ("missing", None, "No such file"),
    ("empty", "", ""),
    ("not a record", "; a comment\nthis is no record\n", ":2"),
    ("another type", ". IN A 192.0.2.1\n", ":1"),
    ("half a digest", ". IN DS 20326 8 2 E06D44B8\n", ":1"),
]


@pytest.mark.parametrize("text, words", [row[1:] for row in BROKEN],
                         ids=[row[0] for row in BROKEN])
def test_broken_anchors(good, write, place, text, words):
    """--check-config says where they are named and what is wrong with them."""
    path = os.path.join(place, "anchors")
    if text is not None:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    config = write(dict(good, dnssec="validate", dnssec_anchors=path))
    done = run([PINTLE, "--check-config", "-c", config])
    assert done.returncode == 78
    assert "dnssec_anchors: " in done.stderr and words in done.stderr
    assert path in done.stderr
    # It is not looked at where it is of no use.
    config = write(dict(good, dnssec="off", dnssec_anchors=path))
    assert run([PINTLE, "--check-config", "-c", config]).returncode == 0


# --- reload ------------------------------------------------------------------------------

def test_reload_turns_it_on_and_off(start, relay, world):
    """What was found before is found again; nothing of it stays in the cache."""
    daemon = start([relay.upstream()])
    assert states(daemon, *NAMES) == ["NOERROR"] * 3
    on = dict(daemon.config, dnssec="validate", dnssec_anchors=world.anchor)
    for _ in range(2):
        assert daemon.reload(on)["ok"]
        assert states(daemon, *NAMES) == ["NOERROR AD", "NOERROR", "SERVFAIL"]
        assert daemon.reload(dict(on, dnssec_negative=["expired.tld"]))["ok"]
        assert states(daemon, *NAMES) == ["NOERROR AD", "NOERROR", "NOERROR"]
        assert daemon.reload(dict(on, dnssec="off"))["ok"]
        assert states(daemon, *NAMES) == ["NOERROR"] * 3


def test_reload_without_a_change_keeps_the_keys(validating):
    """And the counters, which belong to them."""
    daemon = validating()
    states(daemon, *NAMES)
    before = daemon.status()["dnssec"]
    assert daemon.reload(dict(daemon.config, log={"level": "info"}))["ok"]
    assert daemon.status()["dnssec"] == before


def test_reload_with_broken_anchors(validating, place):
    """Nothing changes."""
    daemon = validating()
    broken = write(place, "broken", "nonsense\n")
    answer = daemon.reload(dict(daemon.config, dnssec_anchors=broken))
    assert not answer["ok"] and "broken:1" in answer["error"]
    assert states(daemon, *NAMES) == ["NOERROR AD", "NOERROR", "SERVFAIL"]


def test_reloads_while_validations_are_under_way(validating, world):
    """With changes each time: nobody is left without an answer, and none is wrong."""
    daemon = validating(cache={"size": 0})
    names = [name for zone in ("rsa.tld", "p384.tld", "rsan3.tld", "ed448.tld")
             for name, kind in world.zones[zone].names() if kind == "A"]
    stop = threading.Event()
    seen = set()

    def keep_asking(part):
        n = 0
        while not stop.is_set():
            for name in names[part::4]:
                seen.add(state_of(get(daemon, name, "A")))
                n += 1
        return n
    clients = [Later(keep_asking, i) for i in range(4)]
    configs = [dict(daemon.config, dnssec_negative=[]),
               dict(daemon.config, dnssec_negative=["other.tld"]),
               dict(daemon.config, dnssec="off")]
    for i in range(60):
        assert daemon.reload(configs[i % len(configs)])["ok"]
    stop.set()
    assert sum(client.get() for client in clients) > 0
    assert not {state for state in seen if "SERVFAIL" in state}


# --- a bad upstream beside a good one ------------------------------------------------------

def stripping(relay):
    """What a toy does that passes questions on and takes signatures out of answers."""
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.from_wire(relay.query_wire(query))
            for section in (reply.answer, reply.authority):
                section[:] = [r for r in section if r.rdtype != dns.rdatatype.RRSIG]
            reply.id = query.id
            session.send(reply)
    return behave


@pytest.fixture
def stripper(authority, world, nsd, serve):
    """An upstream that takes signatures out of answers."""
    class Plain(zone_servers.Unbound):
        def __init__(self):
            self.settle()
            super().__init__("plain", world, nsd, 'module-config: "iterator"')

        def query_wire(self, query):
            return self.ask(query, tcp=True).to_wire()
    toy = Toy(authority, stripping(serve(Plain())))
    yield toy
    toy.close()


def test_the_other_upstream_is_asked(validating, relay, stripper):
    """Once, for each answer that is bogus; what it says counts."""
    daemon = validating([stripper.upstream("stripper"), relay.upstream()],
                        strategy="ordered", hedge="off")
    for name in ("www.rsa.tld", "www.p384.tld", "nothere.rsan3.tld"):
        assert state_of(get(daemon, name, "A")).endswith(" AD")
    assert states(daemon, "www.insecure.tld", "www.tampered.tld") == [
        "NOERROR", "SERVFAIL"]
    assert daemon.status()["dnssec"]["retries"] >= 4


def test_alone_it_has_no_answer(validating, stripper):
    """The twin: nobody else to ask."""
    daemon = validating([stripper.upstream("stripper")])
    assert states(daemon, "www.rsa.tld", "www.p384.tld") == ["SERVFAIL", "SERVFAIL"]
