"""The control socket: who may not take it over, and what it refuses."""

import json
import os
import socket
import stat

import pytest

from client import ask, is_good
from harness import PINTLE, PINTLECTL, run, wait_for


def talk(daemon, data):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(daemon.socket)
        s.sendall(data)
        answer = b""
        try:
            while more := s.recv(65536):
                answer += more
        except ConnectionResetError:
            pass
        return answer


@pytest.mark.parametrize("data", [
    b"\n", b"nonsense\n", b"[]\n", b"{}\n", b'{"command": 5}\n', b'{"command": "rm"}\n',
    b'{"command": "status", "command": "flush"}\n', b'{"command": "query"}\n',
    b'{"command": "query", "name": "a..b"}\n',
    b'{"command": "query", "name": "a", "type": "NOPE"}\n',
    b'{"command": "query", "name": "a", "upstream": "nobody"}\n', b"\xff\xfe\n", b"\0\n",
], ids=repr)
def test_control_says_no(daemon, data):
    answer = json.loads(talk(daemon, data))
    assert answer["ok"] is False and answer["error"]
    assert daemon.status()["ok"]


def test_control_long_line(daemon):
    """Over the limit it is told so, or the connection ends."""
    try:
        assert b'"ok":false' in talk(daemon, b"x" * 10000)
    except OSError:
        pass
    assert daemon.status()["ok"]


def test_control_half_a_line(daemon):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(daemon.socket)
        s.sendall(b'{"command": "sta')
        assert daemon.status()["ok"]
    assert daemon.status()["ok"]


def test_control_client_leaves_while_it_asks(daemon):
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(daemon.socket)
            s.sendall(b'{"command": "query", "name": "drop.lab"}\n')
    assert is_good(ask(daemon, "example.lab"))


def test_control_many_clients(daemon):
    """More than it takes at a time: some are turned away, none hangs for good."""
    clients = []
    for _ in range(30):
        s = socket.socket(socket.AF_UNIX)
        s.connect(daemon.socket)
        clients.append(s)
    for s in clients:
        s.close()
    wait_for("an answer", lambda: daemon.ctl("status").returncode == 0)


def test_control_mode(daemon):
    mode = os.stat(daemon.socket).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660


def test_second_daemon(daemon, write, good):
    """It does not take over the socket of the one that runs."""
    good["control"] = daemon.socket
    done = run([PINTLE, "-c", write(good, "second.yaml")])
    assert done.returncode == 1 and daemon.socket in done.stderr
    assert daemon.status()["ok"]


def test_stale_socket(start, honest, lab, place, make_config):
    """One that nobody answers on any more is replaced."""
    config = make_config([honest], tls=lab.tls)
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(config["control"])
    assert is_good(ask(start(config), "example.lab"))


def test_control_is_a_file(write, good):
    """What is no socket is not removed."""
    with open(good["control"], "w", encoding="ascii") as f:
        f.write("mine")
    done = run([PINTLE, "-c", write(good)])
    assert done.returncode == 78 and good["control"] in done.stderr
    with open(good["control"], encoding="ascii") as f:
        assert f.read() == "mine"


def test_no_daemon(place):
    done = run([PINTLECTL, "--socket", place + "/none.sock", "status"])
    assert done.returncode == 1 and "none.sock" in done.stderr
