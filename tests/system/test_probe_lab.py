"""pintlectl probe against every spoofed upstream of the lab, and its twin with
that check switched off: the verdict must be the one that the scenario names."""
import json
import os
import pathlib
import socket
import subprocess

import pytest

BUILD = pathlib.Path(os.environ.get("builddir", ".")).resolve()
LAB = str(BUILD / "pintle-lab")
EXIT = {"accepted": 0, "refused": 3}


def scenarios():
    """(name, verdict, reason) of each that is served over DoT."""
    if not os.path.exists(LAB):
        return []
    lines = subprocess.run([LAB, "list"], check=True, capture_output=True, text=True)
    return [tuple(line.split()[:3]) for line in lines.stdout.splitlines()
            if not line.endswith("(DoH only)")]


@pytest.fixture(name="config", scope="module")
def fixture_config(tmp_path_factory):
    """The configuration that the lab writes, once it listens."""
    where = tmp_path_factory.mktemp("lab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab = subprocess.Popen(
        [LAB, "run", "--protocol", "dot", "--dir", str(where), "--port", str(port), "--die-with-parent"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    line = lab.stderr.readline()
    assert line == "ready\n", line
    yield where / "pintle.yaml"
    lab.terminate()
    lab.wait()


def probe(config, name):
    done = subprocess.run(
        [str(BUILD / "pintlectl"), "-c", str(config), "probe", name, "--json"],
        check=False, capture_output=True, timeout=30)
    return done.returncode, json.loads(done.stdout or b"{}")


def test_the_lab_is_there():
    if not scenarios():
        pytest.skip(f"{LAB} was not built: nothing is probed")


@pytest.mark.parametrize("name, verdict, reason", scenarios())
def test_scenario(config, name, verdict, reason):
    code, said = probe(config, name)
    assert (said["outcome"], said["reasons"][:1]) == (
        verdict, [] if reason == "-" else [reason])
    assert code == EXIT[verdict] and said["accepted"] is (verdict == "accepted")


@pytest.mark.parametrize("name", [s[0] for s in scenarios() if s[1] == "refused"])
def test_twin_is_accepted(config, name):
    """So it was that check that refused, and not another."""
    code, said = probe(config, name + "-twin")
    assert (code, said["outcome"], said["reasons"]) == (0, "accepted", [])
