"""Names of strangers that lead into the house are answered without that."""

import copy
import struct

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from client import ask, ede
from plain_servers import PlainServer, answering, to

ON = {"enable": True}


def giving(*records):
    """A DoT server's behaviour: these records, as "TYPE DATA", for any name; of other
    types it has none."""
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query)
            name = query.question[0].name
            for record in records:
                kind, _, data = record.partition(" ")
                if dns.rdatatype.from_text(kind) == query.question[0].rdtype:
                    reply.answer.append(
                        dns.rrset.from_text(name, 300, "IN", kind, data))
            session.send(reply)
    return behave


def is_emptied(reply):
    error = ede(reply)
    return (reply.rcode() == dns.rcode.NOERROR and not reply.answer
            and error is not None and error[0] == 15
            and error[1].startswith("rebind_protection"))


@pytest.mark.parametrize("record", [
    "A 192.168.1.1", "A 10.0.0.1", "A 127.0.0.1", "A 0.0.0.0", "A 169.254.169.254",
    "A 100.64.0.1", "AAAA ::1", "AAAA fd00::1", "AAAA fe80::1",
    "AAAA ::ffff:192.168.1.1", 'HTTPS 1 . alpn="h2" ipv4hint="192.168.1.1"',
    'SVCB 1 . ipv6hint="fd00::1"'])
def test_emptied(start, toy, record):
    server = toy(giving(record))
    daemon = start([server.upstream("a")], rebind_protection=ON)
    kind = record.split()[0]
    for _ in range(2):
        reply = ask(daemon, "evil.example", kind, use_edns=0)
        assert is_emptied(reply), reply
    assert daemon.status()["queries"]["rebinds"] == 1
    assert "rebind_protection: evil.example. leads to" in daemon.log()


@pytest.mark.parametrize("record", [
    "A 192.0.2.1", "A 203.0.113.9", "AAAA 2001:db8::1", "TXT 192.168.1.1",
    'HTTPS 1 . alpn="h2" ipv4hint="203.0.113.9"'])
def test_kept(start, toy, record):
    server = toy(giving(record))
    daemon = start([server.upstream("a")], rebind_protection=ON)
    reply = ask(daemon, "good.example", record.split()[0], use_edns=0)
    assert reply.answer and ede(reply) is None
    assert daemon.status()["queries"]["rebinds"] == 0


def test_off_by_default(start, toy):
    server = toy(giving("A 192.168.1.1"))
    daemon = start([server.upstream("a")])
    assert ask(daemon, "home.example").answer


def test_one_inside_among_others(start, toy):
    """Half of it would do for whoever asks until it is the right half."""
    server = toy(giving("A 203.0.113.9", "A 192.168.1.1"))
    daemon = start([server.upstream("a")], rebind_protection=ON)
    assert is_emptied(ask(daemon, "evil.example", use_edns=0))


def test_behind_a_cname(start, toy):
    """The name that is asked for counts: a stranger may point anywhere."""
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query)
            name = query.question[0].name
            reply.answer.append(dns.rrset.from_text(
                name, 300, "IN", "CNAME", "x.allowed.example."))
            reply.answer.append(dns.rrset.from_text(
                "x.allowed.example.", 300, "IN", "A", "192.168.1.1"))
            session.send(reply)
    server = toy(behave)
    daemon = start([server.upstream("a")],
                   rebind_protection={"enable": True, "allow": ["allowed.example"]})
    assert is_emptied(ask(daemon, "evil.example", use_edns=0))


def test_allowed_names(start, toy):
    server = toy(giving("A 192.168.1.1"))
    daemon = start([server.upstream("a")],
                   rebind_protection={"enable": True, "allow": ["plex.direct"]})
    for name, good in (("plex.direct", True), ("1-2.abc.Plex.Direct", True),
                       ("notplex.direct", False), ("direct", False)):
        reply = ask(daemon, name, use_edns=0)
        assert bool(reply.answer) == good and is_emptied(reply) != good, name


