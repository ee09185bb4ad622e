#!/usr/bin/python3
"""Measures pintle and the peers that are installed, one beside another, and says how it
compares: `make bench`, or in the build directory, as root,

    srcdir=SOURCE /usr/bin/python3 SOURCE/tests/bench/bench.py [OPTION]... [SCENARIO]...

A round measures each scenario with each peer once, and ratios are of one round: what else
the machine does then falls on all of them. `--scale 0.05 --rounds 1` is enough to see that
all of it works, and says nothing of speed."""

import argparse
import concurrent.futures
import os
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
import report  # noqa: E402
import sampling  # noqa: E402
from harness import BUILD, PINTLE, has_sanitizers  # noqa: E402
from peers import PEERS  # noqa: E402
from report import FIGURES, say  # noqa: E402
from rig import PROGRAMS, Cores, World, program, raise_session  # noqa: E402
from targets import Results  # noqa: E402

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
                self.absent[name] = PEERS[name].absent
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
                          for figure in FIGURES.get(scenario, ()) if figure in figures)
        bad = f"  ({figures['bad']:.0f} without a good answer)" if figures.get("bad") else ""
        say(f"# {scenario:<11} {name:<17} round {number}: {shown}{bad}")

    def measure_workers(self, number):
        if not sampling.is_there():
            self.absent["lock_pct"] = "perf is not installed, or may not look"
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


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0,
                        help="of times and numbers of questions")
    parser.add_argument("--peers", nargs="*", help="these alone, and pintle")
    parser.add_argument("--output", default=os.path.join(BUILD, "bench.tsv"))
    parser.add_argument("--markdown", metavar="TSV",
                        help="prints its figures as tables, and measures nothing")
    parser.add_argument("--into", metavar="FILE",
                        help="puts them between two lines of a document instead")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=", ".join(SCENARIOS))
    options = parser.parse_args()
    options.some = bool(options.scenarios)
    options.scenarios = options.scenarios or list(SCENARIOS)
    for name in options.scenarios:
        if name not in SCENARIOS:
            parser.error(f"no scenario {name}; there are {', '.join(SCENARIOS)}")
    for name in options.peers or ():
        if name not in PEERS:
            parser.error(f"no peer {name}; there are {', '.join(PEERS)}")
    return options


def check_programs():
    missing = [name for name in PROGRAMS if not os.access(program(name), os.X_OK)]
    if missing or not os.access(PINTLE, os.X_OK):
        sys.exit(f"bench: not built here ({BUILD}): {', '.join(missing) or 'pintle'}; "
                 "`make bench-programs` builds all it takes, and `make bench` runs it too")


def write_markdown(options):
    text = "\n".join(report.markdown(options.markdown)) + "\n"
    if options.into:
        report.put_into(options.into, report.MARK, text)
    else:
        sys.stdout.write(text)


def main():
    options = parse()
    if options.markdown:
        write_markdown(options)
        return
    check_programs()
    # Nothing is left behind, no namespace either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cores = Cores()
    if has_sanitizers():
        say("# built with sanitizers: its figures mean nothing")
    if not cores.are_two():
        say("# one core: load and server share it, and rates mean little")
    raise_session()
    lines = list(report.heading(options))
    for line in lines:
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
    report.write_tsv(options.output, lines, session.results)
    report.print_figures(session.results)
    report.print_ratios(session.results)
    say(f"\nall figures: {options.output}")


if __name__ == "__main__":
    main()
