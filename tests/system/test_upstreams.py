"""How upstreams are asked: in turn, on one connection, again after it was lost; and
what leaves towards them."""

import socket
import threading
import contextlib
import time

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import pytest

from client import Later, Tcp, ask, ede, first, is_failed, is_good, make
from harness import free_port, join, random_net, wait_for
from servers import answer_a, serve_all


def never(session):
    """Takes queries, answers none."""
    while session.receive_wire() is not None:
        pass


def hang_up(session):
    """Closes when the first query comes."""
    session.receive()


def with_rcode(rcode):
    def behave(session):
        while (query := session.receive()) is not None:
            reply = dns.message.make_response(query)
            reply.set_rcode(rcode)
            session.send(reply)
    return behave


@pytest.fixture
def black_hole(authority):
    """Accepts TCP, and is then silent."""
    s = socket.socket()
    s.bind((random_net() + ".1", 0))
    s.listen(32)
    yield authority.upstream("hole", join(*s.getsockname()))
    s.close()


@pytest.fixture
def nobody(authority):
    """An address where nobody listens."""
    host = random_net() + ".1"
    return authority.upstream("nobody", join(host, free_port(host)))


# --- in turn -------------------------------------------------------------------

def test_second_answers(start, toy, nobody):
    """Nobody listens, one hangs up, one says SERVFAIL: the fourth is asked."""
    good = toy(serve_all)
    daemon = start([nobody, toy(hang_up).upstream("rude"),
                    toy(with_rcode(dns.rcode.SERVFAIL)).upstream("unable"),
                    good.upstream("good")])
    begin = time.monotonic()
    assert first(ask(daemon, "example.test")) == "192.0.2.7"
    assert time.monotonic() - begin < 2
    assert daemon.upstream("good")["answers"] == 1


def test_black_hole_first(start, toy, black_hole):
    """It takes its share of the time, once; the answer comes within the deadline."""
    daemon = start([black_hole, toy(serve_all).upstream("good")],
                   limits={"timeout": "1s"})
    begin = time.monotonic()
    assert is_good(ask(daemon, "one.test"))
    assert time.monotonic() - begin < 3


def test_silent_server_first(start, toy):
    daemon = start([toy(never).upstream("mute"), toy(serve_all).upstream("good")],
                   limits={"timeout": "1s"})
    assert is_good(ask(daemon, "one.test"))
    # By now it is known to be silent.
    begin = time.monotonic()
    assert is_good(ask(daemon, "two.test"))
    assert time.monotonic() - begin < 0.4


def test_refused_first(start, lab, honest):
    rival = dict(lab.upstreams["rival-ca"], name="rival-ca")
    daemon = start([rival, honest], tls=lab.tls)
    assert is_good(ask(daemon, "example.lab"))
    assert lab.counters("rival-ca")["query_bytes"] == 0


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED,
                                   dns.rcode.NOTIMP, dns.rcode.FORMERR])
def test_useless_answer_asks_the_next(start, toy, rcode):
    unable, good = toy(with_rcode(rcode)), toy(serve_all)
    daemon = start([unable.upstream("unable"), good.upstream("good")])
    assert is_good(ask(daemon, "example.test"))
    assert unable.handshakes == good.handshakes == 1


def test_nxdomain_is_an_answer(start, toy):
    good = toy(serve_all)
    daemon = start([toy(with_rcode(dns.rcode.NXDOMAIN)).upstream("a"), good.upstream("b")])
    assert ask(daemon, "example.test").rcode() == dns.rcode.NXDOMAIN
    assert good.connections == 0


def test_all_fail(start, toy, nobody, black_hole):
    """SERVFAIL within the deadline; each one and its reason in the extended error."""
    daemon = start([nobody, black_hole, toy(never).upstream("mute")],
                   limits={"timeout": "1s"})
    begin = time.monotonic()
    reply = ask(daemon, "example.test", use_edns=0)
    assert is_failed(reply) and 0.5 < time.monotonic() - begin < 4
    text = ede(reply)[1]
    assert all(name + ": " in text for name in ("nobody", "hole", "mute")), text


def test_next_address(start, toy, authority, nobody):
    """The addresses of one upstream in turn; the one that worked is kept."""
    good = toy(serve_all)
    daemon = start([authority.upstream("u", nobody["address"][0], good.address)])
    for i in range(3):
        assert is_good(ask(daemon, f"n{i}.test"))
    assert daemon.upstream()["connection"]["address"] == good.address
    assert good.handshakes == 1


