"""Bounded: memory and descriptors do not grow with what clients and upstreams do.
Under sanitizers the same is done, and the daemon's end shows that nothing leaked."""

import os
import struct

import pytest

from client import Tcp, ask, is_good, make
from harness import has_sanitizers, wait_for
from servers import serve_all

MIB = 1024 * 1024
# A sanitizer keeps freed memory for a while, on purpose.
MEASURED = not has_sanitizers()


def rss(daemon):
    """Bytes of memory in use."""
    with open(f"/proc/{daemon.process.pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


def wire_of(name, kind):
    """A query's bytes; dnspython would take most of the time."""
    labels = b"".join(bytes([len(label)]) + label for label in name.encode().split(b"."))
    return struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, kind, 1)


def ask_many(daemon, names, kind=1, batch=100):
    """All of them on one connection, some at a time; each has an answer."""
    with Tcp(daemon) as tcp:
        for at in range(0, len(names), batch):
            part = names[at:at + batch]
            tcp.send(*[wire_of(name, kind) for name in part])
            for _ in part:
                reply = tcp.receive_wire()
                assert reply[3] & 15 == 0 and reply[7] > 0


def test_cache_keeps_to_its_size(start, honest, lab):
    daemon = start([honest], tls=lab.tls, cache={"size": "1MiB"})
    ask_many(daemon, [f"warm{i}.lab" for i in range(5000)])
    before = rss(daemon)
    n = 15000 if MEASURED else 5000
    ask_many(daemon, [f"n{i}.lab" for i in range(n)])
    cache = daemon.status()["cache"]
    assert cache["bytes"] <= cache["size_bytes"] == MIB
    assert cache["inserts"] == n + 5000 and cache["evictions"] > n / 2
    assert not MEASURED or rss(daemon) - before < 2 * MIB


def test_cache_of_big_answers(start, honest, lab):
    """3000 bytes each, into the same MiB."""
    daemon = start([honest], tls=lab.tls, cache={"size": "1MiB"})
    ask_many(daemon, [f"warm{i}.big.lab" for i in range(500)], 16)
    before = rss(daemon)
    ask_many(daemon, [f"n{i}.big.lab" for i in range(2000)], 16)
    assert daemon.status()["cache"]["bytes"] <= MIB
    assert not MEASURED or rss(daemon) - before < 2 * MIB


def test_failures_keep_to_the_cache_size(start, toy):
    """Names that fail are remembered within the same budget."""
    def gone(session):
        session.receive()
    daemon = start([toy(gone).upstream("u")], cache={"size": "64KiB"})
    with Tcp(daemon) as tcp:
        for at in range(0, 3000, 100):
            tcp.send(*[make(f"n{at + i}.test") for i in range(100)])
            for _ in range(100):
                assert tcp.receive().rcode() == 2
    assert daemon.status()["cache"]["bytes"] <= 64 * 1024


def test_questions_that_wait(start, honest, lab):
    """As many as the limit allows, given up, and again: the memory serves twice."""
    daemon = start([honest], tls=lab.tls,
                   limits={"queries_in_flight": 1000, "timeout": "300ms"})
    ask(daemon, "example.lab")
    sizes = []
    for turn in range(6):
        clients = [Tcp(daemon) for _ in range(10)]
        for c, tcp in enumerate(clients):
            tcp.send(*[make(f"t{turn}-{c}-{i}.drop.lab") for i in range(120)])
        for tcp in clients:
            for _ in range(120):
                assert tcp.receive().rcode() == 2
            tcp.close()
        sizes.append(rss(daemon))
    assert daemon.status()["queries"]["in_flight"] == 0
    assert not MEASURED or sizes[-1] - sizes[1] < 2 * MIB, sizes
    assert is_good(ask(daemon, "example.lab"))


def test_descriptors_over_reconnects(start, toy):
    """Fifty connections that the server drops."""
    server = toy(serve_all)
    daemon = start([server.upstream("u")])
    assert is_good(ask(daemon, "warm.test"))
    before = descriptors(daemon)
    for i in range(50):
        server.drop_clients()
        assert is_good(ask(daemon, f"n{i}.test"))
    assert server.handshakes >= 50
    wait_for("no more descriptors", lambda: descriptors(daemon) <= before, 5)


