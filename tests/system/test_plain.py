"""Servers without TLS: what leaves for them, and what is believed of what comes back."""

import random

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest

from client import ask, make
from harness import Child, free_port, has_ipv6, random_net, wait_for
from plain_servers import INSIDE, address, address_of, reply_with, to
from servers import find_program

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


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_ipv6(start, public, plain):
    def behave(query, how, send):
        reply = address_of(query, INSIDE)
        if how == "udp":
            reply.answer.clear()
            reply.flags |= dns.flags.TC
        send(reply)
    server = plain(behave, address="::1")
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    assert address(ask(daemon, "printer.lan.")) == INSIDE
    assert [how for how, _, _ in server.asked] == ["udp", "tcp"]
    assert daemon.upstream("plain@" + server.place)["state"] == "good"


# --- what is believed ------------------------------------------------------------

def forged(query, how):
    """What somebody would send who does not see the query, with an address of his."""
    reply = dns.message.make_response(dns.message.from_wire(query.to_wire()))
    reply.flags |= dns.flags.RA
    if how == "ID":
        reply.id ^= 1
    if how == "name":
        reply.question[0].name = dns.name.from_text("other.lan.")
    if how == "case":
        reply.question[0].name = dns.name.from_text(
            query.question[0].name.to_text().swapcase())
    reply.answer.append(dns.rrset.from_text(
        reply.question[0].name, 300, "IN", "A", "198.51.100.66"))
    return reply


@pytest.mark.parametrize("how", ["ID", "name", "case"])
def test_forged_answers_are_ignored(start, public, plain, how):
    def behave(query, transport, send):
        del transport
        for _ in range(3):
            send(forged(query, how))
        send(address_of(query, INSIDE))
    server = plain(behave)
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    for i in range(5):
        assert address(ask(daemon, f"printer{i}.lan.")) == INSIDE
    assert daemon.upstream("plain@" + server.place)["mismatched_answers"] == 15
    assert not [how for how, _, _ in server.asked if how == "tcp"]


def test_answers_from_elsewhere_are_ignored(start, public, plain):
    """From another port, and from another address: the right bytes all the same."""
    others = [plain(), plain(address="127.0.0.2")]

    def behave(query, how, send):
        del how
        for other in others:
            other.udp.sendto(forged(query, "source").to_wire(),
                             ("127.0.0.1", server.ports[-1]))
        send(address_of(query, INSIDE))
    server = plain(behave)
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    for i in range(5):
        assert address(ask(daemon, f"printer{i}.lan.")) == INSIDE


def test_a_flood_of_guesses_leads_to_tcp(start, public, plain):
    def behave(query, how, send):
        if how == "udp":
            for _ in range(20):
                reply = forged(query, "source")
                reply.id = (query.id + random.randint(1, 0xffff)) & 0xffff
                send(reply)
        else:
            send(address_of(query, INSIDE))
    server = plain(behave)
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    assert address(ask(daemon, "printer.lan.")) == INSIDE
    assert [how for how, _, _ in server.asked] == ["udp", "tcp"]


def test_a_server_that_writes_small_letters(start, public, plain):
    """It is no forgery; TCP tells."""
    def behave(query, how, send):
        del how
        reply = address_of(dns.message.from_wire(query.to_wire()), INSIDE)
        for section in reply.question, reply.answer:
            for rrset in section:
                rrset.name = dns.name.from_text(rrset.name.to_text().lower())
        send(reply)
    server = plain(behave)
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    assert address(ask(daemon, "averylongnamewithletters.lan.")) == INSIDE


def test_cut_answers_are_fetched_over_tcp(start, public, plain):
    long = ["TXT " + " ".join(f'"{i:0>200}"' for i in range(20))]

    def behave(query, how, send):
        reply = reply_with(query, *long)
        if how == "udp":
            reply.answer.clear()
            reply.flags |= dns.flags.TC
        send(reply)
    server = plain(behave)
    daemon = start([public.upstream("public")], forward=[to("lan", server)])
    reply = ask(daemon, "long.lan.", "TXT", tcp=True)
    assert len(reply.answer[0][0].strings) == 20
    assert [how for how, _, _ in server.asked] == ["udp", "tcp"]


# --- programs of others ----------------------------------------------------------

ZONE = """$ORIGIN corp.example.
@ 300 IN SOA ns hostmaster 1 3600 600 86400 60
@ 300 IN NS ns
ns 300 IN A 192.0.2.53
Printer 300 IN A 192.0.2.7
www 300 IN CNAME printer
long 300 IN TXT {long}
"""
NSD = """server:
  ip-address: {address}@{port}
  port: {port}
  server-count: 1
  zonesdir: "{directory}"
  database: ""
  username: ""
  pidfile: "{directory}/nsd.pid"
  xfrdfile: "{directory}/xfrd.state"
  zonelistfile: "{directory}/zone.list"
remote-control:
  control-enable: no
zone:
  name: corp.example
  zonefile: corp.zone
"""
UNBOUND = """server:
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: "{directory}/unbound.pid"
  use-syslog: no
  do-daemonize: no
  interface: {address}@{port}
  access-control: 127.0.0.0/8 allow
auth-zone:
  name: corp.example
  zonefile: corp.zone
  for-upstream: no
remote-control:
  control-enable: no
"""


LONG = " ".join(30 * ['"' + 99 * "x" + '"'])
PROGRAMS = {"nsd": (NSD, ["-d", "-c"]), "unbound": (UNBOUND, ["-p", "-c"])}


@pytest.fixture(params=list(PROGRAMS))
def authority_at(request, place):
    """Where a program serves corp.example."""
    template, options = PROGRAMS[request.param]
    program = find_program(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    host = random_net() + ".1"
    port = free_port(host)
    for name, text in (("corp.zone", ZONE.format(long=LONG)), ("server.conf", template)):
        with open(f"{place}/{name}", "w", encoding="ascii") as file:
            file.write(text.format(address=host, port=port, directory=place))
    child = Child([program, *options, f"{place}/server.conf"], f"{place}/program.log",
                  cwd=place)
    yield f"{host}:{port}"
    child.kill()


def test_a_real_server(start, public, authority_at):
    """Letters come back as they were sent, and what is long comes over TCP."""
    daemon = start([public.upstream("public")], limits={"timeout": "10s"},
                   forward=[to("corp.example", authority_at)])
    wait_for("the server",
             lambda: address(ask(daemon, "printer.corp.example.")) == "192.0.2.7")
    reply = ask(daemon, "WWW.corp.EXAMPLE.")
    assert [rrset.rdtype for rrset in reply.answer] == [5, 1]
    reply = ask(daemon, "long.corp.example.", "TXT", tcp=True)
    assert len(reply.answer[0][0].strings) == 30
    assert ask(daemon, "none.corp.example.").rcode() == dns.rcode.NXDOMAIN
    assert daemon.upstream("plain@" + authority_at)["mismatched_answers"] == 0
