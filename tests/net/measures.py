"""What is measured: each builds its stage, breaks something, and gives figures. The tests
hold them against bounds, measure.py prints them."""

import dataclasses
import time

from asker import Asker
from harness import wait_for
from stage import FAR, Stage, fd_count, rss_kib

RATE = 20
# Before anything is broken: connections are open, latencies are known.
SETTLE_S = 1.5
OVER_S = 3.0


@dataclasses.dataclass
class Recovery:
    """Seconds, and questions; `first_s` is None where nothing had to come back."""
    first_s: float
    slowest_s: float
    asked: int
    failed: int
    failed_after: int
    log: str

    def line(self):
        first = "-" if self.first_s is None else f"{self.first_s:.3f}"
        return (f"first {first} s, slowest {self.slowest_s:.3f} s, failed {self.failed} "
                f"of {self.asked}, {self.failed_after} of them asked after")


def settled(asker):
    """Asks a while, until that goes well."""
    time.sleep(SETTLE_S)
    begin_s = time.monotonic()
    wait_for("an answer", lambda: asker.has_good_since(begin_s))
    # Some are still on their way.
    failed = [a for a in asker.failed() if a.rcode is not None]
    assert not failed, f"before anything was broken: {failed[0]}"


def recovery(stage, asker, broken_s, healed_s=None):
    after = [a for a in asker.failed() if healed_s is not None and a.sent_s >= healed_s]
    first_s = None
    if healed_s is not None:
        first_s = asker.first_good_s(broken_s + 0.1, healed_s)
        first_s = float("inf") if first_s is None else first_s
    return Recovery(first_s, asker.slowest_s(), len(asker.all()), len(asker.failed()),
                    len(after), stage.daemon.log())


def black_hole(authority, protocol, for_s=5.0):
    """The path is silently dead for a while."""
    with Stage(authority, protocol) as stage:
        with Asker(stage, RATE) as asker:
            settled(asker)
            broken_s = time.monotonic()
            stage.wan.do("hole")
            time.sleep(for_s)
            healed_s = time.monotonic()
            stage.wan.do("heal")
            time.sleep(OVER_S)
        return recovery(stage, asker, broken_s, healed_s)


def dead_flow(authority, protocol, hedge="same_upstream"):
    """A NAT lost its state: connections are dead, new ones work."""
    with Stage(authority, protocol, hedge=hedge) as stage:
        with Asker(stage, RATE) as asker:
            settled(asker)
            broken_s = time.monotonic()
            stage.wan.do("forget")
            time.sleep(OVER_S)
        return recovery(stage, asker, broken_s)


def restart(authority, protocol, for_s=1.0):
    """The upstream is killed, and back a while later."""
    with Stage(authority, protocol) as stage:
        with Asker(stage, RATE) as asker:
            settled(asker)
            broken_s = time.monotonic()
            stage.servers[0].kill()
            time.sleep(for_s)
            stage.restart()
            healed_s = time.monotonic()
            time.sleep(OVER_S)
        return recovery(stage, asker, broken_s, healed_s)


def second_of_two(authority, protocol, how, strategy="fastest"):
    """The first of two upstreams falls into a hole, or is killed, for good."""
    with Stage(authority, protocol, upstreams=2, strategy=strategy) as stage:
        with Asker(stage, RATE) as asker:
            settled(asker)
            broken_s = time.monotonic()
            if how == "hole":
                stage.wan.do(f"hole {FAR[0]}")
            else:
                stage.servers[0].kill()
            time.sleep(2 * OVER_S)
        return recovery(stage, asker, broken_s)