def test_other_name_on_the_same_address(start, toy, authority):
    """A connection belongs to an upstream, never to an address."""
    server = toy(serve_all)
    other = dict(server.upstream("other"), auth_name="other.test")
    daemon = start([other, server.upstream("right")])
    assert is_good(ask(daemon, "one.test"))
    assert daemon.upstream("other")["state"] == "refused"
    assert daemon.upstream("other")["queries"] == 0
    assert daemon.upstream("right")["answers"] == 1
    done = daemon.ctl("query", "two.test", "--upstream", "other", "--json")
    assert done.returncode == 3, done.stdout


# --- answers that are none -------------------------------------------------------

def test_wrong_id(daemon):
    assert is_good(ask(daemon, "wrongid.lab"))
    assert daemon.upstream()["mismatched_answers"] == 1


def test_wrong_question(start, honest, lab):
    """Its client need not wait until the question has timed out, and learns why."""
    daemon = start([honest], tls=lab.tls, limits={"timeout": "15s"})
    assert is_good(ask(daemon, "one.lab"))
    begin = time.monotonic()
    reply = ask(daemon, "wrongq.lab", use_edns=True)
    assert is_failed(reply)
    assert "something else than was asked" in ede(reply)[1]
    assert time.monotonic() - begin < 5
    assert daemon.upstream()["mismatched_answers"] >= 1
    assert daemon.control(command="stats")["upstreams"]["honest"]["mismatched_answers"]
    assert not ask(daemon, "another.lab", "TXT").flags & dns.flags.TC
    assert is_good(ask(daemon, "example.lab"))


def twisted(change):
    """First the answer after `change`, then the right one."""
    def behave(session):
        while (query := session.receive()) is not None:
            reply = answer_a(query, "203.0.113.66")
            session.send(change(reply) or reply)
            session.send(answer_a(query))
    return behave


def other_type(reply):
    reply.question = make("example.test", "AAAA").question


def other_name(reply):
    reply.question = make("evil.test").question


def other_class(reply):
    reply.question = make("example.test", rdclass="CH").question


def is_query(reply):
    reply.flags &= ~dns.flags.QR


def no_question(reply):
    reply.question.clear()


def other_opcode(reply):
    reply.set_opcode(dns.opcode.STATUS)


def garbage(reply):
    return reply.to_wire()[:-3]


TWISTED = [other_type, other_name, other_class, is_query, no_question, other_opcode,
           garbage]


@pytest.mark.parametrize("change", TWISTED, ids=lambda f: f.__name__)
def test_twisted_answer(start, toy, change):
    """What comes under a question's ID is what its server says to it."""
    daemon = start([toy(twisted(change)).upstream("u")])
    reply = ask(daemon, "example.test", use_edns=True)
    assert is_failed(reply)
    assert "something else than was asked" in ede(reply)[1]
    assert daemon.upstream()["mismatched_answers"] >= 1


def test_twisted_answer_asks_the_next(start, toy):
    daemon = start([toy(twisted(other_name)).upstream("u"), toy(serve_all).upstream("v")],
                   strategy="ordered")
    assert first(ask(daemon, "example.test")) == "192.0.2.7"
    assert daemon.upstream("v")["answers"] == 1


def test_one_twisted_answer_is_tried_again(start, toy):
    def behave(session):
        first_one = True
        while (query := session.receive()) is not None:
            reply = answer_a(query)
            if first_one and session.number == 1:
                other_name(reply)
                first_one = False
            session.send(reply)
    daemon = start([toy(behave).upstream("u")])
    assert first(ask(daemon, "example.test")) == "192.0.2.7"
    assert daemon.upstream()["mismatched_answers"] == 1


def test_what_has_no_id_is_passed_by(start, toy):
    daemon = start([toy(twisted(lambda _: b"\0\0")).upstream("u")])
    assert first(ask(daemon, "example.test")) == "192.0.2.7"
    assert daemon.upstream()["mismatched_answers"] == 1


