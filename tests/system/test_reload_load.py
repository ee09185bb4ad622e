"""1,000 reloads while clients ask over UDP and TCP, of upstreams over TLS and HTTPS: not
one query is lost, whatever changes, and what cannot be taken over changes nothing."""

import json
import select
import signal
import socket
import struct
import threading
import time

import pytest

from client import Later, frame, make
from harness import free_port, has_sanitizers, random_net, wait_for
from test_memory import MEASURED, MIB, descriptors, rss

RELOADS = 200 if has_sanitizers() else 1000
NAMES = 500
# Of each client at a time.
WINDOW = 16
# Over UDP a query is lost if it is not answered by then: twice what pintle may take.
LOST_S = 10


def check(reply, name):
    """The answer, and to this question."""
    flags, questions, answers = struct.unpack_from("!3H", reply, 2)
    assert flags & 15 == 0, f"{name}: rcode {flags & 15}"
    assert (questions, answers) == (1, 1) and flags & 0x8280 == 0x8080, name
    assert name.encode() in reply[12:12 + len(name) + 1], name


def questions(letter):
    """Without end; (ID, name, wire)."""
    number = 0
    while True:
        name = f"{letter}{number % NAMES}"
        query = make(name + ".lab")
        query.id = number % 65536
        yield query.id, name, query.to_wire()
        number += 1


def load_tcp(daemon, stop, letter):
    """One connection through all reloads; how many were answered."""
    under_way, buffer, answered = {}, b"", 0
    asked = questions(letter)
    with socket.create_connection((daemon.address, daemon.port), LOST_S) as s:
        while under_way or not stop.is_set():
            while len(under_way) < WINDOW and not stop.is_set():
                number, name, wire = next(asked)
                under_way[number] = name
                s.sendall(frame(wire))
            data = s.recv(65536)
            assert data, "the client's connection was closed"
            buffer += data
            while len(buffer) >= 2 and len(buffer) - 2 >= (size := buffer[0] << 8 | buffer[1]):
                reply, buffer = buffer[2:2 + size], buffer[2 + size:]
                check(reply, under_way.pop(reply[0] << 8 | reply[1]))
                answered += 1
    return answered


def load_udp(daemon, stop, letter):
    """One socket; nothing is sent twice."""
    under_way, answered = {}, 0
    asked = questions(letter)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((daemon.address, daemon.port))
        while under_way or not stop.is_set():
            while len(under_way) < WINDOW and not stop.is_set():
                number, name, wire = next(asked)
                under_way[number] = name, time.monotonic()
                s.send(wire)
            assert select.select([s], [], [], LOST_S)[0], f"lost: {under_way}"
            reply = s.recv(65535)
            name, _ = under_way.pop(reply[0] << 8 | reply[1])
            check(reply, name)
            answered += 1
            oldest = min((at for _, at in under_way.values()), default=time.monotonic())
            assert time.monotonic() - oldest < LOST_S, f"lost: {under_way}"
    return answered