@dataclasses.dataclass
class Loss:
    """Milliseconds."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    asked: int
    failed: int
    stats: dict

    def line(self):
        return (f"p50 {self.p50_ms:.1f}, p95 {self.p95_ms:.1f}, p99 {self.p99_ms:.1f} ms, "
                f"failed {self.failed} of {self.asked}")


def loss(authority, protocol, rate=200, for_s=15, permille=10):
    """Packets are lost, either way."""
    with Stage(authority, protocol, loss_permille=permille) as stage:
        with Asker(stage, RATE) as warm:
            settled(warm)
        with Asker(stage, rate) as asker:
            time.sleep(for_s)
        return Loss(*(asker.percentile_ms(p) for p in (50, 95, 99)), len(asker.all()),
                    len(asker.failed()), stage.daemon.upstream())


@dataclasses.dataclass
class Idle:
    """Connections, by who ended them first; the second half is what was learned."""
    failed: int
    asked: int
    slowest_s: float
    by_server: int
    by_us: int
    by_server_late: int
    by_us_late: int

    def line(self):
        return (f"failed {self.failed} of {self.asked}, slowest {self.slowest_s:.3f} s; "
                f"ended by the server {self.by_server}, by us {self.by_us}; then "
                f"{self.by_server_late} and {self.by_us_late}")


def idle(authority, protocol, idle_s, program="dnsdist", rounds=(2, 2)):
    """A server that closes what is idle; somebody asks more seldom than that."""
    with Stage(authority, protocol, program=program, idle_s=idle_s) as stage:
        ends, answers = [], []
        for n in rounds:
            for _ in range(n):
                with Asker(stage, RATE) as asker:
                    wait_for("an answer", lambda: asker.has_good_since(0))
                answers += asker.all()
                # A second more than it waits, and both have had their turn.
                time.sleep(idle_s + 1.2)
            ends.append(stage.wan.flows())
        learned, late = ends
        return Idle(sum(not a.is_good() for a in answers), len(answers),
                    max(a.took_s or 0 for a in answers), learned[2], learned[1],
                    late[2] - learned[2], late[1] - learned[1])


@dataclasses.dataclass
class Flaps:
    """Before: after the first tenth."""
    fds_before: int
    fds_after: int
    rss_before_kib: int
    rss_after_kib: int
    log_lines: int
    works_after: bool
    asked: int
    failed: int

    def line(self):
        return (f"file descriptors {self.fds_before} -> {self.fds_after}, RSS "
                f"{self.rss_before_kib} -> {self.rss_after_kib} KiB, {self.log_lines} "
                f"lines of log, failed {self.failed} of {self.asked}")


def flap(stage):
    """The line goes, what was connected is lost with it, and it comes back."""
    stage.wan.do("hole")
    stage.wan.do("forget")
    time.sleep(0.3)
    stage.wan.do("heal")
    time.sleep(0.3)


def flaps(authority, n):
    """A DoT and a DoH upstream over a line that is bad."""
    with Stage(authority, ["dot", "doh"], strategy="round_robin",
               cache={"size": "64KiB"}) as stage:
        process = stage.daemon.process
        with Asker(stage, RATE) as asker:
            settled(asker)
            for _ in range(n // 10):
                flap(stage)
            before = fd_count(process), rss_kib(process)
            lines = stage.daemon.log().count("\n")
            for _ in range(n - n // 10):
                flap(stage)
            begin_s = time.monotonic()
            time.sleep(2)
            works = asker.has_good_since(begin_s)
        after = fd_count(process), rss_kib(process)
        lines = stage.daemon.log().count("\n") - lines
        return Flaps(before[0], after[0], before[1], after[1], lines, works,
                     len(asker.all()), len(asker.failed()))


@dataclasses.dataclass
class Edge:
    """Questions that come just when the server closes."""
    asked: int
    failed: int
    slowest_s: float

    def line(self):
        return f"failed {self.failed} of {self.asked}, slowest {self.slowest_s:.3f} s"


def edge(authority, protocol, idle_s=1.0, rtt_s=0.02, each=3):
    """One question after another, about as long apart as the server waits: some meet its
    close on the way."""
    answers = []
    with Stage(authority, protocol, idle_s=int(idle_s)) as stage:
        with Asker(stage, RATE) as asker:
            settled(asker)
        for step in range(-3, 4):
            apart_s = idle_s + step * rtt_s / 2
            with Asker(stage, 1 / apart_s) as asker:
                time.sleep(apart_s * (each - 0.5))
            answers += asker.all()
    return Edge(len(answers), sum(not a.is_good() for a in answers),
                max(a.took_s or 0 for a in answers))
