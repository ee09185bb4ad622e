"""What is measured: each scenario starts a peer, works it, and gives its figures. Names
of figures end in their units."""

import os
import re
import subprocess
import time

from peer import MIB, Place
from rig import FAR, HOST, Load, Server, Upstream, measured, program
from stage import Wan, why_not as why_no_wan
import netns
import sampling

CACHED_NAMES = 10000
CACHED_WINDOW = 128
FORWARDED_QUERIES = 100000
FORWARDED_WINDOW = 64
# At most: whoever is slow has answered enough by then.
FORWARDED_SECONDS = 10
TRIES = 3
MEMORY_NAMES = 100000
STARTS = 10
# Of the path: 20 ms there and back.
ONE_WAY_MS, LOSS_PERMILLE = 10, 10


class Bench:
    """What scenarios share: cores, world, upstream, how much of all to do, where."""

    def __init__(self, cores, world, directory, scale):
        self.cores, self.world, self.directory, self.scale = cores, world, directory, scale
        self.upstream = Upstream(world, cores)
        self.numbers = 0
        # What pintle's cache takes, for others to take as much.
        self.cache_kib = 0

    def end(self):
        self.upstream.end()

    def some(self, number, least=1):
        return max(int(number * self.scale), least)

    def seconds(self, seconds):
        return max(seconds * self.scale, 0.2)

    def label(self):
        """Names that nobody has asked for yet."""
        self.numbers += 1
        return f"l{self.numbers}"

    def place(self, peer, **keys):
        directory = os.path.join(self.directory, f"{peer.name}-{self.label()}")
        keys.setdefault("upstream", self.upstream)
        return Place(directory, self.world, **keys)


class Running:
    """A peer that answers: `with Running(bench, peer, ...) as run`."""

    def __init__(self, bench, peer, server_cores=None, prefix=(), **keys):
        self.bench, self.peer = bench, peer
        self.place = bench.place(peer, **keys)
        self.load = Load(bench.cores, self.place.listen(), prefix)
        cores = bench.cores.on(*(server_cores or [bench.cores.server]))
        self.server = Server([*cores, *peer.command(self.place)], self.place.directory,
                             prefix)

    def __enter__(self):
        try:
            self.server.wait_ready(self.load)
        except BaseException:
            self.server.kill()
            raise
        return self

    def __exit__(self, *_):
        self.server.end()

    def measure(self, **options):
        return measured(self.server, self.load, **options)


def warm(run, label, names):
    """Three times: what a burst has lost is there after that."""
    for _ in range(3):
        figures = run.load.ask(queries=names, names=names, window=32, sockets=1,
                               label=label)
    assert figures["good"] == names, f"only {figures['good']} of {names} names are cached"


def cached_figures(bench, run, names_max, locks=False, **how):
    names, label = min(bench.some(CACHED_NAMES, 100), names_max), bench.label()
    warm(run, label, names)
    options = dict(how, names=names, label=label, window=CACHED_WINDOW,
                   seconds=bench.seconds(5))
    figures = run.measure(**options)
    # Apart from that: to be looked at costs, too.
    if locks and (share := sampling.lock_pct(run, bench.directory, **options)) is not None:
        figures["lock_pct"] = share
    return figures


def cached(bench, peer, tcp=False):
    """As fast as it goes, all of it from the cache."""
    with Running(bench, peer) as run:
        return cached_figures(bench, run, peer.names_max or CACHED_NAMES, tcp=tcp,
                              busy=True)


def cached_tcp(bench, peer):
    return cached(bench, peer, tcp=True)


def workers(bench, peer, count):
    """Server and load have all cores together."""
    both = [bench.cores.server, bench.cores.load]
    with Running(bench, peer, both, workers=count) as run:
        return cached_figures(bench, run, CACHED_NAMES, locks=True, busy=False)


def forwarded(bench, peer, protocol):
    """The best of some tries, where a peer leaves questions without a good answer."""
    tries = []
    while len(tries) < TRIES and (not tries or tries[-1]["bad"] > tries[-1]["sent"] / 100):
        tries.append(forwarded_once(bench, peer, protocol))
    return min(tries, key=lambda figures: figures["bad"] / max(figures["sent"], 1))


