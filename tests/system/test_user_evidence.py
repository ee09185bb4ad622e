"""The user that root becomes, and what is kept of a refused certificate."""

import os
import pwd
import re
import stat
import subprocess

import pytest

from client import ask, is_failed, is_good
from harness import PINTLE, public_pintle, run

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not run by root")


# --- another user --------------------------------------------------------------------

@pytest.fixture
def as_nobody(start, honest, lab, place, make_config):
    """A daemon started by root, with groups, that became nobody."""
    for path in (place, os.path.dirname(place), lab.directory):
        os.chmod(path, 0o755)
    rival = dict(lab.upstreams["rival-ca"], name="rival-ca")
    config = make_config([rival, honest], tls=lab.tls, user="nobody")
    config["control"] = place + "/run/control.sock"
    return start(config, command=("setpriv", "--groups", "4,5"))


@needs_root
def test_user(as_nobody):
    """All IDs, no groups, no capabilities; its files are its own."""
    nobody = pwd.getpwnam("nobody")
    with open(f"/proc/{as_nobody.process.pid}/status", encoding="ascii") as f:
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    assert fields["Uid"].split() == 4 * [str(nobody.pw_uid)]
    assert fields["Gid"].split() == 4 * [str(nobody.pw_gid)]
    assert not fields.get("Groups", "").split()
    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        assert int(fields[name], 16) == 0
    assert is_good(ask(as_nobody, "example.lab"))
    state = as_nobody.config["state_dir"]
    for path in (as_nobody.socket, os.path.dirname(as_nobody.socket), state,
                 state + "/evidence", *files(state + "/evidence")):
        assert os.stat(path).st_uid == nobody.pw_uid, path
    assert stat.S_IMODE(os.stat(state).st_mode) == 0o700


@needs_root
def test_user_reloads(as_nobody):
    """The reload reads everything as that user."""
    os.chmod(as_nobody.path, 0o644)
    assert as_nobody.reload()["ok"], as_nobody.log()
    os.chmod(as_nobody.path, 0o600)
    answer = as_nobody.reload()
    assert not answer["ok"] and "Permission denied" in answer["error"]
    assert is_good(ask(as_nobody, "example.lab"))


@needs_root
def test_control_socket_is_made_by_that_user(write, good, place, authority):
    """Not by root, who would follow what the user may have put in its place."""
    for path in (place, os.path.dirname(place), os.path.dirname(authority.root)):
        os.chmod(path, 0o755)
    os.mkdir(place + "/of-root", 0o755)
    good.update(user="nobody", control=place + "/of-root/control.sock")
    done = run([PINTLE, "-c", write(good)])
    assert done.returncode == 78, done.stderr
    assert f"cannot listen on {good['control']}: Permission denied" in done.stderr


@needs_root
def test_roots_that_the_user_cannot_read(write, good, place, authority):
    """They are looked up when that user runs: better told at the start."""
    os.chmod(place, 0o755)
    path = os.path.join(place, "roots.pem")
    with open(path, "w", encoding="ascii") as f:
        f.write(open(authority.root, encoding="ascii").read())
    os.chmod(path, 0o600)
    good.update(user="nobody", tls={"ca_file": path})
    done = run([PINTLE, "-c", write(good)])
    assert done.returncode == 78 and path in done.stderr, done.stderr


@needs_root
def test_unknown_user(write, good):
    good["user"] = "no-such-user"
    done = run([PINTLE, "-c", write(good)])
    assert done.returncode == 78 and "no-such-user" in done.stderr
    assert not os.path.exists(good["control"])


@needs_root
def test_user_without_being_root(write, good, place):
    for path in (place, os.path.dirname(place)):
        os.chmod(path, 0o777)
    good["user"] = "daemon"
    path = write(good)
    os.chmod(path, 0o644)
    done = run([public_pintle(place), "-c", path], user="nobody", group="nogroup", extra_groups=[])
    assert done.returncode == 78 and "daemon" in done.stderr, done.stderr


# --- evidence ------------------------------------------------------------------------

def files(directory):
    return sorted(os.path.join(directory, name) for name in os.listdir(directory))


def subject_of(path):
    return subprocess.run(["openssl", "x509", "-in", path, "-noout", "-subject"],
                          check=True, capture_output=True, text=True).stdout


def test_evidence(start, lab, place):
    """The chain that was refused, with who, where, when and why; written once."""
    rival = dict(lab.upstreams["rival-ca"], name="rival-ca")
    daemon = start([rival], tls=lab.tls)
    assert is_failed(ask(daemon, "example.lab"))
    directory = daemon.config["state_dir"] + "/evidence"
    assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
    [path] = files(directory)
    assert re.fullmatch(r"rival-ca-misissued-[0-9a-f]{32}\.pem", os.path.basename(path))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, encoding="ascii") as f:
        text = f.read()
    for words in ("refused: 20", "upstream: rival-ca\n", "verdict: pin_mismatch",
                  "address: " + rival["address"][0]):
        assert words in text
    assert text.count("BEGIN CERTIFICATE") >= 2
    assert "CN" in subject_of(path)
    before = os.stat(path).st_mtime_ns
    daemon.control(command="query", name="x.lab", upstream="rival-ca")
    assert files(directory) == [path] and os.stat(path).st_mtime_ns == before


def test_no_evidence_of_an_accepted_one(daemon):
    ask(daemon, "example.lab")
    assert not os.path.exists(daemon.config["state_dir"] + "/evidence")


def test_evidence_is_bounded(start_lab, start):
    """Of each kind a few: what only a trusted CA can make, what it makes for somebody
    else, what anybody can make. What is refused last is there."""
    lab = start_lab()
    upstreams = [dict(u, name=name) for name, u in lab.upstreams.items()]
    daemon = start(upstreams, tls=lab.tls)
    refused = [row["name"] for row in lab.rows()
               if row["expected"] == "refused" and row["reason"] != "tls_protocol"
               and row["name"] != "one-address-of-two"]
    for name in refused:
        daemon.control(command="query", name="x.lab", upstream=name)
    kept = files(daemon.config["state_dir"] + "/evidence")
    for path in kept:
        subject_of(path)
    names = [os.path.basename(path) for path in kept]
    count = {kind: sum(f"-{kind}-" in name for name in names)
             for kind in ("misissued", "misnamed", "unverified")}
    assert 1 < count["misissued"] <= 16
    assert count["misnamed"] == 8 and count["unverified"] == 8, count
    assert any(name.startswith(refused[-1] + "-") for name in names)


def test_state_dir_cannot_be_made(start, lab, honest, make_config, place):
    """Nothing but evidence is lost."""
    with open(place + "/file", "w", encoding="ascii"):
        pass
    rival = dict(lab.upstreams["rival-ca"], name="rival-ca")
    config = make_config([rival, honest], tls=lab.tls)
    config["state_dir"] = place + "/file/state"
    daemon = start(config)
    assert is_good(ask(daemon, "example.lab"))
    assert "no evidence will be kept" in daemon.log()
