"""A source tree as the lint checks see it, with or without git around it."""

import os
import re

SKIPPED = {"autom4te.cache", "build-aux", "__pycache__"}
GENERATED = {"configure", "config.status", "config.log", "aclocal.m4", "Makefile.in"}
TOP_ROOMS = ("base", "pinning", "ct")


class Tree:
    """`src` holds the sources, `build` what was made of them."""

    def __init__(self, src, build=None):
        self.src = os.path.abspath(src)
        self.build = os.path.abspath(build or src)
        self.files = sorted(self._walk())

    def _walk(self):
        for folder, folders, files in os.walk(self.src):
            folders[:] = [name for name in folders if self._is_ours(folder, name)]
            for name in files:
                if name in GENERATED or name.endswith("~"):
                    continue
                yield os.path.relpath(os.path.join(folder, name), self.src)

    def _is_ours(self, folder, name):
        # A build folder, or an unpacked tarball, inside of the sources.
        if os.path.exists(os.path.join(folder, name, "config.status")):
            return False
        if re.match(r"pintle-\d", name) or name in SKIPPED:
            return False
        return name == ".ci" or name[0] not in "._"

    def named(self, *endings):
        return [name for name in self.files if name.endswith(endings)]

    def exists(self, path):
        return os.path.exists(os.path.join(self.src, path))

    def text(self, path):
        with open(os.path.join(self.src, path), encoding="utf-8", errors="replace") as file:
            return file.read()

    def lines(self, path):
        """Pairs of line number and line."""
        return list(enumerate(self.text(path).split("\n"), 1))

    def rooms(self):
        """The folders that hold rooms, as room -> path."""
        found = {}
        for path in self.named(".c", ".h"):
            parts = path.split("/")
            if parts[0] in TOP_ROOMS and len(parts) == 2:
                found[parts[0]] = parts[0]
            elif parts[0] == "resolver" and len(parts) == 3:
                found[parts[1]] = "/".join(parts[:2])
        return found

    def room_of(self, path):
        """The room of a source file: `main` for resolver/main.c, None outside."""
        if path == "resolver/main.c":
            return "main"
        folder = os.path.dirname(path)
        for room, at in self.rooms().items():
            if at == folder:
                return room
        return None


def read_table(text, separator):
    """`name separator word word …` lines, # for comments, as name -> [words]."""
    table = {}
    for line in text.split("\n"):
        line = line.split("#")[0].strip()
        if line:
            name, _, words = line.partition(separator)
            table[name.strip()] = words.split()
    return table
