#!/usr/bin/env python3
"""Counts the test cases of a `make check` from what automake's harness left.

    count.py BUILD [SOURCES]

Prints "PASSED FAILED SKIPPED". A cmocka program and a pytest file count each of
their cases, another test counts one. Where SOURCES/../shared is there, a test that
skipped for want of it counts as failed.
"""

import os
import re
import sys

SUMMARY = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")
# What a test prints when it does without ../shared.
NO_SHARED = re.compile(r"skip.*\.\./shared|\.\./shared.*skip", re.IGNORECASE)


def count_cmocka(log):
    """[passed, failed, skipped]. A case that began and did not end has failed."""
    counts = {"OK": 0, "FAILED": 0, "SKIPPED": 0}
    running = False
    for line in log.splitlines():
        match = re.match(r"\[\s+(RUN|OK|FAILED|SKIPPED|ERROR)\s+\]", line)
        if match is None:
            continue
        word = match.group(1)
        if word == "RUN":
            counts["FAILED"] += running
            running = True
        elif running:
            # The list of what failed, at the end, names the cases once more.
            counts["FAILED" if word == "ERROR" else word] += 1
            running = False
    return [counts["OK"], counts["FAILED"] + running, counts["SKIPPED"]]


def count_pytest(line):
    sums = [0, 0, 0]
    for number, word in SUMMARY.findall(line):
        place = {"passed": 0, "xfailed": 0, "xpassed": 1, "skipped": 2}.get(word, 1)
        sums[place] += int(number)
    return sums


def count_log(log, result):
    """The counts of one test: its output, and what the harness made of it."""
    summary = [line for line in log.splitlines()
               if re.match(r"=*\s*\d+ .* in [\d.]+s", line)]
    if "[ RUN      ]" in log:
        counts = count_cmocka(log)
    elif summary:
        counts = count_pytest(summary[-1])
    else:
        counts = [int(result in ("PASS", "XFAIL")), 0, int(result == "SKIP")]
    # A crash behind the last case, a leak, an error in a fixture.
    if result not in ("PASS", "XFAIL", "SKIP") and counts[1] == 0:
        counts[1] = 1
    return counts


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def trs_files(build):
    for folder, folders, files in os.walk(build):
        folders[:] = [name for name in folders if not re.match(r"pintle-\d|\.", name)]
        for name in sorted(files):
            if name.endswith(".trs"):
                yield os.path.join(folder, name)


def count_build(build, shared):
    """(counts, lines to print) of all tests below `build`."""
    sums, notes = [0, 0, 0], []
    for path in trs_files(build):
        result = re.search(r":test-result: (\w+)", read(path))
        log_path = path[:-len(".trs")] + ".log"
        log = read(log_path) if os.path.exists(log_path) else ""
        counts = count_log(log, result.group(1) if result else "ERROR")
        name = os.path.relpath(path, build)[:-len(".trs")]
        if counts[1]:
            notes.append(f"failed: {name}")
        if shared and NO_SHARED.search(log):
            notes.append(f"failed: {name} skipped for want of ../shared, which is there")
            counts[1] += 1
        sums = [a + b for a, b in zip(sums, counts)]
    return sums, notes


def main():
    build = sys.argv[1]
    source = sys.argv[2] if len(sys.argv) > 2 else build
    sums, notes = count_build(build, os.path.isdir(os.path.join(source, "..", "shared")))
    for note in notes:
        print(note, file=sys.stderr)
    print(*sums)
    return 0


if __name__ == "__main__":
    sys.exit(main())