def test_descriptors_over_refusals(start, lab):
    """Each refused handshake gives back what it took."""
    rival = dict(lab.upstreams["rival-ca"], name="rival-ca")
    daemon = start([rival], tls=lab.tls)

    def refuse():
        answer = daemon.control(command="query", name="x.lab", upstream="rival-ca")
        assert answer["ede"]["code"] == 28
    for _ in range(20):
        refuse()
    before, size = descriptors(daemon), rss(daemon)
    for _ in range(200):
        refuse()
    assert lab.counters("rival-ca")["query_bytes"] == 0
    wait_for("no more descriptors", lambda: descriptors(daemon) <= before, 5)
    assert not MEASURED or rss(daemon) - size < 2 * MIB


def test_descriptors_over_clients(daemon):
    """Five hundred TCP clients, with a question or without, polite or not."""
    assert is_good(ask(daemon, "example.lab", tcp=True))
    wait_for("no client", lambda: daemon.status()["queries"]["tcp_clients"] == 0)
    before = descriptors(daemon)
    for i in range(500):
        with Tcp(daemon) as tcp:
            if i % 3 == 0:
                tcp.send(make("example.lab"))
                assert is_good(tcp.receive())
            elif i % 3 == 1:
                tcp.send(make(f"n{i}.slow.lab"))
    wait_for("no client", lambda: daemon.status()["queries"]["tcp_clients"] == 0)
    # While answers are late there are spare connections.
    wait_for("no more descriptors", lambda: descriptors(daemon) <= before + 2, 5)


def test_five_hundred_clients_at_once(daemon):
    assert is_good(ask(daemon, "example.lab"))
    before = descriptors(daemon)
    clients = [Tcp(daemon) for _ in range(500)]
    for tcp in clients:
        tcp.send(make("example.lab"))
    for tcp in clients:
        assert is_good(tcp.receive())
        tcp.close()
    wait_for("no client", lambda: daemon.status()["queries"]["tcp_clients"] == 0)
    wait_for("no more descriptors", lambda: descriptors(daemon) <= before, 5)


@pytest.mark.parametrize("change", ["nothing", "cache", "pins", "listen"])
def test_reloads(start, honest, lab, change):
    """A hundred of them leave nothing behind."""
    daemon = start([honest], tls=lab.tls)
    config = daemon.config
    extra = config["listen"][0].replace(".1:", ".2:")

    def reload(i):
        odd = i % 2 == 1
        keys = {
            "nothing": {},
            "cache": {"cache": {"size": "2MiB" if odd else "1MiB"}},
            "pins": {"upstreams": [dict(honest, pins=honest["pins"][:1 + odd])]},
            "listen": {"listen": config["listen"] + ([extra] if odd else [])},
        }[change]
        assert daemon.reload(dict(config, **keys))["ok"]
        assert is_good(ask(daemon, f"r{i}.lab"))
    for i in range(40):
        reload(i)
    before, size = descriptors(daemon), rss(daemon)
    for i in range(40, 140):
        reload(i)
    wait_for("no more descriptors", lambda: descriptors(daemon) <= before, 5)
    assert not MEASURED or rss(daemon) - size < 2 * MIB


def test_out_of_descriptors(start, honest, lab):
    """With none left, clients over UDP that can be answered still are; and when there
    are some again, all is as before."""
    daemon = start([honest], tls=lab.tls,
                   command=("sh", "-c", 'ulimit -n 64; exec "$0" "$@"'))
    assert is_good(ask(daemon, "example.lab"))
    clients = [Tcp(daemon) for _ in range(100)]
    assert is_good(ask(daemon, "example.lab"))
    assert is_good(ask(daemon, "another.lab"))
    for tcp in clients:
        tcp.close()
    assert is_good(ask(daemon, "example.lab", tcp=True))
    assert is_good(ask(daemon, "third.lab", tcp=True))


def test_clients_leave_descriptors_for_upstreams(start, honest, lab):
    """More TCP clients than there are descriptors: some wait, upstreams do not."""
    daemon = start([honest], tls=lab.tls,
                   command=("sh", "-c", 'ulimit -n 96; exec "$0" "$@"'))
    assert "file descriptors for" in daemon.log()
    clients = [Tcp(daemon) for _ in range(100)]
    assert is_good(ask(daemon, "example.lab"))
    clients[-1].send(make("second.lab"))
    assert is_good(clients[-1].receive())
    for tcp in clients:
        tcp.close()
