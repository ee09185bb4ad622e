"""pintlectl loglist build: our list of Apple's and Mozilla's."""
import json
import os
import pathlib

import pytest

from lists import APPLE, BUILTIN, GOOGLE, MOZILLA, SHARED
from pintlectl import CONFIG, FAILED, OK, USAGE, ctl


@pytest.fixture(name="shared")
def fixture_shared():
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: no real log lists")


def write(path, data):
    path.write_bytes(data)
    return path


def build(*words, apple=APPLE, mozilla=MOZILLA):
    return ctl("loglist", "build", "--apple", apple, "--mozilla", mozilla, *words)


@pytest.mark.usefixtures("shared")
def test_build_gives_the_list_that_is_shipped(tmp_path):
    path = tmp_path / "out.json"
    done = build("--output", path)
    assert (done.returncode, done.out, done.err) == (OK, "", "")
    assert path.read_bytes() == BUILTIN.read_bytes()
    assert build().out.encode() == BUILTIN.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
    assert json.loads(build("--output", path, "--json").out) == {
        "list": str(path), "timestamp": "2026-08-11T20:05:47Z",
        "bytes": path.stat().st_size}
    assert build("--json").out.encode() == BUILTIN.read_bytes()


@pytest.mark.usefixtures("shared")
def test_build_of_a_later_time(tmp_path):
    done = build("--timestamp", "2027-08-11T22:05:47+02:00")
    assert done.returncode == OK
    made = json.loads(done.out)
    assert made["log_list_timestamp"] == "2027-08-11T20:05:47Z"
    path = write(tmp_path / "a.json", done.out.encode())
    assert ctl("loglist", "check", path).returncode == OK
    # 398 days before, the shards of 2026h1 had ended.
    assert "2026-06-18T00:00:00Z" in BUILTIN.read_text()
    assert "2026-06-18T00:00:00Z" not in done.out.replace(
        '"start_inclusive": "2026-06-18T00:00:00Z"', "")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("words, files, code, said", [
    ([], {"mozilla": GOOGLE}, CONFIG, "Google's"),
    ([], {"apple": GOOGLE}, CONFIG, "not Apple's"),
    ([], {"apple": MOZILLA, "mozilla": APPLE}, CONFIG, "not Apple's"),
    ([], {"mozilla": APPLE}, CONFIG, "not Mozilla's"),
    ([], {"mozilla": BUILTIN, "apple": BUILTIN}, CONFIG, "not Apple's"),
    ([], {"mozilla": pathlib.Path("/nonexistent")}, CONFIG, "/nonexistent"),
    (["--timestamp", "2026-08-11T20:05:46Z"], {}, USAGE, "older"),
    (["--timestamp", "yesterday"], {}, USAGE, "--timestamp"),
    (["--output", "/nonexistent/out.json"], {}, FAILED, "/nonexistent/out.json"),
    (["--output", "/dev/null/out.json"], {}, FAILED, "/dev/null/out.json"),
])
def test_build_refuses(words, files, code, said):
    done = build(*words, **files)
    assert (done.returncode, done.out) == (code, "")
    assert said in done.err


@pytest.mark.usefixtures("shared")
def test_build_replaces_or_leaves(tmp_path):
    path = write(tmp_path / "out.json", b"before")
    assert build("--output", path, apple=MOZILLA).returncode == CONFIG
    assert path.read_bytes() == b"before"
    assert build("--output", path).returncode == OK
    assert path.read_bytes() == BUILTIN.read_bytes()


@pytest.mark.usefixtures("shared")
def test_build_replaces_files_only(tmp_path):
    """As root, too; the umask is the person's."""
    device, link, path = tmp_path / "fifo", tmp_path / "link", tmp_path / "out.json"
    os.mkfifo(device)
    link.symlink_to(path)
    for name in (device, link):
        done = build("--output", name)
        assert (done.returncode, done.out) == (FAILED, "")
        assert f"{name}: not a regular file" in done.err
    assert device.is_fifo() and link.is_symlink() and not path.exists()
    before = os.umask(0o077)
    try:
        assert build("--output", path).returncode == OK
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("shared")
def test_build_into_a_path_that_is_not_utf_8(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.json")
    done = build("--output", path, "--json")
    assert done.returncode == OK, done.err
    assert json.loads(done.out)["list"] == f"{tmp_path}/\\xff.json"
    assert path.exists()
