"""Where a server's time goes while it is asked, by perf."""

import functools
import os
import re
import shutil
import subprocess
import threading

# An odd number: not in step with what happens every so many milliseconds.
RATE_HZ = 999
# To take a lock or give it back; in the kernel to wait for one. What its spin locks cost that
# nobody waits for is part of every packet.
LOCKS = re.compile(r"futex|mutex|rwsem|rwlock|lll_lock|osq_lock|queued_spin_lock")


@functools.cache
def is_there():
    """It may be there and not be allowed to look, in a container for instance."""
    return shutil.which("perf") is not None and subprocess.run(
        ["perf", "record", "-q", "-o", "/dev/null", "--", "true"], capture_output=True,
        check=False).returncode == 0


def record(run, directory, fields, *words, **options):
    """What perf script prints of these fields, a sample a paragraph or a line, of the
    middle of a load; `words` are for perf record."""
    path = os.path.join(directory, "perf.data")
    load = threading.Thread(target=run.load.ask, kwargs=options)
    load.start()
    try:
        subprocess.run(["perf", "record", "-q", "-F", str(RATE_HZ), *words,
                        "-p", str(run.server.process.pid), "-o", path, "--", "sleep",
                        str(options["seconds"] * 0.7)], check=True, capture_output=True)
    finally:
        load.join()
    done = subprocess.run(["perf", "script", "--no-inline", "-i", path, "-F", fields],
                          check=True, capture_output=True, text=True)
    os.unlink(path)
    return done.stdout


def lock_pct(run, directory, **options):
    """Of its time that locks take; None: nobody can tell."""
    if not is_there():
        return None
    names = record(run, directory, "ip,sym", **options).split("\n")
    names = [line for line in names if line.strip()]
    return 100 * sum(bool(LOCKS.search(line)) for line in names) / max(len(names), 1)
