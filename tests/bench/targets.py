"""What pintle is to reach, each against a peer or a limit that is measured in the same
round, and what came of it."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Target:
    """`figure` of pintle over the peer's, at most `most` or at least `least`; without a
    peer the figure itself. `peer_figure`: where the peer's is another one."""
    scenario: str
    figure: str
    peer: str = None
    most: float = None
    least: float = None
    peer_figure: str = None
    # The program that is judged; a variant of pintle, perhaps.
    who: str = "pintle"

    def bound(self):
        return f"<= {self.most:g}" if self.least is None else f">= {self.least:g}"

    def is_met(self, ratio):
        return ratio <= self.most if self.least is None else ratio >= self.least

    def against(self):
        return f"{self.peer}'s" if self.peer else ""


TARGETS = [
    Target("cached-udp", "cpu_us", "unbound", most=0.75),
    Target("cached-udp", "qps", "echo", least=0.85),
    Target("cached-tcp", "cpu_us", "smartdns", most=0.8),
    Target("dot", "cpu_us", "dnsdist", most=0.45),
    Target("dot", "qps", "dnsdist", least=2),
    Target("doh", "cpu_us", "smartdns", most=0.5),
    Target("doh", "qps", "https_dns_proxy", least=3),
    Target("dot-2000", "cpu_us", "kresd", most=0.8),
    Target("dot-2000", "p50_us", "kresd", most=1),
    Target("dot-2000", "p99_us", "kresd", most=1),
    Target("start", "first_ms", "smartdns", most=0.7),
    Target("memory", "idle_kib", "stubby", most=1.4),
    Target("memory", "full_kib", "systemd-resolved", most=1.5),
    Target("loss", "p99_us", "kresd", most=0.5),
    Target("loss", "extra_pct", most=5),
    Target("workers", "qps", "pintle", least=1, who="pintle-2"),
    Target("workers", "lock_pct", most=1, who="pintle-2"),
]


# A round in which a peer left so many questions without a good answer compares nothing.
BROKEN_PCT = 50
# Fewer are not worth a word: a time-out at the end, a lost datagram.
NOTED_PCT = 1


class Results:
    """Figures of all rounds: scenario, peer, round -> {figure: value}."""

    def __init__(self):
        self.rows = {}

    def add(self, scenario, peer, number, figures):
        self.rows[scenario, peer, number] = figures

    def values(self, scenario, peer, figure):
        """By round."""
        return {number: figures[figure]
                for (s, p, number), figures in self.rows.items()
                if (s, p) == (scenario, peer) and figure in figures}

    def peers(self, scenario):
        return list(dict.fromkeys(p for s, p, _ in self.rows if s == scenario))

    def scenarios(self):
        return list(dict.fromkeys(s for s, _, _ in self.rows))

    def ratios(self, target):
        """Of each round in which both were measured."""
        ours = self.values(target.scenario, target.who, target.figure)
        if target.peer is None:
            return list(ours.values())
        theirs = self.values(target.scenario, target.peer,
                             target.peer_figure or target.figure)
        return [ours[n] / theirs[n] for n in ours if theirs.get(n) and
                self.bad_pct(target.scenario, target.peer, n) < BROKEN_PCT]

    def bad_pct(self, scenario, peer, number):
        """Questions that had no good answer."""
        figures = self.rows[scenario, peer, number]
        return 100 * figures.get("bad", 0) / max(figures.get("sent", 0), 1)

    def worst_pct(self, scenario, peer):
        return max((self.bad_pct(s, p, n) for s, p, n in self.rows
                    if (s, p) == (scenario, peer)), default=0)


def spread(values, form="{:.2f}"):
    """Median, and smallest to largest."""
    values = list(values)
    if not values:
        return "-"
    low, middle, high = (form.format(value) for value in
                         (min(values), statistics.median(values), max(values)))
    return middle if len(values) == 1 else f"{middle} [{low}..{high}]"


def outcome(results, target):
    """The ratio, and whether it was reached."""
    ratios = results.ratios(target)
    if not ratios:
        missing = (target.who if target.peer else target.figure) if not results.values(
            target.scenario, target.who, target.figure) else target.peer
        return "-", f"not measured: no {missing}"
    reached = target.is_met(statistics.median(ratios))
    # Judged by the median; a round on the other side of the bound is said.
    odd = sum(target.is_met(ratio) != reached for ratio in ratios)
    word = "pass" if reached else "falls short"
    if odd:
        word += f" ({odd} of {len(ratios)} rounds otherwise)"
    for name in filter(None, (target.who, target.peer)):
        if (worst := results.worst_pct(target.scenario, name)) >= NOTED_PCT:
            word += f"; {name}: up to {worst:.0f} % without a good answer"
    return spread(ratios), word


def judge(results, target):
    """A line: ratio, bound, and whether it was reached; None: its scenario was left out."""
    if target.scenario not in results.scenarios():
        return None
    ratio, word = outcome(results, target)
    return f"{target.scenario:<11} {target.figure:<9} {target.against():<19} " \
        f"{ratio:<20} {target.bound():<8} {word}"
