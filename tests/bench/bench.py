#!/usr/bin/python3
"""Measures pintle and the peers that are installed, one beside another, and says how it
compares: `make bench`, or in the build directory, as root,

    srcdir=SOURCE /usr/bin/python3 SOURCE/tests/bench/bench.py [OPTION]... [SCENARIO]...

A round measures each scenario with each peer once, and ratios are of one round: what else
the machine does then falls on all of them. `--scale 0.05 --rounds 1` is enough to see that
all of it works, and says nothing of speed."""

import argparse
import concurrent.futures
import datetime
import os
import platform
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for room in ("../net", "../system"):
    sys.path.insert(0, os.path.join(HERE, room))

# pylint: disable=wrong-import-position
import cache_cases  # noqa: E402
import cases  # noqa: E402
from harness import BUILD, PINTLE, has_sanitizers  # noqa: E402
from peer import version  # noqa: E402
from peers import PEERS  # noqa: E402
from rig import Cores, World, raise_session  # noqa: E402
from targets import TARGETS, Results, judge, spread  # noqa: E402

# Scenario: its function, and whom it measures.
SCENARIOS = {
    "cached-udp": (cases.cached,
                   ["echo", "pintle", "unbound", "smartdns", "dnsdist", "kresd",
                    "systemd-resolved"]),
    "cached-tcp": (cases.cached_tcp,
                   ["pintle", "smartdns", "unbound", "dnsdist", "kresd"]),
    "dot": (cases.forwarded_dot,
            ["pintle", "dnsdist", "kresd", "smartdns", "unbound", "stubby"]),
    "doh": (cases.forwarded_doh,
            ["pintle", "smartdns", "https_dns_proxy", "dnsdist"]),
    "dot-2000": (cases.forwarded_slowly,
                 ["pintle", "kresd", "dnsdist", "unbound", "smartdns", "stubby"]),
    "start": (cases.start, ["pintle", "smartdns", "stubby", "unbound"]),
    "memory": (cases.memory,
               ["pintle", "stubby", "systemd-resolved", "smartdns", "unbound"]),
    "loss": (cases.lossy, ["pintle", "kresd", "https_dns_proxy", "unbound"]),
    "workers": (None, ["pintle"]),
    "hit-rate": (cache_cases.hit_rate, ["pintle", "unbound"]),
    "growth": (cache_cases.growth, ["pintle"]),
    "micro": (cases.micro, ["pintle"]),
}
# The same in each round.
ONCE = {"hit-rate"}
# What the table shows of each; of others all, a line a figure.
FIGURES = {
    "cached-udp": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "cached-tcp": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "dot": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "doh": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "dot-2000": ["qps", "cpu_us", "p50_us", "p99_us"],
    "start": ["first_ms", "slowest_ms"],
    "memory": ["idle_kib", "full_kib"],
    "loss": ["p50_us", "p95_us", "p99_us", "extra_pct"],
    "workers": ["qps", "cpu_us", "busy_pct"],
}


def say(text=""):
    print(text, flush=True)


def pintle_version():
    return subprocess.run([PINTLE, "--version"], capture_output=True, text=True,
                          check=False).stdout.strip()


def machine():
    """A line."""
    model = ""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{os.cpu_count()} x {model or platform.machine()}, Linux {platform.release()}"


