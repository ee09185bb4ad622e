"""What becomes of figures, and of samples; and the policies that caches are compared with."""

import collections
import json
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../net", "../system", "."):
    sys.path.insert(0, os.path.join(HERE, folder))

# pylint: disable=wrong-import-position
import report  # noqa: E402
import shares  # noqa: E402
import traces  # noqa: E402
from rig import program  # noqa: E402
from sampling import LOCKS  # noqa: E402
from targets import Results  # noqa: E402

# --- what is measured -------------------------------------------------------------


@pytest.mark.parametrize("words, told", [
    (["nothing"], "no scenario nothing; there are cached-udp"),
    (["--peers", "nobody"], "no peer nobody; there are pintle"),
    (["--peers", "unbound", "nobody"], "no peer nobody"),
    (["--peers", "unbound", "--", "nothing"], "no scenario nothing"),
], ids=str)
def test_unknown(words, told):
    done = subprocess.run([sys.executable, os.path.join(HERE, "bench.py"), *words],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


# --- tables ---------------------------------------------------------------------


@pytest.fixture
def tsv(tmp_path):
    results = Results()
    for number in (1, 2, 3):
        results.add("cached-udp", "pintle", number,
                    {"qps": 1000 * number, "cpu_us": number / 4, "busy_pct": 99})
        results.add("cached-udp", "unbound", number, {"qps": 900, "cpu_us": 1})
        results.add("growth", "pintle", number, {"cached, 10 names us": number})
    path = str(tmp_path / "bench.tsv")
    report.write_tsv(path, ["a machine", "a command"], results)
    return path


def test_tsv_and_back(tsv):
    lines, results = report.read_tsv(tsv)
    assert lines == ["a machine", "a command"]
    assert results.values("cached-udp", "pintle", "qps") == {1: 1000, 2: 2000, 3: 3000}


@pytest.mark.parametrize("line", [
    "- a machine",
    "| cached-udp | cpu_us | unbound | 0.50 [0.25..0.75] | <= 0.75 | pass |",
    "| cached-udp | qps | echo | - | >= 0.85 | not measured: no echo |",
    "| pintle | 2,000 [1,000..3,000] | 0.50 [0.25..0.75] | 99.0 [99.0..99.0] | - | - |",
    "| unbound | 900 [900..900] | 1.00 [1.00..1.00] | - | - | - |",
    "| cached, 10 names us | 2.00 [1.00..3.00] |",
])
def test_markdown(tsv, line):
    assert line in list(report.markdown(tsv))


def test_put_into(tmp_path):
    """Again and again; what stands around it stays."""
    path = tmp_path / "doc.md"
    path.write_text("# A\n\n<!-- figures -->\nold\n<!-- end -->\n\nB\n<!-- end -->\n")
    for text in ("one", "two\n"):
        report.put_into(path, "figures", text)
    assert path.read_text() == \
        "# A\n\n<!-- figures -->\n\ntwo\n\n<!-- end -->\n\nB\n<!-- end -->\n"


@pytest.mark.parametrize("text", ["", "<!-- figures -->\n", "<!-- end -->\n"])
def test_put_nowhere(tmp_path, text):
    path = tmp_path / "doc.md"
    path.write_text(text)
    with pytest.raises(ValueError):
        report.put_into(path, "figures", "x")
    assert path.read_text() == text


# --- samples ----------------------------------------------------------------------

SAMPLES = """\
pintle
\tffffffff82 __udp_send+0x1 ([kernel.kallsyms])
\tffffffff81 entry_SYSCALL_64_after_hwframe+0x76 ([kernel.kallsyms])
\t          10ac10 __libc_sendmsg@@GLIBC_2.2+0x10 (/usr/lib/libc.so.6)
\t           1797e on_done+0xfe (/b/pintle)
\tffffffffffffffff [unknown] ([unknown])

pintle
\tffffffff81 asm_exc_page_fault+0x2 ([kernel.kallsyms])
\t           1797e keep+0xfe (/b/pintle)

pintle
\t           1797e keep.part.0+0xfe (/b/pintle)
\t           1797f cache_insert+0xfe (/b/pintle)

pintle
\t           1797e keep+0xfe (/b/pintle)
\t           1797f log_say+0xfe (/b/pintle)

pintle
\t           1797e AES_encrypt+0xfe (/usr/lib/libcrypto.so.3)

pintle
\t           1797e __vdso_clock_gettime+0xfe ([vdso])
"""
ROOMS = {"keep": {"cache", "log"}, "cache_insert": {"cache"}, "log_say": {"log"}}


def test_owners():
    found = [shares.owner(frames, ROOMS) for frames in shares.samples(SAMPLES)]
    assert found == ["kernel: sendmsg", "kernel: page faults", "pintle: cache",
                     "pintle: log", "OpenSSL", "the clock (vdso)"]


@pytest.mark.parametrize("name, is_lock", [
    ("__x64_sys_futex", True), ("pthread_mutex_lock", True), ("__lll_lock_wait", True),
    ("native_queued_spin_lock_slowpath", True), ("rwsem_down_read", True),
    ("uv_rwlock_rdlock", True), ("_raw_spin_unlock_irqrestore", False),
    ("cache_lookup", False), ("block_write", False)])
def test_locks(name, is_lock):
    assert bool(LOCKS.search(name)) == is_lock


# --- policies -----------------------------------------------------------------------

def lru(numbers, entries):
    """Whether each was there; oldest first."""
    kept = collections.OrderedDict()
    for number in numbers:
        yield number in kept
        kept[number] = True
        kept.move_to_end(number)
        if len(kept) > entries:
            kept.popitem(last=False)


def clock(numbers, entries):
    """As a queue whose marked ones go round again."""
    queue, marked = collections.deque(), {}
    for number in numbers:
        yield number in marked
        if number in marked:
            marked[number] = True
            continue
        while len(queue) == entries:
            oldest = queue.popleft()
            if marked.pop(oldest):
                queue.append(oldest)
                marked[oldest] = False
        queue.append(number)
        marked[number] = False


def sieve(numbers, entries):
    """Oldest first; the hand is a place in the list."""
    queue, marked, hand = [], {}, 0
    for number in numbers:
        yield number in marked
        if number in marked:
            marked[number] = True
            continue
        if len(queue) == entries:
            while marked[queue[hand]]:
                marked[queue[hand]] = False
                hand = (hand + 1) % entries
            del marked[queue.pop(hand)]
            # Behind the newest comes the oldest.
            hand %= len(queue) or 1
        queue.append(number)
        marked[number] = False


@pytest.mark.parametrize("policy", [lru, clock, sieve])
@pytest.mark.parametrize("kind", traces.KINDS)
@pytest.mark.parametrize("entries", [1, 2, 50, 700])
def test_policy(tmp_path, policy, kind, entries):
    numbers = traces.KINDS[kind](traces.zipf(4000))
    path = traces.write(str(tmp_path / "trace"), numbers)
    done = subprocess.run([program("eviction"), str(entries), path], capture_output=True,
                          text=True, check=True)
    half = len(numbers) // 2
    hits = sum(list(policy(numbers, entries))[half:])
    pct = json.loads(done.stdout)[policy.__name__]
    assert pct == pytest.approx(100 * hits / (len(numbers) - half), abs=0.001)


@pytest.mark.parametrize("words", [[], ["0", "x"], ["5", "/nowhere"], ["--cost", "0"]],
                         ids=str)
def test_bad_words(words):
    done = subprocess.run([program("eviction"), *words], capture_output=True, check=False)
    assert done.returncode == 2
