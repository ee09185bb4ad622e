"""What measures is itself tried: on servers that do wrong, and on figures that are known."""

import os
import socket
import subprocess
import sys
import threading

import dns.flags
import dns.message
import dns.rcode
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../net", "../system", "."):
    sys.path.insert(0, os.path.join(HERE, folder))

# pylint: disable=wrong-import-position
from harness import free_port  # noqa: E402
from rig import Cores, Load, Upstream, World, program  # noqa: E402
from servers import answer_a  # noqa: E402
from targets import Results, Target, judge  # noqa: E402

CORES = Cores(pinned=False)
LATE_S = 0.03


# --- the load -----------------------------------------------------------------

def good(_, query):
    return [answer_a(query)]


def every(n, otherwise):
    """As `otherwise` for each n-th question, and well for the others."""
    return lambda i, query: otherwise(i, query) if i % n == 0 else good(i, query)


def silent(_, __):
    return []


def twice(_, query):
    return [answer_a(query)] * 2


def empty(_, query):
    return [dns.message.make_response(query)]


def failure(_, query):
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.SERVFAIL)
    return [reply]


def other_id(_, query):
    reply = answer_a(query)
    reply.id ^= 0x5555
    return [reply]


def other_name(_, query):
    name = str(query.question[0].name)
    changed = dns.message.make_query("x" + name[1:].replace("0", "7"), "A")
    reply = answer_a(changed)
    reply.id = query.id
    return [reply]


def echoed(_, query):
    """A question is no answer."""
    return [query]


class Toy:
    """behave(number, query) gives the replies to a question over UDP."""

    def __init__(self, behave):
        self.behave = behave
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        host, port = self.socket.getsockname()
        return Load(CORES, f"{host}:{port}")

    def __exit__(self, *_):
        # An empty datagram ends it.
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def run(self):
        number = 0
        while True:
            wire, client = self.socket.recvfrom(4096)
            if not wire:
                return
            for reply in self.behave(number, dns.message.from_wire(wire)):
                self.socket.sendto(reply.to_wire(), client)
            number += 1


COUNTS = ["good", "failed", "other", "timeouts"]
ROWS = {
    "all": (good, (40, 0, 0, 0)),
    "one in four is silent": (every(4, silent), (30, 0, 0, 10)),
    "one in two fails": (every(2, failure), (20, 20, 0, 0)),
    "no answer in it": (every(10, empty), (36, 0, 4, 0)),
    "answers come twice": (twice, (40, 0, 0, 0)),
    "another ID": (every(40, other_id), (39, 0, 0, 1)),
    "questions come back": (every(20, echoed), (38, 0, 0, 2)),
}


@pytest.mark.parametrize("row", ROWS)
def test_counts(row):
    behave, counts = ROWS[row]
    with Toy(behave) as load:
        figures = load.ask(queries=40, window=40, sockets=1, timeout_ms=1000)
    assert figures["sent"] == 40
    assert tuple(figures[name] for name in COUNTS) == counts


def test_other_name():
    """The measurement ends there."""
    with Toy(every(8, other_name)) as load:
        with pytest.raises(AssertionError, match="other questions"):
            load.ask(queries=16, window=1, sockets=1)


def test_percentiles():
    """One in twenty is late: the median is not, the 99th percentile is."""
    wait = threading.Event()

    def late(_, query):
        wait.wait(LATE_S)
        return good(0, query)
    with Toy(every(20, late)) as load:
        figures = load.ask(queries=100, window=1, sockets=1)
    assert figures["p50_us"] < figures["p99_us"] <= figures["max_us"]
    assert figures["p99_us"] >= LATE_S * 1e6


def test_rate():
    with Toy(good) as load:
        figures = load.ask(rate=200, seconds=0.5)
    assert 95 <= figures["sent"] == figures["good"] <= 105


class Echo(Toy):
    """Quick; the first question is lost."""

    def run(self):
        lost = False
        while True:
            wire, client = self.socket.recvfrom(4096)
            if not wire:
                return
            if lost:
                self.socket.sendto(wire[:2] + b"\x80\x80" + wire[4:7] + b"\1" + wire[8:],
                                   client)
            lost = True


def test_ids_go_round():
    """One that waits for its answer holds up those behind it, and not for good."""
    with Echo(None) as load:
        figures = load.ask(queries=70000, window=64, sockets=1, timeout_ms=2000)
    assert (figures["good"], figures["timeouts"]) == (69999, 1)


