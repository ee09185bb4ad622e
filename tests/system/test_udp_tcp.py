"""How clients are answered: addresses, sizes, limits, and what is no query."""

import socket
import struct
import time

import dns.flags
import dns.message
import dns.rcode
import pytest

from client import (Later, Tcp, ask, ede, first, frame, is_failed, is_good, is_silent, make,
                    send_udp, strings)
from harness import free_port, has_ipv6, random_net, run, wait_for

needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def at(daemon, index):
    """The same daemon, asked at another of its addresses."""
    class Elsewhere:
        address, port = daemon.listen[index]
    return Elsewhere


# --- addresses -----------------------------------------------------------------

@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_each_address(start, honest, lab, tcp):
    net = random_net()
    port = free_port(net + ".1", net + ".2")
    daemon = start([honest], tls=lab.tls,
                   listen=[f"{net}.1:{port}", f"{net}.2:{port}"])
    for i in range(2):
        assert first(ask(at(daemon, i), "example.lab", tcp=tcp)) == "192.0.2.1"


@needs_ipv6
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_ipv6(start, honest, lab, tcp):
    port = free_port("::1", "127.0.0.1")
    daemon = start([honest], tls=lab.tls, listen=[f"[::1]:{port}", f"127.0.0.1:{port}"])
    assert first(ask(daemon, "example.lab", tcp=tcp)) == "192.0.2.1"
    assert first(ask(at(daemon, 1), "example.lab", "AAAA", tcp=tcp)) == "2001:db8::1"


def reply_from(port, family, to, name):
    """Who answers a datagram that was sent to `to`; the socket is not connected."""
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        s.sendto(make(name).to_wire(), (to, port))
        wire, source = s.recvfrom(4096)
        assert is_good(dns.message.from_wire(wire))
        return source[0]


def test_wildcard_answers_from_the_address_asked(start, honest, lab):
    net = random_net()
    port = free_port("0.0.0.0")
    start([honest], tls=lab.tls, listen=[f"0.0.0.0:{port}"])
    for host in ("127.0.0.1", "127.0.0.2", net + ".77"):
        # Asked of an upstream first, then known.
        for _ in range(2):
            name = "a" + host.replace(".", "-") + ".lab"
            assert reply_from(port, socket.AF_INET, host, name) == host
            with socket.create_connection((host, port), 20) as s:
                assert s.getpeername()[0] == host


@needs_ipv6
def test_both_wildcards_side_by_side(start, honest, lab):
    port = free_port("0.0.0.0", "::")
    start([honest], tls=lab.tls, listen=[f"[::]:{port}", f"0.0.0.0:{port}"])
    for _ in range(2):
        assert reply_from(port, socket.AF_INET6, "::1", "six.lab") == "::1"
        assert reply_from(port, socket.AF_INET, "127.0.0.3", "four.lab") == "127.0.0.3"


# --- who is answered -----------------------------------------------------------

@pytest.mark.parametrize("allow, source, allowed", [
    ("127.0.0.1/32", "127.9.9.9", False),
    ("127.0.0.1/32", "127.0.0.2", False),
    ("127.9.8.0/24", "127.9.9.9", False),
    ("10.0.0.0/8", "127.0.0.1", False),
    ("private", "127.0.0.1", False),
    ("ula", "127.0.0.1", False),
    ("127.0.0.1/32", "127.0.0.1", True),
    ("127.9.9.0/24", "127.9.9.9", True),
    ("loopback", "127.9.9.9", True),
    ("any", "127.9.9.9", True),
])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_allow(start, honest, lab, allow, source, allowed, tcp):
    daemon = start([honest], tls=lab.tls, allow=[allow])
    before = lab.counters()["query_bytes"]
    reply = ask(daemon, "allow.lab", tcp=tcp, source=source, use_edns=0)
    if allowed:
        assert is_good(reply)
        return
    assert reply.rcode() == dns.rcode.REFUSED
    assert ede(reply)[0] == 18
    assert lab.counters()["query_bytes"] == before
    assert daemon.status()["queries"]["refused"] == 1


def test_refused_client_does_not_see_the_cache(start, honest, lab):
    daemon = start([honest], tls=lab.tls, allow=["127.0.0.1/32"])
    assert is_good(ask(daemon, "example.lab", source="127.0.0.1"))
    assert not ask(daemon, "example.lab", source="127.9.9.9").answer


# --- what is no query, and what is none for us -----------------------------------

def header(flags=0x0100, counts=(1, 0, 0, 0), ident=0x1234):
    return struct.pack("!6H", ident, flags, *counts)


