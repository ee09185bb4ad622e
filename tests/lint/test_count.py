"""What CI reports is what ran."""

import importlib.util
import os

import pytest

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.ci/count.py")
spec = importlib.util.spec_from_file_location("count", SOURCE)
count = importlib.util.module_from_spec(spec)
spec.loader.exec_module(count)

CMOCKA = """[==========] Running 3 test(s).
[ RUN      ] one
[       OK ] one
[ RUN      ] two
[  ERROR   ] --- 1 != 2
[   LINE   ] --- a.c:7: error: Failure!
[  FAILED  ] two
[ RUN      ] three
[  SKIPPED ] three
[==========] 3 test(s) run.
[  PASSED  ] 1 test(s).
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] two
"""


@pytest.mark.parametrize("log, result, counts", [
    (CMOCKA, "FAIL", [1, 1, 1]),
    ("[ RUN      ] a\n[       OK ] a\n", "PASS", [1, 0, 0]),
    ("[ RUN      ] a\n[       OK ] a\n", "FAIL", [1, 1, 0]),
    ("[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\nSegmentation fault\n", "FAIL", [1, 1, 0]),
    ("[ RUN      ] a\n[ RUN      ] b\n[       OK ] b\n", "FAIL", [1, 1, 0]),
    ("=== 3 passed in 0.10s ===\n", "PASS", [3, 0, 0]),
    ("3 passed in 0.10s\n", "PASS", [3, 0, 0]),
    ("== 1 failed, 2 passed, 4 skipped, 1 error in 61.10s (0:01:01) ==\n", "FAIL", [2, 2, 4]),
    ("3 passed in 0.10s\n", "ERROR", [3, 1, 0]),
    ("== no tests ran in 0.01s ==\n", "FAIL", [0, 1, 0]),
    ("fine\n", "PASS", [1, 0, 0]),
    ("", "FAIL", [0, 1, 0]),
    ("", "ERROR", [0, 1, 0]),
    ("", "SKIP", [0, 0, 1]),
    ("", "XPASS", [0, 1, 0]),
])
def test_count_log(log, result, counts):
    assert count.count_log(log, result) == counts


@pytest.mark.parametrize("line, shared, failed", [
    ("SKIPPED [1] a.py:3: ../shared is not there", True, 1),
    ("../shared/data: absent, skipped", True, 1),
    ("SKIPPED [1] a.py:3: ../shared is not there", False, 0),
    ("SKIPPED [1] a.py:3: no clang-format-14", True, 0),
])
def test_count_build_shared(tmp_path, line, shared, failed):
    (tmp_path / "a.trs").write_text(":test-result: PASS\n:global-test-result: PASS\n")
    (tmp_path / "a.log").write_text(f"{line}\n1 passed, 1 skipped in 0.01s\n")
    sums, notes = count.count_build(tmp_path, shared)
    assert sums == [1, failed, 1]
    assert len(notes) == failed


def test_count_build_without_tests(tmp_path):
    assert count.count_build(tmp_path, True) == ([0, 0, 0], [])
