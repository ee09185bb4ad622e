"""An upstream that is known by its name alone: looked up with `bootstrap` servers, which
learn that name and nothing else."""

import socket
import threading
from urllib.parse import urlsplit

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from client import ask, ede, first, is_failed, is_good

MINUTE_S = 60


class NameServer:
    """Plain DNS over UDP: gives `address` for every name, or says nothing."""

    def __init__(self, address):
        self.address = address
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            wire, client = self.socket.recvfrom(4096)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            question = query.question[0]
            self.asked.append((question.name.to_text(), dns.rdatatype.to_text(
                question.rdtype)))
            if self.address is None:
                continue
            reply = dns.message.make_response(query)
            reply.flags |= dns.flags.RA
            if question.rdtype == dns.rdatatype.A:
                reply.answer.append(dns.rrset.from_text(
                    question.name, MINUTE_S, "IN", "A", self.address))
            self.socket.sendto(reply.to_wire(), client)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self.socket.getsockname())


@pytest.fixture
def name_server():
    """A function that starts one."""
    servers = []
    yield lambda address: servers.append(NameServer(address)) or servers[-1]
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def lab(start_lab):
    return start_lab("honest", "wrong-name", protocol="doh")


@pytest.fixture
def begin(start, lab):
    """A function that starts a daemon with one upstream of the lab, without its address."""
    def by_name(name, *bootstrap):
        upstream = dict(lab.upstreams[name])
        (place,) = upstream.pop("address")
        assert place.split(":")[1] == str(urlsplit(upstream["url"]).port or 443)
        return start([upstream], tls=lab.tls, ct=lab.ct, bootstrap=list(bootstrap))
    return by_name


def address_of(lab, name):
    return lab.upstreams[name]["address"][0].split(":")[0]


def host_of(lab, name):
    return urlsplit(lab.upstreams[name]["url"]).hostname + "."


def test_its_name_and_no_other(begin, lab, name_server):
    server = name_server(address_of(lab, "honest-doh"))
    daemon = begin("honest-doh", server.place)
    for name in ("example.lab", "another.lab"):
        assert is_good(ask(daemon, name))
    host = host_of(lab, "honest-doh")
    assert sorted(server.asked) == [(host, "A"), (host, "AAAA")]


def test_the_next_server(begin, lab, name_server):
    silent, server = name_server(None), name_server(address_of(lab, "honest-doh"))
    daemon = begin("honest-doh", silent.place, server.place)
    assert first(ask(daemon, "example.lab")) == "192.0.2.1"
    assert {name for name, _ in silent.asked} == {host_of(lab, "honest-doh")}


def test_the_certificate_decides(begin, lab, name_server):
    """The twin of the first: whoever the name server names must show who he is."""
    server = name_server(address_of(lab, "wrong-name-doh"))
    daemon = begin("wrong-name-doh", server.place)
    reply = ask(daemon, "example.lab", use_edns=0)
    assert is_failed(reply) and "name_mismatch" in ede(reply)[1]
    assert lab.counters("wrong-name-doh", "scenario")["application_bytes"] == 0


def test_nobody_knows_it(begin, lab, name_server):
    """Asked of nobody else: a failure, which says whom."""
    server = name_server(None)
    reply = ask(begin("honest-doh", server.place), "example.lab", use_edns=0)
    host = host_of(lab, "honest-doh").rstrip(".")
    assert is_failed(reply)
    assert ede(reply)[1] == (f"honest-doh: bootstrap server {server.place} did not answer "
                             f"about {host}")
