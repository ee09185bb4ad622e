"""Split DNS: each name goes to the servers of its zone, and to nobody else, whatever
becomes of them."""

import copy
import random
import subprocess

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from client import ask, ede, first, is_failed, is_good, make
from harness import free_port, wait_for
from plain_servers import PlainServer, address_of, answering, reply_with
from servers import answer_a

PUBLIC, INSIDE, OTHER = "203.0.113.1", "192.0.2.53", "192.0.2.54"


def recorder(seen, address=PUBLIC):
    """Behaviour of a DoT server that keeps what it is asked."""
    def behave(session):
        while (query := session.receive()) is not None:
            seen.append(query.question[0].name.to_text().lower())
            if query.question[0].rdtype == dns.rdatatype.A:
                session.send(answer_a(query, address))
            else:
                session.send(dns.message.make_response(query))
    return behave


@pytest.fixture
def public(toy):
    """The default upstream: a DoT server with `seen`, the names it was asked."""
    seen = []
    server = toy(recorder(seen))
    server.seen = seen
    return server


@pytest.fixture
def plain():
    """A function that starts a server without TLS."""
    servers = []

    def begin(*arguments, **options):
        servers.append(PlainServer(*arguments, **options))
        return servers[-1]
    yield begin
    for server in servers:
        server.close()


def to(zone, *servers):
    """A route to servers without TLS."""
    return {"zone": zone, "protocol": "plain",
            "address": [getattr(server, "place", server) for server in servers]}


def address(reply):
    return first(reply) if reply.answer else None


# --- who is asked ----------------------------------------------------------------

def test_longest_suffix(start, public, plain):
    corp, lab = plain(answering(INSIDE)), plain(answering(OTHER))
    daemon = start([public.upstream("public")],
                   forward=[to("corp.example", corp), to("lab.corp.example", lab)])
    for name, expected in (("www.example.", PUBLIC), ("corp.example.", INSIDE),
                           ("a.b.corp.example.", INSIDE), ("notcorp.example.", PUBLIC),
                           ("lab.corp.example.", OTHER), ("x.lab.corp.example.", OTHER),
                           ("corp.example.org.", PUBLIC), ("CORP.example.", INSIDE)):
        assert address(ask(daemon, name)) == expected, name
    assert corp.names() == {"corp.example.", "a.b.corp.example."}
    assert lab.names() == {"lab.corp.example.", "x.lab.corp.example."}
    assert set(public.seen) == {"www.example.", "notcorp.example.", "corp.example.org."}


def test_dig(start, public, plain):
    server = plain(answering(INSIDE))
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    out = subprocess.run(["dig", "+short", "+tries=1", "-p", str(daemon.port),
                          "@" + daemon.address, "printer.lan"], check=True,
                         capture_output=True, text=True).stdout
    assert out == INSIDE + "\n"


def test_ds_is_asked_of_the_parent(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("corp.example", server)])
    ask(daemon, "corp.example.", "DS")
    ask(daemon, "sub.corp.example.", "DS")
    assert public.seen == ["corp.example."]
    assert server.asked == [("udp", "sub.corp.example.", "DS")]


def test_to_a_named_upstream(start, toy, public):
    """Which is asked for that zone alone."""
    seen = []
    vpn = toy(recorder(seen, INSIDE))
    daemon = start([vpn.upstream("vpn"), public.upstream("public")],
                   strategy="round_robin",
                   forward=[{"zone": "corp.example", "upstreams": ["vpn"]}])
    for i in range(10):
        assert address(ask(daemon, f"n{i}.example.")) == PUBLIC
        assert address(ask(daemon, f"n{i}.corp.example.")) == INSIDE
    assert set(seen) == {f"n{i}.corp.example." for i in range(10)}
    assert set(public.seen) == {f"n{i}.example." for i in range(10)}


def test_status_shows_it(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    ask(daemon, "a.lan.")
    status = daemon.upstream("plain@" + server.place)
    assert (status["protocol"], status["state"]) == ("plain", "good")
    assert status["zones"] == ["lan."] and status["verdict"] is None
    assert status["queries"] == 1 and status["handshakes"] == 0
    assert daemon.upstream("public")["zones"] is None
    text = daemon.ctl("status").stdout
    assert "without TLS, for its zones alone" in text and "plain" in text
    assert "is good: it answers, without TLS" in daemon.log()


# --- what leaves -----------------------------------------------------------------

def test_a_query_says_no_more_than_it_must(start, public, plain):
    """No padding where nothing is encrypted, no client subnet, and the letters mixed."""
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    query = make("averylongnamewithmanyletters.lan.", use_edns=0, options=[
        dns.edns.ECSOption("198.51.100.0", 24)])
    assert address(ask(daemon, query)) == INSIDE
    (wire,) = server.wires
    sent = dns.message.from_wire(wire)
    assert sent.edns == 0 and sent.options == () and sent.payload == 1232
    letters = sent.question[0].name.to_text()
    assert letters != letters.lower() and letters != letters.upper()
    assert sent.flags == dns.flags.RD
    assert sent.id != query.id


def test_ids_ports_and_letters_differ(start, public, plain):
    server = plain()
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    for i in range(20):
        ask(daemon, f"abcdefghijklm{i}.lan.")
    sent = [dns.message.from_wire(wire) for wire in server.wires]
    assert len({query.id for query in sent}) > 15
    assert len({query.question[0].name.to_text()[:13] for query in sent}) > 15
    assert len(set(server.ports)) > 15