QUESTION = b"\7example\3lab\0\0\1\0\1"
OPT_V1 = b"\0\0\x29\x04\xd0\0\1\0\0\0\0"
OPT = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"

ERRORS = [
    ("header-alone", header(), dns.rcode.FORMERR),
    ("no-question", header(counts=(0, 0, 0, 0)), dns.rcode.FORMERR),
    ("two-questions", header(counts=(2, 0, 0, 0)) + 2 * QUESTION, dns.rcode.FORMERR),
    ("cut-in-the-name", header() + QUESTION[:5], dns.rcode.FORMERR),
    ("cut-in-the-class", header() + QUESTION[:-1], dns.rcode.FORMERR),
    ("bytes-left-over", header() + QUESTION + b"x", dns.rcode.FORMERR),
    ("label-of-64", header() + b"\x40" + 64 * b"a" + b"\0\0\1\0\1", dns.rcode.FORMERR),
    ("pointer-to-itself", header() + b"\xc0\x0c\0\1\0\1", dns.rcode.FORMERR),
    ("two-opts", header(counts=(1, 0, 0, 2)) + QUESTION + 2 * OPT, dns.rcode.FORMERR),
    ("record-announced", header(counts=(1, 0, 0, 1)) + QUESTION, dns.rcode.FORMERR),
    ("answer-in-a-query", header(counts=(1, 1, 0, 0)) + QUESTION
     + b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\1\2\3\4", dns.rcode.FORMERR),
    ("opcode-status", header(0x1000) + QUESTION, dns.rcode.NOTIMP),
    ("opcode-notify", header(0x2000) + QUESTION, dns.rcode.NOTIMP),
    ("opcode-update", header(0x2800) + QUESTION, dns.rcode.NOTIMP),
    ("opcode-15", header(0x7800) + QUESTION, dns.rcode.NOTIMP),
    ("class-ch", header() + QUESTION[:-1] + b"\3", dns.rcode.REFUSED),
    ("class-any", header() + QUESTION[:-1] + b"\xff", dns.rcode.REFUSED),
    ("axfr", header() + QUESTION[:-4] + b"\0\xfc\0\1", dns.rcode.REFUSED),
    ("ixfr", header() + QUESTION[:-4] + b"\0\xfb\0\1", dns.rcode.REFUSED),
    ("type-opt", header() + QUESTION[:-4] + b"\0\x29\0\1", dns.rcode.REFUSED),
    ("edns-version-1", header(counts=(1, 0, 0, 1)) + QUESTION + OPT_V1, dns.rcode.BADVERS),
]


@pytest.fixture(scope="module")
def shared_counts():
    return {}


def rcode_of(wire):
    """With the upper bits of an OPT at the end. dnspython itself rejects odd opcodes."""
    upper = wire[-6] if wire[11] == 1 and wire[-11:-8] == OPT[:3] else 0
    return upper << 4 | wire[3] & 15


@pytest.mark.parametrize("name, wire, rcode", ERRORS, ids=[e[0] for e in ERRORS])
def test_errors(daemon, lab, name, wire, rcode):
    """One rcode over UDP and TCP; nothing of it leaves."""
    before = lab.counters()["query_bytes"]
    over_udp = send_udp(daemon, wire)
    with Tcp(daemon) as tcp:
        tcp.send(wire)
        over_tcp = tcp.receive_wire()
    for reply in (over_udp, over_tcp):
        assert reply[:2] == wire[:2] and reply[2] & 0x80
        assert (reply[2] ^ wire[2]) & 0x78 == 0, "the opcode is repeated"
        assert rcode_of(reply) == rcode, name
    assert lab.counters()["query_bytes"] == before


@pytest.mark.parametrize("wire", [
    b"", b"\0", header()[:11], header(0x8100) + QUESTION, header(0x8580) + QUESTION,
    header(0x8000, (0, 0, 0, 0)), 3000 * b"\xff",
], ids=["empty", "one-byte", "eleven-bytes", "a-response", "an-answer", "response-header",
        "too-long"])
def test_dropped(daemon, wire):
    """No answer, so that nobody can be made to answer an answer."""
    ask(daemon, "example.lab")
    assert is_silent(daemon, wire)


def test_dropped_over_tcp(daemon):
    with Tcp(daemon) as tcp:
        tcp.send(b"", b"\0", header(0x8100) + QUESTION)
        probe = make("example.lab")
        tcp.send(probe)
        assert tcp.receive().id == probe.id


def test_unknown_type_is_asked(daemon):
    reply = ask(daemon, "example.lab", "TYPE65280")
    assert reply.rcode() == dns.rcode.NOERROR and not reply.answer


# --- sizes ---------------------------------------------------------------------

@pytest.mark.parametrize("size, limit", [(None, 512), (100, 512), (512, 512), (900, 900),
                                         (1232, 1232), (1400, 1232), (4096, 1232),
                                         (65535, 1232)])
@pytest.mark.parametrize("cached", [False, True], ids=["fresh", "cached"])
def test_udp_size(daemon, size, limit, cached):
    """Twelve strings of 250 bytes fit into no datagram; what has six does or not."""
    options = {} if size is None else {"use_edns": 0, "payload": size}
    if cached:
        assert len(strings(ask(daemon, "big.lab", "TXT", tcp=True))) == 12
    query = make("big.lab", "TXT", **options)
    wire = send_udp(daemon, query.to_wire())
    reply = dns.message.from_wire(wire)
    assert reply.flags & dns.flags.TC
    assert len(wire) <= limit and not reply.answer
    assert (reply.edns >= 0) == (size is not None)
    whole = ask(daemon, query, tcp=True)
    assert strings(whole)[11] == 250 * "l" and not whole.flags & dns.flags.TC


def test_dig_falls_back_to_tcp(daemon):
    done = run(["dig", "@" + daemon.address, "-p", str(daemon.port), "big.lab", "TXT",
                "+short"])
    assert len(done.stdout) > 3000


def test_reply_repeats_what_it_must(daemon):
    query = make("eXaMpLe.lAb", use_edns=0)
    query.flags |= dns.flags.CD
    reply = ask(daemon, query)
    assert reply.question[0].name.to_text() == "eXaMpLe.lAb."
    assert reply.flags & dns.flags.RA and reply.flags & dns.flags.RD
    assert reply.flags & dns.flags.CD and not reply.flags & dns.flags.AA
    assert not reply.flags & dns.flags.AD
    assert reply.edns == 0 and reply.payload <= 1232


# --- TCP -----------------------------------------------------------------------

def test_answers_overtake(daemon):
    ask(daemon, "example.lab")
    slow, fast = make("slow.lab"), make("example.lab")
    with Tcp(daemon) as tcp:
        tcp.send(slow, fast)
        assert tcp.receive().id == fast.id
        assert tcp.receive().id == slow.id


def test_many_on_one_connection(daemon):
    queries = [make(f"n{i}.lab") for i in range(500)]
    with Tcp(daemon) as tcp:
        sender = Later(tcp.send, *queries)
        got = {tcp.receive().id for _ in queries}
        sender.get()
    assert got == {q.id for q in queries} or len(got) > 490  # IDs may repeat by chance


def test_frame_byte_by_byte(daemon):
    query = make("example.lab")
    with Tcp(daemon) as tcp:
        for byte in frame(query):
            tcp.send_bytes(bytes([byte]))
        assert tcp.receive().id == query.id


def test_half_frames_and_gone(daemon):
    """Clients that leave in the middle of a frame leave nothing behind."""
    for cut in (1, 2, 3, 14, 20):
        with Tcp(daemon) as tcp:
            tcp.send_bytes(frame(make("example.lab"))[:cut])
    wait_for("clients to be gone", lambda: daemon.status()["queries"]["tcp_clients"] == 0)
    assert is_good(ask(daemon, "example.lab", tcp=True))


def test_client_leaves_while_it_is_asked(daemon):
    for name in ("slow.lab", "drop.lab"):
        with Tcp(daemon) as tcp:
            tcp.send(make(name), make("other." + name))
            wait_for("both under way",
                     lambda: daemon.status()["queries"]["in_flight"] == 2)
        wait_for("nothing under way",
                 lambda: daemon.status()["queries"]["in_flight"] == 0)
    assert is_good(ask(daemon, "example.lab"))


def test_one_of_two_leaves(daemon):
    """Two ask the same; the one who stays gets the answer."""
    query = make("slow.lab")
    with Tcp(daemon) as stays:
        with Tcp(daemon) as leaves:
            leaves.send(query)
            stays.send(query)
            wait_for("both under way",
                     lambda: daemon.status()["queries"]["in_flight"] == 2)
        assert is_good(stays.receive())


def test_half_closed_client_is_closed(daemon):
    with Tcp(daemon) as tcp:
        tcp.socket.shutdown(socket.SHUT_WR)
        assert tcp.is_closed()


def test_idle_client_is_closed(daemon):
    """After ten seconds without a question; half a frame is none."""
    silent, half = Tcp(daemon), Tcp(daemon)
    begin = time.monotonic()
    half.send_bytes(b"\0")
    assert silent.is_closed() and half.is_closed()
    assert 9 < time.monotonic() - begin < 15
    silent.close()
    half.close()


def test_hundred_clients(daemon):
    clients = [Tcp(daemon) for _ in range(100)]
    queries = [make(f"c{i}.lab") for i in range(100)]
    for tcp, query in zip(clients, queries):
        tcp.send(query)
    for tcp, query in zip(clients, queries):
        reply = tcp.receive()
        assert reply.id == query.id and is_good(reply)
        tcp.close()


def test_client_limit(start, honest, lab):
    """Over the limit the idlest goes; who waits for an answer stays."""
    daemon = start([honest], tls=lab.tls, limits={"clients": 3})
    waits, idle, busy = Tcp(daemon), Tcp(daemon), Tcp(daemon)
    waits.send(make("drop.lab"))
    for tcp in (idle, busy):
        tcp.send(make("example.lab"))
        tcp.receive()
    with Tcp(daemon) as new:
        new.send(make("example.lab"))
        assert is_good(new.receive())
        assert idle.is_closed()
        busy.send(make("example.lab"))
        assert is_good(busy.receive())
        assert is_failed(waits.receive())  # its time is over; it was not closed
        assert daemon.status()["queries"]["tcp_clients"] <= 3
    for tcp in (waits, idle, busy):
        tcp.close()


def test_client_limit_all_wait(start, honest, lab):
    """If everyone waits for an answer, the new one has to go."""
    daemon = start([honest], tls=lab.tls, limits={"clients": 2, "timeout": "2s"})
    clients = [Tcp(daemon) for _ in range(2)]
    for i, tcp in enumerate(clients):
        tcp.send(make(f"a{i}.drop.lab"))
    wait_for("both wait", lambda: daemon.status()["queries"]["in_flight"] == 2)
    with Tcp(daemon, timeout_s=5) as new:  # at once, not for being idle
        assert new.is_closed()
    for tcp in clients:
        assert is_failed(tcp.receive())
        tcp.close()


def flood(daemon, round_number):
    """Sends and never reads, until the daemon closes: known answers of 3000 bytes, and
    between them questions that have to wait for an upstream."""
    big = frame(make("big.lab", "TXT"))
    with Tcp(daemon, timeout_s=5) as tcp:
        tcp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            for n in range(400):
                tcp.send_bytes(b"".join(
                    big + frame(make(f"u{round_number}-{n}-{i}.nx.lab"))
                    for i in range(100)))
        except OSError:
            return
    raise AssertionError("everything was taken")


def test_reader_that_does_not_read(daemon):
    """Answers that nobody takes end the connection, not the daemon; and what else
    came in the same piece is not asked for a client that is gone."""
    assert is_good(ask(daemon, "big.lab", "TXT", tcp=True))
    for round_number in range(4):
        flood(daemon, round_number)
    wait_for("the clients to be gone",
             lambda: daemon.status()["queries"]["tcp_clients"] == 0)
    wait_for("nothing under way", lambda: daemon.status()["queries"]["in_flight"] == 0)
    assert is_good(ask(daemon, "example.lab", tcp=True))


# --- limits --------------------------------------------------------------------

def test_queries_in_flight_limit(start, honest, lab):
    daemon = start([honest], tls=lab.tls,
                   limits={"queries_in_flight": 3, "timeout": "2s"})
    ask(daemon, "example.lab")
    waiting = [Later(ask, daemon, f"w{i}.drop.lab") for i in range(3)]
    wait_for("three under way", lambda: daemon.status()["queries"]["in_flight"] == 3)
    reply = ask(daemon, "one-more.lab", use_edns=0)
    assert is_failed(reply) and ede(reply) is not None
    assert is_good(ask(daemon, "example.lab")), "what is known is still answered"
    for one in waiting:
        assert is_failed(one.get())
    assert is_good(ask(daemon, "one-more.lab"))


def test_deadline(start, honest, lab):
    """limits.timeout is when a client hears of it, with a reason."""
    daemon = start([honest], tls=lab.tls, limits={"timeout": "500ms"})
    ask(daemon, "example.lab")
    begin = time.monotonic()
    reply = ask(daemon, "drop.lab", use_edns=0)
    assert is_failed(reply) and "honest" in ede(reply)[1]
    assert 0.4 < time.monotonic() - begin < 3
