#!/usr/bin/python3
"""How LRU, CLOCK and SIEVE compare: hits of each on the traces of traces.py, at several
numbers of entries, and what a hit costs them. In the build directory:

    make tests/bench/eviction && srcdir=SOURCE /usr/bin/python3 SOURCE/tests/bench/eviction.py

prints the tables of docs/decisions/0020-eviction.md."""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../net", "../system"):
    sys.path.insert(0, os.path.join(HERE, folder))

# pylint: disable=wrong-import-position
import traces  # noqa: E402
from rig import program  # noqa: E402

EXPONENTS = (0.8, 0.91, 1.0)
ENTRIES = (2000, 10000, 40000)
QUESTIONS = 1000000


def run(*words):
    done = subprocess.run([program("eviction"), *map(str, words)], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*cells):
    row(*cells)
    row(*["---"] * len(cells))


def main():
    head("trace", "Zipf", "entries", "LRU", "CLOCK", "SIEVE")
    with tempfile.TemporaryDirectory() as directory:
        for kind, change in traces.KINDS.items():
            for exponent in EXPONENTS:
                path = traces.write(os.path.join(directory, "trace"),
                                    change(traces.zipf(QUESTIONS, exponent)))
                for entries in ENTRIES:
                    pct = run(entries, path)
                    row(kind, exponent, f"{entries:,}",
                        *(f"{pct[policy]:.1f}" for policy in traces.POLICIES))
    print()
    head("entries", "LRU", "CLOCK", "SIEVE")
    for entries in (*ENTRIES, 1000000):
        ns = run("--cost", entries)
        row(f"{entries:,}", *(f"{ns[policy]:.1f} ns" for policy in traces.POLICIES))


if __name__ == "__main__":
    main()
