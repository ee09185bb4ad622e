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


# A configuration has at most 256 upstreams: each scenario is one, and its twin another.
AT_ONCE = 120


def listed():
    """(name, verdict, reason, line) of each scenario."""
    if not os.path.exists(LAB):
        return []
    lines = subprocess.run([LAB, "list"], check=True, capture_output=True, text=True)
    return [(*line.split()[:3], line) for line in lines.stdout.splitlines()]


def served(protocol):
    """(name, upstream, verdict, reason) of each that is served over it."""
    unless = {"dot": "(DoH only)", "doh": "(DoT only)"}[protocol]
    rows = []
    for name, verdict, reason, line in listed():
        both = not line.endswith(" only)")
        if not line.endswith(unless):
            upstream = name + ("-doh" if both and protocol == "doh" else "")
            rows.append((name, upstream, verdict, reason))
    return rows


SERVED = {protocol: served(protocol) for protocol in ("dot", "doh")}
SCENARIOS = [row[1:] for rows in SERVED.values() for row in rows]


def start_lab(where, protocol, names):
    """A lab that listens, and has written its configuration."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        ports = [str(s.getsockname()[1]) for s in (one, other)]
    lab = subprocess.Popen(
        [LAB, "run", *names, "--protocol", protocol, "--dir", str(where),
         "--port", ports[0], "--doh-port", ports[1], "--die-with-parent"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    line = lab.stderr.readline()
    assert line == "ready\n", line
    return lab


@pytest.fixture(name="configs", scope="module")
def fixture_configs(tmp_path_factory):
    """Where each upstream is configured, by the labs that serve it."""
    labs, found = [], {}
    for protocol, rows in SERVED.items():
        for start in range(0, len(rows), AT_ONCE):
            where, some = tmp_path_factory.mktemp("lab"), rows[start:start + AT_ONCE]
            labs.append(start_lab(where, protocol, [row[0] for row in some]))
            for row in some:
                found[row[1]] = found[row[1] + "-twin"] = where / "pintle.yaml"
    yield found
    for lab in labs:
        lab.terminate()
        lab.wait()


def probe(configs, name):
    done = subprocess.run(
        [str(BUILD / "pintlectl"), "-c", str(configs[name]), "probe", name, "--json"],
        check=False, capture_output=True, timeout=30)
    return done.returncode, json.loads(done.stdout or b"{}")


def test_the_lab_is_there():
    if not SCENARIOS:
        pytest.skip(f"{LAB} was not built: nothing is probed")


@pytest.mark.parametrize("name, verdict, reason", SCENARIOS)
def test_scenario(configs, name, verdict, reason):
    code, said = probe(configs, name)
    assert (said["outcome"], said["reasons"][:1]) == (
        verdict, [] if reason == "-" else [reason])
    assert code == EXIT[verdict] and said["accepted"] is (verdict == "accepted")


@pytest.mark.parametrize("name", [row[0] for row in SCENARIOS if row[1] == "refused"])
def test_twin_is_accepted(configs, name):
    """So it was that check that refused, and not another."""
    code, said = probe(configs, name + "-twin")
    assert (code, said["outcome"], said["reasons"]) == (0, "accepted", [])
