"""What came of a session: as a table on the terminal, as TSV, and as Markdown out of that."""

import datetime
import os
import platform
import subprocess

import traces
from harness import PINTLE
from peer import version
from peers import PEERS
from targets import TARGETS, Results, judge, outcome, spread

# What the tables show of each; of others all, a line a figure.
FIGURES = {
    "cached-udp": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "cached-tcp": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "dot": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "doh": ["qps", "cpu_us", "busy_pct", "p50_us", "p99_us"],
    "dot-2000": ["qps", "cpu_us", "p50_us", "p99_us"],
    "start": ["first_ms", "slowest_ms"],
    "memory": ["idle_kib", "full_kib"],
    "loss": ["p50_us", "p95_us", "p99_us", "extra_pct"],
    "workers": ["qps", "cpu_us", "busy_pct", "lock_pct"],
}
# What bench.py puts into documents; see put_into().
MARK = "figures: bench.py --markdown"


def say(text=""):
    print(text, flush=True)


# --- what was measured with --------------------------------------------------------

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


def heading(options):
    yield machine()
    words = " ".join(options.scenarios) if options.some else ""
    yield f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, " \
        f"make bench BENCH='--rounds {options.rounds} --scale {options.scale:g}" \
        f"{' ' + words if words else ''}'"
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True,
                             check=False).stdout
    named = [pintle_version(), " ".join(openssl.split()[:2])]
    for peer in PEERS.values():
        if peer.path() is not None and version(peer):
            named.append(f"{peer.package} {version(peer)}")
    yield ", ".join(named)


# --- TSV -------------------------------------------------------------------------------

def write_tsv(path, lines, results):
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(f"# {line}\n")
        file.write("scenario\tpeer\tround\tfigure\tvalue\n")
        for (scenario, peer, number), figures in results.rows.items():
            for figure, value in figures.items():
                file.write(f"{scenario}\t{peer}\t{number}\t{figure}\t{value:g}\n")


def read_tsv(path):
    """The lines on top, and the results."""
    lines, results = [], Results()
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("# "):
                lines.append(line[2:])
            elif not line.startswith("scenario\t"):
                scenario, peer, number, figure, value = line.split("\t")
                results.rows.setdefault((scenario, peer, int(number)),
                                        {})[figure] = float(value)
    return lines, results


# --- the terminal ------------------------------------------------------------------------

def first_figures(results, scenario, peer):
    return next(figures for (s, p, _), figures in results.rows.items()
                if (s, p) == (scenario, peer))


def print_steps(results, scenario):
    say(f"\n{scenario}")
    for peer in results.peers(scenario):
        for name in first_figures(results, scenario, peer):
            values = results.values(scenario, peer, name).values()
            say(f"  {peer:<9} {name:<42} {spread(values, '{:.1f}')}")


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


def print_ratios(results):
    say("\nratios: pintle over the peer, median of the rounds [smallest..largest]")
    for target in TARGETS:
        if line := judge(results, target):
            say("  " + line)


# --- Markdown --------------------------------------------------------------------------

def rounded(values):
    """Three digits that say something."""
    values = list(values)
    most = max(values, default=0)
    return spread(values, "{:,.0f}" if most >= 100 else "{:.1f}" if most >= 10 else "{:.2f}")


def table(heads, rows):
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def ratio_rows(results):
    for target in TARGETS:
        if target.scenario in results.scenarios():
            ratio, word = outcome(results, target)
            yield [target.scenario, target.figure, target.peer or "", ratio,
                   target.bound(), word]


def scenario_rows(results, scenario):
    for peer in results.peers(scenario):
        yield [peer, *(rounded(results.values(scenario, peer, name).values())
                       for name in FIGURES[scenario])]


def step_rows(results, scenario):
    """A row a figure, a column a peer."""
    peers = results.peers(scenario)
    names = dict.fromkeys(name for peer in peers
                          for name in first_figures(results, scenario, peer))
    for name in names:
        yield [name, *(rounded(results.values(scenario, peer, name).values())
                       for peer in peers)]


def hit_rate_rows(results):
    """A row a trace; the policies have as many entries as pintle, the peer has as much
    memory (of its own, more than after its first answer)."""
    def cell(peer, figure, form="{:.1f}"):
        return spread(results.values("hit-rate", peer, figure).values(), form)
    for kind in traces.KINDS:
        yield [kind, cell("pintle", f"{kind}_pct"),
               cell("pintle", f"{kind}_entries", "{:,.0f}"),
               cell("pintle", f"{kind}_kib", "{:,.0f}"),
               *(cell("pintle", f"{kind}_{policy}_pct") for policy in traces.POLICIES),
               cell("unbound", f"{kind}_pct"), cell("unbound", f"{kind}_kib", "{:,.0f}")]


def growth_rows(results):
    """With those of another scenario that belong to them."""
    yield from step_rows(results, "growth")
    for peer, name in (("pintle", "1 worker"), ("pintle-2", "2 workers")):
        if values := results.values("workers", peer, "cpu_us").values():
            yield [f"cached, {name}, cores shared with the load us", rounded(values)]


def tables_of(results, scenario):
    if scenario in FIGURES:
        return table(["", *FIGURES[scenario]], scenario_rows(results, scenario))
    if scenario == "hit-rate":
        return table(["hits, per cent", "pintle", "entries", "KiB", "LRU", "CLOCK",
                      "SIEVE", "unbound", "KiB"], hit_rate_rows(results))
    if scenario == "growth":
        return table(["CPU per query", "pintle"], growth_rows(results))
    return table(["", *results.peers(scenario)], step_rows(results, scenario))


def markdown(path):
    lines, results = read_tsv(path)
    yield from (f"- {line}" for line in lines)
    yield ""
    yield from table(["scenario", "figure", "against", "ratio", "bound", ""],
                     ratio_rows(results))
    for scenario in results.scenarios():
        yield f"**{scenario}**"
        yield ""
        yield from tables_of(results, scenario)


def put_into(path, mark, text):
    """Between `<!-- mark -->` and the next `<!-- end -->`."""
    begin, end = f"<!-- {mark} -->\n", "<!-- end -->\n"
    with open(path, encoding="utf-8") as file:
        before, has_begin, rest = file.read().partition(begin)
        _, has_end, after = rest.partition(end)
    if not has_begin or not has_end:
        raise ValueError(f"{path}: no lines {begin.strip()} and {end.strip()}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text.strip()}\n\n{end}{after}")
