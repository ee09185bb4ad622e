#!/usr/bin/python3
"""Prints what tests/net measures, a line a measure, as docs/RESILIENCE.md has it. By hand,
as root, in the build directory:

    srcdir=SOURCE /usr/bin/python3 SOURCE/tests/net/measure.py [--runs N] [WORD...]

Only measures with one of the words in their names, if there are any."""

import argparse
import os
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

# pylint: disable=wrong-import-position
import measures  # noqa: E402
import stage  # noqa: E402
from servers import Authority  # noqa: E402

BOTH = ("dot", "doh")


def rows(authority):
    """Names and what to call."""
    for p in BOTH:
        yield f"hole {p}", lambda p=p: measures.black_hole(authority, p)
        yield f"forget {p}", lambda p=p: measures.dead_flow(authority, p)
        yield f"restart {p}", lambda p=p: measures.restart(authority, p)
        for how in ("hole", "kill"):
            yield f"two-{how} {p}", \
                lambda p=p, how=how: measures.second_of_two(authority, p, how, "ordered")
        yield f"loss {p}", lambda p=p: measures.loss(authority, p)
        yield f"loss-seldom {p}", \
            lambda p=p: measures.loss(authority, p, rate=10, for_s=60)
        for idle_s in (2, 5, 30):
            yield f"idle-{idle_s} {p}", \
                lambda p=p, idle_s=idle_s: measures.idle(authority, p, idle_s)
        yield f"idle-edge {p}", lambda p=p: measures.edge(authority, p)
    yield "keepalive dot", \
        lambda: measures.idle(authority, "dot", 2, program="unbound", rounds=(0, 2))
    for n in (100, 1000):
        yield f"flaps-{n}", lambda n=n: measures.flaps(authority, n)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    # No namespaces are left.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if reason := stage.why_not():
        sys.exit(f"measure: {reason}")
    with tempfile.TemporaryDirectory() as directory:
        for name, measure in rows(Authority(directory)):
            if options.words and not any(word in name for word in options.words):
                continue
            for _ in range(options.runs):
                print(f"{name:<14} {measure().line()}", flush=True)


if __name__ == "__main__":
    main()
