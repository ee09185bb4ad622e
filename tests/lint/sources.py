"""Checks of the sources' form."""

import os
import re
import shlex
import shutil
import subprocess

MOST_LINES = 500
TEXT_ENDINGS = (".c", ".h", ".py", ".sh", ".am", ".ac", ".inc", ".md", ".yaml", ".txt")
SHIPPED_ENDINGS = (".c", ".h", ".py", ".sh", ".md", ".txt", ".yaml", ".json", ".pem",
                   ".1", ".5", ".8", ".service")
# Put together here, or this line would be its own first finding.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
# clang-format 14's own choices change between versions.
CLANG_FORMAT = "clang-format-14"


def check_length(tree):
    """No source file is longer than a reader's patience."""
    problems = []
    for path in tree.named(".c", ".h", ".py", ".sh"):
        count = tree.text(path).count("\n")
        if count > MOST_LINES:
            problems.append(f"{path}: {count} lines, at most {MOST_LINES}")
    return problems


def check_conditionals(tree):
    """No #if inside of a function: a file per platform instead."""
    problems = []
    for path in tree.named(".c", ".h"):
        inside = False
        for number, line in tree.lines(path):
            if line.startswith("{"):
                inside = True
            elif line.startswith("}"):
                inside = False
            elif inside and re.match(r"\s*#\s*(if|el)", line):
                problems.append(f"{path}:{number}: #if inside of a function")
    return problems


def check_unfinished(tree):
    """Nothing is left for later in a comment."""
    return [
        f"{path}:{number}: {match.group(1)}"
        for path in tree.named(*TEXT_ENDINGS)
        for number, line in tree.lines(path)
        if (match := UNFINISHED.search(line))
    ]


def check_listed(tree):
    """Every file is in a Makefile.inc, or below a folder that is, or no tarball
    would hold it."""
    words = set()
    for path in tree.named("Makefile.inc", "Makefile.am"):
        words.update(tree.text(path).replace("$(srcdir)/", "").split())
    problems = []
    for path in tree.named(*SHIPPED_ENDINGS):
        parts = path.split("/")
        if not any("/".join(parts[:n]) in words for n in range(1, len(parts) + 1)):
            problems.append(f"{path}: in no Makefile.inc")
    return problems


def check_format(tree):
    """clang-format would change nothing. None where it is not installed."""
    if shutil.which(CLANG_FORMAT) is None:
        return None
    files = [os.path.join(tree.src, path) for path in tree.named(".c", ".h")]
    if not files:
        return []
    out = subprocess.run([CLANG_FORMAT, "--dry-run", "--ferror-limit=1", *files],
                         text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         check=False).stdout
    return [
        os.path.relpath(line, tree.src)
        for line in out.splitlines()
        if "clang-format-violations" in line
    ]


def check_headers(tree):
    """Each header compiles alone, twice in a row, without a warning."""
    # The command with the build's own flags, whose paths start at the build.
    command = shlex.split(os.environ.get("LINT_CC", "cc"))
    command += ["-I", tree.src, "-I", os.path.join(tree.src, "resolver")]
    command += ["-Werror", "-fsyntax-only", "-x", "c", "-"]
    problems = []
    for path in tree.named(".h"):
        include = f'#include "{os.path.join(tree.src, path)}"\n'
        done = subprocess.run(command, input=include * 2, text=True, cwd=tree.build,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            first = next((line for line in done.stderr.splitlines() if "error:" in line), "")
            problems.append(f"{path}: does not compile alone: {first}")
    return problems


CHECKS = [check_length, check_conditionals, check_unfinished, check_listed, check_format,
          check_headers]