def forwarded_once(bench, peer, protocol):
    """Names that nobody has asked for, as fast as it goes."""
    with Running(bench, peer, protocol=protocol) as run:
        warm = bench.some(FORWARDED_QUERIES // 50, 100)
        run.load.ask(queries=warm, window=32, label=bench.label())
        return run.measure(queries=bench.some(FORWARDED_QUERIES, 500),
                           seconds=FORWARDED_SECONDS, window=FORWARDED_WINDOW,
                           label=bench.label())


def forwarded_dot(bench, peer):
    return forwarded(bench, peer, "dot")


def forwarded_doh(bench, peer):
    return forwarded(bench, peer, "doh")


def forwarded_slowly(bench, peer):
    """At 2,000 q/s, where wake-ups are what costs."""
    with Running(bench, peer) as run:
        run.load.ask(queries=bench.some(1000, 100), window=32, label=bench.label())
        return run.measure(rate=2000, seconds=bench.seconds(5), label=bench.label())


def start(bench, peer):
    """From fork to the first answer of a verified upstream, with all roots of Debian.
    pintle looks at pins and Certificate Transparency, which the others cannot."""
    times_ms = []
    for _ in range(bench.some(STARTS, 2)):
        place = bench.place(peer, roots="store", ct="require")
        command = [*bench.cores.on(bench.cores.load), program("first"), place.listen(),
                   bench.label(), str(bench.cores.server), *peer.command(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              cwd=place.directory)
        assert done.returncode == 0, f"no answer:\n{done.stderr}"
        times_ms.append(float(done.stdout))
    times_ms.sort()
    return {"first_ms": times_ms[len(times_ms) // 2], "slowest_ms": times_ms[-1]}


def memory(bench, peer):
    """Its own memory, when it has answered once and when it has answered many names; a
    cache of 8 MiB."""
    with Running(bench, peer, cache_bytes=8 * MIB) as run:
        time.sleep(bench.seconds(1))
        idle_kib = run.server.private_kib()
        figures = run.load.ask(queries=bench.some(MEMORY_NAMES, 500), window=64,
                               label=bench.label())
        time.sleep(bench.seconds(1))
        return {"idle_kib": idle_kib, "full_kib": run.server.private_kib(),
                "bad": figures["sent"] - figures["good"]}


def lossy(bench, peer):
    """10 q/s over a path of 20 ms on which one packet in a hundred is lost, each way; an
    upstream with two addresses."""
    stem = f"pintle-{os.getpid()}-{os.urandom(2).hex()}"
    near, far, wan, upstream = None, None, None, None
    try:
        near, far = netns.Namespace(stem + "-n"), netns.Namespace(stem + "-f")
        wan = Wan(near, far, ONE_WAY_MS, LOSS_PERMILLE, seed=bench.numbers + 1)
        for address in FAR:
            far.ip("address", "add", address + "/24", "dev", "wan0")
        far.ip("link", "set", "wan0", "up")
        near.ip("address", "add", "10.54.0.2/24", "dev", "wan0")
        near.ip("link", "set", "wan0", "up")
        upstream = Upstream(bench.world, bench.cores, FAR, far.prefix())
        protocol = "dot" if "dot" in peer.protocols else "doh"
        with Running(bench, peer, prefix=near.prefix(), upstream=upstream, port=5300,
                     host=HOST, protocol=protocol) as run:
            return lossy_figures(bench, run, upstream)
    finally:
        if upstream is not None:
            upstream.end()
        if wan is not None:
            wan.end()
        for namespace in (near, far):
            if namespace is not None:
                namespace.delete()


def lossy_figures(bench, run, upstream):
    run.load.ask(rate=20, seconds=bench.seconds(2), label=bench.label())
    before = upstream.counts()["queries"]
    figures = run.load.ask(rate=10, seconds=bench.seconds(60), label=bench.label())
    extra = upstream.counts()["queries"] - before - figures["sent"]
    figures["extra_pct"] = 100 * extra / figures["sent"]
    figures["bad"] = figures["sent"] - figures["good"]
    return figures


def micro(bench, _):
    """Single steps, nanoseconds."""
    done = subprocess.run([*bench.cores.on(bench.cores.server), program("micro")],
                          capture_output=True, text=True, check=True)
    return {f"{name.strip()} ns": float(ns) for name, ns in
            re.findall(r"^(.*?)  +([\d.]+) ns", done.stdout, re.MULTILINE)}


def why_not_lossy():
    return why_no_wan("ip") if os.geteuid() == 0 else "needs root"
