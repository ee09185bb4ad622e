"""Expired answers, when there is no other; popular ones, before they expire."""

import itertools
import tempfile
import threading
import time

import dns.message
import dns.rcode
import dns.rrset
import pytest

import client
from client import ede, first, is_failed, is_good
from harness import wait_for
from servers import Authority, Toy, answer_a

STALE, STALE_NXDOMAIN = 3, 19


def ask(daemon, name):
    """With EDNS, which Extended DNS Errors need."""
    return client.ask(daemon, name, use_edns=0)


def serve(ttl_s):
    """Answers everything, to be remembered that long."""
    def behave(session):
        while (query := session.receive()) is not None:
            session.send(answer_a(query, ttl_s=ttl_s))
    return behave


def is_stale(reply, code=STALE):
    return ede(reply) is not None and ede(reply)[0] == code


def wait_stale(daemon, name, code=STALE):
    """The first stale answer, once the fresh one has expired."""
    def look():
        reply = ask(daemon, name)
        assert not is_failed(reply), reply
        return reply if is_stale(reply, code) else None
    return wait_for("a stale answer", look)


def queries(daemon):
    return daemon.control(command="stats")["queries"]


@pytest.fixture
def stranger(short_tmp):
    """A function: a server at an address, certified by nobody whom we know."""
    servers = []

    def begin(address):
        host, port = address.rsplit(":", 1)
        servers.append(Toy(Authority(tempfile.mkdtemp(dir=short_tmp)), serve(300),
                           address=host, port=int(port)))
        return servers[-1]
    yield begin
    for server in servers:
        server.close()


def test_stopped_then_refused(start, toy, stranger):
    """The answers outlive their server, and say of what it failed."""
    server = toy(serve(1))
    daemon = start([server.upstream("u")])
    names = [f"n{i}.test" for i in range(40)]
    for name in names:
        assert is_good(ask(daemon, name))
    server.close()

    reply = wait_stale(daemon, names[0])
    assert first(reply) == "192.0.2.7" and reply.answer[0].ttl == 30
    assert "u: " in ede(reply)[1] and "connection refused" in ede(reply)[1]
    took = []
    for _ in range(10):
        begin = time.monotonic()
        reply = ask(daemon, names[0])
        took.append(time.monotonic() - begin)
        assert is_stale(reply) and reply.answer[0].ttl == 30
    assert min(took) < 0.1
    assert is_failed(ask(daemon, "another.test"))
    assert queries(daemon)["stale"] >= 11

    false = stranger(server.address)
    # One name says for half a minute of what it failed: so another each time.
    left = itertools.cycle(names[1:])
    reply = wait_for("the refusal as a reason", lambda: (
        reply if "u: pkix_untrusted: " in ede(reply := ask(daemon, next(left)))[1] else None))
    assert is_stale(reply) and first(reply) == "192.0.2.7" and reply.answer[0].ttl == 30
    assert false.handshakes == 0 and daemon.upstream()["state"] == "refused"

    # Without EDNS there is no word of it.
    reply = client.ask(daemon, names[0])
    assert is_good(reply) and reply.edns < 0
    assert daemon.control(command="flush", name=names[0])["flushed"] == 1
    assert is_failed(ask(daemon, names[0]))


@pytest.mark.parametrize("serve_stale, some", [("2s", True), (0, False)])
def test_serve_stale_ends(start, toy, serve_stale, some):
    server = toy(serve(1))
    daemon = start([server.upstream("u")], cache={"serve_stale": serve_stale})
    assert is_good(ask(daemon, "example.test"))
    server.close()

    def look():
        reply = ask(daemon, "example.test")
        return reply if is_failed(reply) else None
    reply = wait_for("an end", look, 15)
    assert not is_stale(reply) and "connection refused" in ede(reply)[1]
    assert (queries(daemon)["stale"] > 0) == some


def test_stale_denial(start, toy):
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query)
            reply.set_rcode(dns.rcode.NXDOMAIN)
            reply.authority.append(dns.rrset.from_text(
                "test.", 1, "IN", "SOA", "ns.test. me.test. 1 2 3 4 1"))
            session.send(reply)
    server = toy(behave)
    daemon = start([server.upstream("u")])
    assert ask(daemon, "nx.test").rcode() == dns.rcode.NXDOMAIN
    server.close()
    reply = wait_stale(daemon, "nx.test", STALE_NXDOMAIN)
    assert reply.rcode() == dns.rcode.NXDOMAIN and reply.authority[0].ttl == 30


def test_what_takes_long(start, toy):
    """After 1.8 s the stale answer is given; the fresh one is for the next."""
    silent, go_on = threading.Event(), threading.Event()

    def behave(session):
        while (query := session.receive()) is not None:
            if silent.is_set():
                go_on.wait(20)
                session.send(answer_a(query, "192.0.2.8"))
            else:
                session.send(answer_a(query, ttl_s=1))
    daemon = start([toy(behave).upstream("u")])
    assert is_good(ask(daemon, "example.test"))
    silent.set()

    def late():
        begin = time.monotonic()
        reply = ask(daemon, "example.test")
        return (reply, time.monotonic() - begin) if is_stale(reply) else None
    reply, took = wait_for("a stale answer", late)
    assert first(reply) == "192.0.2.7" and reply.answer[0].ttl == 30
    assert 1.7 < took < 3.5
    go_on.set()
    reply = wait_for("the fresh answer", lambda: (
        reply if ede(reply := ask(daemon, "example.test")) is None else None))
    assert first(reply) == "192.0.2.8" and reply.answer[0].ttl > 290


def test_prefetch(start, toy):
    """Who asks again and again finds it there; as there is no way to set the daemon's
    clock, this takes nine seconds."""
    daemon = start([toy(serve(10)).upstream("u")])

    def prefetched():
        assert is_good(ask(daemon, "example.test"))
        return queries(daemon)["prefetches"] == 1
    wait_for("a prefetch", prefetched)
    wait_for("its answer", lambda: ask(daemon, "example.test").answer[0].ttl > 8)
    assert daemon.status()["cache"]["misses"] == 1
    counts = queries(daemon)
    assert counts["received"] == counts["answered"]