class Session:
    """All rounds."""

    def __init__(self, bench, options):
        self.bench, self.options = bench, options
        self.results = Results()
        self.absent = {}

    def peers_of(self, scenario):
        """Those that are there, and not left out."""
        found = []
        for name in SCENARIOS[scenario][1]:
            if self.options.peers and name not in [*self.options.peers, "pintle", "echo"]:
                continue
            if PEERS[name].path() is None:
                self.absent[name] = "not installed"
                continue
            found.append(PEERS[name])
        return found

    def measure_one(self, scenario, function, peer, number, name=None):
        name = name or peer.name
        try:
            figures = function(self.bench, peer)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            say(f"# {scenario} {name}: {str(error).strip()}")
            return
        self.results.add(scenario, name, number, figures)
        shown = "  ".join(f"{figure} {figures[figure]:.1f}"
                          for figure in FIGURES.get(scenario, ()))
        bad = f"  ({figures['bad']:.0f} without a good answer)" if figures.get("bad") else ""
        say(f"# {scenario:<11} {name:<17} round {number}: {shown}{bad}")

    def measure_workers(self, number):
        for count in (1, 2):
            name = "pintle" if count == 1 else f"pintle-{count}"
            self.measure_one(
                "workers", lambda bench, peer, n=count: cases.workers(bench, peer, n),
                PEERS["pintle"], number, name)

    def measure_lossy(self, number):
        """Side by side: they use next to nothing of a core."""
        if reason := cases.why_not_lossy():
            self.absent["loss"] = reason
            return
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda peer: self.measure_one(
                "loss", cases.lossy, peer, number), self.peers_of("loss")))

    def round(self, number):
        for scenario in self.options.scenarios:
            if scenario in ONCE and number > 1:
                continue
            if scenario == "workers":
                self.measure_workers(number)
            elif scenario == "loss":
                self.measure_lossy(number)
            else:
                for peer in self.peers_of(scenario):
                    self.measure_one(scenario, SCENARIOS[scenario][0], peer, number)


def heading(options):
    yield machine()
    yield f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, " \
        f"{options.rounds} rounds, scale {options.scale:g}"
    named = [pintle_version()]
    for peer in PEERS.values():
        if peer.path() is not None and version(peer):
            named.append(f"{peer.package} {version(peer)}")
    yield ", ".join(named)


def write_tsv(path, options, results):
    with open(path, "w", encoding="utf-8") as file:
        for line in heading(options):
            file.write(f"# {line}\n")
        file.write("scenario\tpeer\tround\tfigure\tvalue\n")
        for (scenario, peer, number), figures in results.rows.items():
            for figure, value in figures.items():
                file.write(f"{scenario}\t{peer}\t{number}\t{figure}\t{value:g}\n")


def print_figures(results):
    for scenario in results.scenarios():
        if scenario not in FIGURES:
            print_steps(results, scenario)
            continue
        names = FIGURES[scenario]
        say(f"\n{scenario:<18}" + "".join(f"{name:<31}" for name in names))
        for peer in results.peers(scenario):
            cells = (spread(results.values(scenario, peer, name).values(), "{:.1f}")
                     for name in names)
            say(f"  {peer:<16}" + "".join(f"{cell:<30} " for cell in cells))


def print_steps(results, scenario):
    say(f"\n{scenario}")
    for peer in results.peers(scenario):
        first = next(figures for (s, p, _), figures in results.rows.items()
                     if (s, p) == (scenario, peer))
        for name in first:
            values = results.values(scenario, peer, name).values()
            say(f"  {peer:<9} {name:<42} {spread(values, '{:.1f}')}")


def print_ratios(results):
    say("\nratios: pintle over the peer, median of the rounds [smallest..largest]")
    for target in TARGETS:
        if line := judge(results, target):
            say("  " + line)


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0,
                        help="of times and numbers of questions")
    parser.add_argument("--peers", nargs="*", help="these alone, and pintle")
    parser.add_argument("--output", default=os.path.join(BUILD, "bench.tsv"))
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS),
                        metavar="SCENARIO", help=", ".join(SCENARIOS))
    options = parser.parse_args()
    for name in options.scenarios:
        if name not in SCENARIOS:
            parser.error(f"no scenario {name}; there are {', '.join(SCENARIOS)}")
    return options


def main():
    options = parse()
    # Nothing is left behind, no namespace either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cores = Cores()
    if has_sanitizers():
        say("# built with sanitizers: its figures mean nothing")
    if not cores.are_two():
        say("# one core: load and server share it, and rates mean little")
    raise_session()
    for line in heading(options):
        say("# " + line)
    with tempfile.TemporaryDirectory(prefix="pintle-bench-") as directory:
        bench = cases.Bench(cores, World(directory), directory, options.scale)
        session = Session(bench, options)
        try:
            for number in range(1, options.rounds + 1):
                session.round(number)
        finally:
            bench.end()
    for name, reason in session.absent.items():
        say(f"# not measured: {name} ({reason})")
    write_tsv(options.output, options, session.results)
    print_figures(session.results)
    print_ratios(session.results)
    say(f"\nall figures: {options.output}")


if __name__ == "__main__":
    main()