def test_what_has_servers_of_its_own(start, toy):
    inside = PlainServer(answering("192.168.1.7"))
    server = toy(giving("A 192.168.1.1"))
    daemon = start([server.upstream("a")], rebind_protection=ON,
                   forward=[to("corp.example", inside)])
    reply = ask(daemon, "printer.corp.example")
    assert reply.answer[0][0].to_text() == "192.168.1.7"
    assert is_emptied(ask(daemon, "evil.example", use_edns=0))
    inside.close()


def test_what_is_answered_here(start, toy):
    server = toy(giving())
    daemon = start([server.upstream("a")], rebind_protection=ON,
                   local_records=["router.test. 300 IN A 192.168.1.1"])
    assert ask(daemon, "localhost").answer
    assert ask(daemon, "router.test").answer


@pytest.mark.parametrize("target, inside", [
    ("router.test", True), ("printer.corp.example", True), ("localhost", True),
    ("x.localhost", True), ("nobody.lan", False), ("else.example", False)])
def test_a_cname_into_the_house(start, toy, target, inside):
    """Some clients go on from a CNAME that nothing comes with: they would be given the
    address, as the stranger's."""
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query)
            reply.answer.append(dns.rrset.from_text(
                query.question[0].name, 300, "IN", "CNAME", target + "."))
            session.send(reply)
    server, corp = toy(behave), PlainServer(answering("192.168.1.7"))
    daemon = start([server.upstream("a")], rebind_protection=ON,
                   forward=[to("corp.example", corp)],
                   local_records=["router.test. 300 IN A 192.168.1.1"])
    reply = ask(daemon, "evil.example", use_edns=0)
    assert is_emptied(reply) == inside and bool(reply.answer) != inside, reply
    corp.close()


def test_a_cname_into_the_house_with_an_address(start, toy):
    """The same name inside and outside: what comes with it is all that is used."""
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query)
            for owner, kind, data in (
                    (query.question[0].name, "CNAME", "router.test."),
                    ("router.test.", "A", "203.0.113.9")):
                reply.answer.append(dns.rrset.from_text(owner, 300, "IN", kind, data))
            session.send(reply)
    server = toy(behave)
    daemon = start([server.upstream("a")], rebind_protection=ON,
                   local_records=["router.test. 300 IN A 192.168.1.1"])
    assert len(ask(daemon, "www.example").answer) == 2


def test_reload_counts_at_once(start, toy):
    """What was let through before is not given from the cache."""
    server = toy(giving("A 192.168.1.1"))
    daemon = start([server.upstream("a")])
    config = copy.deepcopy(daemon.config)
    assert ask(daemon, "evil.example").answer
    config["rebind_protection"] = ON
    assert daemon.reload(config)["ok"]
    assert is_emptied(ask(daemon, "evil.example", use_edns=0))
    config["rebind_protection"] = {"enable": True, "allow": ["evil.example"]}
    assert daemon.reload(config)["ok"]
    assert ask(daemon, "evil.example").answer


def test_a_broken_hint_is_not_passed_on(start, toy):
    """What one reader cannot read another may."""
    def behave(session):
        while (query := session.receive()) is not None:
            wire = bytearray(dns.message.make_response(query).to_wire())
            wire[7] = 1
            end = 12 + len(query.question[0].name.to_wire()) + 4
            rdata = struct.pack("!H", 1) + b"\0" + struct.pack("!HH", 4, 9) + b"\xc0\xa8"
            wire[end:end] = struct.pack("!HHHIH", 0xc00c, 65, 1, 300, len(rdata)) + rdata
            session.send(bytes(wire))
    server = toy(behave)
    daemon = start([server.upstream("a")], rebind_protection=ON)
    reply = ask(daemon, "evil.example", "HTTPS", use_edns=0)
    assert not reply.answer
