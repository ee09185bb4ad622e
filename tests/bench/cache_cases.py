"""How good a cache is at keeping what will be asked for, and how cost grows."""

import array
import collections
import os
import random

from cases import CACHED_WINDOW, Running, warm
from control import stats
from peer import MIB
from rig import measured

# A cache that holds a few per cent of the names.
CACHE_BYTES = 2 * MIB
NAMES = 200000
QUESTIONS = 400000
# Of names by their rank, as resolvers see it (Jung et al., 2002: 0.91).
EXPONENT = 0.91
# So often comes one who asks for many names once: a crawler, a mail server's check.
SCAN_EVERY, SCAN_NAMES = 10000, 5000


def zipf(count, seed=1):
    """Names' numbers."""
    weights = []
    total = 0.0
    for rank in range(1, NAMES + 1):
        total += rank ** -EXPONENT
        weights.append(total)
    return random.Random(seed).choices(range(NAMES), cum_weights=weights, k=count)


def with_scans(numbers):
    new, out = NAMES, []
    for i in range(0, len(numbers), SCAN_EVERY):
        out += numbers[i:i + SCAN_EVERY]
        out += range(new, new + SCAN_NAMES)
        new += SCAN_NAMES
    return out


def lru_hits(first, second, entries):
    """Of the second half, with the first one before."""
    kept = collections.OrderedDict()
    hits = 0
    for numbers in (first, second):
        hits = 0
        for number in numbers:
            if number in kept:
                kept.move_to_end(number)
                hits += 1
                continue
            kept[number] = True
            if len(kept) > entries:
                kept.popitem(last=False)
    return hits


def write_trace(bench, numbers):
    path = os.path.join(bench.directory, bench.label() + ".trace")
    with open(path, "wb") as file:
        array.array("I", numbers).tofile(file)
    return path


def halves(numbers):
    return numbers[:len(numbers) // 2], numbers[len(numbers) // 2:]


def hits_of(bench, peer, numbers, name):
    """Per cent of the second half that the upstream was not asked for."""
    first, second = halves(numbers)
    with Running(bench, peer, cache_bytes=CACHE_BYTES) as run:
        label = bench.label()
        for half in (first, second):
            before = bench.upstream.counts()["queries"]
            # One at a time: nobody joins a question that is on its way.
            figures = run.load.ask(queries=len(half), window=1, sockets=1, label=label,
                                   trace=write_trace(bench, half))
            asked = bench.upstream.counts()["queries"] - before
        assert figures["good"] == len(second)
        out = {f"{name}_pct": 100 * (1 - asked / len(second))}
        if peer.name == "pintle":
            entries = stats(run.place)["cache"]["entries"]
            out[f"{name}_entries"] = entries
            out[f"{name}_lru_pct"] = 100 * lru_hits(first, second, entries) / len(second)
        return out


def hit_rate(bench, peer):
    """Beside it LRU with as many entries as pintle has in the end."""
    numbers = zipf(bench.some(QUESTIONS, 2000))
    return {**hits_of(bench, peer, numbers, "zipf"),
            **hits_of(bench, peer, with_scans(numbers), "scan")}


# --- growth -----------------------------------------------------------------------

def by_names(bench, peer):
    for names in (100, 1000, 10000, 100000):
        with Running(bench, peer) as run:
            label = bench.label()
            warm(run, label, names)
            figures = run.measure(busy=True, names=names, label=label,
                                  window=CACHED_WINDOW, seconds=bench.seconds(3))
            yield f"cached, {names} names, us", figures["cpu_us"]


def by_clients(bench, peer):
    with Running(bench, peer) as run:
        label = bench.label()
        warm(run, label, 1000)
        for tcp in (False, True):
            for clients in (1, 8, 64):
                figures = measured(run.server, run.load, tcp=tcp, busy=True, names=1000,
                                   sockets=clients, label=label, window=CACHED_WINDOW,
                                   seconds=bench.seconds(3))
                yield f"cached, {clients} {'TCP' if tcp else 'UDP'} clients, us", \
                    figures["cpu_us"]


def by_upstreams(bench, peer):
    for upstreams in (1, 4, 16):
        with Running(bench, peer, upstreams=upstreams) as run:
            run.load.ask(queries=bench.some(2000, 100), window=32, label=bench.label())
            figures = run.measure(queries=bench.some(100000, 500), window=64,
                                  label=bench.label())
            yield f"forwarded, {upstreams} upstreams, us", figures["cpu_us"]


def growth(bench, peer):
    """CPU per query against what there may be more of; upstreams in turn."""
    return {name: us for part in (by_names, by_clients, by_upstreams)
            for name, us in part(bench, peer)}
