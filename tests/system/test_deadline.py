"""Whatever upstreams do or leave undone: who asks has a reply within limits.timeout."""

import socket
import tempfile
import time

import pytest

from client import Later, ask, ede, is_failed, is_good
from harness import free_port, join, random_net
from servers import Authority, Toy, answer_a, serve_all

LIMIT_S = 0.4
# Schedulers, Python's threads, and the look that the daemon takes every 20 ms.
LATE_S = 0.3


def never(session):
    """Takes queries, answers none."""
    while session.receive_wire() is not None:
        pass


def half(session):
    """An answer that never ends."""
    while (query := session.receive()) is not None:
        wire = answer_a(query).to_wire()
        session.tls.sendall(len(wire).to_bytes(2, "big") + wire[:-4])


def hang_up(session):
    """Closes when the first query comes."""
    session.receive()


def other_names(session):
    """Answers what nobody asked."""
    while (query := session.receive()) is not None:
        reply = answer_a(query)
        reply.id ^= 1
        session.send(reply)


class Silent:
    """The kernel accepts TCP; with a full queue it drops what comes."""

    def __init__(self, is_full):
        self.sockets = [socket.socket()]
        self.sockets[0].bind((random_net() + ".1", 0))
        self.sockets[0].listen(0 if is_full else 64)
        self.address = self.sockets[0].getsockname()
        for _ in range(3 if is_full else 0):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(self.address)
            self.sockets.append(s)

    def close(self):
        for s in self.sockets:
            s.close()


@pytest.fixture
def make_upstream(authority, toy, short_tmp):
    """A function: a kind of failure to an upstream that fails so."""
    servers = []

    def make(kind, name):
        if kind == "nobody":
            host = random_net() + ".1"
            return authority.upstream(name, join(host, free_port(host)))
        if kind in ("no handshake", "no connection"):
            servers.append(Silent(kind == "no connection"))
            return authority.upstream(name, join(*servers[-1].address))
        if kind == "refused":
            servers.append(Toy(Authority(tempfile.mkdtemp(dir=short_tmp)), serve_all))
            return authority.upstream(name, servers[-1].address)
        behave = {"never": never, "half": half, "hangs up": hang_up,
                  "other IDs": other_names}[kind]
        return toy(behave).upstream(name)
    yield make
    for server in servers:
        server.close()


def timed(daemon, name):
    begin = time.monotonic()
    reply = ask(daemon, name, use_edns=0)
    return reply, time.monotonic() - begin


@pytest.mark.parametrize("kinds", [
    ["nobody"], ["no connection"], ["no handshake"], ["never"], ["half"], ["hangs up"],
    ["other IDs"], ["refused"], ["never", "no connection"], ["refused", "never"],
    ["hangs up", "no handshake", "half"], ["no connection"] * 5, ["never"] * 5,
], ids=lambda kinds: ", ".join(kinds))
def test_failure_is_never_late(start, make_upstream, kinds):
    """The first question, one of the back-off, many at once; and it says who failed."""
    daemon = start([make_upstream(kind, f"u{i}") for i, kind in enumerate(kinds)],
                   limits={"timeout": f"{int(LIMIT_S * 1000)}ms"})
    replies = [timed(daemon, f"n{i}.test") for i in range(2)]
    clients = [Later(timed, daemon, f"n{i}.many.test") for i in range(20)]
    for reply, took_s in replies + [one.get() for one in clients]:
        assert is_failed(reply)
        assert "u0: " in ede(reply)[1], ede(reply)
        assert took_s < LIMIT_S + LATE_S


@pytest.mark.parametrize("kind", ["no connection", "no handshake", "never", "half",
                                  "hangs up", "refused"])
def test_another_answers_in_time(start, make_upstream, toy, kind):
    """The twin: with one that works behind it no question fails."""
    daemon = start([make_upstream(kind, "bad"), toy(serve_all).upstream("good")],
                   strategy="ordered", limits={"timeout": "2s"})
    for i in range(3):
        reply, took_s = timed(daemon, f"n{i}.test")
        assert is_good(reply)
        assert took_s < 1.0 + LATE_S


def test_pintlectl_query(start, toy):
    """It has the time of a client, not one of its own."""
    silent = toy(never).upstream("silent")
    daemon = start([silent], limits={"timeout": f"{int(LIMIT_S * 1000)}ms"})
    began = time.monotonic()
    done = daemon.ctl("query", "example.lab")
    took_s = time.monotonic() - began
    assert done.returncode == 1 and "SERVFAIL" in done.stdout
    assert took_s < LIMIT_S + LATE_S + 1  # and the program's own start
