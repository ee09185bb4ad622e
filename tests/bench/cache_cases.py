"""How good a cache is at keeping what will be asked for, and how cost grows."""

import json
import os
import subprocess

import traces
from cases import CACHED_WINDOW, FORWARDED_WINDOW, Running, warm
from control import stats
from peer import MIB
from rig import program

# --- hit rate -----------------------------------------------------------------------

# A cache that holds some of the names.
CACHE_BYTES = 4 * MIB
QUESTIONS = 300000
# What the other cache takes may differ by so much, after so many tries.
MEMORY_PCT, MEMORY_TRIES = 3, 6


class Trace:
    """In two halves: the first one fills the cache, the second one counts."""

    def __init__(self, bench, kind):
        self.kind = kind
        numbers = traces.KINDS[kind](traces.zipf(bench.some(QUESTIONS, 5000)))
        self.half = len(numbers) // 2
        stem = os.path.join(bench.directory, bench.label())
        self.path = traces.write(stem + ".trace", numbers)
        self.halves = [traces.write(stem + ".1", numbers[:self.half]),
                       traces.write(stem + ".2", numbers[self.half:self.half * 2])]

    def simulated(self, entries):
        done = subprocess.run([program("eviction"), str(entries), self.path], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)


def hits_of(bench, peer, trace, cache_bytes, window=1):
    """Per cent of the second half that the upstream was not asked for, and the memory
    that the cache takes: what is the program's alone has grown by so much since its first
    answer. One at a time nobody joins a question that is on its way."""
    with Running(bench, peer, cache_bytes=cache_bytes) as run:
        before_kib, label = run.server.private_kib(), bench.label()
        for path in trace.halves:
            asked = bench.upstream.counts()["queries"]
            figures = run.load.ask(queries=trace.half, window=window, sockets=1,
                                   label=label, trace=path)
            asked = bench.upstream.counts()["queries"] - asked
        lost = trace.half - figures["good"]
        assert lost <= trace.half // 1000, f"{lost} of {trace.half} without a good answer"
        entries = stats(run.place)["cache"]["entries"] if peer.name == "pintle" else None
        return (100 * (1 - asked / trace.half), run.server.private_kib() - before_kib,
                entries)


def size_for(bench, peer, wanted_kib):
    """What to tell the peer, so that its cache takes so much."""
    size, trace = CACHE_BYTES, Trace(bench, "zipf")
    for _ in range(MEMORY_TRIES):
        _, grown_kib, _ = hits_of(bench, peer, trace, size, window=32)
        if abs(grown_kib - wanted_kib) * 100 <= wanted_kib * MEMORY_PCT:
            break
        size = min(max(int(size * wanted_kib / max(grown_kib, 1)), MIB // 8), 64 * MIB)
    return size


def hit_rate(bench, peer):
    """pintle comes first; beside it the policies with as many entries as it has, and then
    the peer with as much memory."""
    out, size = {}, CACHE_BYTES
    if peer.name != "pintle":
        size = size_for(bench, peer, bench.cache_kib)
    out["told_mib"] = size / MIB
    for kind in traces.KINDS:
        trace = Trace(bench, kind)
        out[f"{kind}_pct"], grown_kib, entries = hits_of(bench, peer, trace, size)
        out[f"{kind}_kib"] = grown_kib
        if entries is None:
            continue
        if kind == "zipf":
            bench.cache_kib = grown_kib
        out[f"{kind}_entries"] = entries
        for policy, pct in trace.simulated(entries).items():
            out[f"{kind}_{policy}_pct"] = pct
    return out


# --- growth -----------------------------------------------------------------------

# Of what there may be more of.
NAMES = (1000, 10000, 100000, 1000000)
UDP_CLIENTS = (1, 4, 16, 64, 256)
TCP_CLIENTS = (1, 8, 50, 200)
UPSTREAMS = (1, 2, 4, 8, 16)
# One for each of the most UDP clients, two for each of the most over TCP.
CLIENTS_WINDOW = 400
# An entry's bytes, at the most.
ENTRY_BYTES = 512


def by_names(bench, peer):
    for names in (bench.some(names, 100) for names in NAMES):
        with Running(bench, peer, cache_bytes=max(names * ENTRY_BYTES, 8 * MIB)) as run:
            label = bench.label()
            warm(run, label, names)
            figures = run.measure(busy=True, names=names, label=label,
                                  window=CACHED_WINDOW, seconds=bench.seconds(2))
            yield f"cached, {names:,} names us", figures["cpu_us"]


def by_clients(bench, peer):
    with Running(bench, peer) as run:
        label = bench.label()
        warm(run, label, 1000)
        for tcp, counts in ((False, UDP_CLIENTS), (True, TCP_CLIENTS)):
            for count in counts:
                figures = run.measure(tcp=tcp, busy=True, names=1000,
                                      sockets=count, label=label, window=CLIENTS_WINDOW,
                                      seconds=bench.seconds(2))
                yield f"cached, {count} {'TCP' if tcp else 'UDP'} clients us", \
                    figures["cpu_us"]


def by_upstreams(bench, peer):
    for upstreams in UPSTREAMS:
        with Running(bench, peer, upstreams=upstreams) as run:
            run.load.ask(queries=bench.some(2000, 100), window=32, label=bench.label())
            figures = run.measure(queries=bench.some(100000, 500),
                                  window=FORWARDED_WINDOW, label=bench.label())
            yield f"forwarded, {upstreams} upstreams us", figures["cpu_us"]


def growth(bench, peer):
    """CPU per query against what there may be more of; upstreams in turn."""
    return {name: us for part in (by_names, by_clients, by_upstreams)
            for name, us in part(bench, peer)}
