#!/usr/bin/env python3
"""The rule of who may call whom, read from rooms.txt and headers.txt.

Includes show what a room means to use. Undefined symbols show what it does use:
an archive's members that nothing pulls in never trouble the linker, so a call
upward would go unseen without nm.

    rooms.py [SOURCES [BUILD]]
"""

import os
import re
import subprocess
import sys

from tree import Tree, read_table

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')


def rules():
    with open(os.path.join(HERE, "rooms.txt"), encoding="utf-8") as file:
        return read_table(file.read(), "<-")


def third_party():
    with open(os.path.join(HERE, "headers.txt"), encoding="utf-8") as file:
        return read_table(file.read(), " ")


def allowed(rule, caller, room, stem):
    """May `caller` use `stem` (a file without its ending) of `room`?"""
    if caller in (room, "main"):
        return True
    words = rule.get(caller, [])
    return room in words or f"{room}/{stem}" in words


def includes(tree):
    """(path, line, kind of quote, header) of every include in a room."""
    for path in tree.named(".c", ".h"):
        if tree.room_of(path) is None:
            continue
        for number, line in tree.lines(path):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(1), match.group(2)


def check_known(tree, rule=None):
    """Every room has its line in rooms.txt."""
    rule = rule or rules()
    return [
        f"{path}: room '{room}' has no line in tests/lint/rooms.txt"
        for room, path in tree.rooms().items()
        if room not in rule
    ]


def check_includes(tree, rule=None):
    """A room includes only what stands behind its arrow."""
    rule = rule or rules()
    problems = []
    for path, number, quote, header in includes(tree):
        if quote != '"':
            continue
        room, slash, name = header.partition("/")
        caller = tree.room_of(path)
        if not slash:
            problems.append(f'{path}:{number}: "{header}" does not carry its room')
        elif not allowed(rule, caller, room, name.removesuffix(".h")):
            problems.append(f'{path}:{number}: {caller} may not include "{header}"')
    return problems


def check_third_party(tree, table=None):
    """A third-party header lives in the rooms that headers.txt names."""
    table = table or third_party()
    problems = []
    for path, number, _, header in includes(tree):
        for name, rooms in table.items():
            hit = header.startswith(name) if name.endswith("/") else header == name
            if hit and tree.room_of(path) not in rooms:
                problems.append(
                    f"{path}:{number}: <{header}> belongs in {', '.join(rooms)} only")
    return problems


def archive_symbols(archive):
    """(defined, undefined): sets of (symbol, member's stem)."""
    nm = os.environ.get("NM", "nm")
    out = subprocess.run([nm, "-A", "-g", "-P", archive], check=True, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    defined, undefined = set(), set()
    for line in out.splitlines():
        # libdns.a[name.o]: name_parse T 0 42
        match = re.match(r".*\[(.+)\]: (\S+) (\w)", line)
        if match and not match.group(2).startswith("__"):
            stem = match.group(1).removesuffix(".o")
            into = undefined if match.group(3) in "Uvw" else defined
            into.add((match.group(2), stem))
    return defined, undefined


def check_symbols(tree, rule=None):
    """A room's undefined symbols are defined in rooms that it may use."""
    rule = rule or rules()
    problems, used, home = [], {}, {}
    for room, path in sorted(tree.rooms().items()):
        archive = os.path.join(tree.build, f"lib{room}.a")
        if not any(name.startswith(path + "/") for name in tree.named(".c")):
            continue
        if not os.path.exists(archive):
            problems.append(f"{path}: lib{room}.a is not built")
            continue
        defined, used[room] = archive_symbols(archive)
        for symbol, stem in sorted(defined):
            other = home.setdefault(symbol, (room, stem))
            if other[0] != room:
                problems.append(f"{symbol} is defined in both {other[0]} and {room}")
    for caller, symbols in used.items():
        for symbol, stem in sorted(symbols):
            room, at = home.get(symbol, (caller, None))
            if not allowed(rule, caller, room, at):
                problems.append(f"{caller}/{stem}.c calls {symbol}() of {room}/{at}.c")
    return problems


CHECKS = [check_known, check_includes, check_third_party, check_symbols]


def main():
    tree = Tree(*(sys.argv[1:] or ["."]))
    problems = [problem for check in CHECKS for problem in check(tree)]
    print("\n".join(problems) or "every room keeps to its list")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
