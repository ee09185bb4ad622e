#!/usr/bin/python3
"""Where the time of a hit or a miss goes. By hand, as root, in the build directory; needs
perf, and the libraries of the rooms as `make` leaves them:

    srcdir=SOURCE /usr/bin/python3 SOURCE/tests/bench/flame.py [OPTION]... hit|miss|doh...

prints as Markdown who had the time: the kernel by what called it, the libraries, pintle by
rooms. `--into FILE` puts that between two lines of a document, and `--folder FOLDER` draws
flame graphs there (a box is a function, as wide as its share of the samples; who called it
stands below)."""

import argparse
import html
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../net", "../system"):
    sys.path.insert(0, os.path.join(HERE, folder))

# pylint: disable=wrong-import-position
from cases import CACHED_WINDOW, FORWARDED_WINDOW, Bench, Running  # noqa: E402
from peers import PEERS  # noqa: E402
from report import put_into  # noqa: E402
from rig import Cores, World, raise_session  # noqa: E402
from sampling import record  # noqa: E402
from shares import samples, share_table, shares  # noqa: E402

SECONDS = 4
WIDTH, ROW, FONT = 1200, 17, 11
# The least width of a box, larger until the file is small enough to keep.
LEAST_PX, FILE_MAX = 0.5, 55000
COLOURS = {"kernel": "#e8a33d", "ssl": "#7fb069", "libc": "#9db4c0", "pintle": "#e4572e",
           "other": "#c7b8ea", "clock": "#9db4c0"}


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


# --- a picture ------------------------------------------------------------------------

def box(name, kind, x, y, width):
    share = f"{name} {100 * width / WIDTH:.1f} %"
    text = name[:max(int(width / (FONT * 0.6)) - 1, 0)]
    yield (f'<g><title>{html.escape(share)}</title><rect x="{x:.1f}" y="{y}" '
           f'width="{width:.1f}" height="{ROW - 1}" class="{kind}"/>')
    if len(text) > 2:
        yield f'<text x="{x + 2:.1f}" y="{y + ROW - 5}">{html.escape(text)}</text>'
    yield "</g>"


def boxes(node, name, x, y, per_sample, least_px):
    yield from box(name, node.kind, x, y, node.count * per_sample)
    narrow, count = [], 0
    for child_name, child in sorted(node.children.items()):
        if child.count * per_sample < least_px:
            narrow.append(child_name)
            count += child.count
            continue
        yield from boxes(child, child_name, x, y - ROW, per_sample, least_px)
        x += child.count * per_sample
    # Together they may be wide enough.
    if count * per_sample >= least_px:
        yield from box(narrow[0] if len(narrow) == 1 else f"{len(narrow)} more", "other",
                       x, y - ROW, count * per_sample)


def draw(root, title, least_px):
    height = (root.depth() + 2) * ROW
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'font-family="monospace" font-size="{FONT}">')
    rules = "".join(f".{kind}{{fill:{colour}}}" for kind, colour in COLOURS.items())
    yield f"<style>{rules}</style>"
    yield f'<text x="4" y="{FONT + 2}">{html.escape(title)}</text>'
    yield from boxes(root, "all", 0, height - ROW, WIDTH / root.count, least_px)
    yield "</svg>"


def picture(root, title):
    least_px = LEAST_PX
    while True:
        text = "\n".join(draw(root, title, least_px)) + "\n"
        if len(text) <= FILE_MAX:
            return text
        least_px *= 1.25


def profile(bench, what):
    protocol = "doh" if what == "doh" else "dot"
    with Running(bench, PEERS["pintle"], protocol=protocol) as run:
        options = {"label": bench.label(), "window": FORWARDED_WINDOW}
        if what == "hit":
            options.update(window=CACHED_WINDOW, names=1000)
            run.load.ask(queries=1000, **options)
        return record(run, bench.directory, "comm,ip,sym,symoff,dso", "--call-graph",
                      "dwarf", seconds=SECONDS, **options)


def look(bench, what):
    """Its samples' frames."""
    found = list(samples(profile(bench, what)))
    if not found:
        sys.exit("flame: perf has no samples")
    return found


def save(folder, what, all_frames):
    root = Node()
    for frames in all_frames:
        root.add(frames)
    with open(os.path.join(folder, what + ".svg"), "w", encoding="utf-8") as file:
        file.write(picture(root, f"pintle, {what}: {root.count} samples"))


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", help="for the pictures")
    parser.add_argument("--into", metavar="FILE", help="for the table")
    parser.add_argument("what", nargs="+", choices=["hit", "miss", "doh"])
    return parser.parse_args()


def main():
    options, columns = parse(), {}
    cores = Cores()
    raise_session()
    with tempfile.TemporaryDirectory(prefix="pintle-flame-") as directory:
        bench = Bench(cores, World(directory), directory, 1)
        try:
            for what in options.what:
                all_frames = look(bench, what)
                columns[what] = shares(all_frames)
                if options.folder:
                    save(options.folder, what, all_frames)
        finally:
            bench.end()
    text = "\n".join(share_table(columns))
    if options.into:
        put_into(options.into, "shares: flame.py", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
