"""What clients may do wrong, or unusually, and what they get (RFC 7766)."""

import socket
import struct
import time

import dns.edns
import dns.message

from client import Later, Tcp, ask, frame, is_good, make, strings
from harness import wait_for

QUERY_MAX = 4096
IDLE_S = 10


def in_flight(daemon):
    return daemon.status()["queries"]["in_flight"]


def clients(daemon):
    return daemon.status()["queries"]["tcp_clients"]


def end_of(tcp):
    """What comes before the end, in messages."""
    got = []
    while True:
        try:
            got.append(tcp.receive())
        except EOFError:
            return got


def long_query(size):
    """A query of so many bytes, most of them padding."""
    empty = make("example.lab", use_edns=0, options=[dns.edns.GenericOption(12, b"")])
    padding = dns.edns.GenericOption(12, bytes(size - len(empty.to_wire())))
    query = make("example.lab", use_edns=0, options=[padding])
    return query.to_wire(max_size=65535)


# --- half-closed ---------------------------------------------------------------

def test_all_asked_then_half_closed(daemon):
    """More than wait at a time: whoever has nothing more to ask hears all the same."""
    queries = [make(f"half{i}.lab") for i in range(1000)]
    for number, query in enumerate(queries):
        query.id = number
    with Tcp(daemon) as tcp:
        def say():
            tcp.send(*queries)
            tcp.socket.shutdown(socket.SHUT_WR)
        said = Later(say)
        got = end_of(tcp)
        said.get()
    assert sorted(reply.id for reply in got) == list(range(1000))
    assert all(is_good(reply) for reply in got)


def test_half_closed_in_a_frame(daemon):
    """What was whole is answered, and then it is over."""
    ask(daemon, "example.lab")
    with Tcp(daemon) as tcp:
        tcp.send(make("slow.lab"), make("example.lab"))
        tcp.send_bytes(frame(make("half.lab"))[:9])
        tcp.socket.shutdown(socket.SHUT_WR)
        assert [is_good(reply) for reply in end_of(tcp)] == [True, True]
    wait_for("the client to be gone", lambda: clients(daemon) == 0)


def test_reset_with_queries_waiting(daemon):
    for _ in range(10):
        tcp = Tcp(daemon)
        tcp.send(*[make(f"r{i}.drop.lab") for i in range(50)])
        wait_for("they wait", lambda: in_flight(daemon) > 0)
        tcp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tcp.close()
    wait_for("nothing under way", lambda: in_flight(daemon) == clients(daemon) == 0)
    assert is_good(ask(daemon, "example.lab", tcp=True))


# --- sizes ---------------------------------------------------------------------

def test_largest_query(daemon):
    with Tcp(daemon) as tcp:
        query = long_query(QUERY_MAX)
        assert len(query) == QUERY_MAX
        tcp.send(query)
        assert is_good(tcp.receive())


def test_too_large_is_not_waited_for(daemon):
    """Its length is enough to know; what was asked before is answered, if it is known."""
    ask(daemon, "example.lab")
    for announced in (QUERY_MAX + 1, 65535):
        query = make("example.lab")
        with Tcp(daemon, timeout_s=5) as tcp:
            tcp.send_bytes(frame(query) + struct.pack("!H", announced))
            (reply,) = end_of(tcp)
            assert reply.id == query.id and is_good(reply)


def test_whole_message_of_64k(daemon):
    with Tcp(daemon, timeout_s=5) as tcp:
        try:
            tcp.send_bytes(b"\xff\xff" + bytes(65535))
            assert tcp.is_closed()
        except OSError:
            pass
    assert is_good(ask(daemon, "example.lab", tcp=True))


def test_empty_messages(daemon):
    """Thousands of them are nothing, and what is among them is answered."""
    query = make("example.lab")
    with Tcp(daemon) as tcp:
        sender = Later(tcp.send_bytes, 20000 * b"\0\0" + frame(query) + 20000 * b"\0\0")
        assert tcp.receive().id == query.id
        sender.get()
        tcp.send(query)
        assert is_good(tcp.receive())


