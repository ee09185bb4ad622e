#!/usr/bin/python3
"""Where the time of a hit or a miss goes, as a flame graph. By hand, as root, in the build
directory; needs perf:

    srcdir=SOURCE /usr/bin/python3 SOURCE/tests/bench/flame.py hit|miss|doh FILE.svg

A box is a function, as wide as its share of the samples; who called it stands below."""

import html
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../net", "../system"):
    sys.path.insert(0, os.path.join(HERE, folder))

# pylint: disable=wrong-import-position
from cases import CACHED_WINDOW, FORWARDED_WINDOW, Bench, Running  # noqa: E402
from peers import PEERS  # noqa: E402
from rig import Cores, World, raise_session  # noqa: E402
from sampling import record  # noqa: E402

SECONDS = 4
WIDTH, ROW, FONT = 1200, 17, 11
# Narrower boxes say nothing.
LEAST_PX = 0.4
COLOURS = {"kernel": "#e8a33d", "ssl": "#7fb069", "libc": "#9db4c0", "pintle": "#e4572e",
           "other": "#c7b8ea"}


class Node:
    """A function where it is called from its parent."""

    def __init__(self):
        self.count, self.kind, self.children = 0, "other", {}

    def add(self, frames):
        self.count += 1
        if frames:
            (name, kind), *rest = frames
            child = self.children.setdefault(name, Node())
            child.kind = kind
            child.add(rest)

    def depth(self):
        return 1 + max((child.depth() for child in self.children.values()), default=0)


def kind_of(place):
    if "kernel" in place or place.startswith("["):
        return "kernel"
    if "libssl" in place or "libcrypto" in place:
        return "ssl"
    if "libc.so" in place or "ld-linux" in place:
        return "libc"
    return "pintle" if place.endswith("/pintle") else "other"


def samples(text):
    """Each as its frames, outermost first, out of what `perf script` prints."""
    for sample in text.split("\n\n"):
        frames = re.findall(r"^\s+[0-9a-f]+ (\S+?)(?:\+0x[0-9a-f]+)? \((.*)\)$", sample,
                            re.MULTILINE)
        if frames:
            yield [(name if name != "[unknown]" else os.path.basename(place),
                    kind_of(place)) for name, place in reversed(frames)]


def boxes(node, name, x, y, per_sample):
    width = node.count * per_sample
    if width < LEAST_PX:
        return
    share = f"{name}: {100 * width / WIDTH:.1f} %"
    text = name[:max(int(width / (FONT * 0.6)) - 1, 0)]
    yield (f'<g><title>{html.escape(share)}</title><rect x="{x:.1f}" y="{y}" '
           f'width="{width:.1f}" height="{ROW - 1}" fill="{COLOURS[node.kind]}"/>'
           f'<text x="{x + 2:.1f}" y="{y + ROW - 5}">{html.escape(text)}</text></g>')
    for child_name, child in sorted(node.children.items()):
        yield from boxes(child, child_name, x, y - ROW, per_sample)
        x += child.count * per_sample


def draw(root, title):
    height = (root.depth() + 2) * ROW
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'font-family="monospace" font-size="{FONT}">')
    yield f'<text x="4" y="{FONT + 2}">{html.escape(title)}</text>'
    yield from boxes(root, "all", 0, height - ROW, WIDTH / root.count)
    yield "</svg>"


def profile(bench, what):
    protocol = "doh" if what == "doh" else "dot"
    with Running(bench, PEERS["pintle"], protocol=protocol) as run:
        options = {"label": bench.label(), "window": FORWARDED_WINDOW}
        if what == "hit":
            options.update(window=CACHED_WINDOW, names=1000)
            run.load.ask(queries=1000, **options)
        return record(run, bench.directory, "comm,ip,sym,symoff,dso", "--call-graph",
                      "dwarf", seconds=SECONDS, **options)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("hit", "miss", "doh"):
        sys.exit("usage: flame.py hit|miss|doh FILE.svg")
    what, out = sys.argv[1:]
    cores, root = Cores(), Node()
    raise_session()
    with tempfile.TemporaryDirectory(prefix="pintle-flame-") as directory:
        bench = Bench(cores, World(directory), directory, 1)
        try:
            text = profile(bench, what)
        finally:
            bench.end()
    for frames in samples(text):
        root.add(frames)
    if root.count == 0:
        sys.exit("flame: perf has no samples")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(draw(root, f"pintle, {what}: {root.count} samples")) + "\n")


if __name__ == "__main__":
    main()