def sockets_of(daemon):
    """The inodes of what is bound to the address of the load."""
    at = socket.inet_aton(daemon.address)[::-1].hex().upper() + f":{daemon.port:04X}"
    inodes = set()
    for table in ("udp", "tcp"):
        with open(f"/proc/{daemon.process.pid}/net/{table}", encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
        inodes |= {(table, row[9]) for row in rows
                   if row[1] == at and row[3] in ("07", "0A")}
    return inodes


class Changes:
    """What the nth reload changes: a configuration for each n."""

    def __init__(self, config, place):
        self.base, self.place = config, place
        self.net = random_net()
        self.port = free_port(*(f"{self.net}.{i}" for i in range(1, 4)))

    def config(self, n):
        upstreams = [dict(one) for one in self.base["upstreams"]]
        if n % 7 == 0:
            upstreams[n % 2]["pins"] = upstreams[n % 2]["pins"][:1 + n // 7 % 2]
        if n % 2:
            upstreams.reverse()
        if n % 11 == 0:
            upstreams.pop()
        more = [f"{self.net}.{i}:{self.port}" for i in range(1, 1 + n % 4)]
        plain = {"zone": f"z{n % 5}.example", "address": ["127.0.0.1:9"], "protocol": "plain"}
        config = dict(
            self.base, listen=self.base["listen"] + more, upstreams=upstreams,
            allow=["loopback", f"10.{n % 256}.0.0/16"],
            cache={"size": ["1MiB", "1MiB", "2MiB", 0][n // 12 % 4],
                   "min_ttl": n // 30 % 3, "serve_stale": n // 40 % 4, "prefetch": n % 2 == 0},
            limits={"clients": 10 + n % 100, "queries_in_flight": 100 + n,
                    "timeout": f"{4000 + n}ms"},
            strategy=["fastest", "ordered", "round_robin"][n % 3],
            hedge=["off", "same_upstream", "any"][n // 3 % 3],
            edns={"padding": 64 * (n % 4)},
            log={"level": ["notice", "info", "warning"][n % 3]},
            control=self.place + f"/c{n // 20 % 2}.sock",
            forward=[plain] if n % 3 else [plain, dict(plain, zone="corp.example")],
            local_records=[f"box{n % 7}.example. 300 IN A 192.0.2.{n % 250}"],
            local_zone=[{"zone": f"ads{n % 6}.example", "action": "nxdomain"}],
            rebind_protection={"enable": n % 4 == 1})
        if n // 16 % 2:
            config.update(dnssec="validate", dnssec_negative=["lab", f"n{n % 9}.example"])
        if n // 8 % 2:
            config["hosts"] = "/etc/hosts"
        return config

    def broken(self, n):
        """What must not be taken over."""
        good = self.config(n + 1)
        first = good["upstreams"][0]
        return [
            json.dumps(good)[:-n % 50 - 1],
            dict(good, upstreamz=[]),
            dict(good, upstreams=[dict(first, pins=["sha256//short"])]),
            dict(good, upstreams=[dict(first, ca_file=self.place + "/none")]),
            dict(good, listen=good["listen"] + ["192.0.2.300:53"]),
            dict(good, control=self.place + "/no/such/directory.sock"),
            dict(good, user="nobody"),
            "",
        ][n // 10 % 8]


def reload(daemon, config, n):
    """By signal or by command, in turn."""
    if n % 2:
        return daemon.reload(config)["ok"]
    before = daemon.status()["reloads"]
    daemon.write_config(config)
    daemon.kick(signal.SIGHUP)

    def done():
        for path in {daemon.socket, config["control"]}:
            try:
                daemon.socket = path
                return daemon.status()["reloads"] > before
            except OSError:
                continue
        return False
    wait_for("the reload", done)
    return True


def check_broken(daemon, changes, n):
    before = daemon.status()
    answer = daemon.reload(changes.broken(n))
    assert not answer["ok"] and answer["error"], n
    after = daemon.status()
    for key in ("listen", "reloads"):
        assert after[key] == before[key]
    assert [u["name"] for u in after["upstreams"]] == [u["name"] for u in before["upstreams"]]
    assert after["cache"]["size_bytes"] == before["cache"]["size_bytes"]


@pytest.fixture
def daemon(start, start_lab, place):
    """In front of two upstreams, one of each kind."""
    dot, doh = start_lab("honest"), start_lab("honest", protocol="doh")
    upstreams = [dict(dot.upstreams["honest"], name="dot", ca_file=dot.tls["ca_file"]),
                 dict(doh.upstreams["honest-doh"], name="doh",
                      ca_file=doh.tls["ca_file"])]
    return start(upstreams, control=place + "/c0.sock", limits={"timeout": "4s"})


def test_nothing_is_lost(daemon, place):
    changes, stop = Changes(daemon.config, place), threading.Event()
    bound = sockets_of(daemon)
    assert len(bound) == 2
    assert daemon.reload(changes.config(0)) == {"ok": True}
    open_before = descriptors(daemon)
    clients = [Later(load_udp, daemon, stop, "u"), Later(load_udp, daemon, stop, "v"),
               Later(load_tcp, daemon, stop, "t"), Later(load_tcp, daemon, stop, "s")]
    try:
        for n in range(1, RELOADS):
            config = changes.config(n)
            assert reload(daemon, config, n), daemon.log()[-1000:]
            daemon.socket = config["control"]
            if n == 100:
                settled = rss(daemon)
            if n % 10 == 0:
                check_broken(daemon, changes, n)
            assert all(one.thread.is_alive() for one in clients), [c.error for c in clients]
    finally:
        stop.set()
    answered = [one.get() for one in clients]
    status = daemon.status()
    assert status["reloads"] == RELOADS
    assert status["queries"]["failed"] == status["queries"]["stale"] == 0
    assert min(answered) > RELOADS and sum(answered) == status["queries"]["answered"]
    assert status["queries"]["asked"] > 5 * RELOADS, "it was not only the cache"
    assert {u["name"] for u in status["upstreams"]} >= {"dot", "doh"}
    assert not MEASURED or rss(daemon) - settled < 3 * MIB
    assert sockets_of(daemon) == bound, "the sockets of the address that stayed"
    assert daemon.reload(changes.config(0)) == {"ok": True}
    daemon.socket = changes.config(0)["control"]
    wait_for("nothing left open", lambda: descriptors(daemon) <= open_before + 4)