# --- too slow --------------------------------------------------------------------

def drip(tcp, data):
    """A piece every half second, until it is closed; how long that took."""
    begin = time.monotonic()
    tcp.socket.settimeout(0.5)
    for piece in data:
        try:
            tcp.send_bytes(piece)
            assert tcp.socket.recv(100) == b""
            break
        except TimeoutError:
            assert time.monotonic() - begin < 2 * IDLE_S, "it is kept open"
        except OSError:
            break
    return time.monotonic() - begin


def test_slow_senders(daemon):
    """Neither half a query nor what is none keeps a connection."""
    response = dns.message.make_response(make("example.lab"))
    query = frame(make("a-name-that-is-long-enough-to-take-a-while.lab"))
    pieces = [[bytes([byte]) for byte in query], 100 * [b"\0\0"], 100 * [b"\0\1\0"],
              100 * [frame(response)]]
    connections = [Tcp(daemon) for _ in pieces]
    waiting = [Later(drip, tcp, data) for tcp, data in zip(connections, pieces)]
    for one, tcp in zip(waiting, connections):
        assert IDLE_S - 1 < one.get() < 1.5 * IDLE_S
        tcp.close()


def test_slow_reader_gets_all(daemon):
    """Answers wait for it, within a limit."""
    assert len(strings(ask(daemon, "big.lab", "TXT", tcp=True))) == 12
    with Tcp(daemon) as tcp:
        tcp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        queries = [make("big.lab", "TXT") for _ in range(60)]
        tcp.send(*queries)
        wait_for("all answered",
                 lambda: daemon.status()["queries"]["answered"] >= 61)
        assert sorted(tcp.receive().id for _ in queries) == sorted(q.id for q in queries)


# --- the same once more ------------------------------------------------------------

def test_same_id_twice(daemon):
    """Whoever tells them apart by the ID alone is wrong, but gets two answers."""
    one, other = make("slow.lab"), make("example.lab")
    other.id = one.id
    with Tcp(daemon) as tcp:
        tcp.send(one, other, one)
        names = [tcp.receive().question[0].name.to_text() for _ in range(3)]
    assert sorted(names) == ["example.lab.", "slow.lab.", "slow.lab."]


def test_asked_again_over_udp(daemon, lab):
    """A client that repeats its question is answered each time; upstream is asked once."""
    before = lab.counters()["queries"]
    query = make("again.slow.lab")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        s.connect((daemon.address, daemon.port))
        for _ in range(5):
            s.send(query.to_wire())
        for _ in range(5):
            assert is_good(dns.message.from_wire(s.recv(4096)))
    assert lab.counters()["queries"] == before + 1


def test_burst_over_udp(daemon):
    """2,000 datagrams at once, known and not."""
    ask(daemon, "example.lab")
    queries = [make("example.lab" if i % 2 else f"burst{i % 100}.lab") for i in range(2000)]
    for number, query in enumerate(queries):
        query.id = number
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        s.settimeout(20)
        s.connect((daemon.address, daemon.port))
        for query in queries:
            s.send(query.to_wire())
        got = {struct.unpack("!H", s.recv(4096)[:2])[0] for _ in queries}
    assert got == set(range(2000))


# --- many ------------------------------------------------------------------------

def test_fewer_clients_after_a_reload(daemon):
    """Over the new limit the idlest go, as many as are too many, not the one who comes."""
    idle = [Tcp(daemon) for _ in range(20)]
    for tcp in idle:
        tcp.send(make("example.lab"))
        assert is_good(tcp.receive())
    assert clients(daemon) == 20
    assert daemon.reload(dict(daemon.config, limits={"clients": 5}))["ok"]
    with Tcp(daemon) as new:
        new.send(make("example.lab"))
        assert is_good(new.receive())
        assert clients(daemon) == 5
    for tcp in idle[:16]:
        assert tcp.is_closed()
    for tcp in idle[16:]:
        tcp.send(make("example.lab"))
        assert is_good(tcp.receive())
    for tcp in idle:
        tcp.close()
