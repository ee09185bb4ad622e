"""pintle under a service manager: what it tells it (sd_notify), which sockets it takes
from it, and the unit files."""

import os
import re
import shutil
import signal
import socket
import sys

import pytest

from client import ask, is_good
from harness import BUILD, PATIENCE_S, PINTLE, SOURCE, Daemon, free_port, run

HAND_OVER = [sys.executable, SOURCE + "/tests/system/hand_over.py"]


class Manager:
    """The socket that NOTIFY_SOCKET names, and what came."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address.replace("@", "\0", 1))
        self.socket.settimeout(PATIENCE_S)
        self.heard = []

    def hear(self):
        message = dict(line.split("=", 1)
                       for line in self.socket.recv(4096).decode().splitlines())
        self.heard.append(message)
        return message

    def hear_of(self, key):
        while key not in (message := self.hear()):
            pass
        return message


@pytest.fixture
def begin(start, honest, lab):
    """A function that starts a daemon whose upstream can be trusted."""
    return lambda **keys: start([honest], tls=lab.tls, **keys)


@pytest.fixture(params=["path", "abstract"])
def address(request, place):
    return place + "/notify" if request.param == "path" else f"@pintle-{place}"


@pytest.fixture
def manager(monkeypatch, address):
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    return Manager(address)


# --- what it tells ------------------------------------------------------------------

def test_ready_reload_stop(begin, manager):
    daemon = begin()
    message = manager.hear()
    assert message["READY"] == "1"
    assert message["STATUS"] == f"{daemon.address}:{daemon.port}"
    assert daemon.reload()["ok"]
    message = manager.hear()
    assert message["RELOADING"] == "1" and int(message["MONOTONIC_USEC"]) > 0
    assert manager.hear()["READY"] == "1"
    daemon.kick(signal.SIGHUP)
    assert manager.hear()["RELOADING"] == "1"
    assert manager.hear()["READY"] == "1"
    daemon.stop()
    assert manager.hear() == {"STOPPING": "1"}


def test_a_reload_that_fails_is_over_too(begin, manager):
    daemon = begin()
    manager.hear_of("READY")
    assert not daemon.reload("nonsense: true")["ok"]
    assert manager.hear()["RELOADING"] == "1"
    message = manager.hear()
    assert message["READY"] == "1" and "failed" in message["STATUS"]


def test_never_ready_if_the_port_is_taken(place, make_config, manager):
    config = make_config([{"name": "a", "address": ["127.0.0.1:1"]}])
    host, _, port = config["listen"][0].rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((host, int(port)))
        daemon = Daemon(place, config)
        assert daemon.process.wait(PATIENCE_S) == 1
    assert manager.hear() == {"STOPPING": "1"}


@pytest.mark.parametrize("workers", [1, 2])
def test_watchdog(begin, manager, monkeypatch, workers):
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    begin(workers=workers)
    for _ in range(3):
        assert manager.hear_of("WATCHDOG")["WATCHDOG"] == "1"


def test_watchdog_of_one_that_stands_still(begin, manager, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    daemon = begin()
    manager.hear_of("WATCHDOG")
    daemon.kick(signal.SIGSTOP)
    manager.socket.settimeout(0.5)
    try:
        with pytest.raises(TimeoutError):
            for _ in range(100):
                manager.hear()
    finally:
        daemon.kick(signal.SIGCONT)


def test_watchdog_of_another_process(begin, manager, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "50000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    daemon = begin()
    manager.hear_of("READY")
    assert is_good(ask(daemon, "example.lab"))
    manager.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        manager.hear()


@pytest.mark.parametrize("where", ["relative", "@", "/", "/" + 200 * "x", "/nowhere/at/all"])
def test_a_manager_that_is_not_there(begin, monkeypatch, where):
    monkeypatch.setenv("NOTIFY_SOCKET", where)
    daemon = begin()
    assert is_good(ask(daemon, "example.lab"))
    assert "NOTIFY_SOCKET" in daemon.log()


# --- sockets that it takes ----------------------------------------------------------

class Activated(Daemon):
    """A daemon whose file has no `listen` but for what a test puts there."""

    listens = False

    def write_config(self, config):
        if isinstance(config, dict) and not self.listens:
            config = {key: value for key, value in config.items() if key != "listen"}
        super().write_config(config)


@pytest.fixture
def activate(place, make_config, honest):
    """A function: kinds of sockets, all at the first address, to a daemon."""
    daemons = []

    def activate_with(kinds=("udp", "tcp"), listens=False, arguments=(), **keys):
        config = make_config([honest], **keys)
        places = [f"{kind}={config['listen'][0]}" for kind in kinds]
        kind = type("Kind", (Activated,), {"listens": listens})
        daemons.append(kind(place, config, [*HAND_OVER, *places, "--"], arguments))
        return daemons[-1]
    yield activate_with
    for daemon in daemons:
        daemon.kill()


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "[::1]", "[::]"])
def test_sockets_are_taken(activate, place, make_config, honest, lab, address):
    config = make_config([honest], tls=lab.tls)
    port = free_port("127.0.0.1", *(["::1"] if ":" in address else []))
    config["listen"] = [f"{address}:{port}"]
    daemon = Activated(place, config, [*HAND_OVER, f"udp={address}:{port}",
                                       f"tcp={address}:{port}", "--"])
    try:
        daemon.wait_ready()
        daemon.address = "::1" if ":" in address else "127.0.0.1"
        assert is_good(ask(daemon, "example.lab"))
        assert is_good(ask(daemon, "example.lab", tcp=True))
        assert daemon.status()["listen"] == [f"{address}:{port}"]
        assert daemon.reload()["ok"]
        assert is_good(ask(daemon, "other.example.lab"))
        daemon.listens = True
        answer = daemon.reload(config)
        assert not answer["ok"] and "`listen`" in answer["error"]
        daemon.end()
    finally:
        daemon.kill()


def refused(daemon):
    assert daemon.process.wait(PATIENCE_S) == 78, daemon.log()
    return daemon.log()


def test_both_sockets_and_listen(activate, lab):
    assert "`listen`" in refused(activate(listens=True, tls=lab.tls))


def test_both_sockets_and_the_option(activate, lab):
    log = refused(activate(tls=lab.tls, arguments=("--listen", "127.0.0.1:5399")))
    assert "--listen" in log


def test_sockets_and_workers(activate, lab):
    assert "`workers`" in refused(activate(tls=lab.tls, workers=2))


@pytest.mark.parametrize("kinds,words", [
    (["udp"], "for UDP alone"),
    (["tcp"], "for TCP alone"),
    (["udp", "deaf"], "descriptor 4 of the service manager does not listen"),
    (["udp", "tcp", "unix"], "descriptor 5 of the service manager is not of IPv4"),
    (["file", "udp", "tcp"], "descriptor 3 of the service manager is no socket"),
], ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_sockets_that_do_not_do(activate, lab, kinds, words):
    assert words in refused(activate(kinds=kinds, tls=lab.tls))


def test_a_socket_of_both_families(activate, lab):
    log = refused(activate(kinds=["both6"], address="::", tls=lab.tls))
    assert "BindIPv6Only=ipv6-only" in log


@pytest.mark.parametrize("count", ["x", "-1", "129", "", "99999999999999999999"])
def test_a_count_that_is_none(activate, lab, monkeypatch, count):
    monkeypatch.setenv("LISTEN_FDS", count)
    assert "LISTEN_FDS" in refused(activate(tls=lab.tls))


def test_sockets_of_another_process(begin, monkeypatch):
    monkeypatch.setenv("LISTEN_FDS", "2")
    monkeypatch.setenv("LISTEN_PID", "1")
    assert is_good(ask(begin(), "example.lab"))


# --- the unit files -----------------------------------------------------------------

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None,
                                   reason="no systemd-analyze")
UNIT = BUILD + "/conf/systemd/pintle.service"


@pytest.fixture
def unit(tmp_path):
    """The unit, with programs that are there."""
    with open(UNIT, encoding="utf-8") as file:
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={PINTLE}", file.read())
    path = tmp_path / "pintle.service"
    path.write_text(text)
    shutil.copy(SOURCE + "/conf/systemd/pintle.socket", tmp_path)
    return path


@needs_systemd
def test_the_unit_is_exposed_little(unit):
    done = run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                "--threshold=19", str(unit)])
    assert done.returncode == 0, done.stdout
    assert "exposure level for pintle.service" in done.stdout


@needs_systemd
@pytest.mark.parametrize("name", ["pintle.service", "pintle.socket"])
def test_the_units_are_understood(unit, name):
    done = run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                str(unit.parent / name)])
    assert done.returncode == 0 and "pintle" not in done.stderr, done.stderr


def test_the_units_call_the_sandbox():
    """What the process does to itself is among what the unit leaves it."""
    with open(UNIT, encoding="utf-8") as file:
        text = file.read()
    for call in ("landlock_restrict_self", "seccomp"):
        assert call in text
    assert "Type=notify\n" in text
