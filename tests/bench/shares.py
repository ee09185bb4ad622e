"""Who had the time that samples with their callers tell of: the kernel by what called it,
libraries, pintle by rooms."""

import collections
import glob
import os
import re
import subprocess

from harness import BUILD
from report import table

# Rows of the table that are smaller stand together.
LEAST_PCT = 1


def kind_of(place):
    if "vdso" in place:
        return "clock"
    if "kernel" in place:
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


def rooms_of_functions():
    """A name may be in several: {name: {room, ...}}."""
    rooms = collections.defaultdict(set)
    for path in glob.glob(os.path.join(BUILD, "lib*.a")):
        room = os.path.basename(path)[3:-2]
        out = subprocess.run(["nm", "--defined-only", path], capture_output=True,
                             text=True, check=True).stdout
        for name in re.findall(r"^[0-9a-f]+ [tTwW] (\S+)$", out, re.MULTILINE):
            rooms[name.partition(".")[0]].add(room)
    return rooms


def entry(frames):
    """How it came into the kernel: the outermost frame there, and who called it."""
    first = next(i for i, (_, kind) in enumerate(frames) if kind == "kernel")
    if "SYSCALL" not in frames[first][0]:
        return "page faults" if "page_fault" in frames[first][0] else "interrupts"
    return re.sub(r"^(_|libc_|GI_)+|@.*", "", frames[first - 1][0]) if first > 0 else "other"


def owner(frames, rooms):
    """Of a sample, by its innermost frame."""
    name, kind = frames[-1]
    if kind == "kernel":
        return "kernel: " + entry(frames)
    if kind != "pintle":
        return {"ssl": "OpenSSL", "libc": "libc", "clock": "the clock (vdso)",
                "other": "libuv, nghttp2"}[kind]
    # Several rooms have a function of that name: the one that the caller is in.
    possible = None
    for name, kind in reversed(frames):
        here = rooms.get(name.partition(".")[0], set()) if kind == "pintle" else set()
        if here:
            possible = here if possible is None else (possible & here or possible)
            if len(possible) == 1:
                break
    return "pintle: " + (min(possible) if possible else "main")


def shares(all_frames):
    """Per cent of each owner."""
    rooms = rooms_of_functions()
    counts = collections.Counter(owner(frames, rooms) for frames in all_frames)
    return {name: 100 * count / len(all_frames) for name, count in counts.items()}


def share_table(columns):
    """`columns`: {what: shares}; what is small everywhere stands together."""
    names = {name for column in columns.values() for name in column}
    most = {name: max(column.get(name, 0) for column in columns.values())
            for name in names}
    large = sorted((name for name in names if most[name] >= LEAST_PCT),
                   key=lambda name: -most[name])
    rest = [f"{sum(pct for name, pct in column.items() if name not in large):.1f}"
            for column in columns.values()]
    yield from table(["per cent of the time", *columns], [
        *([name, *(f"{column.get(name, 0):.1f}" for column in columns.values())]
          for name in large), ["the rest, each less than 1 %", *rest]])