def test_late_second_answer(start, toy):
    """The same answer twice: the second one belongs to nobody."""
    def twice(session):
        while (query := session.receive()) is not None:
            session.send(answer_a(query))
            session.send(answer_a(query, "203.0.113.66"))
    daemon = start([toy(twice).upstream("u")])
    for i in range(3):
        assert first(ask(daemon, f"n{i}.test")) == "192.0.2.7"
    wait_for("three counted", lambda: daemon.upstream()["mismatched_answers"] == 3)


def test_truncated_over_tls(start, toy):
    """Half an answer over TLS must not pass for a whole one."""
    def cut(session):
        while (query := session.receive()) is not None:
            reply = answer_a(query)
            reply.flags |= dns.flags.TC
            session.send(reply)
    daemon = start([toy(cut).upstream("u")])
    assert is_failed(ask(daemon, "example.test"))


# --- the connection --------------------------------------------------------------

def test_one_connection_for_many(daemon, lab):
    before = lab.counters()
    queries = [make(f"p{i}.slow.lab") for i in range(40)]
    with Tcp(daemon) as tcp:
        begin = time.monotonic()
        tcp.send(*queries)
        for _ in queries:
            assert is_good(tcp.receive())
        assert time.monotonic() - begin < 40 * 0.3 / 4, "one after the other"
    counts = lab.counters()
    assert counts["handshakes"] - before["handshakes"] == 1
    assert counts["connections"] - before["connections"] == 1
    assert daemon.upstream()["handshakes"] == 1


def test_no_connection_before_the_first_query(start, toy):
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert server.connections == 0 and daemon.upstream()["state"] == "unknown"


def closing_after(n):
    """Closes, as an idle server does, after so many answers."""
    def behave(session):
        for _ in range(n):
            query = session.receive()
            if query is None:
                return
            session.send(answer_a(query))
    return behave


def test_server_closes_after_each_answer(start, toy):
    """No client hears of it (stubby#105), and it is no failure of the upstream's."""
    server = toy(closing_after(1))
    daemon = start([server.upstream("u")])
    for i in range(20):
        assert is_good(ask(daemon, f"n{i}.test"))
    assert daemon.upstream()["state"] == "good"
    assert daemon.upstream()["retry_in_ms"] == 0


def test_connections_dropped_while_idle(start, toy):
    """Reset without a goodbye between two questions."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    for i in range(10):
        assert is_good(ask(daemon, f"n{i}.test"))
        server.drop_clients()
    assert server.handshakes == 10


def test_lost_with_the_connection(start, toy):
    """Asked, and the connection ends: asked once more, the client sees nothing."""
    def behave(session):
        if session.number % 2 == 0:
            return serve_all(session)
        session.send(answer_a(session.receive()))
        session.receive()  # and gone
        return None
    daemon = start([toy(behave).upstream("u")])
    assert is_good(ask(daemon, "one.test"))
    assert is_good(ask(daemon, "two.test"))


def test_hangs_up_on_every_query(start, toy):
    """That ends: SERVFAIL, and a back-off."""
    server = toy(hang_up)
    daemon = start([server.upstream("u")])
    reply = ask(daemon, "example.test", use_edns=0)
    assert is_failed(reply) and ede(reply)[1].startswith("u: ")
    assert server.connections <= 3
    assert daemon.upstream()["state"] != "good"


def test_back_off_grows(start, nobody):
    """Each failure in a row waits longer, within its limit: who does not even take a
    connection is tried again soon."""
    daemon = start([nobody])
    client, waits = Later(ask, daemon, "n.test"), []

    def has_grown():
        waits.append(daemon.upstream()["retry_in_ms"])
        return waits[-1] > 500
    wait_for("a long wait", has_grown)
    assert any(0 < wait <= 500 for wait in waits) and max(waits) <= 1000
    assert is_failed(client.get())


def test_not_tried_during_back_off(start, toy):
    server = toy(hang_up)
    daemon = start([server.upstream("u")])
    ask(daemon, "example.test")
    tried = server.connections
    for i in range(20):
        assert is_failed(ask(daemon, f"n{i}.test"))
    assert server.connections <= tried + 1
    # By name it is asked all the same.
    daemon.control(command="query", name="x.test", upstream="u")
    assert server.connections > tried


def test_comes_back(start, toy, authority):
    """Gone for a while, then there again: within a second or two all is well."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert is_good(ask(daemon, "one.test"))
    server.close()
    assert is_failed(ask(daemon, "two.test"))
    host, port = server.address.rsplit(":", 1)
    toy(serve_all, address=host, port=int(port))
    wait_for("answers again", lambda: is_good(ask(daemon, f"n{time.monotonic_ns()}.test")),
             3)
    assert daemon.upstream()["state"] == "good"