def first(port, command):
    """The milliseconds that it says, or None."""
    done = subprocess.run([program("first"), f"127.0.0.1:{port}", "label", "-", *command],
                          capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


# Says SERVFAIL twice, then answers; it is there after the time given.
LATE = r"""
import socket, sys, time
time.sleep(float(sys.argv[2]))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
for i in range(100):
    wire, client = s.recvfrom(4096)
    s.sendto(wire[:2] + b"\x80" + (b"\x82" if i < 2 else b"\x80") + wire[4:7] + b"\1" +
             wire[8:], client)
"""


def test_first():
    port = str(free_port())
    took_ms = first(port, [sys.executable, "-c", LATE, port, str(LATE_S)])
    assert LATE_S * 1e3 < took_ms < 5000


def test_first_of_nobody():
    assert first(free_port(), ["false"]) is None


@pytest.mark.parametrize("options", [
    {"window": 1, "sockets": 2}, {"rate": 0}, {"sockets": 257, "window": 300},
    {"label": "x" * 40}], ids=str)
def test_bad_options(options):
    with pytest.raises(AssertionError):
        Load(CORES, "127.0.0.1:9").ask(queries=1, **options)


# --- the upstream ---------------------------------------------------------------

@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    world = World(str(tmp_path_factory.mktemp("world")))
    made = Upstream(world, CORES)
    made.world = world
    yield made
    made.end()


def kdig(upstream, *words):
    done = subprocess.run(
        ["kdig", f"@{upstream.addresses[0]}", f"+tls-ca={upstream.world.root}",
         "+tls-hostname=resolver.lab", *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("kind, address", [("A", "192.0.2.7"), ("AAAA", "c000:207::")])
def test_dot(upstream, kind, address):
    queries = upstream.counts()["queries"]
    out = kdig(upstream, "-p", str(upstream.dot), "+tls", "some.name", kind)
    assert "status: NOERROR" in out and address in out
    assert upstream.counts()["queries"] == queries + 1


def test_dot_other_type(upstream):
    out = kdig(upstream, "-p", str(upstream.dot), "+tls", "some.name", "MX")
    assert "status: NOERROR" in out and "ANSWER: 0" in out


@pytest.mark.parametrize("method", ["+https", "+https-get"])
def test_doh(upstream, method):
    out = kdig(upstream, "-p", str(upstream.doh), "+https", method, "some.name", "A")
    assert "192.0.2.7" in out and "HTTP/2" in out


def test_http1(upstream, tmp_path):
    """Twice on one connection."""
    query = dns.message.make_query("some.name", "A")
    path = tmp_path / "query"
    path.write_bytes(query.to_wire())
    url = f"https://resolver.lab:{upstream.doh}/dns-query"
    done = subprocess.run(
        ["curl", "-sS", "--http1.1", "--cacert", upstream.world.root, "--resolve",
         f"resolver.lab:{upstream.doh}:{upstream.addresses[0]}", "--data-binary",
         f"@{path}", url, url, "-w", "|connects %{num_connects}|"],
        capture_output=True, check=True)
    first, one, second, none, _ = done.stdout.split(b"|")
    assert query.is_response(dns.message.from_wire(first)) and first == second
    assert (one, none) == (b"connects 1", b"connects 0")


# --- the judgement --------------------------------------------------------------

MOST = Target("s", "cpu_us", "other", most=0.5)
LEAST = Target("s", "cpu_us", "other", least=2)
ALONE = Target("s", "cpu_us", most=5)


@pytest.mark.parametrize("target, ours, theirs, word", [
    (MOST, [1, 1, 1], [2, 2, 2], "0.50 [0.50..0.50]    <= 0.5   pass"),
    (MOST, [1, 1.1, 1.2], [2, 2, 2],
     "0.55 [0.50..0.60]    <= 0.5   falls short (1 of 3 rounds otherwise)"),
    (MOST, [1, 1], [], "not measured: no other"),
    (MOST, [], [1, 1], "not measured: no pintle"),
    (ALONE, [], [1, 1], "not measured: no cpu_us"),
    (LEAST, [4, 1, 4], [2, 2, 2], "pass (1 of 3 rounds otherwise)"),
    (LEAST, [3], [2], "1.50                 >= 2     falls short"),
    (ALONE, [6], [], "falls short"),
    (ALONE, [5], [], "pass"),
])
def test_judge(target, ours, theirs, word):
    results = Results()
    for peer, values in (("pintle", ours), ("other", theirs)):
        for number, value in enumerate(values):
            results.add("s", peer, number, {"cpu_us": value})
    assert judge(results, target).endswith(word)


def test_judge_bad_answers():
    """They are said; a round that is mostly that does not count."""
    results = Results()
    for number, bad in enumerate([0, 300, 600]):
        results.add("s", "pintle", number, {"cpu_us": 1, "sent": 1000, "bad": 0})
        results.add("s", "other", number,
                    {"cpu_us": 4 + number, "sent": 1000, "bad": bad})
    assert results.ratios(MOST) == [1 / 4, 1 / 5]
    assert judge(results, MOST).endswith(
        "pass; other: up to 60 % without a good answer")


def test_judge_nothing():
    assert judge(Results(), MOST) is None


def test_ratio_is_of_one_round():
    """The machine may have been slower in the second."""
    results = Results()
    for number, (ours, theirs) in enumerate([(1, 2), (10, 20)]):
        results.add("s", "pintle", number, {"cpu_us": ours})
        results.add("s", "other", number, {"cpu_us": theirs})
    results.add("s", "pintle", 2, {"cpu_us": 99})
    assert results.ratios(MOST) == [0.5, 0.5]