def test_silent_connection_is_replaced(start, toy):
    """It answered, then falls silent: a new connection, no second upstream needed."""
    def behave(session):
        if session.number > 1:
            return serve_all(session)
        session.send(answer_a(session.receive()))
        return never(session)
    server = toy(behave)
    daemon = start([server.upstream("u")], limits={"timeout": "500ms"})
    assert is_good(ask(daemon, "one.test"))
    ask(daemon, "two.test")
    assert is_good(ask(daemon, "three.test"))
    # The new one, and perhaps a spare one.
    assert server.handshakes in (2, 3)


def test_short_silence_is_no_failure(start, toy):
    """Questions that are never answered, one a little later than the other. The first
    ends the connection; the second is asked again on a new one and has no time left
    there. That says nothing against the upstream."""
    def behave(session):
        while (query := session.receive()) is not None:
            if "never" not in query.question[0].name.to_text():
                session.send(answer_a(query))
    server = toy(behave)
    daemon = start([server.upstream("u")], limits={"timeout": "1s"})
    assert is_good(ask(daemon, "one.test"))
    begin, clients = time.monotonic(), []
    for i in range(8):
        wait_for("its turn", lambda n=i: time.monotonic() >= begin + n * 0.04)
        clients.append(Later(ask, daemon, f"n{i}.never.test"))
    for one in clients:
        assert is_failed(one.get())
    assert is_good(ask(daemon, "two.test"))
    assert daemon.upstream()["retry_in_ms"] == 0


def test_garbage_frames(start, toy):
    """Zero-length frames and a flood of nonsense do not disturb."""
    def behave(session):
        session.send(b"")
        session.send(65535 * b"\xff")
        while (query := session.receive()) is not None:
            session.send(b"")
            session.send(answer_a(query))
    daemon = start([toy(behave).upstream("u")])
    assert is_good(ask(daemon, "example.test"))


def test_ids_are_told_apart(start, toy):
    """Answered in the reverse order, each client gets its own."""
    def behave(session):
        queries = [session.receive() for _ in range(30)]
        for query in reversed(queries):
            name = query.question[0].name.to_text()
            session.send(answer_a(query, "192.0.2." + name[1:].split(".")[0]))
        serve_all(session)
    daemon = start([toy(behave).upstream("u")])
    clients = [Later(ask, daemon, f"n{i}.test") for i in range(30)]
    for i, one in enumerate(clients):
        assert first(one.get()) == f"192.0.2.{i}"


def test_ad_is_not_believed(start, toy):
    def behave(session):
        while (query := session.receive()) is not None:
            reply = answer_a(query)
            reply.flags |= dns.flags.AD | dns.flags.AA
            session.send(reply)
    daemon = start([toy(behave).upstream("u")])
    for _ in range(2):
        reply = ask(daemon, "example.test", want_dnssec=True)
        assert is_good(reply) and not reply.flags & (dns.flags.AD | dns.flags.AA)


def test_server_that_resets_in_the_handshake(start, authority, toy):
    """Ends a TCP connection as soon as it is there."""
    s = socket.socket()
    s.bind((random_net() + ".1", 0))
    s.listen(8)

    def slam():
        while True:
            try:
                s.accept()[0].close()
            except OSError:
                return
    threading.Thread(target=slam, daemon=True).start()
    daemon = start([authority.upstream("rude", join(*s.getsockname())),
                    toy(serve_all).upstream("good")])
    assert is_good(ask(daemon, "example.test"))
    assert daemon.upstream("rude")["state"] not in ("good", "refused")
    s.shutdown(socket.SHUT_RDWR)
    s.close()


def test_answers_to_no_question(start, toy):
    """An endless stream of them ends the connection."""
    def flood(session):
        session.receive()
        with contextlib.suppress(OSError):
            while True:
                session.tls.sendall(bytes(16384))
    daemon = start([toy(flood).upstream("flood"), toy(serve_all).upstream("good")])
    assert is_good(ask(daemon, "one.test"))
    flooding = daemon.upstream("flood")
    assert flooding["state"] == "broken"
    assert "answers to no question" in flooding["last_failure"]["text"]
    assert is_good(ask(daemon, "two.test"))
